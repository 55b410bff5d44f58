import base64
from datetime import date

from odoo.fields import Command

from .common import WarrantyCommon


class ClaimsCommon(WarrantyCommon):
    """Claims with rate tables: the point's agreement names no rate of its own.

    Labour 50.00, diagnosis 40.00, 1.50 a kilometre, parts at list + 20 %.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._silence_law()
        cls._bear_labour(100)
        cls._name_no_rates(cls.point)
        cls.Rate = cls.env["aftersales.claim.rate"]
        cls.Permit = cls.env["aftersales.authorization"]
        cls.Rule = cls.env["aftersales.authorization.rule"]

    @classmethod
    def _bear_labour(cls, share):
        """Let the published policy bear another share of the labour."""
        term = cls.version.term_ids.filtered(lambda t: t.component == "labour")
        term.flush_recordset()
        cls.env.cr.execute(
            "UPDATE aftersales_policy_term SET share = %s WHERE id IN %s",
            (share, tuple(term.ids)),
        )
        term.invalidate_recordset()
        cls.env.registry.clear_cache()

    @classmethod
    def _name_no_rates(cls, point):
        """An agreement that leaves every rate to the tables."""
        agreement = point.agreement_ids
        agreement.flush_recordset()
        cls.env.cr.execute(
            "UPDATE aftersales_agreement SET labour_rate = 0, parts_markup = 0, "
            "travel_rate = 0, inspection_fee = 0 WHERE id IN %s",
            (tuple(agreement.ids),),
        )
        agreement.invalidate_recordset()

    @classmethod
    def _create_rate(cls, activate=True, **vals):
        rate = cls.Rate.create(
            {
                "name": "Standard",
                "date_from": date(2026, 1, 1),
                "labour_rate": 50.0,
                "diagnostic_rate": 40.0,
                "travel_rate": 1.5,
                "parts_markup": 20.0,
                **vals,
            }
        )
        if activate:
            rate.action_activate()
        return rate

    @classmethod
    def _create_operation(cls, code="AC-100", hours=2.5, **vals):
        return cls.env["aftersales.labour.operation"].create(
            {"code": code, "name": f"Work {code}", "hours_flat": hours, **vals}
        )

    @classmethod
    def _create_bare_claim(cls, *lines, **vals):
        """A draft without an order, with lines as values."""
        return cls.env["aftersales.claim"].create(
            {
                "service_point_id": cls.point.id,
                "registration_id": cls.unit.id,
                "date_failure": date(2026, 3, 2),
                "date_start": date(2026, 3, 3),
                "date_end": date(2026, 3, 4),
                "line_ids": [Command.create(line) for line in lines],
                **vals,
            }
        )

    @classmethod
    def _create_permit(cls, amount=100.0, approve=True, **vals):
        """An authorisation of the point, approved by the reviewer."""
        permit = (
            cls.Permit.with_user(cls.user_service)
            .sudo()
            .create(
                {
                    "service_point_id": cls.point.id,
                    "amount_requested": amount,
                    "reason": "Costly work",
                    "date_from": date(2026, 3, 1),
                    "date_to": date(2026, 3, 31),
                    **vals,
                }
            )
        )
        permit.action_request()
        if approve:
            permit.with_user(cls.user_reviewer).action_approve()
        return permit

    @classmethod
    def _attach(cls, record, name="invoice.pdf", raw=b"%PDF-1.4 test"):
        return cls.env["ir.attachment"].create(
            {
                "name": name,
                "raw": raw,
                "res_model": record._name,
                "res_id": record.id,
            }
        )

    @classmethod
    def _make_manager(cls, user=None):
        """Let the portal user manage his point."""
        cls._create_staff(
            service_point_id=cls.point.id,
            partner_id=(user or cls.user_portal).partner_id.id,
            role_id=cls.role_manager.id,
        )

    @staticmethod
    def _encode(raw):
        return base64.b64encode(raw).decode()
