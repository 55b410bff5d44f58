import io
from datetime import date, datetime

from PIL import Image

from odoo.fields import Command

from odoo.addons.aftersales_network.tests.common import AftersalesCommon


def make_picture(colour="red"):
    """Bytes of a small PNG."""
    stream = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(stream, "PNG")
    return stream.getvalue()


class WarrantyCommon(AftersalesCommon):
    """A network with one published policy, a unit and the accounts for bills."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._withdraw_price_lists()
        cls._withdraw_claim_rules()
        cls.company.country_id = cls.country
        cls.company.partner_id.tz = "Asia/Shanghai"
        cls.categ.aftersales_class_id = cls.env.ref(
            "aftersales_warranty.product_class_aircon"
        )
        cls.policy = cls.env["aftersales.policy"].create(
            {"name": "Test Promise", "categ_ids": [Command.set(cls.categ.ids)]}
        )
        cls.version = cls._create_version(
            terms=[
                {"component": "whole_unit", "months": 12},
                {"component": "labour", "months": 6, "share": 50},
                {"component": "part", "months": 36, "product_id": cls.part.id},
            ]
        )
        cls.unit = cls._create_unit(serial="SN-OLD", lot_id=cls.lot.id)
        cls._setup_accounts()

    @classmethod
    def _withdraw_price_lists(cls):
        """Leave out the prices that the database may hold: the tests publish theirs.

        A published list also asks for quotations before paid work.
        """
        Price = cls.env["aftersales.price.list"].with_context(active_test=False)
        found = Price.search([("state", "!=", "draft")])
        found._write_flow({"state": "draft"})
        found.action_archive()

    @classmethod
    def _withdraw_claim_rules(cls):
        """Leave out rate tables and authorisation rules of the database."""
        Rate = cls.env["aftersales.claim.rate"]
        Rate.search([("state", "=", "active")])._write_flow({"state": "draft"})
        cls.env["aftersales.authorization.rule"].search(
            [("active", "=", True)]
        ).action_archive()

    @classmethod
    def _silence_law(cls):
        """Leave the policy alone: no free repair by law stands beside it."""
        cls.env["aftersales.entitlement.rule"].search(
            [("type", "in", ("free_repair", "part_replacement"))]
        ).active = False

    @classmethod
    def _setup_accounts(cls):
        Account = cls.env["account.account"]
        expense = Account.create(
            {"name": "Test Expense", "code": "TWX1", "account_type": "expense"}
        )
        payable = Account.create(
            {
                "name": "Test Payable",
                "code": "TWX2",
                "account_type": "liability_payable",
                "reconcile": True,
            }
        )
        cls.account_cash = Account.create(
            {"name": "Test Cash", "code": "TWX3", "account_type": "asset_cash"}
        )
        Journal = cls.env["account.journal"]
        cls.journal = Journal.create(
            {
                "name": "Test Bills",
                "code": "TWB",
                "type": "purchase",
                "default_account_id": expense.id,
                "sequence": -100,
            }
        )
        cls.journal_misc = Journal.create(
            {"name": "Test Misc", "code": "TWM", "type": "general", "sequence": -100}
        )
        points = cls.point | cls.point_b
        points.partner_id.property_account_payable_id = payable

    @classmethod
    def _create_version(
        cls, terms, policy=None, date_effective=date(2020, 1, 1), **vals
    ):
        version = cls.env["aftersales.policy.version"].create(
            {
                "policy_id": (policy or cls.policy).id,
                "date_effective": date_effective,
                "reason": "Test",
                "term_ids": [Command.create(term) for term in terms],
                **vals,
            }
        )
        version.action_publish()
        return version

    @classmethod
    def _create_product(cls, **vals):
        """Another product like the test product."""
        return cls.env["product.product"].create(
            {
                "name": "Other Product",
                "is_storable": True,
                "tracking": "serial",
                "categ_id": cls.categ.id,
                **vals,
            }
        )

    @classmethod
    def _create_unit(cls, **vals):
        return cls.env["aftersales.registration"].create(
            {
                "product_id": cls.product.id,
                "partner_id": cls.customer.id,
                "date_sale": date(2026, 1, 1),
                "date_delivery": date(2026, 1, 5),
                "price": 3000.0,
                **vals,
            }
        )

    @classmethod
    def _create_done_order(cls, *lines, unit=None, point=None, **vals):
        """A finished repair with lines ``(kind, quantity, price, product)``."""
        unit = cls.unit if unit is None else unit
        order = cls._create_order(
            lot_id=unit.lot_id.id,
            serial=unit.serial,
            date_start=datetime(2026, 3, 3, 8),
            date_end=datetime(2026, 3, 4, 8),
            service_point_id=(point or cls.point).id,
            cause="Worn",
            correction="Replaced",
            **vals,
        )
        cls._add_lines(order, *(lines or [("part", 1, 100.0, cls.part)]))
        order.step_ids.is_done = True
        order.state = "done"
        return order

    @classmethod
    def _create_claim(cls, *lines, user=None, submit=True, **vals):
        """A claim of the point's portal user, submitted unless told otherwise."""
        order = cls._create_done_order(*lines, **vals)
        claim = cls.env["aftersales.claim"].create(order._prepare_claim_vals())
        if submit:
            claim.with_user(user or cls.user_service).sudo().action_submit()
        return claim

    @classmethod
    def _approve(cls, claims, date_decision=None):
        claims.with_user(cls.user_clerk).action_approve()
        if date_decision:
            cls._decide_on(claims, date_decision)
        return claims

    @classmethod
    def _decide_on(cls, claims, day):
        """Let claims have been decided on a day."""
        claims.flush_recordset()
        cls.env.cr.execute(
            "UPDATE aftersales_claim SET date_decision = %s WHERE id IN %s",
            (day, tuple(claims.ids)),
        )
        claims.invalidate_recordset()

    @classmethod
    def _settle(cls, points=None, date_to=date(2099, 12, 31)):
        """Settlements of the points, as the clerk."""
        return (
            cls.env["aftersales.settlement"]
            .with_user(cls.user_clerk)
            ._settle_points(points or cls.point, date(2026, 1, 1), date_to)
        )

    def _pay_bill(self, move):
        """Pay a posted bill in full, by an entry of the bank."""
        payable = move.line_ids.filtered(
            lambda x: x.account_id.account_type == "liability_payable"
        )
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": self.journal_misc.id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": payable.account_id.id,
                            "partner_id": move.partner_id.id,
                            "debit": move.amount_total,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.account_cash.id,
                            "credit": move.amount_total,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        (payable | entry.line_ids[0]).reconcile()
