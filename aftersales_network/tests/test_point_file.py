import json

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-06-15 04:00:00")
class TestPointFile(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "Asia/Shanghai"

    def _done(self, end, **vals):
        order = self._create_order(**vals)
        order._dispatch_to(self.point, "test")
        return self._finish_order(order, date_start=False, date_end=end)

    def test_monthly_volumes_are_the_orders(self):
        # 17:00 UTC on the last of April is the first of May in Shanghai.
        self._done("2026-04-30 17:00:00")
        self._done("2026-05-20 02:00:00", is_complaint=True)
        self._done("2026-04-02 02:00:00")
        self._done("2025-06-30 02:00:00")
        values = json.loads(self.point.volume_graph)[0]["values"]
        self.assertEqual(len(values), 12)
        self.assertEqual(values[0]["label"], "Jul 2025")
        self.assertEqual([v["value"] for v in values][-4:], [0, 1, 2, 0])
        self.assertEqual(sum(v["value"] for v in values), 3)
        self.assertIn("<td class=''>May 2026</td>", self.point.volume_html)
        self.assertEqual(
            json.loads(self.point_b.volume_graph)[0]["values"][-2]["value"], 0
        )

    def test_volumes_of_many_points_in_one_go(self):
        self._done("2026-05-20 02:00:00")
        points = self.point | self.point_b | self.centre
        points.invalidate_recordset()
        self.env.flush_all()
        with self.assertQueryCount(8):
            points.mapped("volume_graph")

    def test_orders_by_month_button(self):
        order = self._done("2026-05-20 02:00:00")
        self._create_order()._dispatch_to(self.point, "open")
        action = self.point.action_view_volumes()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), order)
        self.assertTrue(action["view_mode"].startswith("graph,pivot"))

    def test_one_page_for_every_reader(self):
        self.point._change_level(
            self.env.ref("aftersales_network.level_gold"), "Yearly review"
        )
        for user in (self.user_centre, self.user_auditor, self.user_reviewer):
            form = Form(self.point.with_user(user))
            self.assertEqual(form.level_id.name, "Gold")
            self.assertEqual(len(form.level_change_ids), 1)
            self.assertEqual(len(form.agreement_ids), 1)
            self.assertEqual(len(form.staff_ids), 1)
            self.assertTrue(form.volume_graph)

    def test_registration_form_is_tracked(self):
        # Nothing is tracked on a record in the transaction that made it.
        self.env.cr.precommit.data.pop(f"mail.tracking.{self.point._name}", None)
        point = self.point.with_context(tracking_disable=False, mail_notrack=False)
        point.write(
            {
                "workshop_area": 55,
                "other_brands": "Brand B",
                "years_in_trade": 7,
                "photo_ids": [Command.create({"name": "front.png"})],
            }
        )
        self.env.flush_all()
        self.env.cr.flush()
        tracked = self.point.message_ids.sudo().tracking_value_ids.field_id
        self.assertEqual(
            set(tracked.mapped("name")),
            {"workshop_area", "other_brands", "years_in_trade", "photo_ids"},
        )

    def test_photos_are_shown_to_the_readers_of_the_point(self):
        pixel = (
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08"
            b"\x06\x00\x00\x00\x1f\x15\xc4\x89"
        )
        Attachment = self.env["ir.attachment"]
        photo = Attachment.with_user(self.user_centre).create(
            {"name": "front.png", "raw": pixel, "mimetype": "image/png"}
        )
        paper = Attachment.create({"name": "plan.pdf", "raw": b"%PDF"})
        self.point.with_user(self.user_centre).photo_ids = [Command.link(photo.id)]
        self.point.photo_ids = [Command.link(paper.id)]
        self.assertEqual(
            (photo.res_model, photo.res_id), (self.point._name, self.point.id)
        )
        gallery = self.point.with_user(self.user_auditor).photo_gallery
        self.assertEqual(gallery.count("<img"), 1)
        self.assertIn(f"/web/image/{photo.id}", gallery)

    def test_files_of_others_are_not_taken_over(self):
        private = (
            self.env["ir.attachment"]
            .with_user(self.user_head)
            .create({"name": "private.txt", "raw": b"salary"})
        )
        with self.assertRaises(AccessError):
            self.point.with_user(self.user_centre).write(
                {"photo_ids": [Command.link(private.id)]}
            )
        self.env.invalidate_all()
        self.assertFalse(private.res_id)
        self.assertFalse(private.with_user(self.user_centre).has_access("read"))

    def test_map(self):
        with self.assertRaisesRegex(UserError, "has no position yet"):
            self.point.action_open_map()
        self.point.partner_id.write(
            {"partner_latitude": 23.13, "partner_longitude": 113.36}
        )
        self.assertEqual(self.point.partner_latitude, 23.13)
        url = self.point.action_open_map()["url"]
        self.assertIn("mlat=23.13&mlon=113.36", url)

    def test_kind_groups_orders_agreements_and_awards(self):
        self.point_b.kind = "franchise"
        self._done("2026-05-20 02:00:00")
        other = self._create_order()
        other._dispatch_to(self.point_b, "test")
        self._create_order()
        Order = self.env["aftersales.service.order"].with_user(self.user_head)
        self.assertTrue(Order.fields_get(["point_kind"])["point_kind"]["groupable"])
        rows = Order.formatted_read_group(
            [("partner_id", "=", self.customer.id)], ["point_kind"], ["__count"]
        )
        self.assertEqual(
            {row["point_kind"]: row["__count"] for row in rows},
            {"authorized": 1, "franchise": 1, False: 1},
        )
        found = Order.search([("point_kind", "=", "franchise")])
        self.assertEqual(found.ids, other.ids)
        agreements = self.env["aftersales.agreement"]._read_group(
            [("service_point_id", "in", (self.point | self.point_b).ids)],
            ["point_kind"],
            ["__count"],
        )
        self.assertEqual(dict(agreements), {"authorized": 1, "franchise": 1})

    def _count_kinds(self, model, domain=()):
        """Records by kind of point, as the web client groups them."""
        points = (self.point | self.point_b).ids
        rows = self.env[model].formatted_read_group(
            [("service_point_id", "in", points), *domain], ["point_kind"], ["__count"]
        )
        return {row["point_kind"]: row["__count"] for row in rows}

    def test_kind_is_on_monthly_reports_and_costs(self):
        self.point_b.kind = "franchise"
        order = self._done("2026-05-20 02:00:00")
        self._done("2026-05-21 02:00:00")._write_flow(
            {"service_point_id": self.point_b.id}
        )
        reports = self.env["aftersales.month.report"].create(
            [
                {"service_point_id": point.id, "month": "2026-05-01"}
                for point in self.point | self.point_b
            ]
        )
        both = {"authorized": 1, "franchise": 1}
        domain = [("id", "in", reports.ids)]
        self.assertEqual(self._count_kinds("aftersales.month.report", domain), both)
        costs = [("source", "=", "order")]
        self.assertEqual(self._count_kinds("aftersales.order.cost", costs), both)
        Cost = self.env["aftersales.order.cost"]
        own = Cost.search([*costs, ("point_kind", "=", "authorized")])
        self.assertEqual(own.filtered("service_point_id").order_id, order)
        html = self.env["ir.actions.report"]._render_qweb_html(
            "aftersales_network.report_month_report", reports.ids
        )[0]
        self.assertIn("Franchise or Joint Venture", html.decode())
        self.point_b.kind = "own"
        self.assertEqual(
            self._count_kinds("aftersales.month.report", domain),
            {"authorized": 1, "own": 1},
        )

    def test_kind_of_many_reports_takes_one_read(self):
        def count(number):
            points = self.env["aftersales.service.point"]
            for _index in range(number):
                points |= self._create_point(parent_id=self.centre.id)
            reports = self.env["aftersales.month.report"].create(
                [{"service_point_id": p.id, "month": "2026-05-01"} for p in points]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            rows = reports.read(["service_point_id", "point_kind"])
            self.assertEqual(len(rows), number)
            return self.cr.sql_log_count - before

        few = count(2)
        self.assertLessEqual(count(12), few)

    def test_filters_of_the_kind(self):
        for model in (
            "aftersales.month.report",
            "aftersales.order.cost",
            "aftersales.service.order",
        ):
            view = self.env[model].get_view(view_type="search")["arch"]
            with self.subTest(model=model):
                self.assertIn('name="group_point_kind"', view)
                self.assertIn('name="point_kind"', view)

    def test_own_points_need_no_agreement(self):
        needs = {
            kind: self._create_point(kind=kind)._needs_agreement()
            for kind, _label in self.point._fields["kind"].selection
        }
        self.assertEqual(
            needs,
            {
                "own": False,
                "authorized": True,
                "retailer": True,
                "franchise": True,
                "dispatch": False,
            },
        )
