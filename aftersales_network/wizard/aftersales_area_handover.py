from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

#: Orders that a point has taken over but not begun.
MOVABLE_STATES = ("dispatched", "accepted")


class AftersalesAreaHandover(models.TransientModel):
    """Hands areas of one service point over to another on a date.

    The lines of the old point end the day before, those of the new one start on
    the date, in one transaction: no day without a point and none with two.
    """

    _name = "aftersales.area.handover"
    _description = "Hand over Areas"
    _check_company_auto = True

    from_point_id = fields.Many2one("aftersales.service.point", required=True)
    company_id = fields.Many2one(related="from_point_id.company_id")
    to_point_id = fields.Many2one(
        "aftersales.service.point",
        required=True,
        check_company=True,
        domain="[('company_id', '=', company_id), ('id', '!=', from_point_id), "
        "('state', 'not in', ('rejected', 'closed'))]",
    )
    date = fields.Date(
        "First Day of the New Point",
        required=True,
        default=lambda self: self.env.company._get_aftersales_today(),
        help="The old point works in the areas until the day before.",
    )
    line_ids = fields.Many2many(
        "aftersales.area.assignment",
        "aftersales_area_handover_line_rel",
        "handover_id",
        "assignment_id",
        "Areas",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        domain="[('service_point_id', '=', from_point_id), "
        "'|', ('date_to', '=', False), ('date_to', '>=', date)]",
    )
    move_orders = fields.Boolean(
        "Move Open Orders",
        help="Gives orders that have not begun to the new point, today.",
    )
    order_ids = fields.Many2many(
        "aftersales.service.order",
        "aftersales_area_handover_order_rel",
        "handover_id",
        "order_id",
        "Orders",
        compute="_compute_order_ids",
        store=True,
        readonly=False,
    )

    @api.model
    def default_get(self, fields_list):
        """Start from the point or the assignments that are open or ticked."""
        vals = super().default_get(fields_list)
        model = self.env.context.get("active_model")
        ids = self.env.context.get("active_ids", [])
        if model == "aftersales.service.point" and len(ids) == 1:
            vals["from_point_id"] = ids[0]
        elif model == "aftersales.area.assignment" and ids:
            lines = self.env[model].browse(ids)
            if len(lines.service_point_id) > 1:
                raise UserError(
                    self.env._(
                        "The chosen areas belong to %(points)s. Hand over the areas "
                        "of one service point at a time.",
                        points=", ".join(lines.service_point_id.mapped("display_name")),
                    )
                )
            vals["from_point_id"] = lines.service_point_id.id
            vals["line_ids"] = [Command.set(ids)]
        return vals

    @api.depends("from_point_id", "date")
    def _compute_line_ids(self):
        for wizard in self:
            lines = wizard.line_ids.filtered(
                lambda x, w=wizard: x.service_point_id == w.from_point_id
            )
            wizard.line_ids = (lines or wizard._search_lines()).filtered(
                lambda x, w=wizard: not x.date_to or not w.date or x.date_to >= w.date
            )

    def _search_lines(self):
        """Lines of the old point that still run on the date or start later."""
        self.ensure_one()
        if not self.from_point_id or not self.date:
            return self.env["aftersales.area.assignment"]
        return self.env["aftersales.area.assignment"].search(
            Domain("service_point_id", "=", self.from_point_id._origin.id)
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", self.date))
        )

    @api.depends("line_ids", "move_orders", "from_point_id")
    def _compute_order_ids(self):
        for wizard in self:
            wizard.order_ids = wizard.move_orders and wizard._search_orders()

    def _search_orders(self):
        """Orders not yet begun that lie in the chosen areas."""
        self.ensure_one()
        orders = self.env["aftersales.service.order"].search(
            Domain("service_point_id", "=", self.from_point_id._origin.id)
            & Domain("state", "in", MOVABLE_STATES)
            & Domain("area_id", "child_of", self.line_ids.area_id._origin.ids)
        )
        return orders.filtered(self._is_in_lines)

    def _is_in_lines(self, order):
        """Whether one of the chosen lines holds the order's area and product."""
        path = order.product_id.categ_id.parent_path or ""
        area_path = order.area_id.parent_path or ""
        return any(
            area_path.startswith(line.area_path)
            and path.startswith(line.categ_path or "")
            for line in self.line_ids
        )

    def action_confirm(self):
        """Hand over the chosen areas and orders.

        :raise UserError: nothing chosen, the same point, or lines that are over
        """
        self.ensure_one()
        self._check_choice()
        lines = self._hand_over_lines()
        if self.move_orders:
            self._move_orders()
        self._post_messages(lines)
        return {"type": "ir.actions.act_window_close"}

    def _check_choice(self):
        old, new = self.from_point_id, self.to_point_id
        if old == new:
            raise UserError(
                self.env._(
                    "%(point)s holds these areas already. Choose another point.",
                    point=new.display_name,
                )
            )
        if not self.line_ids:
            raise UserError(
                self.env._(
                    "Choose at least one area of %(point)s.", point=old.display_name
                )
            )
        wrong = self.line_ids.filtered(
            lambda x: x.service_point_id != old or (x.date_to and x.date_to < self.date)
        )[:1]
        if wrong:
            raise UserError(
                self.env._(
                    "%(line)s does not run on %(date)s. Take it out of the list.",
                    line=wrong.display_name,
                    date=self.date,
                )
            )

    def _hand_over_lines(self):
        """End the old lines the day before and start the new ones on the date.

        A line that only starts later changes its point as it is.

        :return: the lines of the new point
        """
        future = self.line_ids.filtered(lambda x: x.date_from >= self.date)
        running = self.line_ids - future
        values = [self._prepare_line_vals(line) for line in running]
        running.write({"date_to": self.date - timedelta(days=1)})
        running.flush_recordset()
        future.write({"service_point_id": self.to_point_id.id})
        return future + self.env["aftersales.area.assignment"].create(values)

    def _prepare_line_vals(self, line):
        """Values of the line that goes on where ``line`` ends."""
        return {
            "service_point_id": self.to_point_id.id,
            "area_id": line.area_id.id,
            "product_categ_id": line.product_categ_id.id,
            "date_from": self.date,
            "date_to": line.date_to,
            "exclusive": line.exclusive,
        }

    def _move_orders(self):
        """Give the chosen orders to the new point, with the hand-over as reason.

        :raise UserError: an order has begun meanwhile, or the new point may not
            take it
        """
        orders = self.order_ids
        orders.check_access("write")
        self.to_point_id.check_access("read")
        begun = orders.filtered(
            lambda o: (
                o.state not in MOVABLE_STATES
                or o.service_point_id != self.from_point_id
            )
        )[:1]
        if begun:
            raise UserError(
                self.env._(
                    "%(order)s has begun or is no longer with %(point)s. Take it out "
                    "of the list.",
                    order=begun.name,
                    point=self.from_point_id.display_name,
                )
            )
        self._check_orders_in_lines(orders)
        reason = self.env._(
            "Areas handed over to %(point)s", point=self.to_point_id.display_name
        )
        # Between the two points an order belongs to nobody who works at one.
        orders_sudo = orders.sudo()
        orders_sudo._leave_point(reason, "taken_back")
        for order in orders_sudo:
            order._dispatch_to(self.to_point_id.sudo(), reason)

    def _check_orders_in_lines(self, orders):
        """A hand-over is no way to dispatch what lies elsewhere.

        :raise UserError: naming the first order outside the chosen areas
        """
        outside = orders.filtered(lambda o: not self._is_in_lines(o))[:1]
        if outside:
            raise UserError(
                self.env._(
                    "%(order)s lies in none of the chosen areas. Take it out of the "
                    "list, or have a dispatcher give it to another point.",
                    order=outside.name,
                )
            )

    def _post_messages(self, lines):
        """Tell both points what changes hands."""
        values = {
            "areas": ", ".join(lines.mapped("area_id.display_name")),
            "date": self.date,
            "old": self.from_point_id.display_name,
            "new": self.to_point_id.display_name,
            "count": len(self.order_ids) if self.move_orders else 0,
        }
        body = self.env._(
            "From %(date)s on, %(new)s works in place of %(old)s in: %(areas)s. Open "
            "orders moved: %(count)s.",
            **values,
        )
        for point in self.from_point_id + self.to_point_id:
            point.message_post(body=body)
