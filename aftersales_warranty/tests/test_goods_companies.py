from datetime import timedelta

from odoo.fields import Command, Datetime
from odoo.tests import new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from odoo.addons.aftersales_network.tests.common import CONTEXT

from .parts_common import PartsCommon

#: Lists of the menu in which each company of the test has a record.
FILLED = {
    "aftersales.return",
    "aftersales.return.line",
    "aftersales.part.balance",
    "aftersales.part.request",
    "aftersales.part.return",
    "aftersales.part.shipment",
    "aftersales.point.count",
    "stock.picking",
}


@tagged("post_install", "-at_install", "multi_company", "security")
class TestGoodsCompanies(PartsCommon):
    """The menus of returns and parts show the companies that are active."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env,
            login="goods_two_companies",
            groups="aftersales_network.group_warehouse,aftersales_network.group_head",
            context=CONTEXT,
            company_id=cls.company.id,
            company_ids=[Command.set([cls.company.id, cls.company_b.id])],
        )
        cls.company_b.partner_id.country_id = cls.country
        point_b = cls._create_point(
            name="Abroad", company_id=cls.company_b.id, kind="own"
        )
        point_b.with_company(cls.company_b).action_create_location()
        cls._fill(cls.company, cls.point)
        cls._fill(cls.company_b, point_b)
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def _fill(cls, company, point):
        """One document of each kind in a company."""
        env = cls.env(
            context=dict(cls.env.context, allowed_company_ids=company.ids),
        )
        env["aftersales.return"].create(
            {
                "company_id": company.id,
                "partner_id": cls.customer.id,
                "line_ids": [Command.create({"product_id": cls.part.id})],
            }
        )
        vendor = env.ref("stock.stock_location_suppliers")
        env["stock.move"].create(
            cls._prepare_move(
                vendor, point.location_id, cls.part, 5, company_id=company.id
            )
        )._action_done()
        env["aftersales.point.count"].create({"service_point_id": point.id})
        Duty = env["aftersales.part.return"]
        duty = {
            "service_point_id": point.id,
            "product_id": cls.part.id,
            "quantity": 1,
            "duty": "return",
        }
        Duty._create_duties([duty, duty])[:1].action_pack()
        order = cls._create_order(
            service_point_id=point.id, company_id=company.id, state="in_progress"
        )
        cls._add_lines(order, ("part", 2, 100.0, cls.part))
        soon = Datetime.now() + timedelta(days=3)
        order.with_env(env)._report_missing([(order.line_ids.with_env(env), 1)], soon)
        point.with_env(env)._portal_return_parts({f"qty_{cls.part.id}": "1"})

    @classmethod
    def _get_actions(cls):
        """Lists of the menu: ``[(menu, model, domain)]``."""
        actions, menus = [], cls.env.ref("aftersales_warranty.menu_goods")
        while menus := menus.child_id:
            for menu in menus:
                action = menu.action
                if action and action._name == "ir.actions.act_window":
                    domain = safe_eval(action.domain or "[]")
                    actions.append((menu, cls.env[action.res_model], domain))
        return actions

    def test_menus_follow_the_active_companies(self):
        both = self.company | self.company_b
        seen = set()
        for menu, Model, domain in self._get_actions():
            if Model._transient or "company_id" not in Model._fields:
                continue
            for companies in (both, self.company, self.company_b):
                mine = Model.with_user(self.user).with_context(
                    allowed_company_ids=companies.ids
                )
                found = mine.search(domain)
                expected = Model.search([*domain, ("company_id", "in", companies.ids)])
                with self.subTest(menu=menu.name, companies=companies.mapped("name")):
                    self.assertEqual(set(found.ids), set(expected.ids))
                    if Model._name in FILLED and not domain:
                        self.assertEqual(found.sudo().company_id, companies)
                        seen.add(Model._name)
        self.assertEqual(seen, FILLED - {"stock.picking"})

    def test_transfers_of_parts(self):
        action = self.env.ref("aftersales_warranty.stock_picking_action_points")
        domain = safe_eval(action.domain)
        for companies in (self.company, self.company_b, self.company | self.company_b):
            Picking = self.env["stock.picking"].with_user(self.user)
            Picking = Picking.with_context(allowed_company_ids=companies.ids)
            self.assertEqual(Picking.search(domain).company_id, companies)
