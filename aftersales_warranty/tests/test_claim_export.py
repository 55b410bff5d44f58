import csv
import io
import json
import zipfile

from odoo import http
from odoo.tests import HttpCase, tagged

from .claims_common import ClaimsCommon

EVIL = ("=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(1)", "＝1+1")


@tagged("post_install", "-at_install", "security")
class TestClaimExport(ClaimsCommon, HttpCase):
    """What a point types is never calculated at the desk of a clerk."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.claims = cls.env["aftersales.claim"].create(
            [{"service_point_id": cls.point.id, "complaint": text} for text in EVIL]
        )
        cls.user_clerk.write(
            {
                "password": "aftersales_clerk",
                "group_ids": [(4, cls.env.ref("base.group_allow_export").id)],
            }
        )

    def _export(self, kind, groupby=()):
        self.authenticate("aftersales_clerk", "aftersales_clerk")
        data = {
            "model": "aftersales.claim",
            "fields": [
                {"name": "name", "label": "Number", "type": "char"},
                {"name": "complaint", "label": "Complaint", "type": "text"},
                {"name": "amount_claimed", "label": "Claimed", "type": "monetary"},
            ],
            "ids": self.claims.ids,
            "domain": [],
            "import_compat": False,
            "groupby": list(groupby),
            "context": {},
        }
        response = self.url_open(
            f"/web/export/{kind}",
            data={
                "data": json.dumps(data),
                "csrf_token": http.Request.csrf_token(self),
            },
        )
        self.assertEqual(response.status_code, 200)
        return response.content

    def test_rows_are_plain(self):
        rows = self.claims.with_user(self.user_clerk).export_data(["complaint"])
        self.assertEqual(rows["datas"], [[f"'{text}"] for text in EVIL])

    def test_csv(self):
        rows = list(csv.reader(io.StringIO(self._export("csv").decode())))
        self.assertEqual(rows[0], ["Number", "Complaint", "Claimed"])
        self.assertEqual([row[1] for row in rows[1:]], [f"'{text}" for text in EVIL])

    def test_xlsx_has_no_formula(self):
        with zipfile.ZipFile(io.BytesIO(self._export("xlsx"))) as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
            texts = book.read("xl/sharedStrings.xml").decode()
        self.assertNotIn("<f>", sheet)
        self.assertIn("'=HYPERLINK(1)", texts.replace("&apos;", "'"))

    def test_xlsx_with_groups_has_no_formula(self):
        for claim, text in zip(self.claims, EVIL, strict=True):
            claim.serial = text
        with zipfile.ZipFile(
            io.BytesIO(self._export("xlsx", groupby=["serial"]))
        ) as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
        self.assertNotIn("<f>", sheet)
