from datetime import date

from odoo.fields import Command

from .common import WarrantyCommon


class SupplierCommon(WarrantyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._silence_law()
        cls.supplier = cls.env["res.partner"].create(
            {
                "name": "Fan Works",
                "is_company": True,
                "email": "claims@example.com",
                "property_account_payable_id": (
                    cls.point.partner_id.property_account_payable_id.id
                ),
            }
        )
        cls.part.seller_ids = [Command.create({"partner_id": cls.supplier.id})]
        cls.Claim = cls.env["aftersales.supplier.claim"].with_user(cls.user_clerk)
        cls.Line = cls.env["aftersales.supplier.claim.line"]

    @classmethod
    def _term(cls, **vals):
        return cls.env["aftersales.supplier.term"].create(
            {
                "partner_id": cls.supplier.id,
                "date_from": date(2020, 1, 1),
                "cover_months": 12,
                "with_labour": True,
                **vals,
            }
        )

    @classmethod
    def _approved(cls, *lines, day=date(2026, 3, 20), **vals):
        """An approved claim: part 100, half of the labour 120 and travel 20."""
        specs = lines or (
            ("part", 1, 100.0, cls.part),
            ("labour", 2, 60.0, None),
            ("travel", 10, 2.0, None),
        )
        claim = cls._create_claim(*specs, **vals)
        return cls._approve(claim, day)

    @classmethod
    def _collect(cls, claims, again=("waiting",)):
        return cls.Claim._collect(claims, again)

    def _sent(self, *claims):
        self._term()
        lines = self._collect(claims[0] if claims else self._approved())
        document = lines.supplier_claim_id.with_user(self.user_clerk)
        document.action_send()
        return document

    def _answered(self, *claims):
        document = self._sent(*claims)
        document.action_accept_all()
        document.action_conclude()
        return document
