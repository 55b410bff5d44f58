from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user, tagged

from .common import AftersalesCommon

#: A png of one pixel.
PIXEL = (
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    b"AABJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestOrderHandover(AftersalesCommon):
    """Steps, inspection, confirmation, guarantee and rework."""

    def _order(self, **vals):
        order = self._create_order(serial="SN-7", **vals)
        order.action_dispatch()
        return order

    @freeze_time("2026-03-09 10:00:00")
    def _done(self, **vals):
        """An order that the point's technician finished on the portal."""
        order = self._order(**vals)
        technician = order.with_user(self.user_portal).sudo()
        technician.action_accept()
        technician.action_start()
        technician.step_ids.write({"is_done": True})
        technician.correction = "Replaced"
        technician.action_done()
        return order

    # Steps

    def test_step_names_follow_the_reader(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        order = self._create_order()
        step = order.step_ids[0]
        step.step_id.with_context(lang="zh_CN").name = "与客户确认故障"
        self.assertEqual(step.name, "Confirm the fault with the customer")
        self.assertEqual(step.with_context(lang="zh_CN").name, "与客户确认故障")
        found = step.search([("name", "ilike", "confirm the fault")])
        self.assertIn(step, found)
        step.name = "Call first"
        self.env.invalidate_all()
        self.assertEqual(step.with_context(lang="zh_CN").name, "Call first")
        self.assertIn(step, step.search([("name", "=", "Call first")]))

    def test_closing_needs_the_mandatory_steps(self):
        order = self._done()
        step = order.step_ids.filtered("is_mandatory")[0]
        step.is_done = False
        with self.assertRaisesRegex(UserError, f"not ticked: {step.name}"):
            order.action_close()
        step.is_done = True
        order.action_close()
        self.assertEqual(order.state, "closed")
        with self.assertRaisesRegex(UserError, "its steps cannot change"):
            step.with_user(self.user_head).write({"is_done": False})

    # Inspection

    def _with_inspection(self):
        self.type_repair.needs_inspection = True
        return self._done()

    def test_hand_over_needs_a_passed_inspection(self):
        order = self._with_inspection()
        message = f"{order.name} has not passed its inspection"
        for step in (order.action_hand_over, order.action_close):
            with self.assertRaisesRegex(UserError, message):
                step()
        with self.assertRaisesRegex(UserError, message):
            order._confirm("Mr Wang", PIXEL, "link")
        order.with_user(self.user_dispatcher)._inspect(
            "passed", checks=self.type_repair.check_ids
        )
        self.assertEqual(order.inspection_result, "passed")
        self.assertEqual(order.inspection_ids.inspector_id, self.user_dispatcher)
        with freeze_time("2026-03-10 10:00:00"):
            order.action_hand_over()
        self.assertEqual(order.date_handover, datetime(2026, 3, 10, 10, 0))
        order.action_close()
        self.assertEqual(order.date_handover, datetime(2026, 3, 10, 10, 0))
        self.assertEqual(
            order.event_ids.mapped("kind")[-3:], ["inspected", "handed_over", "closed"]
        )

    def test_the_technician_does_not_inspect_his_own_work(self):
        order = self._with_inspection()
        checks = self.type_repair.check_ids
        own = order.with_user(self.user_portal).sudo()
        with self.assertRaisesRegex(UserError, "did the work. Another person"):
            own._inspect("passed", checks=checks)
        # Nor does it help to name another technician afterwards.
        other = self._create_staff(service_point_id=self.point.id)
        order.technician_id = other
        with self.assertRaisesRegex(UserError, "did the work. Another person"):
            own._inspect("passed", checks=checks)
        self.assertFalse(order.inspection_ids)

    def test_open_items_do_not_pass(self):
        order = self._with_inspection().with_user(self.user_dispatcher)
        checks = self.type_repair.check_ids
        with self.assertRaisesRegex(
            UserError, "not in order: The reported fault is gone"
        ):
            order._inspect("passed", checks=checks[1:])
        with self.assertRaisesRegex(UserError, "write down what the inspection found"):
            order._inspect("failed", " ")
        with self.assertRaisesRegex(UserError, "Choose the result"):
            order._inspect("maybe", "x", checks)

    def test_failed_work_goes_back_and_is_inspected_anew(self):
        order = self._with_inspection()
        action = order.with_user(self.user_dispatcher).action_inspect()
        self.env["aftersales.inspection.wizard"].with_user(
            self.user_dispatcher
        ).with_context(**action["context"]).create(
            {"result": "failed", "findings": "Cover loose"}
        ).action_confirm()
        self.assertEqual((order.state, order.date_end), ("in_progress", False))
        self.assertEqual(order.reopen_count, 0)
        self.assertEqual(order.event_ids[-1].kind, "failed")
        self.assertEqual(order.event_ids[-1].note, "Cover loose")
        order.action_done()
        self.assertFalse(order.inspection_result)
        with self.assertRaisesRegex(UserError, "has not passed"):
            order.action_close()
        order.with_user(self.user_dispatcher)._inspect(
            "passed", checks=self.type_repair.check_ids
        )
        order.action_close()
        self.assertEqual(
            order.inspection_ids.sorted("id").mapped("result"), ["failed", "passed"]
        )

    def test_reopened_work_is_inspected_again(self):
        order = self._with_inspection()
        order.with_user(self.user_dispatcher)._inspect(
            "passed", checks=self.type_repair.check_ids
        )
        order.action_hand_over()
        order.action_reopen()
        self.assertFalse(order.inspection_result or order.date_handover)

    # Confirmation

    def _with_confirmation(self):
        self.type_repair.confirmation = "required"
        return self._done()

    def test_closing_needs_the_confirmation(self):
        order = self._with_confirmation()
        with self.assertRaisesRegex(UserError, "is not confirmed by the customer"):
            order.action_close()
        with freeze_time("2026-03-10 10:00:00"):
            order._confirm(
                " Mr Wang ", PIXEL, "signature", "All well", order.step_ids[:2].ids
            )
        self.assertEqual(
            (order.customer_name, order.confirm_way, order.customer_remarks),
            ("Mr Wang", "signature", "All well"),
        )
        self.assertEqual(order.date_confirmed, datetime(2026, 3, 10, 10, 0))
        self.assertEqual(order.date_handover, datetime(2026, 3, 10, 10, 0))
        self.assertEqual(
            order.step_ids.mapped("is_customer_ticked"), [True, True, False, False]
        )
        order.action_close()
        self.assertEqual(order.state, "closed")

    def test_confirmed_once_only_and_not_before_the_end(self):
        self.type_repair.confirmation = "required"
        early = self._order()
        with self.assertRaisesRegex(UserError, "in state “Dispatched”"):
            early._confirm("Mr Wang", PIXEL, "link")
        order = self._with_confirmation()
        for name, signature, message in (
            (" ", PIXEL, "enter your name"),
            ("Mr Wang", False, "sign before you confirm"),
        ):
            with self.assertRaisesRegex(UserError, message):
                order._confirm(name, signature, "link")
        order._confirm("Mr Wang", PIXEL, "link")
        with self.assertRaisesRegex(UserError, "was confirmed by Mr Wang already"):
            order._confirm("Mr Li", PIXEL, "link")
        order.action_reopen()
        self.assertFalse(order.date_confirmed or order.customer_signature)
        self.assertFalse(any(order.step_ids.mapped("is_customer_ticked")))

    def test_steps_of_another_order_are_not_ticked(self):
        order, other = self._with_confirmation(), self._done()
        order._confirm("Mr Wang", PIXEL, "link", step_ids=other.step_ids.ids)
        self.assertFalse(any(other.step_ids.mapped("is_customer_ticked")))

    def test_link_is_mailed_when_the_work_is_done(self):
        self.type_repair.confirmation = "required"
        order = self._done()
        mail = self.env["mail.mail"].search(
            [("model", "=", order._name), ("res_id", "=", order.id)]
        )
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertIn(order.name, mail.subject)
        self.assertIn(f"/service-confirm/{order.id}?access_token=", mail.body_html)
        self.customer.email = False
        with self.assertRaisesRegex(UserError, "has no e-mail address"):
            order.action_send_confirm_link()

    def test_link_is_mailed_after_the_inspection_where_there_is_one(self):
        self.type_repair.confirmation = "required"
        order = self._with_inspection()
        domain = [("model", "=", order._name), ("res_id", "=", order.id)]
        self.assertFalse(self.env["mail.mail"].search(domain))
        order.with_user(self.user_dispatcher)._inspect(
            "passed", checks=self.type_repair.check_ids
        )
        self.assertEqual(len(self.env["mail.mail"].search(domain)), 1)

    def test_token_opens_its_own_order_only(self):
        order, other = self._with_confirmation(), self._done()
        token = order._get_confirm_url().split("access_token=")[1]
        Order = self.env["aftersales.service.order"]
        self.assertEqual(Order._find_by_confirm_token(order.id, token), order)
        for order_id, given in (
            (other.id, token),
            (order.id, ""),
            (order.id, token[:-1]),
            (999999999, token),
            (other.id, ""),
        ):
            self.assertFalse(Order._find_by_confirm_token(order_id, given))
        order._confirm("Mr Wang", PIXEL, "link")
        order.action_reopen()
        self.assertFalse(Order._find_by_confirm_token(order.id, token))

    def test_nobody_writes_what_the_customer_confirmed(self):
        order = self._with_confirmation()
        for vals in (
            {"customer_name": "x"},
            {"date_confirmed": "2026-03-03 08:00:00"},
            {"inspection_result": "passed"},
            {"date_handover": "2026-03-03 08:00:00"},
            {"is_rework": True},
            {"date_guarantee_end": "2030-01-01"},
            {"pause_id": False},
        ):
            with self.assertRaisesRegex(UserError, "changes only by its buttons"):
                order.with_user(self.user_head).write(vals)
        with self.assertRaises(AccessError):
            order.with_user(self.user_head).read(["confirm_token"])
        with self.assertRaises(AccessError):
            order.event_ids.with_user(self.user_admin).write({"note": "x"})
        order.step_ids[0].with_user(self.user_head).write({"is_customer_ticked": True})
        self.assertFalse(order.step_ids[0].is_customer_ticked)

    def test_signature_must_be_an_image(self):
        order = self._with_confirmation()
        for signature in ("no base64!", b"aGVsbG8=", b"PHN2ZyB4bWxucz0iaHR0cCI+"):
            with self.assertRaisesRegex(UserError, "sign before you confirm"):
                order._confirm("Mr Wang", signature, "link")

    # Guarantee and rework

    def _closed(self, **vals):
        order = self._done(**vals)
        with freeze_time("2026-03-10 10:00:00"):
            order.action_hand_over()
            order.action_close()
        return order

    def _again(self, moment="2026-04-01 08:00:00", **vals):
        return self._create_order(
            serial=vals.pop("serial", "SN-7"), date_request=moment, **vals
        )

    def test_guarantee_runs_from_the_hand_over(self):
        order = self._closed()
        self.assertEqual(order.date_guarantee_end, date(2026, 6, 8))
        self.type_repair.guarantee_days = 30
        self.env.flush_all()
        self.assertEqual(order.date_guarantee_end, date(2026, 6, 8))
        self.assertEqual(self._closed().date_guarantee_end, date(2026, 4, 9))
        self.type_repair.guarantee_days = 0
        self.assertFalse(self._closed().date_guarantee_end)

    def test_only_repairs_that_solved_the_fault_have_one(self):
        visit = self.env.ref("aftersales_network.service_type_visit")
        self.assertFalse(self._closed(service_type_id=visit.id).date_guarantee_end)
        order = self._done()
        order.outcome = "not_solved"
        order.action_close()
        self.assertFalse(order.date_guarantee_end)

    def test_same_fault_inside_the_guarantee_is_a_free_rework(self):
        fault = self.env.ref("aftersales_network.fault_cool")
        first = self._closed(fault_id=fault.id)
        again = self._again(fault_id=fault.id)
        self.assertEqual(again.rework_of_id, first)
        self.assertTrue(again.is_rework)
        self._add_lines(again, ("labour", 2, 60, None))
        self.assertEqual((again.amount_total, again.amount_payable), (120, 0))
        self.assertEqual(first.rework_count, 1)

    def test_what_is_no_rework(self):
        fault = self.env.ref("aftersales_network.fault_cool")
        self._closed(fault_id=fault.id)
        visit = self.env.ref("aftersales_network.service_type_visit")
        for vals in (
            {"moment": "2026-06-09 08:00:00"},
            {"moment": "2026-03-09 08:00:00"},
            {"serial": "SN-8"},
            {"product_id": self.part.id},
            {"service_type_id": visit.id},
            {"fault_id": self.env.ref("aftersales_network.fault_noise").id},
        ):
            with self.subTest(vals=vals):
                again = self._again(**{"fault_id": fault.id, **vals})
                self.assertFalse(again.rework_of_id)
                self.assertFalse(again.is_rework)
        last_day = self._again("2026-06-08 20:00:00", fault_id=fault.id)
        self.assertTrue(last_day.is_rework)

    def test_unknown_fault_is_proposed_and_decided(self):
        first = self._closed()
        again = self._again()
        self._add_lines(again, ("labour", 2, 60, None))
        self.assertEqual(again.rework_of_id, first)
        self.assertEqual((again.rework_state, again.is_rework), ("proposed", False))
        self.assertEqual(again.amount_payable, 120)
        with self.assertRaisesRegex(AccessError, "decide about a rework"):
            again.with_user(self.user_service).action_confirm_rework()
        again.with_user(self.user_dispatcher).action_confirm_rework()
        self.assertTrue(again.is_rework)
        self.assertEqual(again.amount_payable, 0)
        self.assertEqual(again.event_ids[-1].kind, "rework")
        action = again.with_user(self.user_dispatcher).action_reject_rework()
        self.env["aftersales.reason.wizard"].with_user(
            self.user_dispatcher
        ).with_context(**action["context"]).create(
            {"reason": "Another part"}
        ).action_confirm()
        self.assertEqual((again.rework_state, again.is_rework), ("other", False))
        self.assertEqual(first.rework_count, 0)
        lone = self._again(serial="SN-9")
        with self.assertRaisesRegex(UserError, "no earlier repair of this unit"):
            lone.action_confirm_rework()

    def test_repeat_rate_counts_at_the_point_of_the_first_repair(self):
        fault = self.env.ref("aftersales_network.fault_cool")
        first = self._closed(fault_id=fault.id)
        again = self._again("2026-03-20 08:00:00", fault_id=fault.id)
        again._dispatch_to(self.point_b, "test")
        Metric = self.env["aftersales.metric"]
        points = self.point | self.point_b
        month = (date(2026, 3, 1), date(2026, 3, 31))
        found = Metric._compute_metrics(["REPEAT"], points, *month)["REPEAT"]
        self.assertEqual(found, {self.point.id: (1, 1), self.point_b.id: (0, 0)})
        action = Metric._get_metric_action("REPEAT", points, *month)
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), first)

    def test_search_for_reworks_is_one_query_per_batch(self):
        self._closed()

        def count(size):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["aftersales.service.order"].create(
                [
                    {
                        "partner_id": self.customer.id,
                        "product_id": self.product.id,
                        "serial": "SN-7",
                        "service_type_id": self.type_repair.id,
                        "date_request": "2026-04-01 08:00:00",
                    }
                    for _n in range(size)
                ]
            )
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(1)
        small, large = count(10), count(60)
        self.assertLessEqual((large - small) / 50, 0.3)

    # Work order on paper

    def _print(self, order, report="report_service_order"):
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            f"aftersales_network.{report}", order.ids
        )
        return html.decode()

    def test_work_order_has_boxes_and_the_link_until_it_is_confirmed(self):
        self.type_repair.confirmation = "required"
        order = self._order()
        text = self._print(order)
        self.assertEqual((text.count("☐"), text.count("☑")), (8, 0))
        self.assertIn("Scan to confirm the work", text)
        self.assertIn("data:image/svg+xml;base64,", text)
        order = self._done()
        order._confirm("Mr Wang", PIXEL, "link", "All well", order.step_ids[0].ids)
        text = self._print(order)
        self.assertEqual((text.count("☐"), text.count("☑")), (3, 5))
        self.assertNotIn("Scan to confirm the work", text)
        self.assertIn("Mr Wang", text)
        self.assertIn(PIXEL.decode()[:40], text)
        self.assertIn("All well", text)

    def test_work_order_speaks_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        order = self._order()
        order.step_ids[0].step_id.with_context(lang="zh_CN").name = "与客户确认故障"
        self.assertNotIn("与客户确认故障", self._print(order))
        self.customer.lang = "zh_CN"
        self.assertIn("与客户确认故障", self._print(order))

    def test_photos_are_printed_on_request_only(self):
        order = self._order()
        order.photo_ids = [(0, 0, {"kind": "plate", "image": PIXEL, "name": "Plate 7"})]
        self.assertNotIn("Plate 7", self._print(order))
        self.assertIn("Plate 7", self._print(order, "report_service_order_photo"))

    # Photos

    def test_photos_are_checked(self):
        order = self._order()
        Photo = self.env["aftersales.service.order.photo"].with_user(self.user_head)
        photo = Photo.create({"order_id": order.id, "kind": "plate", "image": PIXEL})
        self.assertTrue(photo.image_256)
        with self.assertRaisesRegex(UserError, "Only photos in JPEG"):
            Photo.create({"order_id": order.id, "image": b"aGVsbG8="})
        with self.assertRaisesRegex(UserError, "Only photos in JPEG"):
            photo.image = b"PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4="

    def test_photos_stay_private(self):
        order = self._order()
        photo = self.env["aftersales.service.order.photo"].create(
            {"order_id": order.id, "kind": "before", "image": PIXEL}
        )
        foreign = new_test_user(
            self.env, "aftersales_foreign", groups="aftersales_network.group_service"
        )
        for user, allowed in (
            (self.user_centre, True),
            (self.user_portal, True),
            (self.user_portal_b, False),
            (foreign, False),
        ):
            found = photo.with_user(user).search([("id", "=", photo.id)])
            self.assertEqual(bool(found), allowed, user.login)
        with self.assertRaises(AccessError):
            photo.with_user(self.user_portal).write({"kind": "after"})
