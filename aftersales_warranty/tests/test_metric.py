from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from .common import WarrantyCommon


@tagged("post_install", "-at_install")
class TestMetric(WarrantyCommon):
    def _compute(self, code, points=None):
        points = points or self.point | self.point_b
        result = self.env["aftersales.metric"]._compute_metrics(
            [code], points, date(2020, 1, 1), date(2099, 12, 31)
        )
        return {key: (float(a), b) for key, (a, b) in result[code].items()}

    def _deliver(self, partner, name):
        """A delivery of one serial, done."""
        lot = self.env["stock.lot"].create(
            {"name": name, "product_id": self.product.id}
        )
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        source = warehouse.lot_stock_id
        self.env["stock.quant"]._update_available_quantity(
            self.product, source, 1, lot_id=lot
        )
        target = self.env.ref("stock.stock_location_customers")
        places = {"location_id": source.id, "location_dest_id": target.id}
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": warehouse.out_type_id.id,
                "partner_id": partner.id,
                **places,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 1,
                            **places,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.move_ids.move_line_ids.unlink()
        picking.move_ids.write(
            {
                "move_line_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "lot_id": lot.id,
                            "quantity": 1,
                            "picking_id": picking.id,
                            **places,
                        }
                    )
                ],
                "picked": True,
            }
        )
        picking.button_validate()
        return self.env["aftersales.registration"].search([("lot_id", "=", lot.id)])

    def test_registration_rate(self):
        partner = self.point.partner_id
        before = self._compute("REG", self.hq)[self.hq.id]
        self._deliver(partner, "REG-1")
        self._deliver(partner, "REG-2").unlink()
        self._deliver(self.customer, "REG-3")
        self.assertEqual(self._compute("REG")[self.point.id], (1.0, 2))
        self.assertEqual(self._compute("REG")[self.point_b.id], (0.0, 0))
        after = self._compute("REG", self.hq)[self.hq.id]
        self.assertEqual((after[0] - before[0], after[1] - before[1]), (2.0, 3))

    def test_registration_rate_of_dealers(self):
        partner = self.point.partner_id
        partner.aftersales_is_dealer = True
        before = self._compute("REG", self.hq)[self.hq.id]
        unit = self._deliver(partner, "REG-4")
        self._deliver(partner, "REG-5")
        self.assertEqual(self._compute("REG")[self.point.id], (0.0, 0))
        unit._transfer(self.customer, self.company._get_aftersales_today())
        self.assertEqual(self._compute("REG")[self.point.id], (1.0, 1))
        # Sold by the dealer, but never delivered by us.
        self._create_unit(
            serial="REG-6",
            dealer_id=partner.id,
            date_sale=self.company._get_aftersales_today(),
            date_delivery=False,
        )
        self.assertEqual(self._compute("REG")[self.point.id], (2.0, 2))
        unknown = self._deliver(self.customer, "REG-7")
        unknown.partner_id = False
        after = self._compute("REG", self.hq)[self.hq.id]
        self.assertEqual((after[0] - before[0], after[1] - before[1]), (2.0, 3))

    def test_rejection_and_cycle(self):
        good = self._create_claim()
        bad = self._create_claim(date_request="2026-03-05 08:00:00")
        self._create_claim(date_request="2026-03-06 08:00:00")
        self._approve(good)
        bad.with_user(self.user_clerk)._reject(
            self.env.ref("aftersales_warranty.claim_reason_ew")
        )
        (good | bad).flush_recordset()
        self.env.cr.execute(
            "UPDATE aftersales_claim SET date_submission = '2026-03-10',"
            " date_decision = '2026-03-14' WHERE id IN %s",
            (tuple((good | bad).ids),),
        )
        self.env.invalidate_all()
        self.assertEqual(self._compute("CREJ")[self.point.id], (1.0, 2))
        self.assertEqual(self._compute("CCYC")[self.point.id], (8.0, 2))
        self.assertEqual(self._compute("WCPU")[self.point.id], (100.0, 1))
        self.assertEqual(self._compute("CREJ")[self.point_b.id], (0.0, 0))

    def test_days_from_the_repair_to_the_submission(self):
        claims = self._create_claim() | self._create_claim(
            date_request="2026-03-05 08:00:00"
        )
        draft = self._create_claim(date_request="2026-03-06 08:00:00")
        (claims | draft).flush_recordset()
        self.env.cr.execute(
            "UPDATE aftersales_claim SET date_submission = NULL WHERE id = %s",
            (draft.id,),
        )
        self.env.cr.execute(
            "UPDATE aftersales_claim SET date_submission = '2026-03-20',"
            " date_end = '2026-03-10' WHERE id IN %s",
            (tuple(claims.ids),),
        )
        self.env.invalidate_all()
        self.assertEqual(self._compute("CLATE")[self.point.id], (20.0, 2))
        self.assertEqual(self._compute("CLATE")[self.point_b.id], (0.0, 0))
        metrics = self.env["aftersales.metric"]
        days = (date(2026, 3, 1), date(2026, 3, 31))
        action = metrics._get_metric_action("CLATE", self.point, *days)
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, claims.sorted("id", reverse=True))
        april = (date(2026, 4, 1), date(2026, 4, 30))
        self.assertEqual(
            metrics._compute_metrics(["CLATE"], self.point, *april)["CLATE"],
            {self.point.id: (0, 0)},
        )

    def test_a_claim_outside_the_period_does_not_count(self):
        self._approve(self._create_claim(), date(2026, 3, 14))
        metrics = self.env["aftersales.metric"]
        for first, last, count in (
            (date(2026, 3, 14), date(2026, 3, 14), 1),
            (date(2026, 3, 15), date(2026, 3, 31), 0),
            (date(2026, 3, 1), date(2026, 3, 13), 0),
        ):
            result = metrics._compute_metrics(["CREJ"], self.point, first, last)
            self.assertEqual(result["CREJ"][self.point.id][1], count)

    def test_catalog(self):
        catalog = self.env["aftersales.metric"]._get_metric_catalog()
        self.assertEqual(catalog["CREJ"]["direction"], "down")
        self.assertEqual(catalog["CCYC"]["unit"], "days")
        self.assertLessEqual({"WCPU", "SETTLED", "REG", "VOLUME"}, set(catalog))
