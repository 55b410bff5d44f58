from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.aftersales_network.models.flow import FLOW, without_guarded_defaults

#: Links that only the steps of this module set.
LINKS = ("aftersales_order_line_id", "aftersales_part_return_id")
#: Links that a transfer hands on to its backorder, and nobody else sets.
SPLIT_LINKS = (
    "aftersales_return_line_id",
    "aftersales_delivery_line_id",
    "aftersales_request_id",
)


class StockMove(models.Model):
    """Parts leave a point, and old parts their place, only by the right way.

    A part of a point is used on an order line or by a bench repair of its order, goes
    back to the company, goes to another point with the warehouse's consent or is
    corrected by an approved count.  Everything else is refused, whoever validates it
    and by which way.
    """

    _inherit = "stock.move"

    aftersales_order_line_id = fields.Many2one(
        "aftersales.service.order.line",
        "Service Order Line",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="set null",
    )
    aftersales_part_return_id = fields.Many2one(
        "aftersales.part.return",
        "Old Part",
        index="btree_not_null",
        copy=False,
        readonly=True,
    )

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.su or self._aftersales_is_step():
            return super().create(vals_list)
        for vals in vals_list:
            self._aftersales_check_links(vals)
        if not self._aftersales_is_split():
            # A duplicate of a transfer serves nobody's return.
            vals_list = [
                {name: vals[name] for name in vals if name not in SPLIT_LINKS}
                for vals in vals_list
            ]
        cleaned = without_guarded_defaults(self, (*LINKS, *SPLIT_LINKS))
        return super(StockMove, cleaned).create(vals_list)

    def write(self, vals):
        if not self.env.su and not self._aftersales_is_step():
            self._aftersales_check_links_kept(vals)
        return super().write(vals)

    def _aftersales_is_split(self):
        """Whether a step of a return makes the transfer, or leaves a rest behind."""
        return self.env.context.get("aftersales_split") is FLOW

    def _aftersales_is_step(self):
        """Whether the caller is a step of this module; a context by RPC is not."""
        return self.env.context.get("aftersales_flow") is FLOW

    @api.model
    def _aftersales_check_links(self, vals):
        """Refuse links to order lines and old parts from outside.

        :raise UserError: naming the way out
        """
        if any(vals.get(name) for name in LINKS):
            raise UserError(
                self.env._(
                    "A transfer is linked to an order line or an old part by the "
                    "order or the old part itself. Use the part there."
                )
            )

    def _aftersales_check_links_kept(self, vals):
        """Refuse to set, change or clear what a transfer was made for.

        :raise UserError: naming the way out
        """
        for name in {*LINKS, *SPLIT_LINKS} & set(vals):
            # Compared only: whoever moves goods need not read the documents.
            if any(move[name].id != (vals[name] or False) for move in self.sudo()):
                raise UserError(
                    self.env._(
                        "What a transfer was made for cannot be changed on it. Use "
                        "the service order, the old part or the return itself."
                    )
                )

    def _aftersales_get_hops(self):
        """(move, source, target) of what is about to change its place."""
        for move in self:
            yield move, move.location_id, move.location_dest_id
            for line in move.move_line_ids:
                yield move, line.location_id, line.location_dest_id

    def _aftersales_check_done(self):
        """Parts of points and old parts move only by their own steps."""
        res = super()._aftersales_check_done()
        for move, source, target in self._aftersales_get_hops():
            if source == target:
                continue
            if source.is_aftersales_old_part or target.is_aftersales_old_part:
                move._aftersales_check_old_part(source, target)
            elif source.is_aftersales_used or target.is_aftersales_used:
                move._aftersales_check_used(source, target)
            elif source.aftersales_point_id or target.aftersales_point_id:
                move._aftersales_check_point(source, target)
        return res

    def _aftersales_check_old_part(self, source, target):
        """Old parts come in by their receipt and go by their disposition.

        What is held for a supplier may be sent to him by any delivery.
        """
        held = source.location_id.is_aftersales_old_part
        if held and target.usage == "supplier":
            return
        if not (self._aftersales_is_step() and self.aftersales_part_return_id):
            raise UserError(
                self.env._(
                    "%(product)s: “%(place)s” holds old parts. They come in with "
                    "their shipment and leave with their disposition; use the "
                    "buttons of the old part.",
                    product=self.product_id.display_name,
                    place=(source if source.is_aftersales_old_part else target).name,
                )
            )

    def _aftersales_check_used(self, source, target):
        """Nothing is used up, or un-used, without its order line."""
        if not (self._aftersales_is_step() and self.aftersales_order_line_id):
            point = source.aftersales_point_id or target.aftersales_point_id
            raise UserError(self._aftersales_get_refusal(point))

    def _aftersales_check_point(self, source, target):
        """The ways in which parts of a point change their place."""
        # Whoever moves goods need not read the points.
        giver, taker = source.aftersales_point_id, target.aftersales_point_id
        if giver == taker:
            return
        if self.is_inventory:
            if not self._aftersales_is_step():
                raise UserError(self._aftersales_get_count_refusal(giver or taker))
        elif giver and taker:
            if not self.picking_id.aftersales_approved_by_id:
                raise UserError(
                    self.env._(
                        "%(product)s: parts go from %(giver)s to %(taker)s only with "
                        "the warehouse's consent. Have transfer %(transfer)s approved "
                        "first.",
                        product=self.product_id.display_name,
                        giver=giver.sudo().display_name,
                        taker=taker.sudo().display_name,
                        transfer=self.picking_id.name or "",
                    )
                )
        elif giver and not (
            self._aftersales_goes_home(target)
            or self._aftersales_is_bench_use(giver, target)
        ):
            raise UserError(self._aftersales_get_refusal(giver))

    def _aftersales_goes_home(self, target):
        """Whether the goods go back into a warehouse of the company."""
        return bool(
            target.usage in ("internal", "transit")
            and target.warehouse_id
            and target.company_id == self.company_id
        )

    def _aftersales_get_refusal(self, point):
        """Text of the refusal of a use without an order."""
        return self.env._(
            "%(product)s belongs to the parts of %(point)s. It is used on a line of a "
            "service order, sent back to the warehouse, or corrected by a stock count; "
            "this transfer is none of these.",
            product=self.product_id.display_name,
            point=point.sudo().display_name or self.env._("a service point"),
        )

    def _aftersales_get_count_refusal(self, point):
        """Text of the refusal of a correction without a count."""
        return self.env._(
            "The stock of %(point)s is corrected by a stock count of the point that "
            "somebody else approves. Make one for %(product)s.",
            product=self.product_id.display_name,
            point=point.sudo().display_name,
        )


