from odoo import api, fields, models

from ..tools import serials


class AftersalesSerialCheck(models.TransientModel):
    """One screen for the counter: a serial comes in, what it is comes out.

    Typed or scanned: a scanner fills it without the cursor in the field.
    """

    _name = "aftersales.serial.check"
    _inherit = ["barcodes.barcode_events_mixin"]
    _description = "Check a Serial"

    text = fields.Char("Serial Number", help="Type the serial or scan its code.")
    serial = fields.Char(compute="_compute_result", string="Read as")
    registration_id = fields.Many2one(
        "aftersales.registration",
        "Unit",
        compute="_compute_registration_id",
        store=True,
        readonly=False,
    )
    match_ids = fields.Many2many(
        "aftersales.registration", string="Matches", compute="_compute_result"
    )
    stock_serial = fields.Char("Serial in Stock", compute="_compute_result")
    product_id = fields.Many2one("product.product", compute="_compute_result")
    result = fields.Selection(
        [
            ("empty", "Nothing Typed"),
            ("unit", "Registered Unit"),
            ("several", "Several Units"),
            ("stock", "Not Registered"),
            ("near", "Unknown, Similar Serials Exist"),
            ("unknown", "Unknown"),
        ],
        compute="_compute_result",
    )
    case_text = fields.Char(compute="_compute_case_text")
    card = fields.Html(compute="_compute_card", sanitize=False)

    @api.depends("serial")
    def _compute_display_name(self):
        for check in self:
            check.display_name = check.serial or self.env._("Check a Serial")

    def on_barcode_scanned(self, barcode):
        """Take what the scanner sent for the serial."""
        self.text = barcode

    def _find_units(self):
        """Units that the text names; a live one hides returned ones like it."""
        self.ensure_one()
        found = self.env["aftersales.registration"]._find_by_serial(self.text)
        live = found.filtered(lambda u: u.state == "active")
        return live | found.filtered(lambda u: u.product_id not in live.product_id)

    @api.depends("text")
    def _compute_registration_id(self):
        for check in self:
            found = check._find_units()
            chosen = check.registration_id & found
            check.registration_id = chosen or (len(found) == 1 and found)

    @api.depends("text", "registration_id")
    def _compute_result(self):
        Unit = self.env["aftersales.registration"]
        for check in self:
            found, near = check._find_units(), Unit
            chosen = check.registration_id._origin
            lots = self.env["stock.lot"].sudo()
            if not found and serials.key(check.text):
                lots = Unit._find_lots_by_serial(check.text)
                near = Unit if lots else Unit._find_near_serials(check.text)
            check.serial = serials.clean(check.text)
            check.stock_serial = lots[:1].name
            check.product_id = chosen.product_id or lots[:1].product_id.sudo(False)
            check.match_ids = (found - chosen) or near
            check.result = check._get_result(chosen, found, lots, near)

    def _get_result(self, chosen, found, lots, near):
        """What was found, as the key of the result."""
        if not serials.key(self.text):
            return "empty"
        if chosen:
            return "unit"
        if found:
            return "several"
        if lots:
            return "stock"
        return "near" if near else "unknown"

    @api.depends("text")
    def _compute_case_text(self):
        # A suspicion concerns everybody at a counter.
        Case_sudo = self.env["aftersales.counterfeit.case"].sudo()
        Product = self.env["product.product"]
        company = self.env.company
        found = Case_sudo._find_open_by_serial(
            [(check.text, Product, company) for check in self]
        )
        for index, check in enumerate(self):
            check.case_text = found[index]._get_notice() if index in found else False

    @api.depends("registration_id")
    def _compute_card(self):
        for check in self:
            unit = check.registration_id._origin
            check.card = unit._render_card() if unit else False

    # -- what follows ------------------------------------------------------------

    @api.model
    def _open(self, text=False, unit=None):
        """Window action of the screen, for one serial or a fresh one."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_warranty.aftersales_serial_check_action"
        )
        check = self.create({"text": text, "registration_id": unit and unit.id})
        return {**action, "res_id": check.id}

    def action_next(self):
        """Start with an empty screen for the next customer."""
        return self._open()

    def action_open_unit(self):
        """Open the unit."""
        self.ensure_one()
        return self.registration_id._get_records_action()

    def _get_new_action(self, name, model, defaults):
        """Window action of a new document about the serial."""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "context": {f"default_{key}": value for key, value in defaults.items()},
        }

    def _get_serial_defaults(self):
        """Serial, product and stock serial of what was found."""
        unit = self.registration_id
        values = {
            "serial": unit.serial or self.stock_serial or self.serial,
            "product_id": self.product_id.id,
        }
        # A dispatcher need not read the stock; the serial says the same.
        if unit.lot_id and self.env["stock.lot"].has_access("read"):
            values["lot_id"] = unit.lot_id.id
        return values

    def action_new_order(self):
        """Open a service order for the unit; out of cover it is chargeable."""
        self.ensure_one()
        return self._get_new_action(
            self.env._("New Service Order"),
            "aftersales.service.order",
            {
                **self._get_serial_defaults(),
                "registration_id": self.registration_id.id,
                "partner_id": self.registration_id.partner_id.id,
            },
        )

    def action_new_return(self):
        """Open a return of the unit."""
        self.ensure_one()
        unit = self.registration_id
        unit._check_serviceable("return")
        line = {**self._get_serial_defaults(), "registration_id": unit.id}
        return self._get_new_action(
            self.env._("New Return"),
            "aftersales.return",
            {
                "partner_id": unit.partner_id.id,
                "line_ids": [fields.Command.create(line)],
            },
        )

    def action_register(self):
        """Open the registration of a serial that nobody registered."""
        self.ensure_one()
        return self._get_new_action(
            self.env._("Register Unit"),
            "aftersales.registration",
            self._get_serial_defaults(),
        )

    def action_suspect(self):
        """Open a case of suspected counterfeit for the serial."""
        self.ensure_one()
        unit = self.registration_id
        return self._get_new_action(
            self.env._("Suspected Counterfeit"),
            "aftersales.counterfeit.case",
            {
                "serial": unit.serial or self.serial,
                "product_id": self.product_id.id,
            },
        )
