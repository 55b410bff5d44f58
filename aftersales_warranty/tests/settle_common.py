from datetime import date
from unittest.mock import patch

from .common import WarrantyCommon


class SettleCommon(WarrantyCommon):
    """Approved claims, entries and settlements of the test points."""

    def _claims(self, *amounts, point=None, start=1, **vals):
        claims = self.env["aftersales.claim"]
        for index, amount in enumerate(amounts, start):
            claims |= self._create_claim(
                ("travel", 1, amount, None),
                point=point,
                date_request=f"2026-03-{index:02} 01:00:00",
                **vals,
            )
        return self._approve(claims, date(2026, 3, 31))

    def _adjust(self, amount, reason="Entry", day=date(2026, 3, 1), point=None, **vals):
        return self.env["aftersales.point.adjustment"].create(
            {
                "service_point_id": (point or self.point).id,
                "date": day,
                "amount": amount,
                "reason": reason,
                **vals,
            }
        )

    def _march(self, points=None):
        return self._settle(points, date(2026, 3, 31))

    def _april(self, points=None):
        return self._settle(points, date(2026, 4, 30))

    def _sent(self, *amounts, point=None):
        """A statement that is with the point."""
        self._claims(*(amounts or (100.0, 50.0)), point=point)
        settlement = self._march(point)
        settlement.action_send()
        return settlement

    def _answer(self, dispute, decision, answer="As agreed", user=None, **vals):
        wizard = (
            self.env["aftersales.settlement.answer"]
            .with_user(user or self.user_clerk)
            .create(
                {
                    "dispute_id": dispute.id,
                    "decision": decision,
                    "answer": answer,
                    **vals,
                }
            )
        )
        wizard.action_answer()

    def _billed(self, *amounts):
        self._claims(*(amounts or (100.0,)))
        settlement = self._march()
        settlement.action_confirm()
        settlement.action_create_bill()
        return settlement, settlement.sudo().move_id.with_env(self.env)

    def _run_job(self, job, left=60.0):
        """Run a scheduled job; a batch is not committed here.

        :param left: seconds that are left after each step
        """
        path = "odoo.addons.base.models.ir_cron.IrCron._commit_progress"
        with patch(path, return_value=left) as committed:
            job()
        return committed

    def _get_other_currency(self, rate=2.0, day=date(2020, 1, 1)):
        """Another currency: so many units for one of the company's."""
        other = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("id", "!=", self.company.currency_id.id)], limit=1)
        )
        other.active = True
        other.rate_ids.unlink()
        self._set_rate(other, rate, day)
        return other

    def _set_rate(self, currency, rate, day):
        self.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "company_id": self.company.id,
                "name": day,
                "rate": rate,
            }
        )