class StockMoveLine(models.Model):
    """What has moved is not rewritten at a point or among the old parts."""

    _inherit = "stock.move.line"

    #: Fields by which a finished line would move goods again.
    _AFTERSALES_FIXED = frozenset(
        (
            *("quantity", "location_id", "location_dest_id", "lot_id", "owner_id"),
            *("product_uom_id", "quant_id", "move_id", "product_id"),
        )
    )

    @api.model_create_multi
    def create(self, vals_list):
        moves = self.env["stock.move"].browse(
            [vals["move_id"] for vals in vals_list if vals.get("move_id")]
        )
        done = moves.filtered(lambda move: move.state == "done")
        if done:
            keys = ("location_id", "location_dest_id")
            ids = {vals[key] for vals in vals_list for key in keys if vals.get(key)}
            places = self.env["stock.location"].browse(ids)
            places |= done.location_id | done.location_dest_id
            self._aftersales_check_fixed(places)
        return super().create(vals_list)

    def write(self, vals):
        if not self._AFTERSALES_FIXED.isdisjoint(vals):
            done = self.filtered(lambda line: line.state == "done")
            if done:
                keys = ("location_id", "location_dest_id")
                ids = [vals[key] for key in keys if isinstance(vals.get(key), int)]
                places = self.env["stock.location"].browse(ids)
                places |= done.location_id | done.location_dest_id
                self._aftersales_check_fixed(places)
        return super().write(vals)

    @api.model
    def _aftersales_check_fixed(self, places):
        """Refuse to change a finished transfer that touches guarded places.

        :raise UserError: naming the place and the way out
        """
        if self.env.context.get("aftersales_flow") is FLOW:
            return
        guarded = places._aftersales_filter_guarded()[:1]
        if guarded:
            raise UserError(
                self.env._(
                    "A finished transfer from or to “%(place)s” cannot change any "
                    "more. Make a transfer back, or a stock count of the point.",
                    place=guarded.display_name,
                )
            )


class StockQuant(models.Model):
    """Quantities at a point change by transfers only."""

    _inherit = "stock.quant"

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            ids = [v.get("location_id") for v in vals_list if v.get("quantity")]
            self._aftersales_check_quantity(self.env["stock.location"].browse(ids))
        return super().create(vals_list)

    def write(self, vals):
        if "quantity" in vals and not self.env.su:
            self._aftersales_check_quantity(self.location_id)
        return super().write(vals)

    @api.model
    def _aftersales_check_quantity(self, places):
        """Refuse a quantity that no transfer explains.

        :raise UserError: naming the place
        """
        guarded = places._aftersales_filter_guarded()[:1]
        if guarded:
            raise UserError(
                self.env._(
                    "The quantity in “%(place)s” changes by transfers and counts only.",
                    place=guarded.display_name,
                )
            )
