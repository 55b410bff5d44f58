"""What the download routes of the suite share; no route of its own."""

from odoo.http import content_disposition, request

XLSX_MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def make_xlsx_response(content, filename):
    """Answer of a route that hands over a spreadsheet.

    The route has checked the access before.

    :param content: bytes of the workbook
    :param filename: name of the file, with its ending
    """
    return request.make_response(
        content,
        [
            ("Content-Type", XLSX_MIMETYPE),
            ("Content-Disposition", content_disposition(filename)),
        ],
    )
