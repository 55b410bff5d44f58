import importlib.util
from datetime import date, datetime

from odoo.modules.module import get_module_path
from odoo.tests import tagged

from .repair_common import RepairCommon


@tagged("post_install", "-at_install")
class TestMigration(RepairCommon):
    """Data of the version before bench repairs and parts goes on to work."""

    def _migrate(self, name, version="19.0.1.0.0"):
        path = f"{get_module_path('aftersales_warranty')}/migrations/19.0.1.2.0/"
        spec = importlib.util.spec_from_file_location(name, f"{path}{name}.py")
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        self.env.flush_all()
        script.migrate(self.env.cr, version)
        self.env.flush_all()
        self.env.invalidate_all()

    def _age(self, repair, **vals):
        """Make a repair look like one that the update just found by its serial."""
        self.env.flush_all()
        columns = {
            "create_date": "2026-02-27 20:00:00",
            "schedule_date": "2026-02-28 08:00:00",
            "aftersales_date_start": None,
            "aftersales_date_end": None,
            "aftersales_repair_days": 0,
            "aftersales_date_request": "2030-01-01",
            "aftersales_service_type_id": None,
            **vals,
        }
        names = ", ".join(f"{name} = %s" for name in columns)
        self.env.cr.execute(
            f"UPDATE repair_order SET {names} WHERE id = %s",
            [*columns.values(), repair.id],
        )
        self.env.cr.execute(
            "DELETE FROM aftersales_repair_line WHERE repair_id = %s", [repair.id]
        )
        self.env.invalidate_all()

    def test_running_repair(self):
        repair = self._create_repair_order(parts=[("add", self.part, 2)])
        repair._action_repair_confirm()
        repair.action_repair_start()
        usual = repair.picking_type_id.default_recycle_location_dest_id
        self._age(repair, recycle_location_id=usual.id)
        self._migrate("post-repairs")
        # 20:00 UTC is the next day in the zone of the company.
        self.assertEqual(repair.aftersales_date_request, date(2026, 2, 28))
        self.assertEqual(repair.aftersales_date_start, datetime(2026, 2, 28, 8))
        self.assertFalse(repair.aftersales_date_end)
        self.assertEqual(repair.aftersales_service_type_id, self.type_repair)
        charge = repair.aftersales_charge_ids
        self.assertEqual((charge.product_id, charge.quantity), (self.part, 2))
        self.assertNotEqual(repair.recycle_location_id, usual)
        mine = repair.with_user(self.mechanic)
        mine.action_aftersales_request_inspection()
        self._inspect(repair)
        mine.action_repair_end()
        self.assertEqual(repair.state, "done")

    def test_finished_repair_counts(self):
        repair = self._create_repair_order(parts=[("add", self.part, 1)])
        self._finish_repair(repair)
        end = datetime(2026, 3, 4, 9)
        repair.move_id.date = end
        self._age(repair)
        self._migrate("post-repairs")
        self.assertEqual(repair.aftersales_date_end, end)
        self.assertEqual(repair.aftersales_repair_days, 5)
        found = self.bench_unit._get_history_summary(date(2026, 3, 19))
        summary = found[self.bench_unit.id]
        self.assertEqual((summary["repairs"], summary["repair_days"]), (1, 5))
        # What was charged then is not calculated anew.
        self.assertFalse(repair.aftersales_charge_ids)

    def test_orders_of_points_without_counted_stock_go_on(self):
        self.company.aftersales_part_shortage = "refuse"
        self.company_b.aftersales_part_shortage = "refuse"
        self.assertFalse(self.point.location_id)
        self._migrate("post-parts", version=False)
        self.assertEqual(self.company.aftersales_part_shortage, "refuse")
        self._migrate("post-parts")
        self.assertEqual(self.company.aftersales_part_shortage, "allow")
        self.assertEqual(self.company_b.aftersales_part_shortage, "refuse")
        order = self._create_order(
            service_point_id=self.point.id,
            lot_id=self.lot.id,
            correction="Replaced",
            cause="Worn",
            state="in_progress",
        )
        self._add_lines(order, ("part", 1, 100.0, self.part))
        order.step_ids.is_done = True
        self.point._cron_create_locations()
        order.action_done()
        self.assertEqual(order.line_ids.quantity_used, 1)
