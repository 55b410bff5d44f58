import base64
import io
from datetime import date, datetime

from openpyxl import Workbook

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import TrainingCommon

HEADER = ["Name", "Employee Number", "E-Mail", "Type", "Issuer", "Number"]
HEADER += ["Level", "Issued", "Expires"]
CHAMBER = "China General Chamber of Commerce"


@tagged("post_install", "-at_install")
class TestCertificateLoad(TrainingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = new_test_user(
            cls.env,
            "load_officer",
            groups="aftersales_network.group_training_officer",
            company_id=cls.firm.id,
            company_ids=[(6, 0, cls.firm.ids)],
        )
        cls.an = cls._create_employee("An", barcode="E1", work_email="an@x.test")
        cls.bo = cls._create_employee("Bo", barcode="E2")
        cls.bo_twin = cls._create_employee("Bo", barcode="E3")
        cls.di = cls.env["res.partner"].create({"name": "Di", "email": "di@x.test"})
        cls._create_post(cls.di, cls.firm_point, cls.role_technician)

    def _row(self, **cells):
        row = {"Name": "An", "Type": "ASM", "Issuer": CHAMBER, "Issued": "2026-01-31"}
        row.update(cells)
        return [row.get(name) for name in HEADER]

    def _csv(self, *rows, header=None):
        lines = [header or HEADER, *rows]
        text = "\n".join(",".join(str(c or "") for c in line) for line in lines)
        return base64.b64encode(text.encode())

    def _xlsx(self, *rows, header=None):
        book = Workbook()
        for line in (header or HEADER, *rows):
            book.active.append(line)
        stream = io.BytesIO()
        book.save(stream)
        return base64.b64encode(stream.getvalue())

    def _load(self, file, filename="list.csv", user=None):
        load = (
            self.env["aftersales.certificate.load"]
            .with_user(user or self.officer)
            .with_company(self.firm)
            .create({"file": file, "filename": filename})
        )
        load.action_load()
        return load

    def _results(self, load):
        return [(line.row, line.result, line.text or "") for line in load.line_ids]

    def _counts(self, load):
        return (
            load.taken_count,
            load.changed_count,
            load.kept_count,
            load.refused_count,
        )

    def test_taken_as_drafts_and_repeated(self):
        file = self._csv(
            self._row(Number="L-1"),
            self._row(Name="", **{"Employee Number": "E2", "Number": "L-2"}),
            self._row(Name="", **{"E-Mail": "DI@x.test".lower(), "Number": "L-3"}),
        )
        load = self._load(file)
        self.assertEqual(self._counts(load), (3, 0, 0, 0))
        certificates = load.line_ids.certificate_id
        self.assertRecordValues(
            certificates.sorted("number"),
            [
                {
                    "holder_employee_id": self.an.id,
                    "holder_partner_id": False,
                    "state": "draft",
                    "date_issue": date(2026, 1, 31),
                    "date_expiry": date(2029, 1, 30),
                    "company_id": self.firm.id,
                    "type_id": self.type_manager.id,
                    "issuer_id": self.issuer.id,
                },
                {
                    "holder_employee_id": self.bo.id,
                    "holder_partner_id": False,
                    "state": "draft",
                    "date_issue": date(2026, 1, 31),
                    "date_expiry": date(2029, 1, 30),
                    "company_id": self.firm.id,
                    "type_id": self.type_manager.id,
                    "issuer_id": self.issuer.id,
                },
                {
                    "holder_employee_id": False,
                    "holder_partner_id": self.di.id,
                    "state": "draft",
                    "date_issue": date(2026, 1, 31),
                    "date_expiry": date(2029, 1, 30),
                    "company_id": self.firm.id,
                    "type_id": self.type_manager.id,
                    "issuer_id": self.issuer.id,
                },
            ],
        )
        again = self._load(file)
        self.assertEqual(self._counts(again), (0, 0, 3, 0))
        self.assertEqual(again.line_ids.certificate_id, certificates)
        self.assertFalse(again.refused_file)
        self.assertEqual(
            load.action_view_taken()["domain"], [("id", "in", certificates.ids)]
        )

    def test_workbook_with_chinese_headings_and_days(self):
        header = ["姓名", "证书类型", "发证机构", "证书编号", "级别", "发证日期"]
        header += ["有效期至"]
        rows = [
            ["An", "ASM-S", CHAMBER, 10001, "高级", datetime(2026, 3, 1), "2028/2/29"],
            ["An", "ASM", CHAMBER, "10 002", None, 46053, None],
        ]
        load = self._load(self._xlsx(*rows, header=header), "list.xlsx")
        self.assertRecordValues(
            load.line_ids.certificate_id.sorted("number"),
            [
                {
                    "number": "10 002",
                    "level": "ordinary",
                    "date_issue": date(2026, 1, 31),
                    "date_expiry": date(2029, 1, 30),
                },
                {
                    "number": "10001",
                    "level": "senior",
                    "date_issue": date(2026, 3, 1),
                    "date_expiry": date(2028, 2, 29),
                },
            ],
        )

    def test_type_by_its_name_in_another_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.type_technician.with_context(lang="zh_CN").name = "维修技师证"
        load = self._load(
            self._csv(self._row(Type="维修技师证", Issuer="", Number="T1"))
        )
        certificate = load.line_ids.certificate_id
        self.assertEqual(certificate.type_id, self.type_technician)
        self.assertEqual(
            certificate.issuer_id,
            self.env.ref("aftersales_training.certificate_issuer_own"),
            "the only issuer of the type",
        )

    def test_refused_with_the_reason(self):
        self._create_certificate(self.bo, number="TAKEN", verify=False)
        firm = self.firm.name
        cases = [
            ({"Name": "Nobody"}, f"Nobody “Nobody” works in {firm} or at its points."),
            (
                {"Name": "Bo"},
                "Several people are called “Bo”; give the number or e-mail.",
            ),
            (
                {"Name": "Bo", "Employee Number": "E1"},
                "The number or e-mail belongs to somebody who is not “Bo”.",
            ),
            ({"Type": "Nonsense"}, "No type, or several, are named “Nonsense”."),
            ({"Issuer": "Nonsense"}, "No issuer, or several, are named “Nonsense”."),
            ({"Issued": "31.12.2026"}, "“31.12.2026” is no day; write it like"),
            ({"Issued": ""}, "“Issued” is empty."),
            ({"Number": ""}, "“Number” is empty."),
            ({"Number": "--"}, "needs at least one letter or digit"),
            ({"Level": "Master"}, "“Master” is no level."),
            (
                {"Expires": "2025-12-31"},
                "It would expire on 2025-12-31, before it was issued.",
            ),
            ({"Issuer": ""}, "needs its issuer"),
            ({"Number": "taken"}, "The number is recorded for somebody else already."),
        ]
        rows = [
            self._row(**{"Number": f"R-{index}", **cells})
            for index, (cells, _text) in enumerate(cases)
        ]
        load = self._load(self._csv(*rows, self._row(Number="GOOD")))
        self.assertEqual(self._counts(load), (1, 0, 0, len(cases)))
        for line, (_cells, text) in zip(load.line_ids, cases, strict=False):
            with self.subTest(text=text):
                self.assertEqual(line.result, "refused")
                self.assertIn(text, line.text)
        refused = base64.b64decode(load.refused_file).decode("utf-8-sig")
        self.assertEqual(len(refused.splitlines()), len(cases) + 1)
        self.assertTrue(refused.splitlines()[0].endswith("Expires,Reason"))
        self.assertIn("'--,", refused, "no formula for the spreadsheet")
        # Corrected and loaded again: the extra column does not hurt.
        fixed = refused.replace("Nobody,", "An,", 1).encode()
        again = self._load(base64.b64encode(fixed))
        self.assertEqual(again.taken_count, 1)

    def test_draft_is_brought_up_to_date(self):
        self._load(self._csv(self._row(Number="C-1")))
        load = self._load(self._csv(self._row(Number="c 1", Expires="2027-01-31")))
        self.assertEqual(self._counts(load), (0, 1, 0, 0))
        self.assertEqual(load.line_ids.certificate_id.date_expiry, date(2027, 1, 31))
        load.line_ids.certificate_id.action_verify()
        load = self._load(self._csv(self._row(Number="C-1", Expires="2028-01-31")))
        self.assertEqual(
            self._results(load),
            [
                (
                    2,
                    "refused",
                    "The certificate has been verified with other values. Revoke it "
                    "and record it again.",
                )
            ],
        )

    def test_renewal_with_the_same_number(self):
        old = self._create_certificate(self.an, number="N-1")
        file = self._csv(
            self._row(Number="N-1", Issued="2027-10-01"),
            self._row(Number="N-1", Issued="2025-01-01", Expires="2027-12-31"),
        )
        load = self._load(file)
        self.assertEqual(
            self._results(load),
            [(2, "taken", "It renews the one of 2025-01-01."), (3, "kept", "")],
        )
        self.assertEqual(load.line_ids[0].certificate_id.previous_id, old)
        self.assertEqual(self._counts(self._load(file)), (0, 0, 2, 0))
        earlier = self._load(self._csv(self._row(Number="N-1", Issued="2020-01-01")))
        self.assertEqual(earlier.refused_count + earlier.changed_count, 1)

    def test_same_row_twice_in_one_list(self):
        file = self._csv(self._row(Number="D-1"), self._row(Number="d1"))
        self.assertEqual(self._counts(self._load(file)), (1, 0, 1, 0))

    def test_files_that_are_no_list(self):
        cases = [
            (self._csv(header=["Name", "Number"]), "a.csv", "lacks the columns type"),
            (base64.b64encode(b"\x00\x01\x02"), "a.csv", "no readable XLSX or CSV"),
            (base64.b64encode(b"plain"), "a.xlsx", "no readable XLSX or CSV"),
            (base64.b64encode(b" \n"), "a.csv", "The file has no rows"),
            (base64.b64encode(b"\xd0\xcf\x11\xe0 old"), "a.xls", "an old Excel file"),
            (self._csv(header=["Type", "Type"]), "a.csv", "Two columns are called"),
        ]
        for file, name, text in cases:
            with self.subTest(text=text), self.assertRaisesRegex(UserError, text):
                self._load(file, name)

    def test_formula_is_refused(self):
        row = self._row(Number='="F"&1')
        load = self._load(self._xlsx(row), "list.xlsx")
        self.assertEqual(load.line_ids.result, "refused")
        self.assertIn("has a formula", load.line_ids.text)

    def test_only_the_officer_loads(self):
        for user in (self.user_service, self.user_head, self.user_centre):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._load(self._csv(self._row(Number="X-1")), user=user)

    def test_people_of_another_company_are_not_found(self):
        self._create_employee("Away", company=self.company)
        load = self._load(self._csv(self._row(Name="Away", Number="A-1")))
        self.assertIn("Nobody “Away” works in", load.line_ids.text)

    def test_long_list_costs_few_queries(self):
        def load(amount, prefix):
            rows = [self._row(Number=f"{prefix}-{n}") for n in range(amount)]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(self._load(self._csv(*rows)).taken_count, amount)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        load(1, "W")
        few, many = load(20, "F"), load(400, "M")
        self.assertLessEqual(many, few + 25)
