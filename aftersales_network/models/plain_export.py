from odoo import models

from ..tools.list_rows import plain_cell


class AftersalesPlainExport(models.AbstractModel):
    """Exports typed text so that no spreadsheet takes it for a formula.

    Odoo guards its CSV export, but not ``@`` and full-width signs, and writes the
    cells of a workbook as they are: what a point typed would be calculated at the
    desk of whoever opens the file.
    """

    _name = "aftersales.plain.export.mixin"
    _description = "Export without Formulas"

    #: Tells the controller of grouped exports to guard the headings as well.
    _is_plain_export = True

    def export_data(self, fields_to_export):
        """Put an apostrophe before text that begins like a formula."""
        result = super().export_data(fields_to_export)
        rows = [
            [plain_cell(cell) if isinstance(cell, str) else cell for cell in row]
            for row in result["datas"]
        ]
        return {**result, "datas": rows}
