from datetime import date, datetime

import psycopg2
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import AftersalesCommon
from .race import CommittedCase

MARCH = date(2026, 3, 1)


class MonthReportCommon(AftersalesCommon):
    """Orders of March 2026, and the reports made from them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "Asia/Shanghai"
        cls.Report = cls.env["aftersales.month.report"]
        cls.type_install = cls.env.ref("aftersales_network.service_type_installation")

    @classmethod
    def _create_done(cls, end, point=None, hours=2, **vals):
        """A finished order with its times; ``end`` is a UTC moment."""
        order = cls._create_order(date_request=datetime(2026, 3, 1), **vals)
        order._write_flow({"service_point_id": (point or cls.point).id})
        order._write_flow(
            {
                "state": "done",
                "date_start": end.replace(hour=max(end.hour - hours, 0)),
                "date_end": end,
            }
        )
        return order

    @classmethod
    def _create_report(cls, **vals):
        return cls.Report.create(
            {"service_point_id": cls.point.id, "month": MARCH, **vals}
        )


@tagged("post_install", "-at_install")
class TestMonthReport(MonthReportCommon):
    def test_figures_come_from_the_orders(self):
        late = self._create_done(
            datetime(2026, 3, 20, 8), date_promised=datetime(2026, 3, 10)
        )
        self._add_lines(late, ("part", 1, 100, self.part), ("labour", 2, 60, None))
        self._create_done(
            datetime(2026, 3, 21, 8), hours=4, date_promised=datetime(2026, 3, 30)
        )
        self._create_done(
            datetime(2026, 3, 22, 8), service_type_id=self.type_install.id
        )
        self._create_order()  # still open
        self._create_done(datetime(2026, 3, 22, 8), point=self.point_b)
        report = self._create_report()
        self.assertEqual(report.name, "Point One 2026-03")
        self.assertEqual(report.centre_id, self.centre)
        repair, install = report.line_ids.sorted("kind", reverse=True)
        self.assertEqual(repair.service_type_id, self.type_repair)
        self.assertEqual(repair.product_categ_id, self.categ)
        self.assertEqual((repair.count_done, repair.count_on_time), (2, 1))
        self.assertEqual(repair.hours_average, 3)
        self.assertEqual((repair.part_count, repair.amount), (1, 220))
        self.assertEqual(install.kind, "installation")
        self.assertEqual(
            (report.count_total, report.count_installation, report.count_repair),
            (3, 1, 2),
        )
        self.assertEqual((report.count_other, report.amount_total), (0, 220))
        self.assertAlmostEqual(report.hours_average, 8 / 3)

    def test_month_is_that_of_the_company(self):
        # 31 March 23:30 and 1 April 00:30 in Shanghai.
        inside = self._create_done(datetime(2026, 3, 31, 15, 30))
        self._create_done(datetime(2026, 3, 31, 16, 30))
        # 28 February 23:30 there.
        self._create_done(datetime(2026, 2, 28, 15, 30))
        report = self._create_report()
        self.assertEqual(report.line_ids.order_refs, inside.ids)
        report_of_a_traveller = self.Report.with_user(self.user_centre).create(
            {"service_point_id": self.point.id, "month": "2026-04-15"}
        )
        self.assertEqual(report_of_a_traveller.month, date(2026, 4, 1))
        self.assertEqual(report_of_a_traveller.count_total, 1)

    def test_foreign_currency_is_converted(self):
        euro = self.env.ref("base.EUR")
        if euro == self.company.currency_id:
            euro = self.env.ref("base.USD")
        euro.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", euro.id)]).unlink()
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "name": "2026-01-01",
                "rate": 0.5,
                "company_id": self.company.id,
            }
        )
        order = self._create_done(datetime(2026, 3, 20, 8), currency_id=euro.id)
        self._add_lines(order, ("labour", 1, 60, None))
        other = self._create_done(datetime(2026, 3, 21, 8))
        self._add_lines(other, ("labour", 1, 10, None))
        report = self._create_report()
        self.assertEqual(len(report.line_ids), 1)
        self.assertEqual(report.amount_total, 130)
        self.assertEqual(report.count_total, 2)

    def test_rebuilding_refreshes_a_draft(self):
        report = self._create_report()
        self.assertEqual(report.count_total, 0)
        self._create_done(datetime(2026, 3, 20, 8))
        report.action_rebuild()
        self.assertEqual(report.count_total, 1)
        report.action_rebuild()
        self.assertEqual(len(report.line_ids), 1)

    @freeze_time("2026-04-02 08:00")
    def test_submitted_once_and_frozen(self):
        first = self._create_done(datetime(2026, 3, 20, 8))
        report = self._create_report()
        self._create_done(datetime(2026, 3, 21, 8))
        report.with_user(self.user_centre).action_submit()
        self.assertEqual(report.state, "submitted")
        self.assertEqual(report.count_total, 2, "Submission takes the last figures")
        self.assertEqual(report.submitted_by_id, self.user_centre)
        with self.assertRaisesRegex(UserError, "already submitted by Test Centre"):
            report.with_user(self.user_centre).action_submit()
        with self.assertRaisesRegex(UserError, "its figures are frozen"):
            report.action_rebuild()
        self.assertFalse(report.change_note)
        self._add_lines(first, ("labour", 1, 60, None))
        self._create_done(datetime(2026, 3, 22, 8))
        report.invalidate_recordset()
        self.assertEqual((report.count_total, report.amount_total), (2, 0))
        self.assertEqual(report.change_note, "1 more orders, amount +60.00")
        first.action_reopen()
        report.invalidate_recordset()
        self.assertEqual(
            report.change_note, "1 more orders, 1 orders no longer counted"
        )

    @freeze_time("2026-04-02 08:00")
    def test_nobody_writes_figures(self):
        self._create_done(datetime(2026, 3, 20, 8))
        report = self._create_report()
        for vals in ({"count_total": 9}, {"amount_total": 9}, {"state": "accepted"}):
            with self.assertRaisesRegex(UserError, "changes only by its buttons"):
                report.with_user(self.user_head).write(vals)
        for user in (self.user_head, self.user_admin, self.user_centre):
            with self.assertRaises(AccessError):
                report.line_ids.with_user(user).write({"count_done": 9})
            with self.assertRaises(AccessError):
                report.with_user(user).write({"line_ids": [(5, 0, 0)]})
        with self.assertRaisesRegex(UserError, "point and month are fixed"):
            report.with_user(self.user_head).write({"month": "2026-02-01"})
        report.with_user(self.user_centre).note_quality = "Fans rattle"
        report.with_user(self.user_centre).action_submit()
        with self.assertRaisesRegex(UserError, "its remarks are frozen"):
            report.with_user(self.user_centre).note_quality = "Nothing"
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            report.with_user(self.user_head).unlink()

    @freeze_time("2026-03-31 15:00")
    def test_running_month_is_not_submitted(self):
        report = self._create_report()
        with self.assertRaisesRegex(UserError, "the month still runs"):
            report.action_submit()
        with freeze_time("2026-03-31 16:00"):  # 1 April in Shanghai
            report.action_submit()
        self.assertEqual(report.state, "submitted")

    def test_one_report_per_point_and_month(self):
        self._create_report()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
        ):
            self._create_report(month="2026-03-17")

    @freeze_time("2026-04-02 08:00")
    def test_accepting(self):
        report = self._create_report()
        report.with_user(self.user_centre).action_submit()
        with self.assertRaisesRegex(UserError, "Somebody else must decide it"):
            report.with_user(self.user_centre).action_accept()
        with self.assertRaisesRegex(AccessError, "decided by the centre or the head"):
            report.with_user(self.user_dispatcher).action_accept()
        report.with_user(self.user_head).action_accept()
        self.assertEqual(report.state, "accepted")
        self.assertEqual(report.decided_by_id, self.user_head)
        approval = self.env["aftersales.approval"].search(
            [("res_model", "=", report._name), ("res_id", "=", report.id)]
        )
        self.assertEqual(
            (approval.gate, approval.decision), ("month_report", "approved")
        )
        with self.assertRaisesRegex(UserError, "in state “Accepted”"):
            report.with_user(self.user_head).action_accept()

    @freeze_time("2026-04-02 08:00")
    def test_returned_report_is_kept_and_revised(self):
        self._create_done(datetime(2026, 3, 20, 8))
        report = self._create_report(note_needs="A pump")
        report.sudo(False).with_user(self.user_admin).action_submit()
        self._create_done(datetime(2026, 3, 21, 8))
        with self.assertRaisesRegex(UserError, "Give a reason"):
            report.with_user(self.user_centre).action_return(" ")
        revision = report.with_user(self.user_centre).action_return("One is missing")
        self.assertEqual(report.state, "returned")
        self.assertEqual(report.count_total, 1, "The old revision stays as it was")
        self.assertEqual(report.return_reason, "One is missing")
        self.assertEqual(revision.name, "Point One 2026-03/2")
        self.assertEqual((revision.state, revision.count_total), ("draft", 2))
        self.assertEqual(revision.previous_id, report)
        self.assertEqual(revision.note_needs, "A pump")
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            revision.unlink()
        revision.with_user(self.user_admin).action_submit()
        revision.with_user(self.user_head).action_accept()
        self.assertEqual(revision.state, "accepted")
        with self.assertRaisesRegex(UserError, "in state “Returned”"):
            report.with_user(self.user_head).action_return("Again")

    @freeze_time("2026-04-02 08:00")
    def test_return_through_the_wizard(self):
        report = self._create_report()
        report.with_user(self.user_admin).action_submit()
        action = report.with_user(self.user_centre).action_ask_return()
        wizard = (
            self.env["aftersales.reason.wizard"]
            .with_user(self.user_centre)
            .with_context(**action["context"])
            .create({"reason": "Look again"})
        )
        wizard.action_confirm()
        self.assertEqual(report.state, "returned")

    def test_missing_after_the_due_day(self):
        self.company.aftersales_report_due_day = 5
        report = self._create_report()
        mine = [("is_missing", "=", True), ("id", "=", report.id)]
        with freeze_time("2026-04-05 15:00"):  # still the 5th
            self.assertEqual(report.date_due, date(2026, 4, 5))
            self.assertFalse(report.is_missing)
            self.assertFalse(self.Report.search(mine))
        self.env.invalidate_all()
        with freeze_time("2026-04-05 16:00"):  # the 6th in Shanghai
            self.assertTrue(report.is_missing)
            self.assertEqual(self.Report.search(mine), report)
            self.assertTrue(self.point.is_month_report_missing)
            report.action_submit()
            self.env.invalidate_all()
            self.assertFalse(self.Report.search(mine))
            self.assertFalse(self.point.is_month_report_missing)
            self.assertTrue(self.point_b.is_month_report_missing, "No report at all")

    def test_list_of_missing_drafts_what_lacks(self):
        with freeze_time("2026-04-06 08:00"):
            Report = self.Report.with_user(self.user_centre)
            action = Report.action_open_missing()
            self.assertEqual(action["res_model"], "aftersales.month.report")
            found = Report.search([("is_missing", "=", True)])
            self.assertEqual(found.service_point_id, self.point)
            self.assertEqual(found.month, MARCH)
            before = self.Report.search_count([])
            self.Report.with_user(self.user_auditor).action_open_missing()
            self.assertEqual(self.Report.search_count([]), before)

    def _run_job(self):
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.Report.with_env(self.env(cr=cr))._cron_month_reports()
        self.env.invalidate_all()

    def test_job_drafts_and_reminds_once(self):
        self._create_done(datetime(2026, 3, 20, 8))
        suspended = self._create_point(parent_id=self.centre.id, state="suspended")
        closed = self._create_point(parent_id=self.centre.id, state="closed")
        newcomer = self._create_point(parent_id=self.centre.id, state="probation")
        newcomer._write_flow({"date_probation_start": "2026-04-01"})
        with freeze_time("2026-04-01 01:00"):
            self._run_job()
            self._run_job()
        report = self.point.month_report_ids
        self.assertEqual((report.month, report.count_total), (MARCH, 1))
        self.assertEqual(suspended.month_report_ids.month, MARCH)
        self.assertFalse(closed.month_report_ids)
        self.assertFalse(newcomer.month_report_ids, "It joined after the month")
        self.assertFalse(self.centre.month_report_ids)
        self.assertFalse(report.activity_ids)
        with freeze_time("2026-04-06 01:00"):
            self._run_job()
            self._run_job()
        self.assertEqual(report.activity_ids.user_id, self.user_centre)
        self.assertEqual(len(report.activity_ids), 1)
        with freeze_time("2026-04-07 01:00"):
            report.with_user(self.user_admin).action_submit()
        self.assertEqual(
            report.activity_ids.mapped("summary"), ["Look at the monthly report"]
        )
        with freeze_time("2026-04-07 02:00"):
            report.with_user(self.user_centre).action_accept()
        self.assertFalse(report.activity_ids)

    def test_companies_have_their_own_due_day_and_points(self):
        self.company_b.aftersales_report_due_day = 20
        point = self._create_point(name="Foreign", company_id=self.company_b.id)
        with freeze_time("2026-04-10 08:00"):
            self._run_job()
            report = point.month_report_ids
            self.assertEqual(report.company_id, self.company_b)
            Both = self.Report.with_context(
                allowed_company_ids=(self.company | self.company_b).ids
            )
            missing = Both.search([("is_missing", "=", True)])
            self.assertIn(self.point, missing.service_point_id)
            self.assertNotIn(point, missing.service_point_id)
            with self.assertRaises(AccessError):
                report.with_user(self.user_head).read(["count_total"])

    def test_who_sees_and_drafts(self):
        self._create_done(datetime(2026, 3, 20, 8), point=self.point_b)
        report = self._create_report()
        foreign = self._create_report(service_point_id=self.point_b.id)
        self.assertEqual(self.Report.with_user(self.user_centre).search([]), report)
        with self.assertRaises(AccessError):
            foreign.with_user(self.user_centre).action_submit()
        with self.assertRaises(AccessError):
            foreign.with_user(self.user_centre).action_rebuild()
        with self.assertRaises(AccessError):
            self.Report.with_user(self.user_centre).create(
                {"service_point_id": self.point_b.id, "month": "2026-02-01"}
            )
        with self.assertRaises(AccessError):
            self.Report.with_user(self.user_auditor).create(
                {"service_point_id": self.point.id, "month": "2026-02-01"}
            )
        self.assertEqual(self.Report.with_user(self.user_portal).search([]), report)
        with self.assertRaises(AccessError):
            report.with_user(self.user_portal).write({"note_needs": "x"})
        with self.assertRaises(AccessError):
            report.with_user(self.user_portal).action_submit()
        with self.assertRaises(AccessError):
            foreign.line_ids.with_user(self.user_portal).read(["count_done"])

    def test_figures_open_their_orders(self):
        order = self._create_done(datetime(2026, 3, 20, 8))
        install = self._create_done(
            datetime(2026, 3, 21, 8), service_type_id=self.type_install.id
        )
        report = self._create_report()
        Order = self.env["aftersales.service.order"]
        found = Order.search(report.action_view_orders()["domain"])
        self.assertEqual(found, order | install)
        line = report.line_ids.filtered(lambda x: x.kind == "installation")
        self.assertEqual(Order.search(line.action_view_orders()["domain"]), install)

    def test_many_points_cost_the_same(self):
        counts = []
        for number in (3, 30):
            points = self.env["aftersales.service.point"].create(
                [
                    {"name": f"P{number}-{n}", "parent_id": self.centre.id}
                    for n in range(number)
                ]
            )
            for point in points:
                self._create_done(datetime(2026, 3, 20, 8), point=point)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            reports = self.Report.create(
                [{"service_point_id": p.id, "month": MARCH} for p in points]
            )
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.env.invalidate_all()
            reports.mapped("change_note")
        self.assertEqual(sum(reports.mapped("count_total")), 30)
        self.assertLessEqual(counts[1], counts[0])

    def test_pdf(self):
        self._create_done(datetime(2026, 3, 20, 8))
        report = self._create_report(note_quality="Fans rattle")
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "aftersales_network.report_month_report", report.ids
        )
        text = html.decode()
        for part in ("Point One 2026-03", "Test Appliances", "Fans rattle"):
            self.assertIn(part, text)

    def test_due_day_stays_in_the_month(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.CheckViolation),
        ):
            self.company.aftersales_report_due_day = 31
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestMonthReportAtOnce(CommittedCase):
    """Two real connections submit one report."""

    def _prepare(self, env):
        point = env["aftersales.service.point"].create(
            {"name": "Submitting twice", "state": "active"}
        )
        report = env["aftersales.month.report"].create(
            {"service_point_id": point.id, "month": "2020-01-01"}
        )
        self.ids = (point.id, report.id)

    def _remove(self):
        point_id, report_id = self.ids
        with self.registry.cursor() as cr:
            env = self._env(cr)
            env["mail.message"].search(
                [("model", "=", "aftersales.month.report"), ("res_id", "=", report_id)]
            ).unlink()
            cr.execute("DELETE FROM aftersales_month_report WHERE id = %s", [report_id])
            cr.execute(
                "UPDATE aftersales_service_point SET state = 'prospect' WHERE id = %s",
                [point_id],
            )
            env.invalidate_all()
            env["aftersales.service.point"].browse(point_id).unlink()

    def _get(self, cr):
        env = self._env(cr)
        return env["aftersales.month.report"].browse(self.ids[1])

    def test_submitted_by_two_people_at_once(self):
        with self.registry.cursor() as one, self.registry.cursor() as two:
            first, second = self._get(one), self._get(two)
            self.assertEqual((first.state, second.state), ("draft", "draft"))
            first.action_submit()
            first.env.flush_all()
            with self.assertRaisesRegex(UserError, "by somebody else at this moment"):
                second.action_submit()
            two.rollback()
            one.commit()
            with self.assertRaisesRegex(UserError, "already submitted"):
                self._get(two).action_submit()
            two.rollback()

    def test_report_drafted_twice_at_once(self):
        with self.registry.cursor() as two:
            env = self._env(two)
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.UniqueViolation),
            ):
                env["aftersales.month.report"].create(
                    {"service_point_id": self.ids[0], "month": "2020-01-01"}
                )
            two.rollback()
