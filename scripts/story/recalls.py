"""Failures in the field: reports, alerts, a recall, and suppliers who answer."""

from datetime import datetime, time, timedelta

from odoo.fields import Command

from .chapter import Chapter
from .work import FAULTS, date_events, first_of_month

#: Serials of the batch that is called back.
RECALLED = ("LH-AC-1000", "LH-AC-1040")
#: Days since the recall began.
RECALL_DAYS = 24


class Recalls(Chapter):
    """From the failures of a part to the owners of a batch and its maker."""

    def run(self):
        """Find it, count it, mend it, and have the supplier bear it."""
        self.report_quality()
        self.forecast()
        self.recall()
        self.recover()

    # -- quality ---------------------------------------------------------------

    def report_quality(self):
        """The fan fails again and again: alert, report, answer of production."""
        orders = self.env["aftersales.service.order"].search(
            [
                ("state", "in", ("done", "closed")),
                ("complaint", "=", FAULTS[2][0]),
                ("service_type_id.kind", "=", "repair"),
            ],
            order="date_request desc",
            limit=12,
        )
        orders.write({"fault_id": self._get_fault("AC-FAN").id})
        self._as("reviewer", "aftersales.quality.threshold").search([]).action_check()
        self.reports = self.env["aftersales.quality.report"]
        for order in orders[:3]:
            self.reports |= self._as("head", "aftersales.quality.report").create(
                {
                    "order_id": order.id,
                    "description": "The bearing of the fan motor runs dry.",
                    "batch": "F2409",
                }
            )
        expert = self.users["admin"]
        sent = self.reports[:2].with_user(self.users["reviewer"])
        sent.write({"department": "production", "responsible_id": expert.id})
        sent.action_send()
        sent[:1].with_user(expert)._answer(
            "The dosing of the grease was too low in one week.",
            "Wrong nozzle after the change of shift",
            "Nozzle changed, weight of each motor checked",
            self.today,
        )

    def forecast(self):
        """The failure table of today, and the parts of the next periods."""
        self._as("head", "aftersales.failure.table").action_compute()
        forecast = self._as("warehouse", "aftersales.part.forecast").create({})
        forecast.action_compute()
        return forecast

    # -- recall ----------------------------------------------------------------

    def recall(self):
        """A batch is called back: owners are told, part of the work is done."""
        self.campaign = self._as("reviewer", "aftersales.campaign").create(
            {
                "title": "Fan motor may run hot",
                "kind": "batch",
                "product_ids": [Command.set(self.goods["ac"].ids)],
                "range_ids": [
                    Command.create(
                        {"serial_from": RECALLED[0], "serial_to": RECALLED[1]}
                    )
                ],
                "hazard": "The bearing of the fan motor can run dry and get hot.",
                "advice": "Switch the unit off when it gets loud.",
                "remedy": "We change the fan motor free of charge.",
                "labour_hours": 0.5,
                "part_ids": [
                    Command.create(
                        {"product_id": self.goods["AC-FAN"].id, "quantity": 1}
                    )
                ],
                "date_due": self.today + timedelta(days=90),
            }
        )
        self.campaign.action_start()
        self.work_campaign()
        self.campaign.action_notify()
        self.work_campaign()
        self.campaign.action_create_orders()
        self.work_campaign()
        self.remedy()
        self.date_recall()
        self.claim_recall()

    def work_campaign(self):
        """The steps of the nightly job."""
        Campaign = self.env["aftersales.campaign"]
        Unit = self.env["aftersales.campaign.unit"]
        for step in (
            Campaign._resolve_next,
            Unit._send_next,
            Unit._order_next,
        ):
            while step():
                pass

    def remedy(self):
        """Points do the work of some units."""
        orders = self.get_units().order_id.with_env(self.env)
        orders.filtered(lambda o: o.state in ("draft", "new")).action_dispatch()
        self.remedied = orders.filtered(lambda o: o.state == "dispatched")[:9]
        orders = self.remedied
        orders.action_accept()
        orders.action_start()
        orders.step_ids.write({"is_done": True})
        orders.write({"cause": "Recall", "correction": "Fan motor changed"})
        orders.action_done()

    def get_units(self):
        """Affected units that had an owner when the recall began."""
        begin = self.today - timedelta(days=RECALL_DAYS)
        return self.campaign.sudo().unit_ids.filtered(
            lambda x: x.registration_id.date_sale < begin
        )

    def date_recall(self):
        """The campaign began weeks ago, and units were mended day by day."""
        campaign, begin = self.campaign.sudo(), self.today - timedelta(days=RECALL_DAYS)
        units = self.get_units()
        campaign._write_flow({"date_start": begin})
        units.notice_ids.date = begin + timedelta(days=1)
        units._write_flow({"date_notified": begin + timedelta(days=1)})
        morning = datetime.combine(begin, time(2))
        units.order_id.write({"date_request": morning + timedelta(days=2)})
        for number, order in enumerate(self.remedied):
            done = morning + timedelta(days=4 + 2 * number, hours=1)
            order.write(
                {
                    "date_dispatched": morning + timedelta(days=2, hours=1),
                    "date_start": done - timedelta(hours=1),
                    "date_end": done,
                }
            )
            order.campaign_unit_id._write_flow({"date_done": done.date()})
        date_events(self.env, self.remedied)
        for days in range(RECALL_DAYS):
            self.save_progress(begin + timedelta(days=days))
        campaign._save_progress()

    def claim_recall(self):
        """The points claim their work; it is paid from the budget of the recall."""
        self.remedied.action_close()
        self.remedied.with_user(self.users["head"]).action_create_claim()
        claims = self.remedied.claim_ids
        claims.with_user(self.users["head"]).action_submit()
        waiting = claims.filtered(lambda c: c.state == "submitted")
        waiting[:4].with_user(self.users["clerk"]).action_approve()
        self.campaign.with_user(self.users["head"]).action_collect_costs()

    def save_progress(self, day):
        """What the nightly job wrote down on a day."""
        campaign = self.campaign.sudo()
        done = campaign.unit_ids.filtered(lambda x: x.date_done and x.date_done <= day)
        self.env["aftersales.campaign.progress"].create(
            {
                **campaign._prepare_progress_vals(day),
                "done_count": len(done),
                "completion": 100.0 * len(done) / campaign.unit_count,
            }
        )

    # -- suppliers -------------------------------------------------------------

    def recover(self):
        """The maker of the compressors bears most of what his parts cost us."""
        supplier = self.env["res.partner"].create(
            {
                "name": "Yangtze Compressors",
                "is_company": True,
                "email": "claims@yangtze.example",
                "supplier_rank": 1,
            }
        )
        parts = self.goods["AC-CMP"] | self.goods["AC-PCB"] | self.goods["AC-FAN"]
        parts.seller_ids = [Command.create({"partner_id": supplier.id})]
        self._as("head", "aftersales.supplier.term").create(
            {
                "name": "Frame Agreement Yangtze 2024",
                "partner_id": supplier.id,
                "date_from": first_of_month(24),
                "cover_months": 36,
                "share": 80.0,
                "with_labour": True,
            }
        )
        Claim = self._as("clerk", "aftersales.supplier.claim")
        found = Claim._find_claims()
        self.collect(Claim, found[: len(found) // 2])
        self.answer_supplier(Claim.search([("state", "=", "draft")], limit=1))
        self.collect(Claim, found[len(found) // 2 :])
        Claim.search([("state", "=", "draft")], limit=1).action_send()

    @staticmethod
    def collect(Claim, claims):
        """Take the lines of claims for their suppliers."""
        Claim._collect(claims)

    def answer_supplier(self, claim):
        """The supplier takes all but one line; accounting posts his credit."""
        claim.action_send()
        claim.line_ids[:1]._answer(0.0, "No fault found on our bench")
        claim.action_accept_all()
        claim.action_conclude()
        claim.action_create_credit()
        claim.move_id.with_env(self.env).action_post()
