import io

from openpyxl import load_workbook

from odoo.tests import HttpCase, tagged

from .history_common import HistoryCommon, case_row


@tagged("post_install", "-at_install")
class TestHistoryHttp(HistoryCommon, HttpCase):
    def test_report_is_downloaded_by_those_who_may_read_the_import(self):
        record = self._import([case_row(1), case_row(2, Claim_Value="x")])
        url = record.action_download_report()["url"]
        for user in (self.user_admin, self.user_head, self.user_clerk):
            with self.subTest(user=user.login):
                user.password = user.login
                self.authenticate(user.login, user.login)
                response = self.url_open(url)
                self.assertEqual(response.status_code, 200)
                self.assertIn(
                    "cases-report.xlsx", response.headers["Content-Disposition"]
                )
                sheet = load_workbook(io.BytesIO(response.content))["Rows"]
                self.assertEqual(sheet["C3"].value, "Refused")
        for user in (self.user_service, self.user_auditor, self.user_portal):
            with self.subTest(user=user.login):
                user.password = user.login
                self.authenticate(user.login, user.login)
                self.assertIn(self.url_open(url).status_code, (403, 404))

    def test_views_open_for_the_roles_of_the_menu(self):
        """Every view of the import can be read by those who see its menu."""
        models = {
            "aftersales.history.import": ("list", "form", "search"),
            "aftersales.history.import.line": ("list", "form", "pivot", "search"),
        }
        for user in (self.user_admin, self.user_head, self.user_clerk):
            for model, views in models.items():
                with self.subTest(user=user.login, model=model):
                    found = (
                        self.env[model]
                        .with_user(user)
                        .get_views([(False, view) for view in views])
                    )
                    self.assertEqual(set(found["views"]), set(views))
        arch = (
            self.env["aftersales.history.case"]
            .with_user(self.user_head)
            .get_views([(False, "list"), (False, "search")])["views"]
        )
        self.assertNotIn("is_fraud_label", arch["list"]["arch"])
        self.assertNotIn("is_fraud_label", arch["search"]["arch"])
