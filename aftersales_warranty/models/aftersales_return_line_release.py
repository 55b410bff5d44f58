from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from odoo.addons.aftersales_network.models.flow import FLOW


class AftersalesReturnLine(models.Model):
    """How goods leave the returns area for good."""

    _inherit = "aftersales.return.line"

    # -- to the supplier, back to the customer ---------------------------------

    def _ship(self, target):
        """Transfers that bring the goods to the supplier or back to the customer.

        They wait until somebody hands the goods over and validates them.

        :param target: ``supplier`` or ``customer``
        """
        Picking = self.env["stock.picking"].with_context(aftersales_split=FLOW)
        pickings = Picking.create(
            [
                lines[0]._prepare_shipment_vals(target, lines)
                for lines in self._group_for_shipment(target)
            ]
        ).with_env(self.env)
        pickings.action_confirm()
        pickings.action_assign()
        return pickings.move_ids

    def _group_for_shipment(self, target):
        """Lines that leave together."""
        return self.grouped(
            lambda line: (line.return_id.warehouse_id, line._get_ship_partner(target))
        ).values()

    def _get_ship_partner(self, target):
        """Who gets the goods: the customer, or the first supplier of the product."""
        self.ensure_one()
        if target == "customer":
            return self.partner_id
        sellers = self.product_id.seller_ids.filtered(
            lambda seller: seller.company_id.id in (False, self.company_id.id)
        )
        return sellers[:1].partner_id

    def _prepare_shipment_vals(self, target, lines):
        """Values of the outgoing transfer; extension point."""
        warehouse = self.return_id.warehouse_id
        partner = self._get_ship_partner(target)
        kind = warehouse.aftersales_out_type_id
        own = partner.with_company(self.company_id)
        destination = own[f"property_stock_{target}"] or self.env.ref(
            f"stock.stock_location_{target}s"
        )
        source = lines[0]._get_location()
        return {
            "picking_type_id": kind.id,
            "partner_id": partner.id,
            "company_id": self.company_id.id,
            "origin": ", ".join(sorted(set(lines.return_id.mapped("name")))),
            "location_id": source.id,
            "location_dest_id": destination.id,
            "move_ids": [
                Command.create(
                    {
                        **line._prepare_goods_move_vals(
                            line._get_location().id, destination.id
                        ),
                        "picked": False,
                        "move_line_ids": False,
                        "restrict_partner_id": line._get_owner().id,
                    }
                )
                for line in lines
            ],
        }

    def _is_release(self, move_line):
        """Whether a transfer takes the goods where their disposition says.

        Judged by the facts of the transfer, so that no mark on it can be forged:
        to a supplier after “return to supplier”, or back to the very customer.
        """
        self.ensure_one()
        if self.state != "disposed" or not self.is_held:
            return False
        if self.received_lot_id and move_line.lot_id != self.received_lot_id:
            return False
        usage = move_line.location_dest_usage
        if self.disposition == "supplier":
            return usage == "supplier"
        partner = move_line.move_id._aftersales_get_partner().commercial_partner_id
        goes_home = self.disposition == "send_back" or (
            self.disposition == "repair" and self.resolution == "repair"
        )
        is_owner = partner == self.partner_id.commercial_partner_id
        return goes_home and usage == "customer" and is_owner

    def _note_release(self):
        """Note that all goods of the lines have left the returns area."""
        gone = self.filtered(lambda line: line._is_gone())
        gone._write_flow({"is_held": False, "date_released": fields.Datetime.now()})

    def _is_gone(self):
        """Whether the last piece was handed over; parts may leave on their own."""
        self.ensure_one()
        if self.tracking == "serial":
            return True
        shipped = self.move_ids.move_line_ids.filtered(
            lambda x: (
                x.location_id.aftersales_place
                and x.location_dest_usage in ("customer", "supplier")
                and x.move_id.state not in ("cancel",)
                and x.picked
            )
        )
        total = sum(
            x.product_uom_id._compute_quantity(x.quantity, self.product_uom_id)
            for x in shipped
        )
        return self.product_uom_id.compare(total, self.quantity_received) >= 0

    # -- waste -----------------------------------------------------------------

    def _collect_waste(self, note):
        """Hand waste over to the disposal company.

        :param note: who took it and the number of the disposal note
        :raise UserError: no note, or goods that are not waste
        """
        self._check_depot_rights()
        self._lock_for_depot()
        wrong = self.filtered(lambda x: not (x.is_held and x.disposition == "recycle"))
        if wrong or not (note or "").strip():
            raise UserError(
                self.env._(
                    "Choose goods in the waste place and enter who collected them "
                    "and the number of the disposal note."
                )
            )
        self._move_goods(
            lambda line: (
                (
                    line.product_id.with_company(
                        line.company_id
                    ).property_stock_inventory
                ).id
            )
        )
        for line in self:
            notes = [text for text in (line.disposition_note, note) if text]
            line._write_flow(
                {
                    "is_held": False,
                    "date_released": fields.Datetime.now(),
                    "disposition_note": "\n".join(notes),
                }
            )

    # -- what nobody expected --------------------------------------------------

    def _accept(self, reason):
        """Take goods over that were not expected, as a manager.

        :param reason: why
        :raise AccessError: not a manager
        :raise UserError: goods that need no acceptance
        """
        self._check_manager()
        wrong = self.filtered(lambda line: not line._is_of_customer() or not line.state)
        if wrong or set(self.mapped("state")) - {"received", "inspected"}:
            raise UserError(
                self.env._("Only wrong or unexpected goods that wait are accepted.")
            )
        owned = self.filtered(lambda line: line._get_owned_moves())
        # The goods stay on the shelf; only whose they are changes.
        owned.sudo()._change_owner()
        self._write_flow({"is_accepted": True})
        for line in self:
            line.return_id._message_log(
                body=self.env._(
                    "%(goods)s accepted: %(reason)s",
                    goods=line._get_goods_name(),
                    reason=reason,
                )
            )

    def _check_manager(self):
        """Only centre managers and heads accept goods.

        :raise AccessError: somebody else
        """
        groups = ("group_centre_manager", "group_head", "group_admin")
        user = self.env.user
        if not (
            self.env.su
            or any(user.has_group(f"aftersales_network.{x}") for x in groups)
        ):
            raise AccessError(
                self.env._("Only a manager accepts goods that were not expected.")
            )

    def _change_owner(self):
        """Book customer's property out and in again as our own."""
        if not self:
            return
        customers = {
            line: line.partner_id.with_company(line.company_id).property_stock_customer
            for line in self
        }
        places = {line: line._get_location() for line in self}
        self._move_goods(lambda line: customers[line].id)
        vals_list = []
        for line in self:
            vals = line._prepare_goods_move_vals(customers[line].id, places[line].id)
            vals["move_line_ids"][0][2]["owner_id"] = False
            vals_list.append({**vals, "state": "assigned"})
        moves = self.env["stock.move"].with_context(aftersales_flow=FLOW)
        moves.create(vals_list)._action_done()
