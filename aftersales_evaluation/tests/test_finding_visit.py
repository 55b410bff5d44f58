from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .test_finding import TODAY, FindingCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestFindingOfVisit(FindingCommon):
    @classmethod
    def _create_visit(cls, **vals):
        return cls.env["aftersales.visit"].create(
            {
                "service_point_id": cls.point.id,
                "date_planned": date(2026, 5, 19),
                "visitor_ids": [Command.set(cls.user_centre.ids)],
                **vals,
            }
        )

    def _raise_on(self, visit, user):
        """Fill in the form that the visit's button opens."""
        action = visit.with_user(user).action_new_finding()
        Finding = self.env["aftersales.finding"].with_user(user)
        form = Form(Finding.with_context(**action["context"]))
        form.text = "No safety sign"
        return form.save().with_env(self.env)

    def test_a_finding_is_raised_on_a_visit(self):
        visit = self._create_visit()
        for user in (self.user_centre, self.user_head, self.user_auditor):
            with self.subTest(user=user.login):
                finding = self._raise_on(visit, user)
                self.assertEqual(finding.visit_id, visit)
                self.assertEqual(finding.service_point_id, self.point)
                self.assertEqual(finding.auditor_id, user)
                self.assertTrue(finding.owner_id and finding.date_due)
                self.assertTrue(finding.is_released)
                origin = finding.with_user(user).action_open_origin()
                self.assertEqual(
                    (origin["res_model"], origin["res_id"]), (visit._name, visit.id)
                )
        self.assertEqual(visit.finding_count, 3)
        action = visit.action_view_findings()
        found = self.env["aftersales.finding"].search(action["domain"])
        self.assertEqual(len(found), 3)
        with self.assertRaises(AccessError):
            self._raise_on(visit, self.user_service)

    def test_what_an_unannounced_check_finds_waits_for_its_report(self):
        visit = self._create_visit(kind="unannounced").with_user(self.user_centre)
        finding = self._raise_on(visit, self.user_centre)
        self.assertFalse(finding.is_released)
        self.assertFalse(finding.activity_ids)
        mine = self.env["aftersales.finding"].with_user(self.user_portal)
        self.assertNotIn(finding.id, mine.search([]).ids)
        visit.report = "<p>Seen</p>"
        visit.action_done()
        visit.action_report()
        self.assertTrue(finding.is_released)
        self.assertEqual(finding.activity_ids.user_id, finding.owner_id)
        self.assertIn(finding.id, mine.search([]).ids)

    def test_visit_and_point_belong_together(self):
        visit = self._create_visit(service_point_id=self.point_b.id)
        with self.assertRefused(ValidationError, "was made to another point"):
            self._create_finding(visit_id=visit.id)
        finding = self._correct(self._create_finding())
        with self.assertRefused(UserError, "was answered and stays as it is"):
            finding.with_user(self.user_head).visit_id = self._create_visit()


@tagged("post_install", "-at_install")
class TestEvaluationMenus(FindingCommon):
    def _visible(self, user):
        """Menus of the module that a user can reach, all their parents too."""
        Menu = self.env["ir.ui.menu"].with_user(user)
        visible = Menu._visible_menu_ids()
        data = self.env["ir.model.data"].search(
            [("module", "=", "aftersales_evaluation"), ("model", "=", "ir.ui.menu")]
        )
        menus = {row.name: self.env["ir.ui.menu"].browse(row.res_id) for row in data}
        return {
            name
            for name, menu in menus.items()
            if all(int(part) in visible for part in menu.parent_path.split("/") if part)
        }

    def test_who_answers_for_something_reaches_it(self):
        """Owners of findings and key figures may have any role."""
        for role in ("clerk", "hr", "warehouse", "service", "dispatcher", "reviewer"):
            found = self._visible(getattr(self, f"user_{role}"))
            with self.subTest(role=role):
                self.assertGreaterEqual(
                    found,
                    {"menu_finding", "menu_finding_overdue", "menu_kpi_value"}
                    | {
                        "menu_kpi_trend",
                        "menu_gap_action",
                        "menu_evaluation_improvement",
                    }
                    | {"menu_crisis_action", "menu_document"},
                )
                self.assertFalse(
                    found & {"menu_indicator_set", "menu_kpi", "menu_checklist"}
                )

    def test_menus_of_roles(self):
        service = self._visible(self.user_service)
        self.assertGreaterEqual(
            service,
            {"menu_callback", "menu_complaint", "menu_satisfaction_report"}
            | {"menu_satisfaction_wizard", "menu_callback_report", "menu_award_praise"},
        )
        self.assertFalse(service & {"menu_promise_benefit", "menu_audit"})
        clerk = self._visible(self.user_clerk)
        self.assertGreaterEqual(clerk, {"menu_promise_benefit", "menu_level_proposal"})
        self.assertFalse(clerk & {"menu_evaluation_management", "menu_callback"})
        head = self._visible(self.user_head)
        self.assertGreaterEqual(
            head,
            {"menu_evaluation_management", "menu_evaluation_habits", "menu_audit"}
            | {"menu_survey_campaign", "menu_gap_analysis", "menu_benchmark_matrix"}
            | {"menu_scorecard_wizard", "menu_indicator_set", "menu_award_rule"},
        )
        auditor = self._visible(self.user_auditor)
        self.assertGreaterEqual(
            auditor, {"menu_scorecard_mine", "menu_checklist", "menu_indicator_set"}
        )
        admin = self._visible(self.user_admin)
        self.assertGreaterEqual(admin, {"menu_board", "menu_ballot"})
