import io

from freezegun import freeze_time
from openpyxl import load_workbook

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common_pages import TODAY, PagesCommon

BOARD = "aftersales.isation.board"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestPeriodPageExport(PagesCommon, HttpCase):
    """The pages as a spreadsheet and on paper."""

    def _get_sheets(self, content):
        book = load_workbook(io.BytesIO(content))
        return {
            sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)]
            for sheet in book.worksheets
        }

    def _login(self, user):
        self.authenticate(user.login, user.login)

    def test_spreadsheet(self):
        page = self._open(self.user_head)
        self._login(self.user_head)
        response = self.url_open(page.action_export_page()["url"])
        self.assertEqual(response.status_code, 200)
        self.assertIn(
            "Management%20Page%202026-04-01%202026-04-30.xlsx",
            response.headers["Content-Disposition"],
        )
        sheets = self._get_sheets(response.content)
        self.assertEqual(
            list(sheets),
            [
                "Management Page",
                "Figures",
                "Score by Month",
                "Score by Region",
                "Scorecards by Level",
                "Lowest Scores",
                "Findings Overdue",
            ],
        )
        facts = dict(row[:2] for row in sheets["Management Page"])
        self.assertEqual(facts["Company"], self.company.name)
        self.assertEqual(facts["Unit"], "Whole company")
        self.assertEqual(facts["Indicator Set"], self.set.display_name)
        figures = {row[1]: row[2:] for row in sheets["Figures"]}
        self.assertEqual(figures["Mean Score"], ["83.3", "−16.7", "Scorecards: 2"])
        self.assertEqual(sheets["Score by Month"][-1], ["Apr 2026", 83.33, 2])
        self.assertEqual(sheets["Lowest Scores"][1][2:4], [66.67, -33.33])

    def test_spreadsheet_of_the_habits(self):
        page = self._open(self.user_centre, BOARD)
        self._login(self.user_centre)
        sheets = self._get_sheets(
            self.url_open(page.action_export_page()["url"]).content
        )
        self.assertEqual(list(sheets), ["Five Habits", "Figures"])
        groups = list(dict.fromkeys(row[0] for row in sheets["Figures"][1:]))
        self.assertEqual(groups[0], "Standard Process")
        self.assertEqual(len(groups), 5)

    @mute_logger("odoo.http")
    def test_spreadsheet_of_others_is_not_found(self):
        page = self._open(self.user_head)
        url = page.action_export_page()["url"]
        self._login(self.user_auditor)
        for address in (
            url,
            url.replace("management", "isations"),
            url.replace("management", "other"),
            "/aftersales/page/management/0.xlsx",
        ):
            self.assertEqual(self.url_open(address).status_code, 404, address)
        self._login(self.user_portal)
        self.assertEqual(self.url_open(url).status_code, 404)
        self.authenticate(None, None)
        response = self.url_open(url, allow_redirects=False)
        self.assertEqual(response.status_code, 303, "to the login")

    @mute_logger("odoo.http")
    def test_unit_of_others_is_not_found(self):
        page = self._open(self.user_centre)
        url = page.action_export_page()["url"]
        page.service_point_id = self.centre_b
        self.env.flush_all()
        self._login(self.user_centre)
        self.assertEqual(self.url_open(url).status_code, 404)

    def test_paper(self):
        page = self._open(self.user_head)
        action = page.action_print_page()
        Report = self.env["ir.actions.report"].with_user(self.user_head)
        html = Report._render_qweb_html(action["report_name"], page.ids)[0].decode()
        for text in ("83.3", "−16.7", "Centre South", "data:image/svg+xml"):
            self.assertIn(text, html)
        board = self._open(self.user_head, BOARD)
        action = board.action_print_page()
        html = Report._render_qweb_html(action["report_name"], board.ids)[0].decode()
        self.assertIn("Jobs with Every Step Done", html)

    def test_paper_of_others_is_refused(self):
        page = self._open(self.user_head)
        name = "aftersales_evaluation.report_evaluation_dashboard"
        report = self.env[f"report.{name}"]
        with self.assertRaises(AccessError):
            report.with_user(self.user_auditor)._get_report_values(page.ids)
        own = self._open(self.user_centre)
        own.service_point_id = self.centre_b
        with self.assertRaisesRegex(AccessError, "you are responsible for"):
            report.with_user(self.user_centre)._get_report_values(own.ids)
