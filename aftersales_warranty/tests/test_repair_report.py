from odoo.tests import tagged

from .repair_common import RepairCommon


@tagged("post_install", "-at_install")
class TestRepairReport(RepairCommon):
    """The printed repair order shows the cover of each line."""

    def _print(self, repair, user):
        report = self.env["ir.actions.report"].with_user(user)
        html, _kind = report._render_qweb_html("repair.report_repairorder2", repair.ids)
        return html.decode()

    def test_cover_per_line(self):
        repair = self._create_repair_order(
            parts=[("add", self.part, 1)], works=[("labour", 1, 60), ("travel", 5, 2)]
        )
        html = self._print(repair, self.user_admin)
        self.assertIn("Covered at 50 % until 06/01/2027.", html)
        self.assertIn("Covered at 100 % until 06/01/2027.", html)
        self.assertIn("Charged to the Customer:", html)
        self.assertIn("40.00", html)

    def test_the_warehouse_prints_no_money(self):
        repair = self._create_repair_order(works=[("labour", 1, 61)])
        html = self._print(repair, self.mechanic)
        self.assertIn("Covered at 50 % until 06/01/2027.", html)
        self.assertNotIn("Charged to the Customer:", html)
        self.assertNotIn("30.50", html)

    def test_rework_is_marked(self):
        first = self._finish_repair(
            self._create_repair_order(aftersales_fault_id=self.fault.id)
        )
        again = self._create_repair_order(
            aftersales_fault_id=self.fault.id,
            aftersales_date_request=self.company._get_aftersales_today(),
        )
        html = self._print(again, self.user_admin)
        self.assertIn("Free of charge under the guarantee of", html)
        self.assertIn(first.name, html)

    def test_other_repairs_print_as_ever(self):
        repair = self._create_repair_order(lot=self._create_bench_lot("LOOSE-9"))
        self.assertNotIn("Cover %", self._print(repair, self.mechanic))
