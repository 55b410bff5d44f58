from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .test_audit import TODAY, AuditCommon


class AuditReportCommon(AuditCommon):
    """A finished audit of March: one point lost 30 of 60 points, the other none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time(TODAY):
            cls.audit = cls._start()
            for line in cls.audit.point_ids:
                card = line.scorecard_id
                bad = line.service_point_id == cls.point
                cls._line(card, "1.1").conformity = "yes"
                cls._line(card, "1.2").write(
                    {"sample_count": 4, "nonconforming_count": 3 if bad else 0}
                )
                card.action_submit()
                card.with_user(cls.user_head).action_approve()
                line.action_done()
            cls.finding = cls._create_finding(
                audit_id=cls.audit.id,
                severity="critical",
                date=date(2026, 3, 20),
                text="Gas bottle <unsecured>",
            )
            cls._create_finding(
                date=date(2026, 3, 25), date_due=date(2026, 12, 31), clause="7.3"
            )
            cls._create_finding(
                date=date(2026, 3, 26), date_due=date(2026, 12, 31), clause="7.3"
            )

    @classmethod
    def _create_report(cls, user=None, **vals):
        Report = cls.env["aftersales.audit.report"].with_user(user or cls.user_auditor)
        return Report.create(
            {
                "subject": "First quarter",
                "set_id": cls.set.id,
                "date_from": date(2026, 1, 1),
                "date_to": date(2026, 3, 31),
                **vals,
            }
        )

    @classmethod
    def _fill(cls, **vals):
        report = cls._create_report(**vals)
        report.action_fill()
        return report


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestAuditReport(AuditReportCommon):
    def test_figures_of_the_period(self):
        report = self._fill()
        self.assertRegex(report.name, r"^AUR/\d+")
        self.assertEqual((report.scorecard_count, report.finding_count), (2, 3))
        self.assertEqual(report.mean_score, 75, "(50 + 100) ÷ 2")
        self.assertEqual(
            report.figures["points"],
            [{"name": "Point One", "score": 50}, {"name": "Point Two", "score": 100}],
        )
        rows = {row["key"]: row for row in report.figures["indicators"]}
        (sampled,) = (row for key, row in rows.items() if "1.2" in key)
        self.assertEqual((sampled["applicable"], sampled["lost"]), (80, 30))
        self.assertEqual((sampled["percent"], sampled["grade"]), (62.5, "weak"))

    def test_chapters(self):
        report = self._fill()
        self.assertIn("approved scorecards: 2, mean score 75.00", report.method)
        self.assertIn("2 of 2 points by the rule “All points”", report.method)
        self.assertIn("3 in all, of them critical 1, major 0, minor 2", report.findings)
        self.assertIn("overdue 1", report.findings)
        self.assertIn("Gas bottle &lt;unsecured&gt;", report.findings)
        self.assertIn("1.1", report.strengths)
        self.assertIn("62.50 % of the points kept, 30.00 lost", report.weaknesses)
        self.assertIn("7.3 failed repeatedly, cases: 1", report.weaknesses)
        self.assertIn("Settle the overdue findings first: 1", report.advice)

    def test_only_approved_scorecards_of_the_period(self):
        self._judge(self._create_card(assessment="self")).action_submit()
        report = self._fill()
        self.assertEqual(report.scorecard_count, 2)
        other = self._create_report(
            date_from=date(2026, 3, 2), date_to=date(2026, 3, 31)
        )
        with self.assertRefused(UserError, "no approved scorecard of Set TEST"):
            other.action_fill()

    def test_charts(self):
        report = self._fill()
        for picture in (report.radar, report.bars):
            self.assertIn('src="data:image/svg+xml;base64,', picture)
        self.assertFalse(self._create_report().radar)

    def test_radar_compares_with_self_assessment(self):
        report = self._fill()
        rows = [
            {"key": key, "percent": value}
            for key, value in (("人员", 80), ("资源", 60), ("改进", None))
        ]
        report.sudo().figures = {"sections": rows, "self": rows[:2], "previous": []}
        svg = report._draw_radar()
        for part in ("人员", "改进", "Audit", "Self-assessment"):
            self.assertIn(part, svg)
        self.assertNotIn("Period before", svg)

    def test_approval_by_another(self):
        report = self._fill()
        report.action_submit()
        self.assertEqual(report.state, "submitted")
        with self.assertRefused(AccessError, "Only the head of service decides"):
            report.action_approve()
        report.with_user(self.user_head).action_approve()
        self.assertEqual(report.state, "approved")
        self.assertEqual(report.approver_id, self.user_head)
        self.assertEqual(report.sudo().approval_ids.mapped("gate"), ["head", "submit"])

    def test_head_does_not_approve_his_own(self):
        report = self._fill(user=self.user_head)
        report.action_submit()
        with self.assertRefused(UserError, "You worked on"):
            report.action_approve()

    def test_who_submits_does_not_approve(self):
        report = self._fill()
        report.with_user(self.user_head).action_submit()
        with self.assertRefused(UserError, "You worked on"):
            report.with_user(self.user_head).action_approve()

    def test_sent_back(self):
        report = self._fill()
        report.action_submit()
        with self.assertRaises(AccessError):
            report.action_ask_return()
        head = report.with_user(self.user_head)
        self._give_reason(
            head.action_ask_return(), self.user_head, "Say more on method"
        )
        self.assertEqual(
            (report.state, report.return_reason), ("draft", "Say more on method")
        )

    def test_empty_chapter_is_refused(self):
        report = self._create_report()
        with self.assertRefused(UserError, "take the data of the period first"):
            report.action_submit()
        report.action_fill()
        report.advice = "<p><br></p>"
        with self.assertRefused(UserError, "the chapter “Advice” is empty"):
            report.action_submit()

    def test_frozen_once_submitted(self):
        report = self._fill()
        report.action_submit()
        for vals in ({"advice": "x"}, {"date_to": date(2026, 4, 30)}):
            with self.assertRefused(UserError, "stays as it is"):
                report.write(vals)
        with self.assertRefused(UserError, "stays as it is"):
            report.unlink()
        for vals in ({"figures": {}}, {"state": "approved"}, {"mean_score": 99}):
            with self.assertRaises(UserError):
                report.with_user(self.user_head).write(vals)
        with self.assertRefused(UserError, "this step is not possible there"):
            report.action_fill()

    def test_rights(self):
        report = self._fill()
        for role in ("service", "dispatcher", "centre", "clerk", "portal"):
            user = getattr(self, f"user_{role}")
            self.assertFalse(report.with_user(user).has_access("read"), role)
        reviewer = report.with_user(self.user_reviewer)
        self.assertTrue(reviewer.has_access("read"))
        self.assertFalse(reviewer.has_access("write"))
        foreign = self._create_report(self.user_head)
        self.assertFalse(foreign.with_user(self.user_auditor).has_access("write"))
        with self.assertRaises(AccessError):
            foreign.with_user(self.user_auditor).action_fill()

    def test_filling_costs_few_queries(self):
        report = self._create_report()
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(75):
            report.action_fill()
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestAuditReportPaper(AuditReportCommon, HttpCase):
    def test_paper(self):
        report = self._fill()
        action = self.env["ir.actions.report"].with_user(self.user_auditor)
        name = "aftersales_evaluation.report_audit"
        html = action._render_qweb_html(name, report.ids)[0].decode()
        for part in (
            report.name,
            "Method",
            "Strengths",
            "Weaknesses",
            "Advice",
            "Not approved yet",
            "data:image/svg+xml;base64,",
        ):
            self.assertIn(part, html)
        paper = action.with_context(force_report_rendering=True)
        pdf = paper._render_qweb_pdf(name, report.ids)[0]
        self.assertEqual(pdf[:4], b"%PDF")
