import base64
import csv
import io

from odoo.addons.aftersales_network.tests.common import AftersalesCommon

COMPONENTS = [
    "AC_1001_Issue",
    "AC_1002_Issue",
    "AC_1003_Issue",
    "TV_2001_Issue",
    "TV_2002_Issue",
    "TV_2003_Issue",
]
HEADER = [
    "",
    "Region",
    "State",
    "Area",
    "City",
    "Consumer_profile",
    "Product_category",
    "Product_type",
    *COMPONENTS,
    "Claim_Value",
    "Service_Centre",
    "Product_Age",
    "Purchased_from",
    "Call_details",
    "Purpose",
    "Fraud",
]
ROW = {
    "Region": "South",
    "State": "Kerala",
    "Area": "Urban",
    "City": "Kochi",
    "Consumer_profile": "Personal",
    "Product_category": "Entertainment",
    "Product_type": "TV",
    **dict.fromkeys(COMPONENTS, "0"),
    "Claim_Value": "1000",
    "Service_Centre": "901",
    "Product_Age": "30",
    "Purchased_from": "Dealer",
    "Call_details": "1.5",
    "Purpose": "Claim",
    "Fraud": "0",
}
CASE_DATE = "2024-03-31"


def case_row(number, **changes):
    """One row of an invented file, by column name."""
    return {**ROW, "": str(number), **changes}


def csv_bytes(rows, delimiter=",", encoding="utf-8", header=None):
    """An invented file."""
    stream = io.StringIO()
    writer = csv.DictWriter(
        stream, header or HEADER, delimiter=delimiter, extrasaction="ignore"
    )
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode(encoding)


class HistoryCommon(AftersalesCommon):
    """Imports invented files with the template that ships."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env.ref("aftersales_warranty.history_template_appliance")

    @classmethod
    def _new_import(cls, data, filename="cases.csv", user=None, **vals):
        user = user or cls.user_admin
        return (
            cls.env["aftersales.history.import"]
            .with_user(user)
            .create(
                {
                    "file": base64.b64encode(data),
                    "filename": filename,
                    "case_date": CASE_DATE,
                    "template_id": cls.template.id,
                    **vals,
                }
            )
        )

    @classmethod
    def _import(cls, rows, **kwargs):
        """Import rows; returns the import, its lines by row number."""
        data = rows if isinstance(rows, bytes) else csv_bytes(rows)
        record = cls._new_import(data, **kwargs)
        record.action_import()
        return record

    @classmethod
    def _lines(cls, record):
        """(row number, result, note) of every line of the report."""
        return [
            (line.number, line.result, line.note or "")
            for line in record.line_ids.sorted("line")
        ]

    @classmethod
    def _cases(cls):
        return cls.env["aftersales.history.case"].search(
            [("template_id", "=", cls.template.id)], order="number"
        )
