"""Customers' voice: cards, call-backs, complaints, a survey and the five gaps."""

import random
from datetime import datetime, timedelta

from odoo.addons.aftersales_evaluation.tools.voice import CardAnswer

from .work import first_of_month

RANDOM_SEED = 27922
#: Stars that customers give, as often as they stand here.
STARS = (5, 5, 5, 5, 4, 4, 4, 3, 2, 1)
CAUSES = ("late", "skill", "fee", "attitude", "part", "not_solved")
#: Complaints: subject, what the customer says, severity, steps taken.
COMPLAINTS = (
    (
        "Compressor noise after the repair",
        "Since the visit it hums all night.",
        "normal",
        ("acknowledge", "assess", "investigate", "respond", "close"),
    ),
    (
        "Charged for a part under warranty",
        "I paid 180 for a sensor although the unit is eight months old.",
        "serious",
        ("acknowledge", "assess", "investigate"),
    ),
    (
        "Smell of gas after installation",
        "We opened the windows and called the gas supplier.",
        "critical",
        ("acknowledge",),
    ),
    (
        "Nobody came on the agreed day",
        "I took a day off and waited until six.",
        "normal",
        (),
    ),
)
#: Mean mark (expectation, perception) of each dimension and its points of 100.
DIMENSIONS = {
    "tan": (5.4, 5.6, 10),
    "rel": (6.7, 5.6, 30),
    "res": (6.5, 5.1, 22),
    "ass": (6.3, 6.0, 18),
    "emp": (5.8, 5.2, 10),
    "rec": (6.4, 5.0, 10),
}


class Voice:
    """What customers say, by every way that leads to the company."""

    def __init__(self, env, users):
        self.env, self.users = env, users
        self.rng = random.Random(RANDOM_SEED)
        self.today = env.company._get_aftersales_today()
        Order = env["aftersales.service.order"]
        self.closed = Order.search(
            [("state", "=", "closed"), ("service_point_id", "!=", False)],
            order="date_end, id",
        )

    def run(self):
        """Answers of past months first, then what is open today."""
        self.answer_cards()
        self.call_back()
        self.complain()
        self.find_gaps(self.ask_customers())

    def answer_cards(self):
        """Two of three customers answer the card; some are waited for."""
        Card = self.env["aftersales.evaluation.card"]
        cards = Card._ensure(self.closed)
        for card in cards:
            if self.rng.random() > 0.66:
                continue
            stars = self.rng.choice(STARS)
            cause = self.env.ref(
                f"aftersales_evaluation.cause_{self.rng.choice(CAUSES)}"
            )
            card._answer(
                CardAnswer(
                    score=stars,
                    recommend=min(10, 2 * stars + self.rng.randint(-1, 1)),
                    solved="no" if stars == 1 else "yes",
                    cause=cause.id if stars < 3 else None,
                )
            )
            # Told at once, long ago; the story is written today.
            answered = card.order_id.date_end + timedelta(hours=2)
            card.satisfaction_id._write_flow({"date": answered.date()})

    def call_back(self):
        """The centre has called half of last month's customers."""
        Callback = self.env["aftersales.callback"]
        begin = first_of_month(1)
        recent = self.closed.filtered(lambda o: o.date_end.date() >= begin)
        Callback._enter(recent)
        waiting = Callback.with_user(self.users["head"]).search(
            [("state", "=", "todo")], order="id"
        )
        for number, callback in enumerate(waiting[: len(waiting) // 2]):
            if number % 5 == 4:
                callback._record_call("no_answer")
                continue
            callback._record_call(
                "reached", solved="yes", score=self.rng.choice(STARS[:8])
            )

    def complain(self):
        """Complaints in each stage, one of them late."""
        Complaint = self.env["aftersales.complaint"].with_user(self.users["head"])
        ref = self.env.ref
        # Every second one at a point whose calls the service user makes.
        service = self.closed.with_user(self.users["service"])
        own = service._filtered_access("read").with_env(self.env)
        for number, (subject, said, severity, steps) in enumerate(COMPLAINTS):
            order = (self.closed, own)[number % 2][-3 * number - 1]
            complaint = Complaint.create(
                {
                    "subject": subject,
                    "description": said,
                    "order_id": order.id,
                    "partner_id": order.partner_id.id,
                    "severity_id": ref(f"aftersales_evaluation.severity_{severity}").id,
                    "user_id": self.users["head"].id,
                    "date_received": min(
                        order.date_end + timedelta(days=1), datetime.now()
                    ),
                    "assessment": "Taken seriously; the customer was called back.",
                    "verdict": "justified",
                    "cause_id": ref("aftersales_evaluation.cause_skill").id,
                    "measure": "A second visit free of charge.",
                    "response": "We came again and put it right.",
                    "consent": "agreed",
                }
            )
            for step in steps:
                getattr(complaint, f"action_{step}")()

    def ask_customers(self):
        """A survey among customers that was closed yesterday."""
        campaign = (
            self.env["aftersales.survey.campaign"]
            .with_user(self.users["head"])
            .create(
                {
                    "name": "Customers of this year",
                    "group": "customer",
                    "source": "contacts",
                    "partner_ids": [(6, 0, self.closed.partner_id[:40].ids)],
                    "set_id": self.env.ref(
                        "aftersales_evaluation.servqual_set_standard"
                    ).id,
                    "date_from": first_of_month(3),
                    "date_to": first_of_month(0) - timedelta(days=1),
                    "date_deadline": self.today + timedelta(days=14),
                }
            )
        )
        campaign.action_start()
        campaign.invitation_ids.sudo()._send_safely("invite")
        for invitation in campaign.invitation_ids.sudo():
            if invitation.user_input_id and self.rng.random() < 0.6:
                self.fill_in(invitation.user_input_id)
        campaign.action_close()
        return campaign

    def fill_in(self, user_input):
        """Answer every question around the means of its dimension."""
        for question in user_input.survey_id.question_ids:
            part = question.servqual_part
            if part == "weight":
                code = question.servqual_dimension_id.code.lower()
                user_input._save_lines(question, str(DIMENSIONS[code][2]))
            elif part:
                mark = self.draw(question.servqual_item_id, part)
                user_input._save_lines(question, str(mark))
        user_input._mark_in_progress()
        user_input._mark_done()

    def draw(self, item, part):
        """One mark from 1 to 7 for an item."""
        expected, perceived, _points = DIMENSIONS[item.dimension_id.code.lower()]
        mean = expected if part == "expectation" else perceived
        return max(1, min(7, round(self.rng.gauss(mean, 0.8))))

    def find_gaps(self, campaign):
        """The five gaps of the quarter, with measures and actions."""
        analysis = (
            self.env["aftersales.gap.analysis"]
            .with_user(self.users["head"])
            .create(
                {
                    "title": "Why customers expect more than they get",
                    "date_from": campaign.date_from,
                    "date_to": campaign.date_to,
                    "campaign_id": campaign.id,
                }
            )
        )
        findings = self.env["aftersales.finding"].search([], limit=2)
        for line in analysis.line_ids:
            line.observation = "Seen in the survey and in the findings of the audit."
            if line.kind == "conduct":
                line.finding_ids = findings
                line.action_ids.create(
                    {
                        "line_id": line.id,
                        "name": "Dispatch by noon, call the customer before leaving",
                        "owner_id": self.users["centre"].id,
                        "date_due": self.today + timedelta(days=20),
                    }
                )
        # Each click of the head is a request of its own.
        self.env.invalidate_all()
        analysis.action_start()
