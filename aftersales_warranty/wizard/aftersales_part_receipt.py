from odoo import api, fields, models

from ..tools import part_receipt as kernel


class AftersalesPartReceipt(models.TransientModel):
    """The warehouse opens a box of old parts and scans what is in it.

    A label counts for all pieces of its part, a serial or product code for one;
    what matches nothing is noted as not expected.
    """

    _name = "aftersales.part.receipt"
    _description = "Receipt of Old Parts"
    _inherit = ["barcodes.barcode_events_mixin"]

    shipment_id = fields.Many2one(
        "aftersales.part.shipment", required=True, ondelete="cascade", readonly=True
    )
    service_point_id = fields.Many2one(related="shipment_id.service_point_id")
    code = fields.Char("Scan or Type", help="Label, serial, reference or barcode.")
    message = fields.Char("Last Scan", readonly=True)
    line_ids = fields.One2many("aftersales.part.receipt.line", "receipt_id")
    extra = fields.Text("Not Expected")

    @api.model
    def _open(self, shipment):
        """New screen for a shipment, nothing counted yet."""
        return self.create(
            {
                "shipment_id": shipment.id,
                "line_ids": [
                    fields.Command.create({"part_id": part.id})
                    for part in shipment.part_ids
                ],
            }
        )

    @api.onchange("code")
    def _onchange_code(self):
        if self.code:
            self.on_barcode_scanned(self.code)
            self.code = False

    def on_barcode_scanned(self, barcode):
        """Count one scan."""
        expected = [line._to_kernel() for line in self.line_ids]
        counted = {line.part_id.id: line.quantity for line in self.line_ids}
        found = kernel.match(expected, counted, barcode)
        if found is None:
            self.extra = f"{self.extra}\n{barcode}" if self.extra else barcode
            self.message = self.env._("%(code)s: not expected", code=barcode)
            return
        key, pieces = found
        line = self.line_ids.filtered(lambda row: row.part_id.id == key)[:1]
        line.quantity += pieces
        self.message = self.env._(
            "%(part)s: %(count)g of %(expected)g",
            part=line.part_id.name,
            count=line.quantity,
            expected=line.quantity_expected,
        )

    def action_all_there(self):
        """Everything on the packing list is in the box."""
        for line in self.line_ids:
            line.quantity = line.quantity_expected
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def action_confirm(self):
        """Take the box in as counted."""
        self.ensure_one()
        self.shipment_id._receive(
            {line.part_id.id: line._prepare_row() for line in self.line_ids},
            self.extra,
        )
        return {"type": "ir.actions.act_window_close"}


class AftersalesPartReceiptLine(models.TransientModel):
    """One part of the packing list."""

    _name = "aftersales.part.receipt.line"
    _description = "Line of a Receipt of Old Parts"

    receipt_id = fields.Many2one(
        "aftersales.part.receipt", required=True, index=True, ondelete="cascade"
    )
    part_id = fields.Many2one(
        "aftersales.part.return", "Old Part", required=True, readonly=True
    )
    product_id = fields.Many2one(related="part_id.product_id")
    serial = fields.Char(related="part_id.serial")
    quantity_expected = fields.Float(related="part_id.quantity", string="Expected")
    quantity = fields.Float("Received", digits="Product Unit")
    result = fields.Selection(
        [
            ("right", "As Expected"),
            ("wrong", "Another Part"),
            ("damaged", "Damaged in Transit"),
        ],
        required=True,
        default="right",
    )
    product_received_id = fields.Many2one("product.product", "Part Received")
    serial_received = fields.Char()

    def _to_kernel(self):
        """The line as the matching wants it."""
        self.ensure_one()
        product = self.product_id
        return kernel.Expected(
            key=self.part_id.id,
            label=self.part_id.name,
            serial=self.serial or "",
            codes=(product.default_code, product.barcode),
            quantity=self.quantity_expected,
        )

    def _prepare_row(self):
        """What the receipt says about the part."""
        self.ensure_one()
        wrong = self.result == "wrong"
        return {
            "quantity": self.quantity,
            "result": self.result,
            "serial": self.serial_received or (False if wrong else self.serial),
            "product_id": self.product_received_id.id if wrong else False,
        }
