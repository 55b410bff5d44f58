import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import consteq, format_date

from odoo.addons.aftersales_network.models.aftersales_service_order_confirm import (
    SIGNATURE_BYTES,
)
from odoo.addons.aftersales_network.models.aftersales_service_order_photo import (
    is_picture,
)

from .aftersales_order_line_price import PRICE_GROUPS

LIVE = ("draft", "sent")


class AftersalesQuotation(models.Model):
    """What the customer is told to pay before the work, and that he accepted it.

    A snapshot of the charged lines of an order; amounts are those of the order,
    without further taxes.  The order's own steps write it, nobody changes it.
    """

    _name = "aftersales.quotation"
    _description = "Service Quotation"
    _inherit = ["aftersales.flow.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char("Number", required=True, readonly=True, copy=False, default="/")
    order_id = fields.Many2one(
        "aftersales.service.order",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="order_id.service_point_id", store=True, index=True
    )
    partner_id = fields.Many2one("res.partner", "Customer", required=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("sent", "Sent"),
            ("accepted", "Accepted"),
            ("declined", "Declined"),
            ("expired", "Expired"),
            ("superseded", "Superseded"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    line_ids = fields.One2many("aftersales.quotation.line", "quotation_id")
    amount_total = fields.Monetary("Total", readonly=True, groups=PRICE_GROUPS)
    date_sent = fields.Datetime("Sent on", readonly=True)
    date_valid = fields.Date(
        "Valid until", readonly=True, help="Last day on which it can be accepted."
    )
    accept_token = fields.Char(
        copy=False, readonly=True, groups="base.group_system", prefetch=False
    )
    accepted_by = fields.Char(readonly=True, copy=False)
    accepted_at = fields.Datetime("Accepted on", readonly=True, copy=False)
    accept_way = fields.Selection(
        [
            ("signature", "Signature at the Technician"),
            ("link", "Customer's Link"),
            ("portal", "Customer's Portal"),
        ],
        "Way of Acceptance",
        readonly=True,
        copy=False,
    )
    accept_ip = fields.Char(
        "Network Address",
        readonly=True,
        copy=False,
        groups="aftersales_network.group_head,aftersales_network.group_auditor",
    )
    signature = fields.Binary(readonly=True, copy=False, attachment=True)
    decline_reason = fields.Text(readonly=True, copy=False)

    _FLOW_FIELDS = frozenset(
        (
            "state",
            "name",
            "order_id",
            "partner_id",
            "currency_id",
            "line_ids",
            "amount_total",
            "date_sent",
            "date_valid",
            "accept_token",
            "accepted_by",
            "accepted_at",
            "accept_way",
            "accept_ip",
            "signature",
            "decline_reason",
        )
    )

    _live_uniq = models.UniqueIndex(
        "(order_id) WHERE state IN ('draft', 'sent')",
        "The order has an open quotation already.",
    )
    _accepted_uniq = models.UniqueIndex(
        "(order_id) WHERE state = 'accepted'",
        "Another quotation of the order was accepted already.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        # Nobody uses up a number in vain.
        self.check_access("create")
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, self._name)
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        self._check_flow_state("draft")

    # -- link ------------------------------------------------------------------

    def _get_accept_url(self):
        """Link by which the customer accepts without a login."""
        self.ensure_one()
        quotation_sudo = self.sudo()
        if not quotation_sudo.accept_token:
            quotation_sudo.accept_token = secrets.token_urlsafe(24)
        return (
            f"{self.company_id.get_base_url()}/service-quotation/{self.id}"
            f"?access_token={quotation_sudo.accept_token}"
        )

    @api.model
    def _find_by_token(self, quotation_id, token):
        """Quotation of a link as superuser; empty for a wrong token or a draft."""
        quotation_sudo = self.sudo().browse(quotation_id).exists()
        expected = quotation_sudo.accept_token or ""
        is_text = isinstance(token, str) and token.isascii()
        if not is_text or not expected or not consteq(expected, token):
            return self.sudo().browse()
        return quotation_sudo.filtered(lambda q: q.state != "draft")

    # -- steps -----------------------------------------------------------------

    def action_send(self):
        """Tell the customer the price: by mail where an address is known.

        :raise UserError: nothing is charged any more, or a price is above the list
        """
        self._check_flow_state("draft", "sent")
        for quotation in self:
            quotation._check_current()
            quotation.order_id._check_overcharge()
            company = quotation.company_id
            days = timedelta(days=company.sudo().aftersales_quotation_days)
            quotation._write_flow(
                {
                    "state": "sent",
                    "date_sent": fields.Datetime.now(),
                    "date_valid": company._get_aftersales_today() + days,
                }
            )
        self._send_mail()

    def _send_mail(self):
        """Queue the mail with the link for customers with an address."""
        template = self.env.ref(
            "aftersales_warranty.mail_template_quotation", raise_if_not_found=False
        )
        known = self.filtered(lambda q: q.partner_id.sudo().email)
        if template and known:
            # The technician reads no mail templates and the link is a secret.
            template.sudo().send_mail_batch(known.ids)

    def _check_current(self):
        """Refuse a quotation that the order no longer agrees with.

        :raise UserError: naming both
        """
        for quotation in self:
            order = quotation.order_id.sudo()
            if quotation._get_snapshot() != order._get_quotation_snapshot():
                raise UserError(
                    self.env._(
                        "%(quotation)s no longer agrees with %(order)s, whose charges "
                        "have changed. A new quotation is needed.",
                        quotation=quotation.name,
                        order=order.name,
                    )
                )

    def _get_snapshot(self):
        """What was quoted, comparable with what the order charges."""
        self.ensure_one()
        return (
            self.currency_id,
            sorted(
                (line.order_line_id.id, line.name, line.quantity, line.amount)
                for line in self.sudo().line_ids
            ),
        )

    def _accept(self, name, signature, way, ip=None):
        """Take the customer's acceptance, once.

        :param name: name the customer gives
        :param signature: base64 of the image
        :param way: signature, link or portal
        :param ip: network address of the customer
        :raise UserError: it is not open, expired, outdated or not signed
        """
        self.ensure_one()
        # Two open pages must not both accept; the order cannot change meanwhile.
        self.order_id.lock_for_update(allow_referencing=True)
        self.lock_for_update(allow_referencing=True)
        self._check_open()
        self._check_current()
        self.order_id._check_overcharge()
        if not (name or "").strip():
            raise UserError(self.env._("Please enter your name."))
        if not signature or not is_picture(signature, SIGNATURE_BYTES):
            raise UserError(self.env._("Please sign before you accept."))
        self._get_others("accepted")._write_flow({"state": "superseded"})
        self.flush_model(["state"])
        self._write_flow(
            {
                "state": "accepted",
                "accepted_by": name.strip()[:100],
                "accepted_at": fields.Datetime.now(),
                "accept_way": way,
                "accept_ip": ip,
                "signature": signature,
            }
        )
        self._on_accepted()

    def _get_others(self, *states):
        """Other quotations of the same orders in the given states."""
        return self.search(
            Domain("order_id", "in", self.order_id.ids)
            & Domain("state", "in", states)
            & Domain("id", "not in", self.ids)
        )

    def _on_accepted(self):
        """The accepted total is the fee that the customer agreed to."""
        for quotation in self:
            order = quotation.order_id
            order.write({"fee_quoted": quotation.amount_total})
            order.action_agree_fee(quotation.accepted_by)

    def _check_open(self):
        """Refuse an answer to a quotation that is not open any more.

        :raise UserError: naming the quotation, its state and the way out
        """
        self.ensure_one()
        labels = dict(self._fields["state"]._description_selection(self.env))
        if self._is_overdue():
            raise UserError(
                self.env._(
                    "%(quotation)s was valid until %(date)s. Ask for a new one.",
                    quotation=self.name,
                    date=format_date(self.env, self.date_valid),
                )
            )
        if self.state != "sent":
            raise UserError(
                self.env._(
                    "%(quotation)s cannot be answered: it is in state “%(state)s”.",
                    quotation=self.name,
                    state=labels[self.state],
                )
            )

    def _is_overdue(self):
        """Whether a sent quotation is past its last day."""
        self.ensure_one()
        today = self.company_id._get_aftersales_today()
        return (
            self.state == "sent" and bool(self.date_valid) and self.date_valid < today
        )

    def action_decline(self):
        """Ask why the customer declines."""
        self._check_flow_state("sent")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_decline")

    def _decline(self, reason):
        """Note that the customer does not want the work at that price.

        :param reason: what he says; may be empty on his own page
        """
        for quotation in self:
            quotation.lock_for_update(allow_referencing=True)
            quotation._check_open()
            reason = (reason or "").strip()[:1000]
            quotation._write_flow({"state": "declined", "decline_reason": reason})
            quotation.message_post(body=reason or self.env._("Declined."))

    def action_new(self):
        """Make a new quotation from the order as it is now."""
        self.ensure_one()
        return self.order_id.action_create_quotation()

    def action_view_order(self):
        """Open the order."""
        self.ensure_one()
        return self.order_id._get_records_action()

    @api.model
    def _cron_expire(self):
        """Mark sent quotations whose last day is over."""
        domain = Domain("state", "=", "sent")
        domain &= Domain("date_valid", "<", fields.Date.today() + timedelta(days=1))
        late = self.search(domain).filtered(lambda q: q._is_overdue())
        late._write_flow({"state": "expired"})


class AftersalesQuotationLine(models.Model):
    """One charge as it was quoted, with its listed range."""

    _name = "aftersales.quotation.line"
    _description = "Service Quotation Line"
    _order = "quotation_id, sequence, id"
    _check_company_auto = True

    quotation_id = fields.Many2one(
        "aftersales.quotation",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="quotation_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="quotation_id.service_point_id", store=True, index=True
    )
    partner_id = fields.Many2one(related="quotation_id.partner_id", store=True)
    currency_id = fields.Many2one(related="quotation_id.currency_id")
    # The line of the order may be deleted later; the quotation keeps its text.
    order_line_id = fields.Many2one(
        "aftersales.service.order.line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("part", "Part"),
            ("labour", "Labour"),
            ("travel", "Travel"),
            ("inspection", "Inspection"),
            ("other", "Other"),
        ],
        required=True,
        readonly=True,
    )
    name = fields.Char("Description", required=True, readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True)
    uom_id = fields.Many2one("uom.uom", "Unit of Measure", readonly=True)
    price_unit = fields.Monetary("Unit Price", readonly=True, groups=PRICE_GROUPS)
    cover_share = fields.Float("Cover %", digits=(5, 2), readonly=True)
    amount = fields.Monetary(
        "Customer Pays",
        readonly=True,
        groups=PRICE_GROUPS,
        help="Without what the warranty bears.",
    )
    range_text = fields.Char("Listed Range", readonly=True, groups=PRICE_GROUPS)
