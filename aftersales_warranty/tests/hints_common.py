import base64
from datetime import date, datetime

from .common import WarrantyCommon, make_picture

#: Roles that see hints.
SEERS = ("clerk", "head", "auditor", "admin")


def picture(colour):
    """A small photo for a field; another colour makes another content."""
    return base64.b64encode(make_picture(colour))


class HintsCommon(WarrantyCommon):
    """Claims whose hints are known by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rules = {
            rule.code: rule
            for rule in cls.env["aftersales.claim.hint.rule"].search(
                [("company_id", "=", False)]
            )
        }

    @classmethod
    def _plain_claim(cls, day=date(2026, 3, 2), amount=100.0, point=None, **vals):
        """A submitted claim without an order, so that it shares nothing."""
        lines = vals.pop("lines", [{"kind": "other", "amount_claimed": amount}])
        claim = cls.env["aftersales.claim"].create(
            {
                "service_point_id": (point or cls.point).id,
                "product_id": cls.product.id,
                "date_failure": day,
                "line_ids": [(0, 0, {"name": "x", **line}) for line in lines],
                **vals,
            }
        )
        claim.sudo().action_submit()
        return claim

    @classmethod
    def _ordered_claim(cls, serial, *lines, day=datetime(2026, 3, 2, 8), **vals):
        """A submitted claim of an order for a unit of its own."""
        unit = cls.env["aftersales.registration"].search([("serial", "=", serial)])
        unit = unit or cls._create_unit(serial=serial, lot_id=False)
        return cls._create_claim(*lines, unit=unit, date_request=day, **vals)

    def _hints(self, claim):
        """``{code: hint}`` of a claim."""
        return {hint.code: hint for hint in claim.hint_ids}

    def _look(self, claims):
        claims.sudo()._find_hints()
        return claims
