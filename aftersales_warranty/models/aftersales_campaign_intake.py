from odoo import api, fields, models


class AftersalesReturn(models.Model):
    """A return tells of open recalls of the units that come back."""

    _inherit = "aftersales.return"

    recall_text = fields.Char("Open Recalls", compute="_compute_recall_text")

    @api.depends("line_ids.registration_id", "line_ids.serial")
    def _compute_recall_text(self):
        Row = self.env["aftersales.campaign.unit"]
        lines = self.line_ids
        found = Row._find_open(lines.registration_id)
        typed = lines.filtered(lambda x: x.serial and not x.registration_id)
        by_serial = Row._find_open_by_serial(
            [(x.serial, x.product_id, x.company_id) for x in typed]
        )
        unknown = {typed[index]: rows for index, rows in by_serial.items()}
        for document in self:
            texts = [
                row._get_notice_text()
                for line in document.line_ids
                for row in found.get(line.registration_id.id) or unknown.get(line) or ()
            ]
            document.recall_text = " ".join(dict.fromkeys(texts)) or False


class RepairOrder(models.Model):
    """A bench repair tells of open recalls of the unit."""

    _inherit = "repair.order"

    aftersales_recall_text = fields.Char(
        "Open Recalls", compute="_compute_aftersales_recall_text"
    )

    @api.depends("aftersales_registration_id", "lot_id", "product_id")
    def _compute_aftersales_recall_text(self):
        Row = self.env["aftersales.campaign.unit"]
        found = Row._find_open(self.aftersales_registration_id._origin)
        # The bench reads the serial of the unit, whoever may read the stock.
        loose = self.sudo().filtered(
            lambda r: r.lot_id and not r.aftersales_registration_id
        )
        by_serial = Row._find_open_by_serial(
            [(r.lot_id.name, r.product_id, r.company_id) for r in loose]
        )
        unknown = {loose[index].id: rows for index, rows in by_serial.items()}
        for repair in self:
            rows = found.get(repair.aftersales_registration_id._origin.id)
            rows = rows or unknown.get(repair.id) or ()
            texts = [row._get_notice_text() for row in rows]
            repair.aftersales_recall_text = " ".join(texts) or False
