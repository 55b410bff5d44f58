from urllib.parse import quote

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.sql import column_exists, create_column

from .aftersales_evaluation_card import RATED_STATES


class AftersalesServiceOrder(models.Model):
    """What the customer said about the job: card, call-backs, complaints."""

    _name = "aftersales.service.order"
    # First, because it comes before the thread that the order already is.
    _inherit = ["rating.mixin", "aftersales.service.order"]

    card_ids = fields.One2many(
        "aftersales.evaluation.card", "order_id", "Evaluation Card", readonly=True
    )
    callback_ids = fields.One2many(
        "aftersales.callback", "order_id", "Call-Backs", readonly=True
    )
    customer_complaint_ids = fields.One2many(
        "aftersales.complaint", "order_id", "Customer Complaints", readonly=True
    )
    satisfaction_ids = fields.One2many(
        "aftersales.satisfaction", "order_id", "Answers", readonly=True
    )
    satisfaction_count = fields.Integer(
        "Number of Answers", compute="_compute_voice_counts"
    )
    callback_count = fields.Integer(
        "Number of Call-Backs", compute="_compute_voice_counts"
    )
    customer_complaint_count = fields.Integer(
        "Number of Complaints", compute="_compute_voice_counts"
    )

    def _auto_init(self):
        """Add the column of the last rating without reading every order."""
        # No order has a rating yet: a million of them need not be computed.
        if not column_exists(self.env.cr, self._table, "rating_last_value"):
            create_column(self.env.cr, self._table, "rating_last_value", "float8")
        return super()._auto_init()

    @api.depends("satisfaction_ids", "callback_ids", "customer_complaint_ids")
    @api.depends_context("uid")
    def _compute_voice_counts(self):
        counted = {
            "satisfaction_count": "aftersales.satisfaction",
            "callback_count": "aftersales.callback",
            "customer_complaint_count": "aftersales.complaint",
        }
        for field_name, model in counted.items():
            counts = self._count_voice(model)
            for order in self:
                order[field_name] = counts.get(order._origin, 0)

    def _count_voice(self, model):
        """Documents of a model by order; none where the user may not read them."""
        Model = self.env[model]
        if not Model.has_access("read"):
            return {}
        return dict(
            Model._read_group([("order_id", "in", self.ids)], ["order_id"], ["__count"])
        )

    def _on_done(self):
        """The customer can rate finished work at once, while on site."""
        res = super()._on_done()
        self.env["aftersales.evaluation.card"]._ensure(self, renew=True)
        return res

    def action_close(self):
        """Closed jobs enter the call-back list by rule."""
        res = super().action_close()
        self.env["aftersales.callback"]._enter(self)
        return res

    def action_reopen(self):
        """Nobody is called about work that is not finished any more."""
        res = super().action_reopen()
        self.env["aftersales.callback"]._drop(self)
        return res

    # The card

    def _get_card(self):
        """The order's card, made where it is missing."""
        self.ensure_one()
        self.check_access("read")
        return self.env["aftersales.evaluation.card"]._ensure(self)

    def _get_card_url(self):
        """Link of the evaluation card."""
        return self._get_card()._get_url()

    def _get_card_qr(self):
        """The link of the evaluation card as a QR code."""
        return self._get_card()._get_qr()

    def _get_given_card_url(self):
        """Link of a card that takes an answer; empty where there is none.

        Reads only: a page that is looked at makes no card.
        """
        self.ensure_one()
        cards_sudo = self.sudo().card_ids.filtered(lambda c: c.state == "open")
        if self.state not in RATED_STATES or not cards_sudo:
            return ""
        return cards_sudo[:1]._get_url()

    def _has_open_card(self):
        """Whether the work order shows the code of the card."""
        self.ensure_one()
        cards_sudo = self.sudo().card_ids
        is_open = not cards_sudo or cards_sudo[:1].state == "open"
        return is_open and self.state not in ("draft", "cancelled")

    def _check_rated_state(self):
        """Refuse to give out a card before the work is finished.

        :raise UserError: naming the order
        """
        early = self.filtered(lambda order: order.state not in RATED_STATES)[:1]
        if early:
            raise UserError(
                self.env._(
                    "%(order)s is not finished. The customer rates finished work.",
                    order=early.name,
                )
            )

    def action_send_card(self):
        """Mail the evaluation card to the customers."""
        self.check_access("write")
        self._check_rated_state()
        self.env["aftersales.evaluation.card"]._ensure(self, renew=True).action_send()

    def action_text_card(self):
        """Open the text messages of this device with the link of the card."""
        self.ensure_one()
        self.check_access("write")
        self._check_rated_state()
        phone = "".join(c for c in self.partner_phone or "" if c in "+0123456789")
        if not phone:
            raise UserError(
                self.env._(
                    "%(order)s: %(customer)s has no phone number. Add one, or show "
                    "the QR code.",
                    order=self.name,
                    customer=self.partner_id.display_name,
                )
            )
        self.env["aftersales.evaluation.card"]._ensure(self, renew=True)
        text = self.env._(
            "Please rate our service %(order)s: %(link)s",
            order=self.name,
            link=self._get_card_url(),
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"sms:{phone}?body={quote(text)}",
            "target": "self",
        }

    # Smart buttons

    def action_view_satisfaction(self):
        """Open the answers about the order."""
        return self._get_voice_action("aftersales.satisfaction")

    def action_view_callbacks(self):
        """Open the call-backs of the order."""
        return self._get_voice_action("aftersales.callback")

    def action_view_complaints(self):
        """Open the complaints about the order; a new one is about it."""
        return self._get_voice_action("aftersales.complaint")

    def _get_voice_action(self, model):
        """Window action on the documents of a model about this order."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env[model]._description,
            "res_model": model,
            "view_mode": "list,form",
            "domain": [("order_id", "=", self.id)],
            "context": {"default_order_id": self.id},
        }

    def action_add_callback(self):
        """Put orders on the call-back list by hand."""
        self.check_access("write")
        self._check_rated_state()
        self.env["aftersales.callback"]._add(self, "manual")

    # Ratings come from the card

    def rating_apply(self, *args, **kwargs):
        """Refuse ratings by the general links of ratings.

        :raise UserError: always; the card is the only way
        """
        self.env["rating.rating"]._check_card()
        return super().rating_apply(*args, **kwargs)

    def _rating_get_access_token(self, partner=None):
        """Orders have no general rating link.

        :raise UserError: always; the card has its own link
        """
        self.env["rating.rating"]._check_card()
        return super()._rating_get_access_token(partner)

    def _rating_get_operator(self):
        """The technician is the one who is rated."""
        return self.technician_id.partner_id or super()._rating_get_operator()

    def _get_allowed_message_params(self):
        """A message rates no order."""
        return super()._get_allowed_message_params() - {"rating_value"}
