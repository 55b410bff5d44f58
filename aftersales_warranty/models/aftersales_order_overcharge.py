from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.aftersales_network.models.flow import FLOW

from .aftersales_order_line_price import PRICE_GROUPS


class AftersalesServiceOrder(models.Model):
    """A charge above the listed range is approved by somebody else, or refused."""

    _inherit = "aftersales.service.order"

    amount_excess = fields.Monetary(
        "Above the Listed Range",
        compute="_compute_amount_excess",
        store=True,
        groups=PRICE_GROUPS,
    )
    overcharge_request = fields.Selection(
        [("requested", "Requested"), ("rejected", "Rejected")],
        readonly=True,
        copy=False,
    )
    overcharge_reason = fields.Text(
        "Reason for the Charge", readonly=True, copy=False, groups=PRICE_GROUPS
    )
    overcharge_user_id = fields.Many2one(
        "res.users", "Approval Asked by", readonly=True, copy=False
    )
    overcharge_state = fields.Selection(
        [
            ("none", "Within the List"),
            ("open", "Above the List"),
            ("requested", "Approval Requested"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
        ],
        "Listed Prices",
        compute="_compute_overcharge_state",
        store=True,
    )
    was_overcharged = fields.Boolean(
        "Charged above the List",
        readonly=True,
        copy=False,
        help="Approval for a charge above the list was asked for at some time.",
    )

    _FLOW_FIELDS = frozenset(
        (
            "overcharge_request",
            "overcharge_reason",
            "overcharge_user_id",
            "was_overcharged",
        )
    )
    _overcharge_idx = models.Index(
        "(company_id, overcharge_state) WHERE overcharge_state IN "
        "('open', 'requested', 'rejected')"
    )

    @api.depends("line_ids.amount_excess")
    def _compute_amount_excess(self):
        for order in self:
            order.amount_excess = sum(order.line_ids.mapped("amount_excess"))

    @api.depends(
        "line_ids.amount_excess",
        "line_ids.excess_approved",
        "line_ids.price_check",
        "line_ids.amount_customer",
        "overcharge_request",
        "company_id.aftersales_price_unlisted",
    )
    def _compute_overcharge_state(self):
        for order in self:
            lines = order.line_ids
            if any(line._get_open_excess() for line in lines):
                order.overcharge_state = order.overcharge_request or "open"
            elif any(line.excess_approved and line._is_excessive() for line in lines):
                order.overcharge_state = "approved"
            else:
                order.overcharge_state = "none"

    def _guards_unlisted(self):
        """Whether a charge that no list names counts as above the range."""
        self.ensure_one()
        return bool(
            self.company_id.sudo().aftersales_price_unlisted and self._get_price_lists()
        )

    def _get_price_lists(self):
        """Lists that hold for the customer on the day of the request."""
        self.ensure_one()
        if not self.date_request or not self.company_id:
            return []
        return self.env["aftersales.price.list"]._get_lists_for(
            self.company_id,
            self._get_local_date(self.date_request),
            self.area_id.country_id or self.partner_id.country_id,
            self.area_id,
            self.grade,
        )

    # -- approval --------------------------------------------------------------

    def action_request_overcharge(self):
        """Ask why the charge is above the list, then ask for the approval."""
        self._check_overcharge_open()
        return self.env["aftersales.reason.wizard"]._open_for(
            self, "_request_overcharge"
        )

    def _check_overcharge_open(self):
        """Refuse a decision where there is nothing to decide."""
        done = self.filtered(
            lambda o: (
                o.overcharge_state not in ("open", "requested", "rejected")
                or o.state in ("closed", "cancelled")
            )
        )[:1]
        if done:
            raise UserError(
                self.env._(
                    "%(order)s charges nothing above the list that is still open.",
                    order=done.name,
                )
            )

    def _request_overcharge(self, reason):
        """Ask the centre for the approval of a charge above the list.

        :param reason: why the listed price does not do
        :raise UserError: the company refuses such charges, or no reason
        """
        self._check_overcharge_open()
        self._check_overcharge_reason(reason)
        for order in self:
            if order.company_id.aftersales_price_guard == "block":
                line = order.line_ids.filtered(lambda x: x._get_open_excess())[:1]
                raise UserError(line._get_excess_text())
            order._write_flow(
                {
                    "overcharge_request": "requested",
                    "overcharge_reason": reason.strip(),
                    "overcharge_user_id": self.env.uid,
                    "was_overcharged": True,
                }
            )
            order._ask_overcharge()

    def _check_overcharge_reason(self, reason):
        """A charge above the list and its decision have a reason."""
        if not (reason or "").strip():
            raise UserError(
                self.env._(
                    "%(order)s: give the reason for the charge above the list.",
                    order=self[:1].name,
                )
            )

    def _ask_overcharge(self):
        """Schedule the decision for the manager of the centre, else for a head."""
        self.ensure_one()
        summary = self.env._("Charge above the listed range")
        manager = self.service_point_id.sudo().centre_id.manager_id
        if not manager or manager == self.env.user:
            self._ask_head(summary)
        else:
            self.activity_schedule(
                "mail.mail_activity_data_todo", summary=summary, user_id=manager.id
            )

    def action_approve_overcharge(self):
        """Ask for the reason, then approve the charge."""
        self._check_may_decide_overcharge()
        return self.env["aftersales.reason.wizard"]._open_for(
            self, "_approve_overcharge"
        )

    def action_reject_overcharge(self):
        """Ask for the reason, then reject the charge."""
        self._check_may_decide_overcharge()
        return self.env["aftersales.reason.wizard"]._open_for(
            self, "_reject_overcharge"
        )

    def _check_may_decide_overcharge(self):
        """Only the centre or a head decides, and nobody about the own work.

        :raise AccessError, UserError: naming who may decide
        """
        self._check_overcharge_open()
        user = self.env.user
        groups = ("group_centre_manager", "group_head")
        if not any(user.has_group(f"aftersales_network.{group}") for group in groups):
            raise AccessError(
                self.env._(
                    "Only a centre manager or the head of service decides about a "
                    "charge above the list."
                )
            )
        for order in self:
            if user in order._get_workers() | order.sudo().overcharge_user_id:
                raise UserError(
                    self.env._(
                        "%(order)s: you did the work or asked for the charge. Another "
                        "person has to decide about it.",
                        order=order.name,
                    )
                )

    def _approve_overcharge(self, reason):
        """Approve what the lines charge above the list today, and no more.

        :param reason: why, kept as evidence
        """
        self._check_may_decide_overcharge()
        self._check_overcharge_reason(reason)
        for order in self:
            # A price that changes meanwhile is not approved unseen.
            order.lock_for_update(allow_referencing=True)
            order._write_flow({"overcharge_request": False, "was_overcharged": True})
            for line in order.line_ids.filtered(lambda x: x._get_open_excess()):
                excess = line.excess_approved + line._get_open_excess()
                line.sudo().with_context(aftersales_flow=FLOW).excess_approved = excess
            self.env["aftersales.approval"]._log(
                order, "overcharge", "approved", reason.strip()
            )
            order.message_post(body=reason.strip())
        self.activity_feedback(["mail.mail_activity_data_todo"])

    def _reject_overcharge(self, reason):
        """Reject the charge: the prices have to come down to the list."""
        self._check_may_decide_overcharge()
        self._check_overcharge_reason(reason)
        self._write_flow({"overcharge_request": "rejected", "was_overcharged": True})
        for order in self:
            self.env["aftersales.approval"]._log(
                order, "overcharge", "rejected", reason.strip()
            )
            order.message_post(body=reason.strip())
        self.activity_feedback(["mail.mail_activity_data_todo"])

    # -- guard -----------------------------------------------------------------

    def write(self, vals):
        """Settle the ranges before they become evidence."""
        if vals.get("state") == "closed" or vals.get("date_confirmed"):
            lines_sudo = self.sudo().line_ids
            lines_sudo._recompute_recordset(["price_line_id", "price_check"])
        return super().write(vals)

    def _check_overcharge(self):
        """Refuse a step while the customer would be charged above the list.

        :raise UserError: naming the order, the line and the way out
        """
        for order in self.sudo():
            if order.company_id.aftersales_price_guard == "off":
                continue
            line = order.line_ids.filtered(lambda x: x._get_open_excess())[:1]
            if line:
                raise UserError(
                    self.env._(
                        "%(text)s A centre manager or the head of service may approve "
                        "it instead.",
                        text=line._get_excess_text(),
                    )
                    if order.company_id.aftersales_price_guard == "approve"
                    else line._get_excess_text()
                )

    def _check_can_finish(self):
        """Where charges above the list are refused, the work ends without them."""
        res = super()._check_can_finish()
        if self.company_id.sudo().aftersales_price_guard == "block":
            self._check_overcharge()
        return res

    def _check_can_confirm(self, name, signature):
        """The customer confirms no charge above the list."""
        res = super()._check_can_confirm(name, signature)
        self._check_overcharge()
        return res

    def action_hand_over(self):
        """No unit is handed over against a charge above the list."""
        self._check_overcharge()
        return super().action_hand_over()

    def _check_can_close(self):
        """A closed job charges nothing above the list that nobody approved."""
        res = super()._check_can_close()
        self._check_overcharge()
        return res
