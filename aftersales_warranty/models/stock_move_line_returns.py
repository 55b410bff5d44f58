from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.aftersales_network.models.flow import FLOW


class StockMoveLine(models.Model):
    """The last look at goods from a customer and at goods in the returns area.

    Every way of moving goods ends here: transfers, immediate moves, inventory
    adjustments, scrap, relocated quants and repairs.  Serials typed as text are
    known here, as are lines that a draft move only gets while it is done.
    """

    _inherit = "stock.move.line"

    #: Changing one of these on a done line moves the goods again.
    _AFTERSALES_GOODS_FIELDS = frozenset(
        (
            "quantity",
            "product_uom_id",
            "product_id",
            "lot_id",
            "lot_name",
            "quant_id",
            "owner_id",
            "location_id",
            "location_dest_id",
            "move_id",
            "picking_id",
            "state",
        )
    )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        done = lines.filtered(lambda line: line.state == "done")
        if done:
            done._aftersales_check_edited()
        return lines

    def write(self, vals):
        edited = self.browse()
        if self._AFTERSALES_GOODS_FIELDS & set(vals) and not self._aftersales_is_flow():
            edited = self.filtered(lambda line: line.state == "done")
            edited._aftersales_check_editable()
        result = super().write(vals)
        if edited:
            edited._aftersales_check_edited()
        return result

    def _action_done(self):
        moving = self.filtered(lambda line: line.quantity > 0)
        if moving._aftersales_is_flow():
            return super()._action_done()
        moving._aftersales_check_returned()
        released = moving._aftersales_check_held()
        result = super()._action_done()
        if released:
            released._note_release()
        return result

    def _aftersales_close_units(self):
        """Units that only come in for repair, or by mistake, stay registered."""
        kept = self.filtered(
            lambda line: line.move_id.aftersales_return_line_id.filtered(
                lambda returned: returned._keeps_unit()
            )
        )
        return super(StockMoveLine, self - kept)._aftersales_close_units()

    def _aftersales_is_flow(self):
        """Whether a disposition of the suite moves the goods."""
        return self.env.context.get("aftersales_flow") is FLOW

    # -- done lines ------------------------------------------------------------

    def _aftersales_check_editable(self):
        """Refuse to rewrite what arrived for a return."""
        bound = self.filtered("move_id.aftersales_return_line_id")[:1]
        if bound:
            raise UserError(
                self.env._(
                    "%(transfer)s belongs to %(document)s and is done; its goods "
                    "cannot be changed. Correct the return instead.",
                    transfer=bound.reference or bound.display_name,
                    document=bound.move_id.aftersales_return_line_id.return_id.name,
                )
            )

    def _aftersales_check_edited(self):
        """Check done lines again after somebody changed or added them."""
        self._aftersales_check_returned()
        self._aftersales_check_held()

    # -- from the customer -----------------------------------------------------

    def _aftersales_check_returned(self):
        """Refuse goods that this customer cannot give back.

        :raise UserError: naming the goods and the reason
        """
        coming = self.filtered(
            lambda line: (
                line.location_usage == "customer"
                and line.location_dest_usage != "customer"
                and line.company_id.aftersales_return_guard
            )
        )
        if not coming:
            return
        for line in coming:
            line._aftersales_check_way()
        asked = coming.filtered(lambda line: not line._aftersales_is_kept_for_owner())
        requests = [line._aftersales_prepare_request() for line in asked]
        Guard = self.env["aftersales.return.guard"]
        # A return line is locked by its receipt, and moving a serial writes its row.
        Guard._lock_goods([request for request in requests if request["is_direct"]])
        refusals = Guard._get_refusals(requests)
        if refusals:
            raise UserError("\n".join(dict.fromkeys(refusals.values())))

    def _aftersales_prepare_request(self):
        """What the guard is asked about this line."""
        self.ensure_one()
        line = self.move_id.aftersales_return_line_id
        return {
            "key": self.id,
            "partner": line.partner_id or self.move_id._aftersales_get_partner(),
            "product": self.product_id,
            "lot": self.lot_id,
            "serial": self.lot_name,
            "quantity": self.quantity_product_uom,
            "line": line,
            "company": self.company_id,
            "is_direct": not line,
            "is_receipt": bool(line),
            "exclude": self.ids,
        }

    def _aftersales_is_kept_for_owner(self):
        """Wrong goods, taken in as the customer's property and nothing else."""
        self.ensure_one()
        line = self.move_id.aftersales_return_line_id
        owner = self.owner_id.commercial_partner_id
        return (
            line.receipt_result in ("wrong", "unexpected")
            and bool(owner)
            and owner == line.partner_id.commercial_partner_id
        )

    def _aftersales_check_way(self):
        """Refuse a wrong destination, contact or product of a returned line."""
        self.ensure_one()
        line = self.move_id.aftersales_return_line_id
        place = self.location_dest_id.aftersales_place
        is_inside = self.location_dest_usage in ("internal", "transit")
        must_stop = line or self.company_id._is_return_inspected(self.product_id)
        if must_stop and is_inside and place != "quarantine":
            raise UserError(
                self.env._(
                    "%(product)s comes back from a customer and must be inspected "
                    "before it can be sold again. Receive it into the quarantine of "
                    "the warehouse, not into “%(location)s”.",
                    product=self.product_id.display_name,
                    location=self.location_dest_id.display_name,
                )
            )
        if line:
            self._aftersales_check_binding(line)

    def _aftersales_check_binding(self, line):
        """Refuse a transfer that claims a return it does not belong to."""
        partner = self.move_id.picking_id.partner_id or line.partner_id
        same_partner = (
            partner.commercial_partner_id == line.partner_id.commercial_partner_id
        )
        if not same_partner:
            raise UserError(
                self.env._(
                    "%(transfer)s names %(contact)s, but %(document)s is a return of "
                    "%(partner)s. Correct the contact of the transfer.",
                    transfer=self.reference or self.move_id.display_name,
                    contact=partner.display_name,
                    document=line.return_id.name,
                    partner=line.partner_id.display_name,
                )
            )
        line._check_receivable(self)

    # -- in the returns area ---------------------------------------------------

    def _aftersales_check_held(self):
        """Refuse goods that are not inspected or not disposed of on any move.

        :return: the return lines whose goods leave the returns area for good
        :raise UserError: naming the goods and where to go on
        """
        held = self._aftersales_get_held_lines()
        released = self.env["aftersales.return.line"].sudo()
        for line in self:
            place = line.location_id.aftersales_place
            found = held.get(line.lot_id) or (
                place and line.move_id.aftersales_return_line_id.sudo()
            )
            if not place and not found:
                continue
            if line._aftersales_stays_in_place():
                continue
            if found and found._is_release(line):
                released |= found
            elif found or line.location_dest_usage != "inventory":
                # Stock-take: goods without an open return may be written off.
                line._aftersales_refuse_leaving(found)
        return released

    def _aftersales_get_held_lines(self):
        """Return lines that hold the serials on the move: ``{lot: line}``."""
        numbered = self.filtered(
            lambda line: (
                line.product_id.tracking == "serial"
                and not (
                    line.location_usage == "customer"
                    and line.location_dest_id.aftersales_place == "quarantine"
                )
            )
        )
        lots = numbered.lot_id
        if not lots:
            return {}
        # The rule binds everybody who moves goods, whatever returns he may read.
        lines_sudo = (
            self.env["aftersales.return.line"]
            .sudo()
            .search_fetch(
                [("received_lot_id", "in", lots.ids), ("is_held", "=", True)],
                ["received_lot_id", "state", "disposition"],
            )
        )
        return {line.received_lot_id.with_env(self.env): line for line in lines_sudo}

    def _aftersales_stays_in_place(self):
        """Whether the goods only change the shelf within their place."""
        self.ensure_one()
        place = self.location_id.aftersales_place
        return bool(place) and place == self.location_dest_id.aftersales_place

    def _aftersales_refuse_leaving(self, held):
        goods = self.product_id.display_name
        if self.lot_id:
            goods = self.env._(
                "%(product)s, serial %(serial)s",
                product=goods,
                serial=self.lot_id.name,
            )
        document = held and held.return_id.name
        raise UserError(
            self.env._(
                "%(goods)s came back from a customer and is not free: it leaves the "
                "returns area only by inspection and disposition%(document)s.",
                goods=goods,
                document=self.env._(" on %(name)s", name=document) if document else "",
            )
        )
