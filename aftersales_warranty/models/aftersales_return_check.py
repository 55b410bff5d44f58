from odoo import models
from odoo.exceptions import UserError


class AftersalesReturn(models.Model):
    """Which goods a customer cannot return."""

    _inherit = "aftersales.return"

    def _check_returnable(self):
        """Refuse goods that this customer cannot return; extension point.

        :raise UserError: naming the goods, the rule and the way out
        """
        for document in self:
            document._check_lines_there()
        lines = self.line_ids
        lines._resolve_serials()
        lines._check_origin()
        lines._fill_origin()
        lines._mark_foreign()
        lines._check_reason()
        lines._check_unit()
        lines._check_counterfeit()
        lines._check_lot()
        lines._check_quantity_uom()
        lines._check_other_returns()
        lines._check_foreign()
        lines._check_holder()
        lines._check_delivered()

    def _check_lines_there(self):
        self.ensure_one()
        if not self.line_ids:
            raise UserError(
                self.env._(
                    "%(document)s has no lines. Add what comes back.",
                    document=self.name,
                )
            )
        if self.date_request > self.company_id._get_aftersales_today():
            raise UserError(
                self.env._(
                    "%(document)s was requested in the future. Correct the date.",
                    document=self.name,
                )
            )


class AftersalesReturnLine(models.Model):
    _inherit = "aftersales.return.line"

    def _check_reason(self):
        """A reason that names a defect needs the kind of fault.

        :raise UserError: naming the line
        """
        for line in self:
            if line.reason_id.needs_fault and not line.fault_class:
                raise UserError(
                    self.env._(
                        "%(line)s: state the fault; the reason “%(reason)s” asks for "
                        "it.",
                        line=line.display_name,
                        reason=line.reason_id.name,
                    )
                )

    def _check_unit(self):
        """A unit that was returned or exchanged cannot come back once more.

        :raise UserError: naming the unit and what became of it
        """
        for line in self:
            # The registration may belong to a point that the user cannot see.
            unit_sudo = line.registration_id.sudo()
            if not unit_sudo:
                continue
            field = unit_sudo._fields["state"]
            labels = dict(field._description_selection(self.env))
            if unit_sudo.state in ("returned", "exchanged"):
                raise UserError(
                    self.env._(
                        "%(unit)s is “%(state)s” since %(date)s and cannot be "
                        "returned again. Choose the unit that the customer holds.",
                        unit=unit_sudo.display_name,
                        state=labels[unit_sudo.state],
                        date=unit_sudo.date_closed,
                    )
                )
            if unit_sudo.product_id != line.product_id:
                raise UserError(
                    self.env._(
                        "%(unit)s is not a %(product)s. Choose the unit again.",
                        unit=unit_sudo.display_name,
                        product=line.product_id.display_name,
                    )
                )

    def _check_counterfeit(self):
        """Nothing comes back while a case of counterfeit is open on its serial.

        :raise UserError: naming the unit, the case and the way out
        """
        # A case blocks whoever may read it.
        units_sudo = self.registration_id.sudo()
        units_sudo._check_serviceable("return")
        for line in self.filtered(lambda x: x.serial and not x.registration_id):
            units_sudo._check_serial_serviceable(
                line.serial, line.product_id, line.company_id, "return"
            )

    def _check_lot(self):
        """Serial and product belong together; a serial is one piece.

        :raise UserError: naming the line
        """
        for line in self:
            # Whoever takes goods in need not be a stock user.
            lot_sudo = line.sudo().lot_id
            if lot_sudo and lot_sudo.product_id != line.product_id:
                raise UserError(
                    self.env._(
                        "Serial %(serial)s belongs to %(product)s.",
                        serial=lot_sudo.name,
                        product=lot_sudo.product_id.display_name,
                    )
                )
            tracking = line.product_id.tracking
            needs_lot = tracking == "lot" and not line.is_foreign
            if (tracking == "serial" and not line.serial) or (
                needs_lot and not lot_sudo
            ):
                raise UserError(
                    self.env._(
                        "%(product)s is tracked: enter the serial or lot number that "
                        "comes back.",
                        product=line.product_id.display_name,
                    )
                )

    def _check_quantity_uom(self):
        """Quantities are in a unit of measure of the product.

        :raise UserError: another kind of unit, or not one piece of a serial
        """
        for line in self:
            uom, own = line.product_uom_id, line.product_id.uom_id
            if not uom._has_common_reference(own):
                raise UserError(
                    self.env._(
                        "%(product)s is counted in %(own)s, not in %(uom)s.",
                        product=line.product_id.display_name,
                        own=own.name,
                        uom=uom.name,
                    )
                )
            quantity = line._get_base_quantity()
            if line.product_id.tracking == "serial" and own.compare(quantity, 1):
                raise UserError(
                    self.env._(
                        "Serial %(serial)s is one piece; its line says %(quantity)s "
                        "%(uom)s.",
                        serial=line.serial,
                        quantity=line.quantity,
                        uom=uom.name,
                    )
                )

    def _get_base_quantity(self):
        """Quantity in the product's unit of measure."""
        self.ensure_one()
        return self.product_uom_id._compute_quantity(
            self.quantity, self.product_id.uom_id, round=False
        )

    def _check_other_returns(self):
        """One return at a time for a unit that the guard does not look at.

        :raise UserError: naming the other return
        """
        foreign = self.filtered(lambda line: line.is_foreign and line.serial)
        if not foreign:
            return
        # Another point may have taken the other return.
        others_sudo = self.sudo().search(
            [
                ("is_open", "=", True),
                ("id", "not in", self.ids),
                ("product_id", "in", foreign.product_id.ids),
                ("serial", "in", foreign.mapped("serial")),
            ]
        )
        taken = {(x.product_id.id, x.serial): x for x in others_sudo}
        for line in foreign:
            key = (line.product_id.id, line.serial)
            if key in taken:
                raise UserError(
                    self.env._(
                        "Serial %(serial)s is underway in return %(document)s "
                        "already. Open that one instead.",
                        serial=line.serial,
                        document=taken[key].return_id.name,
                    )
                )
            taken[key] = line

    def _check_foreign(self):
        """Goods bought elsewhere only where the policy of the product allows it.

        A registered unit may always come in for repair.

        :raise UserError: naming the line
        """
        for line in self.filtered("is_foreign"):
            if line.resolution == "repair" and line.registration_id:
                continue
            if not line._get_policy_version().accepts_foreign:
                raise UserError(
                    self.env._(
                        "%(line)s was bought elsewhere and the policy of "
                        "%(product)s does not accept such returns. Send the customer "
                        "to the seller, or offer a repair.",
                        line=line.display_name,
                        product=line.product_id.display_name,
                    )
                )

    def _fill_origin(self):
        """Find the delivery of lines that do not name it."""
        open_lines = self.filtered(lambda x: not x.origin_move_id and not x.is_foreign)
        serials = open_lines.filtered(lambda x: x.lot_id and x.tracking == "serial")
        held = self.env["aftersales.return"]._get_last_deliveries(serials.lot_id)
        for line in serials:
            found = held.get((line.lot_id.id, line.company_id.id))
            if found and line.partner_id.commercial_partner_id.id in found["partners"]:
                unit = line.registration_id.id or found["registration_id"]
                line._write_flow(
                    {"origin_move_id": found["move_id"], "registration_id": unit}
                )
        for line in open_lines.filtered(lambda x: x.tracking != "serial"):
            goods = line.return_id._get_open_goods(
                line.partner_id,
                lots=line.lot_id or None,
                products=line.product_id,
                company=line.company_id,
            )
            enough = [x for x in goods if x["open"] >= line._get_base_quantity()]
            for item in (enough or goods)[:1]:
                line._write_flow({"origin_move_id": item["move"].id})

    def _mark_foreign(self):
        """A unit that we did not deliver to its owner was bought elsewhere."""
        for line in self.filtered(lambda x: not x.origin_move_id and not x.is_foreign):
            # The registration may belong to a point that the user cannot see.
            owner = line.sudo().registration_id.partner_id.commercial_partner_id
            if owner and owner == line.partner_id.commercial_partner_id:
                line._write_flow({"is_foreign": True})

    def _check_origin(self):
        """The delivery that a line names brought these goods to this customer.

        The price paid follows from it.

        :raise UserError: naming the line and the delivery
        """
        for line in self.filtered("origin_move_id"):
            # Who takes a return in need not read transfers.
            move_sudo = line.sudo().origin_move_id
            partners = move_sudo.picking_id.partner_id | move_sudo.partner_id
            partners |= move_sudo.sale_line_id.order_id.partner_id
            lot = line.lot_id
            if (
                move_sudo.state == "done"
                and move_sudo.location_dest_id.usage == "customer"
                and move_sudo.product_id == line.product_id
                and line.partner_id.commercial_partner_id
                in partners.commercial_partner_id
                and (not lot or lot in move_sudo.move_line_ids.lot_id)
            ):
                continue
            raise UserError(
                self.env._(
                    "%(line)s: %(delivery)s did not bring these goods to %(partner)s. "
                    "Choose the delivery again.",
                    line=line.display_name,
                    delivery=move_sudo.reference or move_sudo.display_name,
                    partner=line.partner_id.display_name,
                )
            )

    def _check_holder(self):
        """Goods bought elsewhere are not somebody else's, and not our stock.

        :raise UserError: naming the serial and who has it
        """
        for line in self.filtered(lambda x: x.is_foreign and x.serial):
            # The rule binds everybody, whatever units and stock he may read.
            line_sudo = line.sudo()
            unit_sudo = line_sudo.registration_id or line_sudo.registration_id.search(
                [
                    ("product_id", "=", line.product_id.id),
                    ("serial", "=", line.serial),
                    ("company_id", "=", line.company_id.id),
                    ("state", "=", "active"),
                ],
                limit=1,
            )
            owner = unit_sudo.partner_id.commercial_partner_id
            if (
                owner
                and owner != line.partner_id.commercial_partner_id
                and not owner._is_aftersales_dealer()
            ):
                raise UserError(
                    self.env._(
                        "Serial %(serial)s is registered for another customer. Check "
                        "the number, or hand the unit over to %(partner)s first.",
                        serial=line.serial,
                        partner=line.partner_id.display_name,
                    )
                )
            place = line_sudo.lot_id.location_id
            if place.usage in ("internal", "transit"):
                raise UserError(
                    self.env._(
                        "Serial %(serial)s is in our own stock; nobody can return it.",
                        serial=line.serial,
                    )
                )

    def _get_policy_version(self):
        """Policy version that the goods fall under on the day of the request."""
        self.ensure_one()
        # The promise holds for everybody; its reading right does not matter.
        line_sudo = self.sudo()
        unit_sudo = line_sudo.registration_id
        if unit_sudo:
            return unit_sudo.policy_version_id
        country = line_sudo.partner_id.country_id or line_sudo.company_id.country_id
        Version = line_sudo.env["aftersales.policy.version"]
        picked = Version._pick_version(
            line_sudo.product_id,
            line_sudo.date_request,
            line_sudo.company_id.id,
            country.id,
        )
        return Version.browse(picked or [])

    def _check_delivered(self):
        """Refuse what the customer never got or has given back.

        :raise UserError: naming the goods and the reason
        """
        requests = [line._prepare_guard_request() for line in self]
        Guard = self.env["aftersales.return.guard"]
        # Two returns of the same goods are confirmed one after the other.
        Guard._lock_goods(requests)
        refusals = Guard._get_refusals(requests)
        if refusals:
            raise UserError("\n".join(dict.fromkeys(refusals.values())))
