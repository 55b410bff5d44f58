"""Questions to experts, and customers who learn to run their units."""

import base64
from datetime import datetime, time, timedelta

from odoo.fields import Command

from .chapter import Chapter, draw_paper
from .people import PORTAL
from .work import FAULTS

#: complaint → subject, what was tried already
QUESTIONS = {
    FAULTS[1][0]: (
        "Error E4 comes back",
        "The board was changed twice. What feeds the sensor?",
    ),
    FAULTS[2][0]: (
        "Hums only at night",
        "All voltages are right, the feet are new. What else?",
    ),
}


class Experts(Chapter):
    """What people learn from each other."""

    def run(self):
        """Experts answer points, and the company teaches a customer."""
        self.escalate()
        self.train_customer()

    def escalate(self):
        """A hard fault goes to an expert, whose answer everybody may reuse."""
        expert, reviewer = self.users["dispatcher"], self.users["reviewer"]
        self.env["aftersales.escalation.expert"].create(
            {
                "user_id": expert.id,
                "note": "Twelve years at the bench",
            }
        )
        technician = self.env["res.users"].search([("login", "=", PORTAL[0])])
        orders = self.env["aftersales.service.order"].search(
            [
                ("state", "=", "in_progress"),
                ("service_point_id", "=", self.active[:1].id),
                ("complaint", "in", list(QUESTIONS)),
            ],
            order="id",
            limit=len(QUESTIONS),
        )
        asked = self.env["aftersales.escalation"]
        # The one about the error is answered.
        for order in orders.sorted("complaint"):
            subject, question = QUESTIONS[order.complaint]
            asked |= (
                order.with_user(technician)
                .sudo()
                ._portal_escalate(
                    {"subject": subject, "question": question, "severity": "major"}
                )
            )
        first = asked[:1].with_user(expert)
        first.write(
            {
                "answer": "Measure the feed of the outdoor unit under load: the "
                "clamp corrodes near the sea. Clean it and seal it.",
                "hours_spent": 0.75,
            }
        )
        first.action_answer()
        first.with_user(self.users["head"]).action_solved()
        first.action_keep_answer()
        answer = first.new_answer_id
        answer.action_submit()
        answer.with_user(reviewer).action_approve()

    def train_customer(self):
        """Customers learn to run their units: signed, planned, still to be signed."""
        hotel = ("Ms Ou, housekeeping", "Mr Lian, technics")
        done = self.plan("Hotel Pearl River", -3, hotel)
        done.action_hold()
        action = done.action_confirm()
        self._as("head", action["res_model"]).with_context(**action["context"]).create(
            {
                "name": "Ou Mei",
                "signature": base64.b64encode(draw_paper("Ou Mei", size=(240, 80))),
            }
        ).action_confirm()
        self.plan("Hotel Pearl River", 10, hotel)
        self.plan("Zhang Hong", -1, ("Zhang Hong",)).action_hold()

    def plan(self, customer, days, people):
        """A training of a customer on a unit, so many days from today."""
        unit = self.env["aftersales.registration"].search(
            [
                ("partner_id.name", "=", customer),
                ("state", "=", "active"),
                ("date_sale", "<", self.today - timedelta(days=10)),
            ],
            order="date_sale desc",
            limit=1,
        )
        topics = self.env["aftersales.customer.topic"].search([], limit=2)
        return self._as("head", "aftersales.customer.training").create(
            {
                "partner_id": unit.partner_id.id,
                "unit_ids": [Command.set(unit.ids)],
                "topic_ids": [Command.set(topics.ids)],
                "user_id": self.users["head"].id,
                "date_start": datetime.combine(self.today, time(2))
                + timedelta(days=days),
                "participant_ids": [Command.create({"name": name}) for name in people],
            }
        )
