from datetime import date

from odoo.fields import Command

from .common import WarrantyCommon


class ChecksCommon(WarrantyCommon):
    """Claims whose checks all pass unless a test says otherwise."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._silence_law()
        cls.env["aftersales.claim.rule"].search([]).action_archive()

    @classmethod
    def _create_rule(cls, **vals):
        """A rule that approves every clean claim up to 500; no audit, no hints."""
        return cls.env["aftersales.claim.rule"].create(
            {
                "name": "Small Repairs",
                "amount_limit": 500.0,
                "audit_share": 0.0,
                "seed": "test",
                "is_hint_stopped": False,
                **vals,
            }
        )

    @classmethod
    def _create_operation(cls, code="L1", **vals):
        return cls.env["aftersales.labour.operation"].create(
            {"code": code, "name": f"Work {code}", "hours_flat": 1.0, **vals}
        )

    @classmethod
    def _create_bare(cls, count, **vals):
        """Drafts without an order, each with one part and its own serial."""
        return cls.env["aftersales.claim"].create(
            [
                {
                    "service_point_id": cls.point.id,
                    "serial": f"M-{index}",
                    "date_failure": date(2026, 3, 2),
                    "line_ids": [
                        Command.create(
                            {
                                "kind": "part",
                                "product_id": cls.part.id,
                                "amount_claimed": 10,
                            }
                        )
                    ],
                    **vals,
                }
                for index in range(count)
            ]
        )

    def _result(self, claim, code):
        """(result, reason) of one check of a claim."""
        check = claim.check_ids.filtered(lambda c: c.code == code)
        self.assertEqual(len(check), 1, code)
        return check.result, check.reason

    def _message(self, claim, code):
        """Sentence of one check of a claim."""
        return claim.check_ids.filtered(lambda c: c.code == code).message

    def _reason(self, code):
        return self.env.ref(f"aftersales_warranty.claim_reason_{code}")
