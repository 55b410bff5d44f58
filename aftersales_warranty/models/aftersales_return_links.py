from odoo import api, fields, models
from odoo.fields import Domain

#: Documents that still ask for work.
OPEN_STATES = ("draft", "confirmed", "received", "inspected")


class AftersalesReturn(models.Model):
    """Documents that belong to a return, behind its smart buttons."""

    _inherit = "aftersales.return"

    receipt_count = fields.Integer(compute="_compute_link_counts")
    refund_count = fields.Integer(compute="_compute_link_counts")
    delivery_count = fields.Integer(compute="_compute_link_counts")
    unit_count = fields.Integer(compute="_compute_link_counts")
    sale_count = fields.Integer(compute="_compute_link_counts")

    @api.depends("line_ids")
    def _compute_link_counts(self):
        for document in self:
            # Counts only; opening a list asks for the rights to it.
            lines_sudo = document.sudo().line_ids
            document.receipt_count = len(document._get_receipts_sudo())
            document.refund_count = len(lines_sudo.refund_line_ids.move_id)
            document.delivery_count = len(document._get_deliveries_sudo())
            document.unit_count = len(lines_sudo.registration_id)
            document.sale_count = len(lines_sudo.origin_move_id.sale_line_id.order_id)

    def _get_receipts_sudo(self):
        """Transfers that bring the goods in."""
        # Counts only; opening a list asks for the rights to it.
        moves_sudo = self.sudo().line_ids.move_ids
        return moves_sudo.filtered(
            lambda move: move.location_usage == "customer"
        ).picking_id

    def _get_deliveries_sudo(self):
        """Transfers of the goods that the customer gets."""
        # As above.
        lines_sudo = self.sudo().line_ids
        back = lines_sudo.move_ids.filtered(
            lambda move: move.location_dest_usage == "customer"
        )
        return (lines_sudo.delivery_move_ids | back).picking_id

    def action_view_receipts(self):
        """Open the transfers that bring the goods in."""
        return self._get_link_action(self.env._("Receipts"), self._get_receipts_sudo())

    def action_view_refunds(self):
        """Open the credit notes."""
        return self._get_link_action(
            self.env._("Credit Notes"),
            self.sudo().line_ids.refund_line_ids.move_id,
            {"default_move_type": "out_refund"},
        )

    def action_view_deliveries(self):
        """Open the exchanges and the deliveries back."""
        return self._get_link_action(
            self.env._("Deliveries to the Customer"), self._get_deliveries_sudo()
        )

    def action_view_units(self):
        """Open the registered units that come back."""
        return self._get_link_action(
            self.env._("Units"), self.sudo().line_ids.registration_id
        )

    def action_view_sales(self):
        """Open the sales that brought the goods to the customer."""
        return self._get_link_action(
            self.env._("Sales Orders"),
            self.sudo().line_ids.origin_move_id.sale_line_id.order_id,
        )

    def _get_link_action(self, name, records, context=None):
        """Window action on records; the form where there is but one."""
        return {
            **records.with_env(self.env)._get_records_action(name=name),
            "context": {"create": False, **(context or {})},
        }

    @api.model
    def _get_list_action(self, name, domain, context=None):
        """Window action on the returns of another document."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "aftersales_warranty.aftersales_return_action"
        )
        return {
            **action,
            "name": name,
            "domain": list(domain),
            "context": context or {},
        }


class SaleOrder(models.Model):
    _inherit = "sale.order"

    aftersales_return_count = fields.Integer(
        compute="_compute_aftersales_return_count",
        groups="aftersales_network.group_user",
    )

    def _get_aftersales_return_domain(self):
        """Returns of goods that these sales delivered."""
        return Domain("line_ids.origin_move_id.sale_line_id.order_id", "in", self.ids)

    def _compute_aftersales_return_count(self):
        for order in self:
            order.aftersales_return_count = self.env["aftersales.return"].search_count(
                order._get_aftersales_return_domain()
            )

    def action_view_aftersales_returns(self):
        """Open the returns of the sale."""
        self.ensure_one()
        return self.env["aftersales.return"]._get_list_action(
            self.env._("Returns"),
            self._get_aftersales_return_domain(),
            {"default_partner_id": self.partner_id.id},
        )

    def action_create_aftersales_return(self):
        """Start a return of what this sale delivered."""
        self.ensure_one()
        return self.env["aftersales.return.add"]._open_new(self.partner_id, sales=self)


class StockPicking(models.Model):
    _inherit = "stock.picking"

    aftersales_return_count = fields.Integer(
        compute="_compute_aftersales_return_count",
        groups="aftersales_network.group_user",
    )

    def _get_aftersales_return_domain(self):
        """Returns of goods that these transfers delivered or bring."""
        return Domain("line_ids.origin_move_id.picking_id", "in", self.ids)

    def _compute_aftersales_return_count(self):
        for picking in self:
            Return = self.env["aftersales.return"]
            picking.aftersales_return_count = Return.search_count(
                picking._get_aftersales_return_domain()
            )

    def action_view_aftersales_returns(self):
        """Open the returns of the delivery."""
        self.ensure_one()
        return self.env["aftersales.return"]._get_list_action(
            self.env._("Returns"),
            self._get_aftersales_return_domain(),
            {"default_partner_id": self.partner_id.id},
        )

    def action_create_aftersales_return(self):
        """Start a return of what this transfer delivered."""
        self.ensure_one()
        return self.env["aftersales.return.add"]._open_new(
            self.partner_id, pickings=self
        )


class AftersalesRegistration(models.Model):
    _inherit = "aftersales.registration"

    return_line_ids = fields.One2many("aftersales.return.line", "registration_id")
    return_count = fields.Integer(compute="_compute_return_count")

    def _compute_return_count(self):
        rows = self.env["aftersales.return.line"]._read_group(
            [("registration_id", "in", self.ids)],
            ["registration_id"],
            ["return_id:count_distinct"],
        )
        counts = dict(rows)
        for unit in self:
            unit.return_count = counts.get(unit._origin, 0)

    def action_view_returns(self):
        """Open the returns of the unit."""
        self.ensure_one()
        return self.env["aftersales.return"]._get_list_action(
            self.env._("Returns"),
            Domain("line_ids.registration_id", "=", self.id),
            {"default_partner_id": self.partner_id.id},
        )

    def action_create_return(self):
        """Start a return of the unit."""
        self.ensure_one()
        return self.env["aftersales.return.add"]._open_new(self.partner_id, units=self)

    def _get_unit_notices(self):
        """Say that a return of the unit is underway."""
        notices = super()._get_unit_notices()
        # Whichever point took it in: nobody works on goods that are on their way.
        lines_sudo = (
            self.env["aftersales.return.line"]
            .sudo()
            .search(
                [
                    ("registration_id", "in", self.ids),
                    ("return_id.state", "in", OPEN_STATES),
                    ("is_settled", "=", False),
                ]
            )
        )
        state = self.env["aftersales.return"]._fields["state"]
        labels = dict(state._description_selection(self.env))
        for document_sudo, lines in lines_sudo.grouped("return_id").items():
            for unit in lines.registration_id:
                notices[unit.id].append(
                    {
                        "level": "warning",
                        "text": self.env._(
                            "Return %(document)s is underway: %(state)s.",
                            document=document_sudo.name,
                            state=labels[document_sudo.state],
                        ),
                        "action": document_sudo._get_records_action(),
                    }
                )
        return notices


class AftersalesServiceOrder(models.Model):
    _inherit = "aftersales.service.order"

    return_ids = fields.One2many("aftersales.return", "order_id")
    return_count = fields.Integer(compute="_compute_return_count")

    def _compute_return_count(self):
        counts = dict(
            self.env["aftersales.return"]._read_group(
                [("order_id", "in", self.ids)], ["order_id"], ["__count"]
            )
        )
        for order in self:
            order.return_count = counts.get(order._origin, 0)

    def action_view_returns(self):
        """Open the returns of the order."""
        self.ensure_one()
        return self.env["aftersales.return"]._get_list_action(
            self.env._("Returns"),
            Domain("order_id", "=", self.id),
            {"default_order_id": self.id, "default_partner_id": self.partner_id.id},
        )

    def action_create_return(self):
        """Start a return of the unit that the order is about."""
        self.ensure_one()
        return self.env["aftersales.return.add"]._open_new(
            self.partner_id, units=self.registration_id, order=self
        )


class AftersalesServicePoint(models.Model):
    _inherit = "aftersales.service.point"

    def _get_clearance_blockers(self):
        """Returns that are not done keep a point from leaving."""
        blockers = super()._get_clearance_blockers()
        domain = Domain("state", "in", OPEN_STATES)
        # The clearance lists everything, whoever looks at it.
        count = (
            self.env["aftersales.return"]
            .sudo()
            .search_count(Domain("service_point_id", "=", self.id) & domain)
        )
        if count:
            label = self.env._("open returns")
            action = self._get_related_action(
                "aftersales.return", label, domain=list(domain)
            )
            blockers.append((label, count, action))
        return blockers


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_accept_days = fields.Integer(
        "Return Period",
        default=7,
        help="Days after the delivery in which goods may come back about which no law "
        "of their country is known: goods that are no registered unit, and units of a "
        "country without rules on returns.",
    )
    aftersales_refund_days = fields.Integer(
        "Days to Settle",
        default=7,
        help="Days after the receipt in which the customer gets his money or goods.",
    )
    aftersales_refund_at = fields.Selection(
        [("inspection", "After Inspection"), ("receipt", "At Receipt")],
        "Serve the Customer",
        default="inspection",
        required=True,
    )

    _aftersales_accept_days_positive = models.Constraint(
        "CHECK (aftersales_accept_days >= 0 AND aftersales_refund_days >= 0)",
        "The days of returns cannot be negative.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_accept_days = fields.Integer(
        related="company_id.aftersales_accept_days", readonly=False
    )
    aftersales_refund_days = fields.Integer(
        related="company_id.aftersales_refund_days", readonly=False
    )
    aftersales_refund_at = fields.Selection(
        related="company_id.aftersales_refund_at", readonly=False
    )
