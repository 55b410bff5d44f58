from datetime import date, datetime

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .quality_common import TODAY, QualityCommon


@tagged("post_install", "-at_install")
class TestQualityReport(QualityCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sold = cls._sell("Q-1", batch="B-2602")
        cls.order = cls._fail(cls.sold)

    def _wizard(self, action, user, **vals):
        """Carry out the dialog of a step as a user."""
        return (
            self.env[action["res_model"]]
            .with_user(user)
            .with_context(**action["context"])
            .create(vals)
            .action_confirm()
        )

    def _answer(self, report, user=None):
        user = user or self.user_expert
        action = report.with_user(user).action_answer()
        self._wizard(
            action,
            user,
            root_cause="Wrong rubber",
            answer="We used lot 7 of the supplier",
            measures="New seal from July on",
            date_measures=date(2026, 7, 1),
        )
        return report

    # -- raising --------------------

    def test_one_click_on_the_order_brings_what_it_knows(self):
        action = self.order.with_user(self.user_head).action_report_quality()
        report = self.Report.browse(action["res_id"])
        self.assertEqual(action["res_model"], "aftersales.quality.report")
        self.assertEqual(report.state, "new")
        self.assertEqual(report.product_id, self.product)
        self.assertEqual(report.product_tmpl_id, self.template)
        self.assertEqual(report.registration_id, self.sold)
        self.assertEqual(report.serial, "Q-1")
        self.assertEqual(report.batch, "B-2602")
        self.assertEqual(report.fault_id, self.fault)
        self.assertEqual(report.cause, "Seal hardened")
        self.assertEqual(report.description, "Drips")
        self.assertEqual(report.service_point_id, self.point)
        self.assertEqual(report.date_failure, date(2026, 6, 15))
        self.assertEqual(report.months_in_service, 5)
        self.assertEqual(report.raised_by_id, self.user_head)
        self.assertEqual(report.date_due, date(2026, 7, 30))
        self.assertRegex(report.name, r"^QR\d{6}$")
        self.assertEqual(self.order.quality_report_count, 1)

    def test_the_same_fault_of_an_order_is_reported_once(self):
        self.order.with_user(self.user_head).action_report_quality()
        report = self.order.quality_report_ids
        with self.assertRaisesRegex(
            UserError, f"{self.order.name}: {report.name} is on this fault already."
        ):
            self.order.with_user(self.user_head).action_report_quality()
        report.with_user(self.user_reviewer)._reject("Not abnormal")
        self.order.with_user(self.user_head).action_report_quality()
        self.assertEqual(self.order.quality_report_count, 2)

    def test_an_order_without_product_has_no_model(self):
        order = self._create_order(product_id=False)
        with self.assertRaisesRegex(UserError, "needs the model"):
            order.with_user(self.user_head).action_report_quality()

    def test_a_foreign_product_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "Other Product"):
            self._report(order_id=self.order.id, product_id=self._create_product().id)

    def test_batch_follows_the_serial(self):
        lot = self.env["stock.lot"].create(
            {"name": "Q-LOT", "product_id": self.product.id, "aftersales_batch": "B-9"}
        )
        unit = self._sell("x", lot_id=lot.id)
        self.assertEqual(unit.batch, "B-9")
        lot.aftersales_batch = "B-10"
        self.assertEqual(unit.batch, "B-10")
        report = self._report(registration_id=unit.id, product_id=None)
        self.assertEqual(report.batch, "B-10")
        self.assertEqual(report.product_id, self.product)

    def test_repeats_are_counted_before(self):
        first = self._report()
        other = self._report(fault_id=self.fault_b.id)
        second = self._report()
        rejected = self._report()
        rejected.with_user(self.user_reviewer)._reject("Twice")
        third = self._report()
        counts = (first | second | third | other).mapped("repeat_count")
        self.assertEqual(counts, [0, 1, 2, 0])
        action = third.action_view_repeats()
        self.assertIn(second, self.Report.search(action["domain"]))

    # -- the way --------------------

    def test_from_the_report_to_the_closed_measure(self):
        report = self._send(self._report())
        self.assertEqual(report.state, "sent")
        self.assertEqual(report.date_sent, TODAY)
        self.assertEqual(report.activity_ids.user_id, self.user_expert)
        self.assertEqual(report.activity_ids.date_deadline, report.date_due)
        self._answer(report)
        self.assertEqual(report.state, "answered")
        self.assertEqual(report.root_cause, "Wrong rubber")
        self.assertEqual(report.answered_by_id, self.user_expert)
        self.assertEqual(report.date_answer, TODAY)
        self.assertTrue(report.is_in_time)
        self.assertEqual(report.activity_ids.user_id, self.user_reviewer)
        action = report.with_user(self.user_reviewer).action_check_effect()
        self._wizard(
            action, self.user_reviewer, effect="effective", note="No leak in 50 units"
        )
        self.assertEqual(report.state, "closed")
        self.assertEqual(report.date_closed, TODAY)
        self.assertEqual(report.closed_by_id, self.user_reviewer)
        self.assertFalse(report.activity_ids)
        line = self.env["aftersales.approval"].search(
            [("res_model", "=", report._name), ("res_id", "=", report.id)]
        )
        self.assertEqual((line.gate, line.decision), ("effect", "approved"))

    def test_measures_without_effect_go_back(self):
        report = self._answer(self._send(self._report()))
        report.with_user(self.user_reviewer)._check_effect(
            "not_effective", "Three more in July"
        )
        self.assertEqual(report.state, "sent")
        self.assertEqual(report.round_count, 1)
        self.assertFalse(report.answer)
        self.assertFalse(report.is_in_time)
        self.assertIn("We used lot 7", report.message_ids[0].body)
        self.assertEqual(report.activity_ids.user_id, self.user_expert)
        self._answer(report)
        self.assertEqual(report.state, "answered")

    def test_who_answered_does_not_check_himself(self):
        report = self._report()
        report.write({"department": "design", "responsible_id": self.user_reviewer.id})
        report.with_user(self.user_reviewer).action_send()
        self._answer(report, self.user_reviewer)
        with self.assertRaisesRegex(UserError, "Four-eyes"):
            report.with_user(self.user_reviewer)._check_effect("effective", "Fine")
        report.with_user(self.user_head)._check_effect("effective", "Fine")
        self.assertEqual(report.state, "closed")

    def test_a_check_needs_what_was_checked(self):
        report = self._answer(self._send(self._report()))
        with self.assertRaisesRegex(UserError, "Give a reason"):
            report.with_user(self.user_reviewer)._check_effect("effective", " ")

    def test_sending_names_what_is_missing(self):
        report = self._report(fault_id=False, description=False)
        with self.assertRaisesRegex(
            UserError,
            "these are missing: Fault, What Is Abnormal, Responsible Department, "
            "Responsible.",
        ):
            report.with_user(self.user_reviewer).action_send()

    def test_an_empty_answer_is_none(self):
        report = self._send(self._report())
        with self.assertRaisesRegex(UserError, "needs the root cause"):
            report.with_user(self.user_expert)._answer("We look at it", " ", "")
        self.assertEqual(report.state, "sent")

    def test_rejected_with_a_reason_and_taken_up_again(self):
        report = self._report()
        action = report.with_user(self.user_reviewer).action_reject()
        self._wizard(action, self.user_reviewer, reason="Normal noise")
        self.assertEqual(report.state, "rejected")
        self.assertEqual(report.reject_reason, "Normal noise")
        report.with_user(self.user_reviewer).action_reopen()
        self.assertEqual(report.state, "new")
        self.assertFalse(report.reject_reason)

    def test_overdue_answers_are_found(self):
        late = self._send(self._report(date_due=date(2026, 6, 29)))
        today = self._send(self._report(date_due=TODAY))
        found = self.Report.search([("is_overdue", "=", True)])
        self.assertIn(late, found)
        self.assertNotIn(today, found)
        self._answer(late)
        self.assertFalse(late.is_overdue)
        self.assertFalse(late.is_in_time)

    def test_the_responsible_needs_access(self):
        user = self.env["res.users"].create(
            {"name": "Outsider", "login": "quality_outsider"}
        )
        with self.assertRaisesRegex(ValidationError, "Outsider has no access"):
            self._report(responsible_id=user.id)

    # -- who may --------------------

    def test_only_reviewers_lead_a_report(self):
        report = self._report(department="design", responsible_id=self.user_hr.id)
        for user in (self.user_service, self.user_dispatcher, self.user_warehouse):
            for step in ("action_send", "action_reject"):
                with (
                    self.subTest(user=user.name, step=step),
                    self.assertRaisesRegex(AccessError, "technical reviewer"),
                ):
                    getattr(report.with_user(user), step)()
        report.with_user(self.user_head).action_send()
        self.assertEqual(report.state, "sent")

    def test_only_the_responsible_answers(self):
        report = self._send(self._report())
        with self.assertRaisesRegex(AccessError, "is answered by Test Hr"):
            report.with_user(self.user_warehouse)._answer("a", "b", "c")
        self.assertTrue(report.with_user(self.user_expert).can_answer)
        self.assertFalse(report.with_user(self.user_warehouse).can_answer)
        report.with_user(self.user_reviewer)._answer("a", "b", "c")
        self.assertEqual(report.answered_by_id, self.user_reviewer)

    def test_who_sees_which_reports(self):
        mine = self._report(order_id=self.order.id)
        other = self._report(service_point_id=self.point_b.id)
        everything = mine | other
        sees = {
            "service": self.Report,
            "hr": self.Report,
            "centre": mine,
            "dispatcher": everything,
            "reviewer": everything,
            "head": everything,
            "clerk": everything,
            "warehouse": everything,
            "auditor": everything,
            "admin": everything,
            "portal": mine,
            "portal_b": other,
        }
        for role, expected in sees.items():
            with self.subTest(role=role):
                user = getattr(self, f"user_{role}")
                found = self.Report.with_user(user).search(
                    [("id", "in", everything.ids)]
                )
                self.assertEqual(found.sudo(), expected.sudo())

    def test_the_responsible_reads_and_the_reporter_too(self):
        report = self._send(self._report(user=self.user_service))
        for user in (self.user_expert, self.user_service):
            report.with_user(user).check_access("read")
        with self.assertRaises(UserError):
            report.with_user(self.user_expert).write({"answer": "x"})

    def test_another_company_sees_nothing(self):
        report = self._report()
        user = self.user_reviewer.copy(
            {
                "login": "quality_other",
                "company_id": self.company_b.id,
                "company_ids": [(6, 0, self.company_b.ids)],
            }
        )
        self.assertNotIn(report, self.Report.with_user(user).search([]))

    # -- evidence --------------------

    def test_evidence_is_not_written_by_rpc(self):
        report = self._report(user=self.user_reviewer).with_user(self.user_reviewer)
        for vals in (
            {"state": "closed"},
            {"answer": "Fine"},
            {"raised_by_id": self.user_head.id},
            {"effect": "effective"},
            {"name": "QR1"},
            {"is_in_time": True},
            {"months_in_service": 9},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                report.write(vals)
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            self.Report.with_user(self.user_reviewer).create(
                {"product_id": self.product.id, "state": "closed"}
            )

    def test_hostile_defaults_open_no_door(self):
        report = (
            self.Report.with_user(self.user_service)
            .with_context(
                default_state="closed",
                default_answer="Fine",
                default_raised_by_id=self.user_head.id,
                default_round_count=9,
                aftersales_flow=True,
            )
            .create({"product_id": self.product.id})
        )
        self.assertEqual(report.state, "new")
        self.assertFalse(report.answer)
        self.assertEqual(report.raised_by_id, self.user_service)
        self.assertEqual(report.round_count, 0)
        copied = report.copy()
        self.assertEqual(copied.state, "new")

    def test_what_was_sent_rests(self):
        report = self._send(self._report())
        with self.assertRaisesRegex(UserError, "was sent; what it states"):
            report.with_user(self.user_reviewer).write({"fault_id": self.fault_b.id})
        with self.assertRaisesRegex(UserError, "is with the department"):
            report.with_user(self.user_dispatcher).write({"date_due": date(2027, 1, 1)})
        report.with_user(self.user_reviewer).write({"date_due": date(2026, 8, 1)})
        self._answer(report)
        with self.assertRaisesRegex(UserError, "is answered or rejected"):
            report.with_user(self.user_reviewer).write({"date_due": date(2026, 9, 1)})
        with self.assertRaisesRegex(UserError, "is evidence and cannot be deleted"):
            report.with_user(self.user_reviewer).unlink()

    def test_foreign_files_are_not_opened_by_a_report(self):
        Attachment = self.env["ir.attachment"]
        cron = self.env.ref("aftersales_warranty.cron_failure_table")
        secret = Attachment.create(
            {
                "name": "secret.png",
                "raw": b"x",
                "res_model": cron._name,
                "res_id": cron.id,
            }
        )
        own = Attachment.with_user(self.user_warehouse).create(
            {"name": "own.png", "raw": b"x", "res_model": self.Report._name}
        )
        with self.assertRaises(AccessError):
            self._report(
                user=self.user_warehouse, attachment_ids=[Command.set(secret.ids)]
            )
        report = self._report(
            user=self.user_warehouse, attachment_ids=[Command.set(own.ids)]
        )
        self.assertEqual(own.res_id, report.id)
        with self.assertRaises(AccessError):
            report.with_user(self.user_warehouse).write(
                {"attachment_ids": [Command.link(secret.id)]}
            )
        self._send(report)
        with self.assertRaisesRegex(UserError, "is evidence and cannot be changed"):
            own.with_user(self.user_warehouse).unlink()

    def test_a_new_report_may_be_deleted(self):
        report = self._report(user=self.user_reviewer)
        report.with_user(self.user_reviewer).unlink()
        self.assertFalse(report.exists())

    def test_nobody_reports_on_an_order_he_may_not_read(self):
        with self.assertRaises(AccessError):
            self.Report.with_user(self.user_centre).create(
                {"order_id": self._foreign_order().id, "product_id": self.product.id}
            )

    def _foreign_order(self):
        return self._create_order(
            partner_id=self.env["res.partner"]
            .create({"name": "Far", "state_id": self.state_b.id})
            .id,
            service_point_id=self.point_b.id,
        )

    def test_the_dialog_is_no_back_door(self):
        report = self._send(self._report())
        Step = self.env["aftersales.quality.step"].with_user(self.user_warehouse)
        step = Step.create({"report_id": report.id, "answer": "a", "root_cause": "b"})
        with self.assertRaises(AccessError):
            step.action_confirm()
        step = Step.create({"report_id": report.id, "kind": "effect", "note": "x"})
        with self.assertRaises(AccessError):
            step.action_confirm()
        self.assertEqual(report.state, "sent")

    # -- figures --------------------

    def test_answers_in_time_as_a_metric(self):
        vals = {"service_point_id": self.point.id}
        quick = self._send(self._report(date_due=date(2026, 6, 30), **vals))
        self._answer(quick)
        late = self._send(self._report(date_due=date(2026, 6, 20), **vals))
        self._answer(late)
        self._send(self._report(date_due=date(2026, 6, 25), **vals))
        self._send(self._report(date_due=date(2026, 7, 1), **vals))
        self._report(date_due=date(2026, 6, 25), **vals)
        Metric = self.env["aftersales.metric"].with_user(self.user_head)
        period = (self.point, date(2026, 6, 1), date(2026, 6, 30))
        found = Metric._compute_metrics(["QRTIM"], *period)
        self.assertEqual(found["QRTIM"][self.point.id], (1, 3))
        model, domain = Metric._get_metric_domain("QRTIM", *period)
        self.assertEqual(len(self.env[model].search(domain)), 3)

    def test_reading_a_page_of_reports_takes_few_queries(self):
        reports = self.Report.concat(*(self._report() for _n in range(30)))
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(6):
            reports.mapped("repeat_count")

    def test_the_pdf_carries_the_answer(self):
        report = self._answer(self._send(self._report()))
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "aftersales_warranty.report_quality_report", report.ids
        )
        text = html.decode()
        for part in (report.name, "Test Leak", "Wrong rubber", "New seal from July on"):
            self.assertIn(part, text)

    def test_failure_before_the_sale_has_no_month(self):
        order = self._fail(self._sell("Q-2", date(2026, 6, 20)), datetime(2026, 6, 1))
        report = self._report(order_id=order.id, product_id=None)
        self.assertEqual(report.months_in_service, 0)
