from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.fields import Command, Domain

from odoo.addons.aftersales_network.models.flow import FLOW

from .aftersales_return_grade import DISPOSITIONS
from .stock_warehouse import PLACE_FIELDS


class AftersalesReturnLine(models.Model):
    """Receipt of what comes back."""

    _inherit = "aftersales.return.line"

    move_ids = fields.One2many(
        "stock.move", "aftersales_return_line_id", "Stock Moves", readonly=True
    )
    warehouse_id = fields.Many2one(related="return_id.warehouse_id")

    receipt_result = fields.Selection(
        [
            ("right", "As Expected"),
            ("wrong", "Wrong"),
            ("unexpected", "Unexpected"),
            ("damaged", "Damaged"),
        ],
        "Receipt",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    received_lot_id = fields.Many2one(
        "stock.lot",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
    )
    received_serial = fields.Char(readonly=True, copy=False)
    quantity_received = fields.Float(
        "Received", digits="Product Unit", readonly=True, copy=False
    )
    date_received = fields.Datetime(
        "Received on", readonly=True, copy=False, index="btree_not_null"
    )
    received_by_id = fields.Many2one(
        "res.users", "Received by", readonly=True, copy=False
    )
    receipt_note = fields.Text("Note of the Receipt", readonly=True, copy=False)
    is_held = fields.Boolean(
        "In the Returns Area",
        readonly=True,
        copy=False,
        help="The goods are here and not free yet.",
    )
    is_accepted = fields.Boolean(
        "Accepted",
        readonly=True,
        copy=False,
        help="A manager accepted goods that were not expected.",
    )

    grade_id = fields.Many2one(
        "aftersales.return.grade",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    finding = fields.Selection(
        [
            ("ok", "Fault Confirmed"),
            ("no_fault", "No Fault Found"),
            ("customer_damage", "Customer Damage"),
            ("wrong_item", "Wrong Item"),
        ],
        readonly=True,
        copy=False,
    )
    # What the company notes for itself is not for the customer's portal.
    inspection_note = fields.Text(readonly=True, copy=False, groups="base.group_user")
    photo_ids = fields.Many2many(
        "ir.attachment", string="Photos", readonly=True, copy=False
    )
    inspected_by_id = fields.Many2one(
        "res.users", "Inspected by", readonly=True, copy=False
    )
    date_inspected = fields.Datetime("Inspected on", readonly=True, copy=False)

    disposition = fields.Selection(
        DISPOSITIONS, readonly=True, copy=False, index="btree_not_null"
    )
    disposition_move_id = fields.Many2one(
        "stock.move", "Disposed with", readonly=True, copy=False, check_company=True
    )
    disposition_note = fields.Text(readonly=True, copy=False, groups="base.group_user")
    disposed_by_id = fields.Many2one(
        "res.users", "Disposed by", readonly=True, copy=False
    )
    date_disposed = fields.Datetime("Disposed on", readonly=True, copy=False)
    date_released = fields.Datetime("Left the Area on", readonly=True, copy=False)

    waiting_days = fields.Integer(
        "Days Here",
        compute="_compute_waiting_days",
        search="_search_waiting_days",
        help="Days in the returns area since the receipt.",
    )

    _held_lot_index = models.Index("(received_lot_id) WHERE is_held")

    _FLOW_FIELDS = frozenset(
        (
            "receipt_result",
            "received_lot_id",
            "received_serial",
            "quantity_received",
            "date_received",
            "received_by_id",
            "receipt_note",
            "is_held",
            "is_accepted",
            "grade_id",
            "finding",
            "inspection_note",
            "photo_ids",
            "inspected_by_id",
            "date_inspected",
            "disposition",
            "disposition_move_id",
            "disposition_note",
            "disposed_by_id",
            "date_disposed",
            "date_released",
            "move_ids",
        )
    )

    @api.depends("is_held", "date_received")
    def _compute_waiting_days(self):
        now = fields.Datetime.now()
        for line in self:
            waits = line.is_held and line.date_received
            line.waiting_days = (now - line.date_received).days if waits else 0

    def _search_waiting_days(self, operator, value):
        if operator not in ("<", "<=", ">", ">="):
            return NotImplemented
        # More days here means an earlier receipt; whole days are counted.
        days = int(value) + (operator in (">", "<="))
        moment = fields.Datetime.now() - timedelta(days=days)
        turned = "<=" if operator.startswith(">") else ">"
        return Domain("is_held", "=", True) & Domain("date_received", turned, moment)

    # -- transfer --------------------------------------------------------------

    def _create_receipt_moves(self):
        """Expect the goods: one transfer per document, one move per line."""
        # The document is confirmed by people who do not handle transfers.
        lines_sudo = self.sudo()
        for company, lines in lines_sudo.grouped("company_id").items():
            documents = lines.return_id
            pickings = (
                lines.env["stock.picking"]
                .with_company(company)
                .with_context(
                    tracking_disable=True,
                    mail_create_nolog=True,
                    mail_create_nosubscribe=True,
                )
                .create([document._prepare_receipt_vals() for document in documents])
            )
            by_document = dict(zip(documents, pickings, strict=True))
            lines._load_places()
            pickings.move_ids.create(
                [
                    line._prepare_receipt_move_vals(by_document[line.return_id])
                    for line in lines
                ]
            )

    def _prepare_receipt_move_vals(self, picking):
        """Values of the incoming move of one line; extension point."""
        self.ensure_one()
        origin = self.origin_move_id
        source = (
            origin.location_dest_id
            if origin.location_dest_id.usage == "customer"
            else picking.location_id
        )
        places = {
            "picking_id": picking.id,
            "location_id": source.id,
            "location_dest_id": picking.location_dest_id.id,
        }
        return {
            **places,
            "picking_type_id": picking.picking_type_id.id,
            "product_id": self.product_id.id,
            "product_uom": self.product_uom_id.id,
            "product_uom_qty": self.quantity,
            "company_id": self.company_id.id,
            "origin": self.return_id.name,
            "aftersales_return_line_id": self.id,
            "origin_returned_move_id": origin.id,
            "sale_line_id": origin.sale_line_id.id,
            "to_refund": self.resolution == "refund",
            "procure_method": "make_to_stock",
            # Nothing is to be procured, merged or reserved: the goods are outside.
            "state": "assigned",
            "move_line_ids": [Command.create(self._prepare_receipt_lot_vals(places))],
        }

    def _prepare_receipt_lot_vals(self, places):
        """Values of the expected serial or quantity on the transfer."""
        return {
            **places,
            "product_id": self.product_id.id,
            "product_uom_id": self.product_uom_id.id,
            "quantity": self.quantity,
            "lot_id": self.lot_id.id,
            "lot_name": self.lot_id.name or self.serial,
            "picked": False,
        }

    def _load_places(self):
        """Read all locations that the goods may take in one query."""
        warehouses = self.return_id.warehouse_id
        places = warehouses.lot_stock_id | warehouses.view_location_id
        for name in ("aftersales_returns_loc_id", *PLACE_FIELDS):
            places |= warehouses[name]
        places |= self.origin_move_id.location_dest_id
        places |= warehouses.aftersales_in_type_id.default_location_src_id
        places.fetch()

    def _get_receipt_moves(self):
        """Incoming moves that still wait."""
        return self.move_ids.filtered(
            lambda move: (
                move.state not in ("done", "cancel")
                and move.location_usage == "customer"
            )
        )

    # -- receive ---------------------------------------------------------------

    def _receive(self, details=None):
        """Take the goods of the lines in and validate their transfers.

        Lines of the same document that are not among these go to a backorder.

        :param details: ``{line id: {"serial", "quantity", "is_damaged", "note",
            "photos"}}``; what is left out is as expected
        :raise UserError: goods that are not expected any more, or may not come back
        """
        details = details or {}
        self._lock_for_depot()
        self._check_expected()
        lacking = self.filtered(lambda line: not line._get_receipt_moves())
        if lacking:
            lacking._create_receipt_moves()
        foreign = self._find_wrong(details)
        for line in self:
            line._prepare_receipt(details.get(line.id, {}), foreign)
        # The step has its own rights; the transfer follows the decision.
        moves = self._get_receipt_moves().sudo()
        moves.move_line_ids.picked = True
        for pickings, is_whole in moves._aftersales_split_whole():
            pickings.with_context(cancel_backorder=is_whole)._action_done()

    def _lock_for_depot(self):
        """Let nobody else work on the same lines at the same time.

        :raise UserError: somebody does right now
        """
        try:
            self.lock_for_update(allow_referencing=True)
        except LockError:
            raise UserError(
                self.env._(
                    "%(document)s is being worked on by somebody else right now. Load "
                    "it again in a moment.",
                    document=", ".join(self.return_id.mapped("name")),
                )
            ) from None

    def _check_expected(self):
        """Refuse lines that are not expected.

        :raise UserError: naming what happened to the first of them
        """
        for line in self:
            if line.state == "expected" and line.return_id.state == "confirmed":
                continue
            if line.date_received:
                raise UserError(
                    self.env._(
                        "%(goods)s was received already by %(user)s on %(date)s.",
                        goods=line._get_goods_name(),
                        user=line.received_by_id.name,
                        date=fields.Datetime.to_string(line.date_received),
                    )
                )
            raise UserError(
                self.env._(
                    "%(goods)s of %(document)s is not expected. Confirm the return "
                    "first.",
                    goods=line._get_goods_name(),
                    document=line.return_id.name,
                )
            )

    def _get_goods_name(self):
        """Product and number of the line, for messages."""
        self.ensure_one()
        serial = self.received_serial or self.lot_id.name or self.serial
        name = self.product_id.display_name
        return f"{name} ({serial})" if serial else name

    def _find_wrong(self, details):
        """Lines whose goods are not what was expected and not the customer's.

        :return: ``{line id: reason}`` of serials that never were with the customer
        """
        requests = []
        for line in self:
            serial = details.get(line.id, {}).get("serial") or ""
            is_other = serial and serial != line._get_expected_serial()
            if is_other or line.receipt_result == "unexpected":
                requests.append(line._prepare_guard_request(serial=serial))
        if not requests:
            return {}
        return self.env["aftersales.return.guard"]._get_refusals(requests)

    def _get_expected_serial(self):
        self.ensure_one()
        return self.lot_id.name or self.serial or ""

    def _prepare_guard_request(self, serial=None):
        """What the guard is asked about the line."""
        self.ensure_one()
        return {
            "key": self.id,
            "partner": self.partner_id,
            "product": self.product_id,
            "lot": self.lot_id if serial is None else self.env["stock.lot"],
            "serial": self.serial if serial is None else serial,
            "quantity": self.quantity,
            "uom": self.product_uom_id,
            "line": self,
            "company": self.company_id,
            "is_receipt": serial is not None,
        }

    def _prepare_receipt(self, detail, foreign):
        """Write on line and transfer what was found at the receipt."""
        self.ensure_one()
        quantity = detail.get("quantity") or self.quantity
        self._check_quantity(quantity)
        rest = self.quantity - quantity
        if self.product_uom_id.compare(rest, 0) > 0:
            self._split_rest(rest)
        serial, expected = detail.get("serial"), self._get_expected_serial()
        result = "damaged" if detail.get("is_damaged") else "right"
        if serial and expected and serial != expected:
            result = "wrong"
        vals = {"receipt_note": detail.get("note"), "photo_ids": detail.get("photos")}
        vals = {name: value for name, value in vals.items() if value}
        if vals.get("photo_ids"):
            vals["photo_ids"] = [Command.link(x.id) for x in vals["photo_ids"]]
        if result != "right" and not self.receipt_result:
            vals["receipt_result"] = result
        if vals:
            self._write_flow(vals)
        self._prepare_receipt_move_lines(serial, quantity, self.id in foreign)

    def _prepare_receipt_move_lines(self, serial, quantity, is_foreign):
        """Give the transfer the number and quantity that came."""
        move_line = self._get_receipt_moves().move_line_ids[:1]
        vals = {}
        if move_line.quantity != quantity:
            vals["quantity"] = quantity
        if serial and serial != (move_line.lot_id.name or move_line.lot_name):
            vals.update(lot_id=self._find_lot(serial).id, lot_name=serial)
        if is_foreign:
            vals["owner_id"] = self.partner_id.commercial_partner_id.id
        if vals:
            move_line.write(vals)

    def _find_lot(self, serial):
        """Lot of the product with this number; empty when there is none yet."""
        self.ensure_one()
        return self.env["stock.lot"].search(
            [
                ("name", "=", serial),
                ("product_id", "=", self.product_id.id),
                ("company_id", "in", (False, self.company_id.id)),
            ],
            limit=1,
        )

    def _check_quantity(self, quantity):
        """Refuse less than nothing and more than is expected.

        :raise UserError: naming the line
        """
        uom = self.product_uom_id
        if uom.compare(quantity, 0) <= 0 or uom.compare(quantity, self.quantity) > 0:
            raise UserError(
                self.env._(
                    "%(quantity)s %(unit)s of %(goods)s cannot be received: "
                    "%(expected)s are expected.",
                    quantity=quantity,
                    unit=uom.name,
                    goods=self._get_goods_name(),
                    expected=self.quantity,
                )
            )

    def _split_rest(self, quantity):
        """Keep what did not come on a line of its own, still expected."""
        self.ensure_one()
        move = self._get_receipt_moves()[:1]
        self._write_flow({"quantity": self.quantity - quantity})
        rest = self._copy_rest(quantity)
        # The line first: less demand than what is on the line would drop the line.
        move.move_line_ids.quantity -= quantity
        move.product_uom_qty -= quantity
        vals = rest._prepare_receipt_move_vals(move.picking_id)
        move.with_context(aftersales_flow=FLOW).create(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_received(self):
        arrived = self.filtered("date_received")[:1]
        if arrived:
            raise UserError(
                self.env._(
                    "%(goods)s has arrived; its return line cannot be deleted.",
                    goods=arrived._get_goods_name(),
                )
            )
