import io
from datetime import date, datetime

from freezegun import freeze_time
from openpyxl import load_workbook

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import TrainingCommon

READERS = ("training_officer", "auditor")
OTHERS = ("head", "centre_manager", "technical_reviewer")


@tagged("post_install", "-at_install")
class TestRatioEvidence(TrainingCommon, HttpCase):
    """PDF and spreadsheet for the auditor."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            group: new_test_user(
                cls.env,
                f"evidence_{group}",
                groups=f"aftersales_network.group_{group}",
                company_id=cls.firm.id,
                company_ids=[(6, 0, cls.firm.ids)],
            )
            for group in (*READERS, *OTHERS)
        }
        cls.staff = cls._create_managers(3, cls.firm_north, certified=1)
        cls.certificate = cls.staff[0]._get_certificates()[cls.staff[0].id]
        cls.snapshot = cls.Ratio._create_snapshot("2026-06-15", cls.firm)

    def _get_board(self, user, **vals):
        Board = self.env["aftersales.ratio.dashboard"].with_user(user)
        return Board.with_company(self.firm).create({"date": "2026-06-15", **vals})

    def _get_sheets(self, content):
        book = load_workbook(io.BytesIO(content))
        return {
            sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)]
            for sheet in book.worksheets
        }

    def test_the_report_of_a_dashboard_is_for_readers_only(self):
        self.firm_north.manager_id = self.users["centre_manager"]
        for group in OTHERS:
            board = self._get_board(
                self.users[group], service_point_id=self.firm_north.id
            )
            with self.subTest(group=group), self.assertRaises(AccessError):
                board._get_evidence()

    def test_figures_people_and_rule(self):
        evidence = self.snapshot.with_user(self.users["auditor"])._get_evidence()
        self.assertEqual(
            evidence["figures"],
            [
                ("Managers", 3),
                ("Certified", 1),
                ("Required", 1),
                ("Shortfall", 0),
                ("Share", "33.33 %"),
            ],
        )
        self.assertEqual(
            evidence["rule"],
            "10.00 % of the service managers, rounded up, at least 1. Manager on long "
            "leave: Counts as manager and as certified.",
        )
        self.assertIn("GB/T 27922-2011", evidence["rule_source"])
        self.assertEqual(evidence["units"], [(self.firm_north.display_name, 3, 1)])
        person = evidence["people"][0]
        self.assertEqual(person["certificate_number"], self.certificate.number)
        self.assertEqual(person["certificate_expiry"], date(2027, 12, 31))
        self.assertIn("by OdooBot", evidence["recorded"])
        self.assertEqual(evidence["differences"], [])

    def test_differences_are_in_it(self):
        self.certificate._revoke("Forged", on_date=date(2026, 6, 1))
        evidence = self.snapshot.with_user(self.users["auditor"])._get_evidence()
        self.assertEqual(
            [row["what"] for row in evidence["differences"]], ["Manager 0"]
        )

    def test_only_human_resources_and_auditors(self):
        for group in OTHERS:
            user = self.users[group]
            with self.subTest(group=group):
                with self.assertRaisesRegex(AccessError, "keep evidence"):
                    self.snapshot.with_user(user)._get_evidence()
                board = self._get_board(user)
                with self.assertRaises(AccessError):
                    board.action_export_evidence()
                with self.assertRaises(AccessError):
                    board.action_print_evidence()
                report = self.env["report.aftersales_training.report_manager_ratio"]
                with self.assertRaises(AccessError):
                    report.with_user(user)._get_report_values(self.snapshot.ids)

    def test_spreadsheet_of_a_snapshot(self):
        for group in READERS:
            self.authenticate(f"evidence_{group}", f"evidence_{group}")
            snapshot = self.snapshot.with_user(self.users[group])
            url = snapshot.action_export_evidence()["url"]
            response = self.url_open(url)
            self.assertEqual(response.status_code, 200)
            self.assertIn("Manager%20Ratio", response.headers["Content-Disposition"])
            sheets = self._get_sheets(response.content)
            self.assertEqual(
                list(sheets), ["Figures", "Managers by Unit", "People", "Differences"]
            )
            self.assertEqual(
                sheets["Managers by Unit"][1], [self.firm_north.display_name, 3, 1]
            )
            figures = {row[0]: row[1] for row in sheets["Figures"]}
            self.assertEqual((figures["Managers"], figures["Certified"]), (3, 1))
            self.assertEqual(figures["Company"], "Ratio Company")
            people = sheets["People"]
            self.assertEqual(people[0][0], "Person")
            self.assertEqual(people[1][0], "Manager 0")
            self.assertEqual(people[1][-1], datetime(2027, 12, 31))
            self.assertEqual([row[5] for row in people[1:]], ["Yes", "No", "No"])

    def test_spreadsheet_of_the_dashboard(self):
        user = self.users["training_officer"]
        board = self._get_board(user, service_point_id=self.firm_north.id)
        self.authenticate("evidence_training_officer", "evidence_training_officer")
        response = self.url_open(board.action_export_evidence()["url"])
        rows = [row[:2] for row in self._get_sheets(response.content)["Figures"]]
        self.assertIn(["Unit", self.firm_north.display_name], rows)
        self.assertIn(["Record", "Not recorded: figures as known today."], rows)

    @mute_logger("odoo.http")
    def test_spreadsheet_is_refused_to_others(self):
        url = f"/aftersales/ratio/snapshot/{self.snapshot.id}/evidence.xlsx"
        self.authenticate("evidence_head", "evidence_head")
        self.assertEqual(self.url_open(url).status_code, 403)
        board = self._get_board(self.users["training_officer"])
        self.authenticate("evidence_auditor", "evidence_auditor")
        foreign = f"/aftersales/ratio/dashboard/{board.id}/evidence.xlsx"
        self.assertEqual(self.url_open(foreign).status_code, 404)
        self.assertEqual(self.url_open(url.replace("snap", "x")).status_code, 404)
        self.assertEqual(
            self.url_open("/aftersales/ratio/snapshot/0/evidence.xlsx").status_code, 404
        )
        self.authenticate(None, None)
        response = self.url_open(url, allow_redirects=False)
        self.assertEqual(response.status_code, 303, "to the login")

    def test_other_company(self):
        foreign = self.Ratio._create_snapshot("2026-06-15", self.company_b)
        with self.assertRaises(AccessError):
            foreign.with_user(self.users["auditor"])._get_evidence()

    def test_pdf(self):
        Report = self.env["ir.actions.report"].with_user(self.users["auditor"])
        html = Report._render_qweb_html(
            "aftersales_training.report_manager_ratio", self.snapshot.ids
        )[0].decode()
        for text in ("Manager 0", self.certificate.number, "33.33 %", "12/31/2027"):
            self.assertIn(text, html)
        board = self._get_board(self.users["auditor"])
        html = Report._render_qweb_html(
            "aftersales_training.report_ratio_dashboard", board.ids
        )[0].decode()
        self.assertIn("Not recorded", html)

    def test_text_is_no_formula(self):
        with freeze_time("2026-06-15"):
            self.staff[1].employee_id.name = "=1+1"
            evidence = self._get_board(self.users["auditor"])._get_evidence()
        content = self.Ratio._make_workbook(evidence)
        names = [row[0] for row in self._get_sheets(content)["People"]]
        self.assertIn("=1+1", names)
        book = load_workbook(io.BytesIO(content))
        cells = [row[0] for row in book["People"].iter_rows()]
        self.assertEqual({cell.data_type for cell in cells}, {"s"})
