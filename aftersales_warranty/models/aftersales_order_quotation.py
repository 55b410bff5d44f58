from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from odoo.addons.aftersales_network.models.flow import FLOW

from ..tools import prices as kernel
from ..tools.settlement import to_minor


class AftersalesServiceOrder(models.Model):
    """Paid work begins when the customer has accepted what it costs."""

    _inherit = "aftersales.service.order"

    quotation_ids = fields.One2many("aftersales.quotation", "order_id")
    quotation_id = fields.Many2one(
        "aftersales.quotation",
        "Current Quotation",
        compute="_compute_quotation",
        compute_sudo=True,
        help="The accepted quotation, else the last one.",
    )
    quotation_state = fields.Selection(
        [
            ("none", "Not Needed"),
            ("missing", "Quotation Missing"),
            ("draft", "Draft"),
            ("sent", "Sent"),
            ("accepted", "Accepted"),
            ("exceeded", "Charge above the Quotation"),
            ("waived", "Waived"),
        ],
        "Quotation Status",
        compute="_compute_quotation",
        compute_sudo=True,
    )
    quotation_count = fields.Integer(compute="_compute_quotation", compute_sudo=True)
    quotation_waiver = fields.Text(
        "Reason for Work without Quotation", readonly=True, copy=False
    )
    quotation_waived_by_id = fields.Many2one("res.users", readonly=True, copy=False)

    _FLOW_FIELDS = frozenset(("quotation_waiver", "quotation_waived_by_id"))

    @api.depends(
        "quotation_ids.state",
        "amount_customer",
        "quotation_waiver",
        "company_id.aftersales_quotation_rule",
    )
    def _compute_quotation(self):
        for order in self:
            quotations = order.quotation_ids.sorted("id", reverse=True)
            accepted = quotations.filtered(lambda q: q.state == "accepted")[:1]
            order.quotation_count = len(quotations)
            order.quotation_id = accepted or quotations[:1]
            order.quotation_state = order._get_quotation_state(quotations)

    def _get_quotation_state(self, quotations):
        """Where the order stands with its quotation."""
        self.ensure_one()
        live = quotations.filtered(lambda q: q.state in ("draft", "sent"))[:1]
        accepted = quotations.filtered(lambda q: q.state == "accepted")[:1]
        if accepted and self._is_inside_quotation(accepted):
            return "accepted"
        if live:
            return live.state
        if self.quotation_waiver:
            return "waived"
        if accepted:
            return "exceeded"
        return "missing" if self._needs_quotation() else "none"

    def _needs_quotation(self):
        """Whether the charge to the customer needs an accepted quotation."""
        self.ensure_one()
        order_sudo = self.sudo()
        if not order_sudo.currency_id.round(order_sudo.amount_customer):
            return False
        rule = order_sudo.company_id.aftersales_quotation_rule
        return rule == "always" or (
            rule == "listed" and bool(order_sudo._get_price_lists())
        )

    def _is_inside_quotation(self, quotation):
        """Whether the charge stays inside an accepted quotation."""
        self.ensure_one()
        quotation_sudo, order_sudo = quotation.sudo(), self.sudo()
        if quotation_sudo.currency_id != order_sudo.currency_id:
            return False
        digits = order_sudo.currency_id.decimal_places
        tolerance = order_sudo.company_id.aftersales_quotation_tolerance
        return kernel.is_covered(
            to_minor(order_sudo.amount_customer, digits),
            to_minor(quotation_sudo.amount_total, digits),
            Decimal(str(tolerance)),
        )

    # -- making ----------------------------------------------------------------

    def action_create_quotation(self):
        """Quote what the order charges now and open the quotation."""
        quotations = self._create_quotations()
        return quotations._get_records_action()

    def _create_quotations(self):
        """Quote the charged lines; an open quotation is superseded.

        :return: draft quotations, under the user's own rights
        :raise UserError: the job is over, or nothing is charged
        """
        self.check_access("write")
        self._check_transition("agree")
        orders_sudo = self.sudo()
        orders_sudo.lock_for_update(allow_referencing=True)
        for order in orders_sudo:
            if not order._get_charged_lines():
                raise UserError(
                    self.env._(
                        "%(order)s charges the customer nothing; no quotation is "
                        "needed.",
                        order=order.name,
                    )
                )
        live = orders_sudo.quotation_ids.filtered(
            lambda q: q.state in ("draft", "sent")
        )
        live._write_flow({"state": "superseded"})
        # Before the new row comes in, the database knows what became of the old ones.
        live.flush_model(["state"])
        quotations = self.env["aftersales.quotation"].sudo()
        quotations = quotations.with_context(aftersales_flow=FLOW).create(
            [order._prepare_quotation_vals() for order in orders_sudo]
        )
        return quotations.with_env(self.env)

    def _get_charged_lines(self):
        """Lines of which the customer pays something."""
        self.ensure_one()
        return self.line_ids.filtered("amount_customer")

    def _get_quotation_snapshot(self):
        """What the order charges, comparable with a quotation."""
        self.ensure_one()
        return (
            self.currency_id,
            sorted(
                (line.id, line.name, line.quantity, line.amount_customer)
                for line in self._get_charged_lines()
            ),
        )

    def _prepare_quotation_vals(self):
        """Values of the quotation; extension point."""
        self.ensure_one()
        lines = self._get_charged_lines()
        texts = lines.with_context(lang=self.partner_id.lang)
        return {
            "order_id": self.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "amount_total": sum(lines.mapped("amount_customer")),
            "line_ids": [
                Command.create(
                    {
                        "order_line_id": line.id,
                        "sequence": index,
                        "kind": line.kind,
                        "name": line.name,
                        "quantity": line.quantity,
                        "uom_id": line.uom_id.id,
                        "price_unit": line.price_unit,
                        "cover_share": line.cover_share,
                        "amount": line.amount_customer,
                        "range_text": line.range_text,
                    }
                )
                for index, line in enumerate(texts)
            ],
        }

    def action_send_quotation(self):
        """Quote what the order charges now and send it in one step."""
        self._create_quotations().action_send()

    def action_view_quotations(self):
        """Open the quotations of the order."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Quotations of %(order)s", order=self.name),
            "res_model": "aftersales.quotation",
            "view_mode": "list,form",
            "domain": [("order_id", "=", self.id)],
        }

    # -- waiver ----------------------------------------------------------------

    def action_waive_quotation(self):
        """Ask the head why urgent work begins without a quotation."""
        self._check_may_waive()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_waive_quotation")

    def _check_may_waive(self):
        """Only a head of service waives, and not for the own work.

        :raise AccessError, UserError: naming who may
        """
        if not self.env.user.has_group("aftersales_network.group_head"):
            raise AccessError(
                self.env._("Only the head of service allows work without quotation.")
            )
        self._check_transition("rework")
        for order in self:
            if self.env.user in order._get_workers():
                raise UserError(
                    self.env._(
                        "%(order)s: you did the work. Another head of service has to "
                        "allow it without a quotation.",
                        order=order.name,
                    )
                )

    def _waive_quotation(self, reason):
        """Allow urgent work without an accepted quotation.

        :param reason: why it could not wait, kept as evidence
        """
        self._check_may_waive()
        if not (reason or "").strip():
            raise UserError(self.env._("Give the reason for the urgent work."))
        self._write_flow(
            {
                "quotation_waiver": reason.strip(),
                "quotation_waived_by_id": self.env.uid,
            }
        )
        for order in self:
            self.env["aftersales.approval"]._log(
                order, "unquoted", "approved", reason.strip()
            )
            order.message_post(body=reason.strip())

    # -- guard -----------------------------------------------------------------

    def _check_quotation(self):
        """Refuse paid work that the customer did not agree to.

        :raise UserError: naming the order, both totals and the way out
        """
        for order in self.sudo():
            if order.quotation_waiver or not order._needs_quotation():
                continue
            accepted = order.quotation_ids.filtered(lambda q: q.state == "accepted")
            if not accepted:
                raise UserError(
                    self.env._(
                        "%(order)s charges the customer %(amount)s, and no quotation "
                        "is accepted. Send a quotation first.",
                        order=order.name,
                        amount=order.currency_id.format(order.amount_customer),
                    )
                )
            if not order._is_inside_quotation(accepted):
                raise UserError(
                    self.env._(
                        "%(order)s charges the customer %(amount)s, but he accepted "
                        "%(accepted)s in %(quotation)s. Have a new quotation accepted, "
                        "or lower the charge.",
                        order=order.name,
                        amount=order.currency_id.format(order.amount_customer),
                        accepted=accepted.currency_id.format(accepted.amount_total),
                        quotation=accepted.name,
                    )
                )

    def action_start(self):
        """No paid work begins before the customer accepted its price."""
        self._check_quotation()
        return super().action_start()

    def _check_can_finish(self):
        """What is done is not more than what was accepted."""
        res = super()._check_can_finish()
        self._check_quotation()
        return res

    def _check_can_confirm(self, name, signature):
        """The customer confirms no more than what he accepted."""
        res = super()._check_can_confirm(name, signature)
        self._check_quotation()
        return res

    def _check_can_close(self):
        """A closed job charges no more than what was accepted."""
        res = super()._check_can_close()
        self._check_quotation()
        return res
