from odoo import api, fields, models
from odoo.exceptions import UserError


class AftersalesReturn(models.Model):
    """Shows the repairs of what came back."""

    _inherit = "aftersales.return"

    repair_count = fields.Integer(compute="_compute_repair_count")

    def _compute_repair_count(self):
        for document in self:
            document.repair_count = sum(document.line_ids.mapped("repair_count"))

    def action_view_repairs(self):
        """Open the repairs of the goods."""
        return self.line_ids.action_view_repairs()


class AftersalesReturnLine(models.Model):
    """What comes back for repair goes to the bench in one click."""

    _inherit = "aftersales.return.line"

    repair_ids = fields.One2many(
        "repair.order", "aftersales_return_line_id", "Bench Repairs"
    )
    repair_count = fields.Integer(compute="_compute_repair_count")
    can_inspect_again = fields.Boolean(compute="_compute_can_inspect_again")

    @api.depends("state", "disposition", "resolution", "is_held")
    def _compute_can_inspect_again(self):
        for line in self:
            line.can_inspect_again = line._is_reworked()

    def _compute_repair_count(self):
        counts = self.env["repair.order"]._count_by(
            "aftersales_return_line_id", self.ids
        )
        for line in self:
            line.repair_count = counts.get(line._origin, 0)

    def _create_repair(self):
        """Repairs of the lines, new ones where none is open; constant queries.

        The warehouse calls it when it decides for repair, and so do the buttons.

        :return: the repairs, one for each line
        :raise UserError: naming the line whose goods are not here
        """
        self.check_access("write")
        # Two clicks at once make one repair.
        self.sudo().lock_for_update(allow_referencing=True)
        running = self.sudo().repair_ids.filtered(lambda r: r.state != "cancel")
        known = running.aftersales_return_line_id.sudo(False)
        fresh = self - known
        fresh._check_can_repair()
        created = self.env["repair.order"]._take_in(
            [line._prepare_repair_vals() for line in fresh]
        )
        return running.sudo(False) | created

    def _check_can_repair(self):
        """Only goods that have come in are repaired.

        :raise UserError: naming product and document
        """
        for line in self:
            if line.state not in ("received", "inspected", "disposed"):
                raise UserError(
                    self.env._(
                        "%(document)s: %(product)s has not been received yet. Receive "
                        "it before it goes to the bench.",
                        document=line.return_id.name,
                        product=line.product_id.display_name,
                    )
                )

    def _prepare_repair_vals(self):
        """Values of the repair of one line; extension point."""
        self.ensure_one()
        document = self.return_id
        vals = {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "product_id": self.product_id.id,
            "product_qty": self.quantity_received or self.quantity,
            "product_uom": self.product_uom_id.id,
            "lot_id": (self.received_lot_id or self.lot_id).id,
            "aftersales_serial": self.received_serial or self.serial,
            "aftersales_return_line_id": self.id,
            "aftersales_order_id": document.order_id.id,
            "aftersales_date_request": document.date_request,
        }
        if self.move_ids:
            place = self.sudo()._get_location().id
            vals["product_location_src_id"] = place
            vals["product_location_dest_id"] = place
        unit = self.registration_id
        if unit.state in ("active", "closed"):
            vals["aftersales_registration_id"] = unit.id
        if document.warehouse_id.repair_type_id:
            vals["picking_type_id"] = document.warehouse_id.repair_type_id.id
        return vals

    def action_create_repair(self):
        """Take the goods to the bench and open the repair."""
        return self._create_repair()._open_aftersales()

    def action_view_repairs(self):
        """Open the repairs of the goods."""
        return self.env["repair.order"]._get_aftersales_action(
            self.env._("Bench Repairs"), [("aftersales_return_line_id", "in", self.ids)]
        )

    def action_inspect_again(self):
        """Goods of the company that were worked on are inspected a second time.

        Only that inspection lets them back into stock.

        :raise UserError: the goods are not at the bench, or still in work
        """
        for line in self:
            line._check_can_inspect_again()
        self._reopen_inspection()

    def _check_can_inspect_again(self):
        """Refuse goods that nobody worked on, or that are not finished.

        :raise UserError: naming goods and repair
        """
        self.ensure_one()
        running = self.sudo().repair_ids.filtered(
            lambda r: r.state not in ("done", "cancel")
        )[:1]
        if running:
            raise UserError(
                self.env._(
                    "%(goods)s is still in repair (%(repair)s). End the repair first.",
                    goods=self._get_goods_name(),
                    repair=running.name,
                )
            )
        if not self._is_reworked():
            raise UserError(
                self.env._(
                    "%(goods)s is not in the company's refurbishing or repair; nothing "
                    "is to be inspected again.",
                    goods=self._get_goods_name(),
                )
            )

    def _is_reworked(self):
        """Whether the goods are the company's and at its bench."""
        self.ensure_one()
        own = self.disposition == "refurbish" or (
            self.disposition == "repair" and self.resolution != "repair"
        )
        return own and self.state == "disposed" and self.is_held

    def _reopen_inspection(self):
        """Have the goods inspected a second time; what was found stays readable."""
        grades = dict(self._fields["finding"]._description_selection(self.env))
        for line in self:
            line.return_id.message_post(
                body=self.env._(
                    "%(goods)s was worked on and is inspected again. First inspection "
                    "by %(user)s: %(grade)s, %(finding)s. %(note)s",
                    goods=line._get_goods_name(),
                    user=line.inspected_by_id.name,
                    grade=line.grade_id.name or "",
                    finding=grades.get(line.finding, ""),
                    note=line.inspection_note or "",
                )
            )
        self._write_flow(
            {
                "state": "received",
                "grade_id": False,
                "finding": False,
                "inspection_note": False,
                "inspected_by_id": False,
                "date_inspected": False,
                "disposition": False,
                "disposition_note": False,
            }
        )
        self.return_id._update_state()

    def _inspect(self, grade, finding, note="", photos=None):
        """The second inspection is not made by those who did the work.

        :raise UserError: naming the goods and the person
        """
        for line in self:
            done = line.sudo().repair_ids.filtered(lambda r: r.state == "done")
            if self.env.user in done.aftersales_worker_ids:
                raise UserError(
                    self.env._(
                        "%(order)s: %(person)s did the work. Another person must "
                        "inspect it.",
                        order=line._get_goods_name(),
                        person=self.env.user.name,
                    )
                )
        return super()._inspect(grade, finding, note=note, photos=photos)

    def _is_settled(self):
        """A unit that came for repair is settled when the customer has it back."""
        settled = super()._is_settled()
        if self.resolution != "repair" or self.state == "cancelled":
            return settled
        repairs = self.sudo().repair_ids.filtered(lambda r: r.state != "cancel")
        return settled and all(r.aftersales_date_handover for r in repairs)
