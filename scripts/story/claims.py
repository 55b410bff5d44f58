"""Claims of the points and their settlement: rates, rules, decisions, appeals."""

import random
from datetime import datetime, timedelta

from odoo.fields import Command

from .chapter import Chapter, draw_paper
from .goods import RANDOM_SEED
from .people import add_portal_user
from .work import FAULTS, finish, first_of_month

#: code, name, hours, parts that it changes
OPERATIONS = (
    ("AC-10", "Change the compressor", 2.5, "AC-CMP"),
    ("AC-20", "Change the control board", 1.0, "AC-PCB"),
    ("AC-30", "Change the fan motor", 1.5, "AC-FAN"),
    ("TV-10", "Change the panel", 1.5, "TV-PNL"),
    ("TV-20", "Change the power supply", 0.5, "TV-PSU"),
)
#: Jobs of the last days at the first point; the last two are under way.
WEEK_JOBS = 9
#: kind of line → reason of a cut, and what the clerk writes
CUTS = {
    "part": ("epc", "The list price of the part plus the agreed mark-up"),
    "labour": ("elh", "Flat-rate hours of the operation"),
    "travel": ("ef", "The way from the point is 16 km"),
}
#: kind of line → what a point says against its cut
GROUNDS = {
    "part": "We paid more for it: the part came by air, see the invoice.",
    "labour": "The work took the whole morning, see the photos.",
    "travel": "The bridge was closed, the way round is longer.",
}
#: What the point says against its statement.
OBJECTION = "The travel was 38 km, the sheet of the technician is with the claim."


