from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_network.tests.race import CommittedCase

#: Deleted in this order; the key column and whose id it holds.
REMOVED = (
    ("aftersales_return_line", "product_id", "product"),
    ("aftersales_return", "partner_id", "partner"),
    ("stock_move_line", "product_id", "product"),
    ("stock_move", "product_id", "product"),
    ("stock_picking", "partner_id", "partner"),
    ("stock_quant", "product_id", "product"),
    ("aftersales_registration", "product_id", "product"),
    ("stock_lot", "product_id", "product"),
    ("product_product", "id", "product"),
    ("product_template", "id", "template"),
    ("res_partner", "id", "partner"),
)


@tagged("post_install", "-at_install")
class TestDepotConcurrency(CommittedCase):
    """Two workers on two real connections; nothing here is rolled back."""

    def _prepare(self, env):
        self.ids = {}
        partner = env["res.partner"].create({"name": "Concurrent Customer"})
        product, loose = env["product.product"].create(
            [
                {"name": "Concurrent", "is_storable": True, "tracking": "serial"},
                {"name": "Concurrent Loose", "is_storable": True},
            ]
        )
        products = product | loose
        self.ids = {
            "partner": partner.ids,
            "product": products.ids,
            "template": products.product_tmpl_id.ids,
        }
        lot = env["stock.lot"].create({"name": "CONC", "product_id": product.id})
        self.warehouse_id = (
            env["stock.warehouse"]
            .search([("company_id", "=", env.company.id)], limit=1)
            .id
        )
        self._deliver(env, partner, [(product, 1, lot), (loose, 3, lot.browse())])
        document = env["aftersales.return"].create(
            {
                "partner_id": partner.id,
                "line_ids": [
                    Command.create({"product_id": product.id, "lot_id": lot.id})
                ],
            }
        )
        # No law is about goods without country and class: a manager took them.
        document.line_ids._write_flow(
            {"is_override": True, "override_reason": "Two workers"}
        )
        document.action_confirm()
        self.line_id = document.line_ids.id
        self.lot_id = lot.id

    def _deliver(self, env, partner, goods):
        warehouse = env["stock.warehouse"].browse(self.warehouse_id)
        for product, quantity, lot in goods:
            env["stock.quant"]._update_available_quantity(
                product, warehouse.lot_stock_id, quantity, lot_id=lot
            )
        self._transfer(env, partner, goods, warehouse.out_type_id)._action_done()

    def _transfer(self, env, partner, goods, kind, source=None, target=None):
        places = {
            "location_id": (source or kind.default_location_src_id).id,
            "location_dest_id": (
                target or env.ref("stock.stock_location_customers")
            ).id,
        }
        picking = env["stock.picking"].create(
            {"picking_type_id": kind.id, "partner_id": partner.id, **places}
        )
        for product, quantity, lot in goods:
            env["stock.move"].create(
                {
                    "product_id": product.id,
                    "product_uom_qty": quantity,
                    "picking_id": picking.id,
                    "state": "assigned",
                    "picked": True,
                    **places,
                    "move_line_ids": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "quantity": quantity,
                                "lot_id": lot.id,
                                "picking_id": picking.id,
                                "picked": True,
                                **places,
                            }
                        )
                    ],
                }
            )
        return picking

    def _remove(self):
        with self.registry.cursor() as cr:
            for table, column, key in REMOVED:
                # Names of tables and columns are the constants above.
                cr.execute(
                    f"DELETE FROM {table} WHERE {column} = ANY(%s)",
                    [self.ids.get(key, [])],
                )
        self.registry.clear_all_caches()

    def _line(self, cr):
        return self._env(cr)["aftersales.return.line"].browse(self.line_id)

    # -- by the document -------------------------------------------------------

    def test_two_workers_receive_one_unit(self):
        one, two = self._cursor(), self._cursor()
        self._line(one)._receive()
        with self.assertRaisesRegex(UserError, "worked on by somebody else right now"):
            self._line(two)._receive()
        self._line(one).env.flush_all()
        one.commit()
        # The second began before and cannot overlook the first any more; the
        # server then repeats the request, which finds the unit received.
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(SerializationFailure),
        ):
            self._line(two)._receive()
        two.rollback()
        with self.assertRaisesRegex(UserError, "CONC. was received already by"):
            self._line(two)._receive()

    def test_two_workers_dispose_of_one_unit(self):
        one = self._cursor()
        line = self._line(one)
        line._receive()
        line._inspect(line.env.ref("aftersales_warranty.return_grade_new"), "no_fault")
        line.env.flush_all()
        one.commit()
        two = self._cursor()
        self._line(one)._dispose("restock")
        with self.assertRaisesRegex(UserError, "worked on by somebody else right now"):
            self._line(two)._dispose("restock")

    # -- by transfers ----------------------------------------------------------

    def _prepare_receipts(self, goods):
        """Two receipts of the same goods, each on its own connection."""
        with self.registry.cursor() as cr:
            env = self._env(cr)
            warehouse = env["stock.warehouse"].browse(self.warehouse_id)
            kind = warehouse.aftersales_in_type_id
            found = [
                (
                    env["product.product"].browse(product),
                    quantity,
                    env["stock.lot"].browse(lot),
                )
                for product, quantity, lot in goods
            ]
            pickings = [
                self._transfer(
                    env,
                    env["res.partner"].browse(self.ids["partner"]),
                    found,
                    kind,
                    env.ref("stock.stock_location_customers"),
                    warehouse.aftersales_quarantine_loc_id,
                )
                for _n in range(2)
            ]
            env.flush_all()
            return [picking.id for picking in pickings]

    def _race(self, goods, locked, late):
        """Validate both receipts at once, then after the first has ended."""
        with self.registry.cursor() as cr:
            document = self._line(cr).return_id
            document._cancel_receipts()
            document.line_ids._write_flow({"state": "cancelled"})
        first, second = self._prepare_receipts(goods)
        one, two = self._cursor(), self._cursor()
        pickings = {
            cr: self._env(cr)["stock.picking"].browse(picking)
            for cr, picking in ((one, first), (two, second))
        }
        pickings[one]._action_done()
        pickings[one].env.flush_all()
        with self.assertRaisesRegex(UserError, locked):
            pickings[two]._action_done()
        two.rollback()
        two.execute("SELECT COUNT(*) FROM stock_move")
        one.commit()
        with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
            pickings[two]._action_done()
        two.rollback()
        with self.assertRaisesRegex(UserError, late):
            pickings[two]._action_done()

    def test_two_transfers_bring_one_serial(self):
        self._race(
            [(self.ids["product"][0], 1, self.lot_id)],
            "CONC: somebody else is receiving these goods right now",
            "serial CONC came back already",
        )

    def test_two_transfers_bring_the_same_pieces(self):
        self._race(
            [(self.ids["product"][1], 2, False)],
            "Concurrent Customer: somebody else is receiving",
            "3.0 delivered, 2.0 returned",
        )
