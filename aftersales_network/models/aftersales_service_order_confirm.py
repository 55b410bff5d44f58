import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import consteq

from ..tools import qr
from .aftersales_service_order_photo import is_picture

SIGNATURE_BYTES = 1024 * 1024
CONFIRMATION = frozenset(
    (
        "customer_name",
        "customer_signature",
        "customer_remarks",
        "date_confirmed",
        "confirm_way",
    )
)


class AftersalesServiceOrder(models.Model):
    """The customer confirms the work, by signature or by his link.

    What he confirmed is evidence: no user writes it, only these steps do.
    """

    _inherit = "aftersales.service.order"

    needs_confirmation = fields.Boolean(compute="_compute_needs_confirmation")
    confirm_token = fields.Char(
        copy=False, readonly=True, groups="base.group_system", prefetch=False
    )
    customer_name = fields.Char("Confirmed by", readonly=True, copy=False)
    customer_signature = fields.Binary(readonly=True, copy=False, attachment=True)
    customer_remarks = fields.Text(readonly=True, copy=False)
    date_confirmed = fields.Datetime("Confirmed on", readonly=True, copy=False)
    confirm_way = fields.Selection(
        [
            ("signature", "Signature at the Technician"),
            ("link", "Customer's Link"),
        ],
        "Way of Confirmation",
        readonly=True,
        copy=False,
    )

    _FLOW_FIELDS = CONFIRMATION | {"confirm_token"}

    @api.depends("service_type_id.confirmation")
    def _compute_needs_confirmation(self):
        for order in self:
            order.needs_confirmation = order.service_type_id.confirmation == "required"

    def _get_confirm_url(self):
        """Link by which the customer confirms without a login."""
        self.ensure_one()
        order_sudo = self.sudo()
        if not order_sudo.confirm_token:
            order_sudo.confirm_token = secrets.token_urlsafe(24)
        return (
            f"{self.get_base_url()}/service-confirm/{self.id}"
            f"?access_token={order_sudo.confirm_token}"
        )

    def _get_confirm_qr(self):
        """The link as a QR code: address of an SVG image for the work order.

        Drawn as lines, which needs no graphics library on the server.
        """
        self.ensure_one()
        return qr.svg_uri(self._get_confirm_url())

    @api.model
    def _find_by_confirm_token(self, order_id, token):
        """Order of a confirmation link as superuser; empty for a wrong token."""
        order_sudo = self.sudo().browse(order_id).exists()
        expected = order_sudo.confirm_token or ""
        is_text = isinstance(token, str) and token.isascii()
        if not is_text or not expected or not consteq(expected, token):
            return self.sudo().browse()
        return order_sudo

    def _confirm(self, name, signature, way, remarks=None, step_ids=()):
        """Take the customer's confirmation, once.

        :param name: name the customer gives
        :param signature: base64 of the image
        :param way: signature or link
        :param step_ids: steps the customer ticked; others are ignored
        :raise UserError: the work is not finished, was confirmed before, or name
            or signature is missing
        """
        self.ensure_one()
        # Two open pages must not both confirm.
        self.lock_for_update(allow_referencing=True)
        self._check_can_confirm(name, signature)
        ticked = self.step_ids.filtered(lambda s: s.id in set(step_ids))
        ticked.sudo().write({"is_customer_ticked": True})
        now = fields.Datetime.now()
        self._write_flow(
            {
                "customer_name": name.strip()[:100],
                "customer_signature": signature,
                "customer_remarks": (remarks or "").strip()[:5000] or False,
                "date_confirmed": now,
                "confirm_way": way,
                "date_handover": self.date_handover or now,
            }
        )
        self._log_events("confirmed", remarks, person=self.customer_name)

    def _check_can_confirm(self, name, signature):
        """Refuse a confirmation that is too early, the second or incomplete."""
        self.ensure_one()
        if self.date_confirmed:
            raise UserError(
                self.env._(
                    "%(order)s was confirmed by %(name)s already.",
                    order=self.name,
                    name=self.customer_name,
                )
            )
        self._check_transition("confirm")
        self._check_inspected()
        if not (name or "").strip():
            raise UserError(self.env._("Please enter your name."))
        if not signature or not is_picture(signature, SIGNATURE_BYTES):
            raise UserError(self.env._("Please sign before you confirm."))

    def action_send_confirm_link(self):
        """Send the customer the link by which he confirms the work.

        :raise UserError: a customer has no e-mail address
        """
        for order in self:
            if not order.partner_id.email:
                raise UserError(
                    self.env._(
                        "%(order)s: %(customer)s has no e-mail address. Enter one, or "
                        "let the customer sign at the technician.",
                        order=order.name,
                        customer=order.partner_id.name,
                    )
                )
        self.check_access("write")
        self._send_confirm_link()

    def _send_confirm_link(self):
        """Queue the mail with the link for every order of the batch."""
        template = self.env.ref(
            "aftersales_network.mail_template_confirm", raise_if_not_found=False
        )
        if template and self:
            # The technician reads no mail templates and the link is a secret.
            template.sudo().send_mail_batch(self.ids)

    def _on_done(self):
        """Ask the customers for their confirmation."""
        res = super()._on_done()
        self.filtered(lambda o: not o.needs_inspection)._ask_confirmation()
        return res

    def _on_inspected(self, result, findings):
        """Ask the customer once the work has passed."""
        res = super()._on_inspected(result, findings)
        if result == "passed":
            self._ask_confirmation()
        return res

    def _ask_confirmation(self):
        """Send the link where a confirmation is missing and an address known."""
        self.filtered(
            lambda o: (
                o.needs_confirmation
                and not o.date_confirmed
                and o.partner_id.sudo().email
            )
        )._send_confirm_link()

    def _check_can_close(self):
        """The customer's confirmation is there where the type asks for it."""
        res = super()._check_can_close()
        if self.needs_confirmation and not self.date_confirmed:
            raise UserError(
                self.env._(
                    "%(order)s is not confirmed by the customer. Let the customer "
                    "sign, or send the link.",
                    order=self.name,
                )
            )
        return res

    def action_reopen(self):
        """What was confirmed no longer holds; the old link neither."""
        res = super().action_reopen()
        self._write_flow(dict.fromkeys(CONFIRMATION, False))
        # Whoever takes the work back may end the link without reading it.
        self.sudo().write({"confirm_token": False})
        self.step_ids.filtered("is_customer_ticked").sudo().write(
            {"is_customer_ticked": False}
        )
        return res
