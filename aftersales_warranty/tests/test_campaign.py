import base64
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..models import aftersales_campaign_run as run
from .recall_common import RecallCommon


@tagged("post_install", "-at_install")
class TestCampaign(RecallCommon):
    """Affected units are found, shown at intake, put right and counted."""

    # -- ranges ------------------------------------------------------------------

    def test_the_units_of_a_range_are_found(self):
        self.assertEqual(self.campaign.name[:3], "RCL")
        self._start()
        self.assertEqual(self.campaign.state, "running")
        self.assertEqual(
            self.campaign.unit_ids.sorted("serial").mapped("serial"),
            [f"AC-{number:04d}" for number in range(1, 11)],
        )
        self.assertEqual(
            (self.campaign.unit_count, self.campaign.completion), (10, 0.0)
        )
        row = self._row("AC-0001")
        self.assertEqual(
            (row.state, row.partner_id, row.area_id, row.service_point_id),
            ("open", self.customer, self.area, self.point),
        )

    def test_long_ranges_are_searched_in_batches_and_once(self):
        with patch.object(run, "BATCH", 3):
            self._start()
        self.assertEqual(self.campaign.unit_count, 10)
        item = self.campaign.range_ids
        self.assertEqual(
            (item.date_resolved, item.resolved_unit),
            (self.company._get_aftersales_today(), 0),
        )
        self.campaign.action_resolve()
        self._run_job()
        self.assertEqual(self.campaign.unit_count, 10)

    def test_queries_do_not_grow_with_the_units(self):
        def count(size):
            campaign = self._create_campaign()
            item = campaign.range_ids.sudo()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with patch.object(run, "BATCH", size):
                item._resolve()
            self.env.flush_all()
            self.assertEqual(campaign.unit_count, size)
            return self.env.cr.sql_log_count - before

        count(1)
        self.assertLessEqual(count(9), count(2) + 2)

    def test_a_unit_sold_later_is_found_the_next_day(self):
        with freeze_time("2026-05-01 02:00:00"):
            self._start()
        self.env["aftersales.registration"].search(
            [("serial", "=", "AC-0005")]
        )  # known already
        late = self._create_unit(serial="ac 0010b", product_id=self.product.id)
        new = self._create_unit(serial="AC-0003", product_id=self._create_product().id)
        with freeze_time("2026-05-02 02:00:00"):
            self._run_job()
        self.assertEqual(self.campaign.unit_count, 10)
        other = self._create_campaign(
            range_ids=[Command.create({"serial_from": "AC-0003"})],
            product_ids=[Command.set(new.product_id.ids)],
        )
        self._start(other)
        self.assertEqual(other.unit_ids.registration_id, new)
        self.assertNotIn(late, self.campaign.unit_ids.registration_id)

    def test_serials_in_stock_are_found_and_linked_when_sold(self):
        lot = self.env["stock.lot"].create(
            {"name": "ST-1", "product_id": self.product.id}
        )
        campaign = self._create_campaign(
            range_ids=[Command.create({"serial_from": "ST-1", "serial_to": "ST-5"})]
        )
        with freeze_time("2026-05-01 02:00:00"):
            self._start(campaign)
        row = campaign.unit_ids
        self.assertEqual((row.lot_id, row.registration_id.id), (lot, False))
        self.assertEqual(campaign.no_owner_count, 1)
        unit = self._create_unit(lot_id=lot.id)
        # Before the job runs again, intake knows it by its serial.
        self.assertIn(campaign.name, unit.notice_text)
        with freeze_time("2026-05-02 02:00:00"):
            self._run_job()
        self.assertEqual((row.registration_id, row.partner_id), (unit, self.customer))

    def test_factory_days_narrow_a_range(self):
        self.units[:4].date_factory = date(2025, 6, 1)
        self.units[4:].date_factory = date(2025, 7, 1)
        campaign = self._create_campaign(
            range_ids=[
                Command.create(
                    {
                        "serial_from": "AC-0001",
                        "serial_to": "AC-0010",
                        "factory_to": date(2025, 6, 30),
                    }
                )
            ]
        )
        self._start(campaign)
        self.assertEqual(campaign.unit_ids.registration_id, self.units[:4])

    def test_what_is_no_range_is_refused(self):
        cases = {
            ("AC-10", "AC-5"): "must begin alike",
            ("AC-20", "AC-10"): "“AC-10” comes before “AC-20”",
            ("--", "AC-1"): "“--” is no serial number",
            ("AC-1", "BC-2"): "must begin alike",
        }
        for (first, last), message in cases.items():
            with (
                self.subTest(first=first),
                self.assertRaisesRegex(ValidationError, message),
            ):
                self._create_campaign(
                    range_ids=[
                        Command.create({"serial_from": first, "serial_to": last})
                    ]
                )
        with self.assertRaisesRegex(ValidationError, "name the product"):
            self._create_campaign(product_ids=False)

    def test_a_started_campaign_stays_about_the_same(self):
        self._start()
        with self.assertRaisesRegex(UserError, "was started. Add ranges"):
            self.campaign.product_ids = self.part
        with self.assertRaisesRegex(UserError, "was searched already and stays"):
            self.campaign.range_ids.serial_to = "AC-0011"
        with self.assertRaisesRegex(UserError, "was searched already and stays"):
            self.campaign.range_ids.unlink()
        self.campaign.write({"range_ids": [Command.create({"serial_from": "AC-0011"})]})
        self._run_job()
        self.assertEqual(self.campaign.unit_count, 11)
        with self.assertRaisesRegex(UserError, "was started and cannot be deleted"):
            self.campaign.unlink()

    def test_a_campaign_about_nothing_does_not_start(self):
        empty = self._create_campaign(range_ids=False)
        with self.assertRaisesRegex(UserError, "add a range or load a list"):
            empty.action_start()

    def test_the_due_day_follows_the_start(self):
        self._start()
        with self.assertRaisesRegex(ValidationError, "cannot be due before it starts"):
            self.campaign.date_due = date(2020, 1, 1)

    def test_overdue(self):
        self._start()
        self.campaign.date_due = date(2099, 1, 1)
        self.assertFalse(self.campaign.is_overdue)
        with freeze_time("2099-01-03 02:00:00"):
            self.campaign.invalidate_recordset(["is_overdue"])
            self.assertTrue(self.campaign.is_overdue)
            found = self.env["aftersales.campaign"].search([("is_overdue", "=", True)])
            self.assertIn(self.campaign, found)

    def test_production_batches(self):
        lot = self.env["stock.lot"].create(
            {
                "name": "ST-9",
                "product_id": self.product.id,
                "aftersales_batch": "B2026-02",
            }
        )
        self.units[:3].batch = "b2026-01"
        self.units[3:6].batch = "B2026-04"
        campaign = self._create_campaign(
            range_ids=[
                Command.create(
                    {
                        "basis": "batch",
                        "serial_from": "B2026-01",
                        "serial_to": "B2026-03",
                    }
                )
            ]
        )
        self._start(campaign)
        self.assertEqual(campaign.unit_ids.registration_id, self.units[:3])
        self.assertEqual(
            campaign.unit_ids.filtered(lambda u: not u.registration_id).lot_id, lot
        )

    def test_lots_of_goods_without_serials(self):
        fan = self._create_product(name="Fan", tracking="lot")
        lots = self.env["stock.lot"].create(
            [{"name": f"L-{n}", "product_id": fan.id} for n in (1, 2, 3)]
        )
        campaign = self._create_campaign(
            product_ids=[Command.set(fan.ids)],
            range_ids=[
                Command.create(
                    {"basis": "lot", "serial_from": "L-1", "serial_to": "L-2"}
                )
            ],
        )
        self._start(campaign)
        self.assertEqual(campaign.unit_ids.lot_id, lots[:2])

    # -- intake ------------------------------------------------------------------

    def test_each_affected_unit_shows_it_at_intake(self):
        text = f"Open recall {self.campaign.name}: Fan may overheat. We replace the fan"
        self.assertFalse(self.units[0].notice_text)
        self._start()
        unit = self.units[0].with_user(self.user_service)
        unit.invalidate_recordset(["notice_text"])
        self.assertIn(text, unit.notice_text)
        self.assertIn(text, unit.card)
        order = self._create_order(serial="AC-0001")
        self.assertIn(text, order.unit_warning)
        self.assertTrue(order.has_open_recall)
        check = (
            self.env["aftersales.serial.check"]
            .with_user(self.user_service)
            .create({"text": "ac0001"})
        )
        self.assertIn(text, check.card)
        self.assertFalse(self._create_order(serial="AC-0011").has_open_recall)

    def test_unregistered_serials_are_known_at_intake(self):
        self.campaign.write(
            {
                "unit_ids": [
                    Command.create({"product_id": self.product.id, "serial": "ZZ 99"})
                ]
            }
        )
        self._start()
        order = self._create_order(serial="zz-99")
        self.assertIn("Open recall", order.unit_warning)
        self.assertIn("Nobody knows this serial", order.unit_warning)
        with self.assertRaisesRegex(UserError, "is not registered. Register the unit"):
            order.action_create_campaign_order()

    def test_returns_and_the_bench_are_told(self):
        self._start()
        document = self.env["aftersales.return"].create(
            {
                "partner_id": self.customer.id,
                "line_ids": [
                    Command.create(
                        {
                            "registration_id": self.units[0].id,
                            "product_id": self.product.id,
                        }
                    )
                ],
            }
        )
        self.assertIn(self.campaign.name, document.recall_text)
        repair = self.env["repair.order"].new(
            {
                "product_id": self.product.id,
                "aftersales_registration_id": self.units[0].id,
            }
        )
        self.assertIn(self.campaign.name, repair.aftersales_recall_text)

    def test_the_hook_for_the_checks(self):
        self.assertEqual(self.units._get_open_campaigns(), {})
        self._start()
        found = self.units._get_open_campaigns()
        self.assertEqual(set(found), set(self.units[:10].ids))
        self.assertEqual(found[self.units[0].id], self.campaign)
        self.assertEqual(self.units[0].campaign_count, 1)
        with self.assertQueryCount(1):
            self.units._get_open_campaigns()

    # -- list --------------------------------------------------------------------

    def _load(self, text, **vals):
        wizard = (
            self.env["aftersales.campaign.load"]
            .with_user(self.user_reviewer)
            .create(
                {
                    "campaign_id": self.campaign.id,
                    "file": base64.b64encode(text.encode()),
                    "filename": "list.csv",
                    **vals,
                }
            )
        )
        wizard.action_load()
        return wizard

    def test_a_list_of_serials(self):
        text = (
            "Serial Number,Product\nAC 0011,\nXX-1,Test Air Conditioner\n,x\nAC-0011,\n"
        )
        wizard = self._load(text)
        self.assertEqual(
            (wizard.taken_count, wizard.kept_count, wizard.refused_count), (2, 1, 1)
        )
        rows = self.campaign.unit_ids
        self.assertEqual(rows.mapped("source"), ["list", "list"])
        self.assertEqual(rows.registration_id, self.units[10])
        self.assertEqual(self._row("XX-1").product_id, self.product)
        again = self._load(text)
        self.assertEqual((again.taken_count, again.kept_count), (0, 3))
        strict = self._load("Serial\nYY-1\n", with_unknown=False)
        self.assertEqual(strict.line_ids.text, "Nobody registered this serial.")
        with self.assertRaisesRegex(UserError, "lacks the columns serial"):
            self._load("Colour\nred\n")

    def test_formulas_in_a_list_come_back_harmless(self):
        wizard = self._load("Serial,Product\n-,=1+1\n")
        self.assertEqual(wizard.refused_count, 1)
        content = base64.b64decode(wizard.refused_file).decode("utf-8-sig")
        self.assertIn("'=1+1", content)

    # -- orders ------------------------------------------------------------------

    def test_orders_are_made_in_batches_and_complete_the_units(self):
        self._start()
        self.campaign.action_create_orders()
        self.assertEqual(self.campaign.order_waiting_count, 10)
        self._run_job()
        self.assertEqual(self.campaign.booked_count, 10)
        row = self._row("AC-0001")
        order = row.order_id.with_env(self.env)
        self.assertEqual(
            (order.service_type_id.kind, order.origin, order.serial, order.priority),
            ("campaign", self.campaign.name, "AC-0001", "1"),
        )
        self.assertEqual(
            order.line_ids.sorted("kind").mapped("kind"), ["labour", "part"]
        )
        self.assertFalse(order.is_chargeable)
        self._finish_recall(row)
        self.assertEqual((row.state, bool(row.date_done)), ("done", True))
        self.assertEqual(self.campaign.completion, 10.0)
        self.units[0].invalidate_recordset(["notice_text"])
        self.assertFalse(self.units[0].notice_text)
        self.assertEqual(order.amount_customer, 0)
        self.assertEqual(order.amount_warranty, order.amount_total)
        order.action_reopen()
        self.assertEqual((row.state, row.date_done), ("booked", False))
        with self.assertRaisesRegex(UserError, "No unit with a known owner"):
            self.campaign.action_create_orders()

    def test_a_cancelled_order_leaves_the_unit_open(self):
        self._start()
        row = self._row("AC-0002")
        row.action_create_order()
        self.assertEqual(row.state, "booked")
        row.order_id.sudo()._cancel("wrong")
        self.assertEqual((row.state, row.order_id.id), ("open", False))
        row.action_create_order()
        self.assertEqual(len(row.order_ids), 2)

    def test_a_failed_job_stays_open(self):
        self._start()
        row = self._row("AC-0002")
        row.action_create_order()
        order = row.order_id.sudo()
        order._write_flow({"state": "dispatched", "service_point_id": self.point.id})
        order.outcome = "not_solved"
        self._finish_order(order)
        self.assertEqual((order.state, row.state), ("done", "booked"))

    def test_the_point_does_the_recall_with_the_repair(self):
        self._start()
        order = self._create_order(serial="AC-0003")
        order._write_flow({"state": "accepted", "service_point_id": self.point.id})
        order.with_user(self.user_dispatcher).action_create_campaign_order()
        row = self._row("AC-0003")
        self.assertEqual(
            (row.state, row.order_id.service_point_id), ("booked", self.point)
        )
        with self.assertRaisesRegex(UserError, "no recall of this unit waits"):
            order.action_create_campaign_order()

    def test_one_order_that_cannot_be_made_does_not_stop_the_others(self):
        self._start()
        self.campaign.action_create_orders()
        bad = self._row("AC-0002")
        original = type(bad)._prepare_order_vals

        def prepare(unit):
            if unit.id == bad.id:
                reason = "broken"
                raise UserError(reason)
            return original(unit)

        with patch.object(type(bad), "_prepare_order_vals", prepare):
            self._run_job()
        self.assertEqual(self.campaign.booked_count, 9)
        self.assertEqual((bad.state, bad.is_order_wanted), ("open", False))
        self.assertIn("broken", bad.message_ids[:1].body)

    # -- ends --------------------------------------------------------------------

    def test_units_end_with_a_reason(self):
        self._start()
        steps = {
            "_refuse": "refused",
            "_set_unreachable": "unreachable",
            "_set_scrapped": "scrapped",
            "_set_remedied": "done",
        }
        rows = self.campaign.unit_ids[:4]
        for row, (method, state) in zip(rows, steps.items(), strict=True):
            with self.assertRaisesRegex(UserError, "Give a reason for this step"):
                getattr(row, method)(" ")
            getattr(row, method)("He said so")
            self.assertEqual((row.state, row.end_reason), (state, "He said so"))
            self.assertEqual(row.ended_by_id, self.user_reviewer)
        # Units affected: 10, remedied: 1.
        self.assertEqual((self.campaign.completion, self.campaign.ended_count), (10, 3))
        rows[0].action_reopen()
        self.assertEqual((rows[0].state, rows[0].end_reason), ("open", False))

    def test_an_order_ends_with_its_unit(self):
        self._start()
        row = self._row("AC-0001")
        row.action_create_order()
        order = row.order_id.sudo()
        row._refuse("The owner does not want it")
        self.assertEqual((order.state, row.state), ("cancelled", "refused"))
        row.action_create_order()
        row.order_id.sudo()._write_flow({"state": "in_progress"})
        with self.assertRaisesRegex(UserError, "this step is possible only in"):
            row._refuse("Too late")
        self.assertEqual(row.state, "booked")

    def test_nothing_happens_before_the_start(self):
        row = self.env["aftersales.campaign.unit"].create(
            {"campaign_id": self.campaign.id, "registration_id": self.units[0].id}
        )
        with self.assertRaisesRegex(UserError, "does not run; nothing can be done"):
            row._refuse("x")
        self.assertFalse(self.units[0].notice_text)