class Claims(Chapter):
    """What points, clerk and reviewer do with the work of the months."""

    def run(self):
        """Settings first, then the work of each role."""
        self.set_rates()
        self.set_rules()
        self.date_claims()
        self.work_week()
        self.ask_permission()
        self.claim()
        self.send_old_parts()
        self.decide()
        self.appeal()
        self.settle()

    # -- settings --------------------------------------------------------------

    def set_rates(self):
        """Labour operations with flat-rate hours, and a rate table in force."""
        self.env["aftersales.fault"].create(
            [
                {"name": f"{cause} ({complaint})", "code": f"F-{code}"}
                for complaint, cause, _correction, code in FAULTS
            ]
        )
        self.env["aftersales.labour.operation"].create(
            [
                {
                    "code": code,
                    "name": name,
                    "hours_flat": hours,
                    "fault_ids": [Command.set(self._get_fault(part).ids)],
                }
                for code, name, hours, part in OPERATIONS
            ]
        )
        rate = self.env["aftersales.claim.rate"].create(
            {
                "name": "Rates of the Network",
                "date_from": first_of_month(12),
                "labour_rate": 120.0,
                "diagnostic_rate": 60.0,
                "travel_mode": "zone",
                "zone_ids": [
                    Command.create({"name": "City", "km_from": 0, "amount": 60}),
                    Command.create({"name": "Region", "km_from": 30, "amount": 150}),
                ],
                "parts_markup": 15.0,
                "markup_ids": [
                    Command.create(
                        {
                            "product_categ_id": self.goods["AC-CMP"].categ_id.id,
                            "markup": 10.0,
                        }
                    )
                ],
            }
        )
        rate.action_activate()

    def set_rules(self):
        """Small claims pass by rule; late and missing old parts cost something."""
        self.env["aftersales.claim.rule"].create(
            {
                "name": "Small Repairs of Trusted Points",
                "amount_limit": 250.0,
                "audit_share": 10.0,
                "seed": "lanhai",
                "point_ids": [Command.set(self.active[:3].ids)],
            }
        )
        self.env["aftersales.deduction.rule"].create(
            [
                {
                    "name": "Old part late",
                    "kind": "part_late",
                    "days": 15,
                    "basis": "fixed",
                    "amount": 50.0,
                    "date_from": first_of_month(2),
                },
                {
                    "name": "Old part missing",
                    "kind": "part_missing",
                    "basis": "share",
                    "share": 100.0,
                    "date_from": first_of_month(2),
                },
            ]
        )
        self.env["aftersales.authorization.rule"].create(
            {"name": "Work above 3,000 needs our consent", "amount": 3000.0}
        )

    def ask_permission(self):
        """A point asks before costly work: one is granted, one waits."""
        orders = self.under_way[:1] | self.env["aftersales.service.order"].search(
            [
                ("state", "in", ("accepted", "in_progress")),
                ("service_point_id", "in", self.active[1:].ids),
                ("registration_id", "!=", False),
            ],
            order="id",
            limit=1,
        )
        permits = self._as("head", "aftersales.authorization").create(
            [
                {
                    "service_point_id": order.service_point_id.id,
                    "order_id": order.id,
                    "amount_requested": amount,
                    "reason": reason,
                    "date_to": self.today + timedelta(days=30),
                }
                for order, amount, reason in zip(
                    orders,
                    (3600.0, 4200.0),
                    (
                        "Compressor and control board failed together; the pipes are "
                        "flushed with nitrogen before the new ones go in.",
                        "The unit hangs over the lobby: the work needs a scaffold.",
                    ),
                    strict=False,
                )
            ]
        )
        permits.action_request()
        permits[:1].with_user(self.users["reviewer"]).action_approve()
        return permits

    # -- claims ----------------------------------------------------------------

    def date_claims(self):
        """Claims came in and were decided after their work, not on this day."""
        self.env["aftersales.claim"].flush_model()
        self.env.cr.execute(
            """
            UPDATE aftersales_claim claim
               SET date_submission = told.came,
                   date_decide_due = told.came + 30,
                   date_decision = CASE
                       WHEN claim.date_decision IS NOT NULL
                       THEN LEAST(told.came + 4, %(today)s)
                   END
              FROM (
                    SELECT id, LEAST(date_end::date + 2, %(today)s) AS came
                      FROM aftersales_service_order
                   ) told
             WHERE told.id = claim.order_id AND claim.date_submission IS NOT NULL
            """,
            {"today": self.today},
        )
        claims = self.env["aftersales.claim"]
        claims.invalidate_model()
        # They were filed in time after all, and the table is about their days.
        filed = claims.search([("date_submission", "!=", False)])
        filed.line_ids._set_rates()
        filed._run_checks()

    def work_week(self):
        """Jobs of the last days at the first point, two of them under way."""
        units = self.env["aftersales.registration"].search(
            [
                ("partner_id.city", "=", self.active[:1].partner_id.city),
                ("product_id", "=", self.goods["ac"].id),
                ("serial", ">=", "LH-AC-3000"),
                # Travel is covered for a year: the customer pays nothing.
                ("date_sale", ">=", self.today - timedelta(days=330)),
                ("is_in_cover", "=", True),
            ],
            order="id",
            limit=WEEK_JOBS,
        )
        moment = datetime.now().replace(hour=2, minute=10, second=0, microsecond=0)
        orders = self.env["aftersales.service.order"].create(
            [
                {
                    "partner_id": unit.partner_id.id,
                    "product_id": unit.product_id.id,
                    "serial": unit.serial,
                    "registration_id": unit.id,
                    "service_type_id": self.env.ref(
                        "aftersales_network.service_type_repair"
                    ).id,
                    "complaint": FAULTS[1 + number % 2][0],
                    "date_request": moment - timedelta(days=3, minutes=37 * number),
                }
                for number, unit in enumerate(units)
            ]
        )
        orders.action_dispatch()
        orders = orders.filtered(lambda o: o.service_point_id == self.active[:1])
        self.under_way = orders[-2:]
        self.under_way.action_accept()
        self.under_way.action_start()
        self.week = orders - self.under_way
        finish(self.env, self.week, random.Random(RANDOM_SEED))
        parts = {complaint: code for complaint, _cause, _work, code in FAULTS}
        for complaint, jobs in self.week.grouped("complaint").items():
            jobs.fault_id = self._get_fault(parts[complaint])

    def claim(self):
        """Claims of the week: one stays a draft; the queue is looked at for hints."""
        self.waiting = self._as("clerk", "aftersales.claim").search(
            [("state", "=", "submitted")], order="id"
        )
        self.waiting.action_find_hints()
        self.week.with_user(self.users["head"]).action_create_claim()
        claims = self.week.claim_ids.with_user(self.users["head"]).sorted("id")
        for claim in claims:
            labour = claim.line_ids.filtered(lambda line: line.kind == "labour")
            labour.labour_operation_id = self.env["aftersales.labour.operation"].search(
                [("fault_ids", "in", claim.fault_id.ids)], limit=1
            )
        self.add_costs(claims[:2])
        self.prove(claims[1:2])
        claims[1:].action_submit()

    def add_costs(self, claims):
        """A crane was hired, and a part came by express."""
        crane = self.env["res.partner"].create(
            {"name": "Baiyun Lifting Platforms", "is_company": True}
        )
        self.env["aftersales.claim.line"].with_user(self.users["head"]).create(
            [
                {"claim_id": claim.id, **vals}
                for claim in claims
                for vals in (
                    {
                        "kind": "sublet",
                        "name": "Lifting platform, half a day",
                        "sublet_partner_id": crane.id,
                        "amount_claimed": 320.0,
                    },
                    {
                        "kind": "freight",
                        "name": "Express from the warehouse",
                        "amount_claimed": 45.0,
                    },
                )
            ]
        )

    def prove(self, claim):
        """Invoices at the lines and a photo at the claim."""
        bought = claim.line_ids.filtered(lambda x: x.kind in ("sublet", "freight"))
        for line in bought:
            line.sublet_invoice_ref = f"2026-{4100 + line.id % 100}"
            line.document_ids = self.attach(
                line, "invoice.pdf", draw_paper(f"Invoice: {line.name}", "PDF")
            )
        claim.photo_ids = self.attach(
            claim, "type_plate.png", draw_paper(f"Serial {claim.serial}")
        )

    def attach(self, record, name, content):
        """A file of a record."""
        return self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": content,
                "res_model": record._name,
                "res_id": record.id,
            }
        )

    def send_old_parts(self):
        """Old parts of the week: owed, on their way, received and inspected."""
        parts = self._as("centre", "aftersales.part.return").search(
            [("order_id", "in", self.week.ids), ("state", "=", "owed")], order="id"
        )
        arrived = self.ship(parts[:4], "SF1390027711")
        arrived.with_user(self.users["warehouse"])._receive(
            {part.id: {"quantity": part.quantity} for part in arrived.part_ids}
        )
        looked_at = arrived.part_ids.with_user(self.users["warehouse"]).sorted("id")
        looked_at[:1].action_inspect("confirmed", "The bearing is dry")
        looked_at[1:2].action_inspect("no_fault", "Runs on the bench for two days")
        looked_at[:1].action_dispose("supplier")
        self.ship(parts[4:6], "SF1390027912")

    @staticmethod
    def ship(parts, number):
        """Pack old parts into a box and hand it to the carrier."""
        action = parts.action_pack()
        box = parts.env["aftersales.part.shipment"].browse(action["res_id"])
        box.write({"carrier": "SF Express", "tracking_number": number})
        box.action_ship()
        return box

    def decide(self):
        """The clerk looks at the queue: sent back, refused, cut, approved."""
        queue = self.waiting.filtered(lambda c: c.state == "submitted")
        queue[1:2]._send_back("The photo of the type plate is missing.")
        queue[2:3]._reject(
            self.env.ref("aftersales_warranty.claim_reason_cdr"),
            "The board was wet, not a fault of the unit.",
        )
        queue[3:4].action_review()
        for claim in queue[:1] | queue[4:5]:
            line = claim.line_ids.sorted("amount_claimed")[-1:]
            code, note = CUTS[line.kind]
            reason = self.env.ref(f"aftersales_warranty.claim_reason_{code}")
            amount = min(line.amount_allowed, round(line.amount_claimed * 0.8))
            line.action_decide_line(amount, reason, note)
            claim.action_approve()
        own = queue.filtered(lambda c: c.service_point_id == self.active[:1])
        (queue[5:15] | own[:-1]).filtered(
            lambda c: c.state == "submitted"
        ).action_approve()

    def appeal(self):
        """A point appeals against a cut and gets it in part; another one waits."""
        Appeal = self._as("head", "aftersales.claim.appeal")
        cut = self._as("clerk", "aftersales.claim").search(
            [("state", "=", "partially")], order="id desc", limit=2
        )
        for number, claim in enumerate(cut):
            line = claim.line_ids.filtered(
                lambda x: x.amount_approved < x.amount_claimed
            )[:1]
            appeal = Appeal.create(
                {
                    "claim_line_id": line.id,
                    "reason": GROUNDS[line.kind],
                }
            )
            appeal.action_submit()
            if number == 0:
                self.answer_appeal(appeal)

    def answer_appeal(self, appeal):
        """Another person than the first clerk decides."""
        action = appeal.with_user(self.users["admin"]).action_decide()
        amount = (appeal.amount_claimed + appeal.amount_before) / 2
        wizard = (
            self._as("admin", action["res_model"])
            .with_context(**action["context"])
            .create({"outcome": "partly", "note": "Half of it is shown"})
        )
        wizard.amount = amount
        wizard.action_apply()

    # -- settlement ------------------------------------------------------------

    def settle(self):
        """The run of this month: one confirmed, one disputed, the rest is sent."""
        Period = self._as("clerk", "aftersales.settlement.period")
        period = Period._start(self.company, self.today.replace(day=1), self.today)
        period._work_off(period._get_waiting())
        statements = period.settlement_ids.filtered(
            lambda s: s.state == "draft" and s.line_ids
        )
        statements.action_send()
        statements = statements.filtered(lambda s: s.state == "sent")
        statements = statements.filtered(
            lambda s: s.service_point_id != self.active[:1]
        )
        disputed = statements.filtered(self.get_travel)[:1]
        self.get_speaker(statements - disputed)._portal_confirm()
        self.get_speaker(disputed)._portal_dispute(
            {f"line_{self.get_travel(disputed).id}": OBJECTION}
        )

    @staticmethod
    def get_travel(statement):
        """The first line that pays travel."""
        return statement.line_ids.filtered(
            lambda line: line.claim_line_id.kind == "travel"
        )[:1]

    def get_speaker(self, statements):
        """The first statement, as the manager of its point sees it on the portal."""
        statement = statements[:1]
        staff = statement.service_point_id.staff_ids.filtered("is_manager")
        partner = staff.partner_id[:1]
        user = add_portal_user(self.env, (partner.email, partner.name, ""), partner)
        return statement.with_user(user).sudo()
