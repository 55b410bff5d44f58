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


def make_pdf_response(report, records, filename, disposition="attachment"):
    """Answer of a route that hands over a printed document.

    The route has checked the access before.

    :param report: external id of the report
    :param records: what is printed
    :param filename: name of the file, with its ending
    :param disposition: ``attachment`` to save it, ``inline`` to show it
    """
    content, _kind = (
        request.env["ir.actions.report"].sudo()._render_qweb_pdf(report, records.ids)
    )
    return request.make_response(
        content,
        [
            ("Content-Type", "application/pdf"),
            ("Content-Disposition", content_disposition(filename, disposition)),
        ],
    )
