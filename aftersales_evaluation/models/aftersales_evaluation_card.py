import logging
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.aftersales_network.models.flow import FLOW
from odoo.addons.aftersales_network.tools import qr

from .aftersales_satisfaction import DISSATISFIED_TO

_logger = logging.getLogger(__name__)

TEMPLATE = "aftersales_evaluation.mail_template_card"
#: The work is finished: the customer can judge it.
RATED_STATES = ("done", "closed")


class AftersalesEvaluationCard(models.Model):
    """Card by which a customer rates one job, by link or QR code, without login.

    One card per order and one answer per card.  The answer is a rating of the
    order and a row of ``aftersales.satisfaction``; both are evidence.
    """

    _name = "aftersales.evaluation.card"
    _description = "Evaluation Card"
    _inherit = ["aftersales.flow.mixin"]
    _order = "id desc"
    _rec_name = "order_id"

    order_id = fields.Many2one(
        "aftersales.service.order",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, index=True, precompute=True
    )
    # Not stored: a dispatch need not rewrite cards.
    service_point_id = fields.Many2one(related="order_id.service_point_id")
    technician_id = fields.Many2one(related="order_id.technician_id")
    partner_id = fields.Many2one(related="order_id.partner_id")
    token = fields.Char(
        copy=False,
        readonly=True,
        required=True,
        groups="base.group_system",
        prefetch=False,
        default=lambda self: secrets.token_urlsafe(24),
    )
    date_expiry = fields.Date("Valid until", required=True, readonly=True)
    date_sent = fields.Datetime("Sent on", readonly=True, copy=False)
    date_answered = fields.Datetime("Answered on", readonly=True, copy=False)
    is_solved = fields.Selection(
        [("yes", "Yes"), ("no", "No")], "Fault Solved", readonly=True, copy=False
    )
    satisfaction_id = fields.Many2one(
        "aftersales.satisfaction",
        "Customer's Answer",
        readonly=True,
        copy=False,
        index=True,
    )
    score = fields.Integer(related="satisfaction_id.score", string="Stars")
    comment = fields.Text(related="satisfaction_id.comment")
    state = fields.Selection(
        [("open", "Open"), ("answered", "Answered"), ("expired", "Expired")],
        compute="_compute_state",
        search="_search_state",
    )

    _FLOW_FIELDS = frozenset(
        (
            "order_id",
            "token",
            "date_expiry",
            "date_sent",
            "date_answered",
            "is_solved",
            "satisfaction_id",
        )
    )

    _order_uniq = models.UniqueIndex(
        "(order_id)", "The order has its evaluation card already."
    )
    _token_uniq = models.UniqueIndex("(token)", "The link is in use already.")

    @api.depends("date_answered", "date_expiry")
    def _compute_state(self):
        for card in self:
            today = card.company_id._get_aftersales_today()
            if card.date_answered:
                card.state = "answered"
            elif card.date_expiry and card.date_expiry < today:
                card.state = "expired"
            else:
                card.state = "open"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._get_aftersales_today()
        pending = Domain("date_answered", "=", False)
        domains = {
            "answered": Domain("date_answered", "!=", False),
            "expired": pending & Domain("date_expiry", "<", today),
            "open": pending & Domain("date_expiry", ">=", today),
        }
        return Domain.OR([domains[state] for state in value if state in domains])

    @api.model
    def _ensure(self, orders, renew=False):
        """Cards of orders; those that are missing are made in one batch.

        :param renew: a card nobody answered is valid anew; an answer stays the
            only one
        """
        # Whoever finishes a job may give out its card, but reads no link.
        cards_sudo = self.sudo().search([("order_id", "in", orders.ids)])
        if renew:
            cards_sudo._renew()
        missing = orders - cards_sudo.order_id.sudo(False)
        expiries = {c: self._get_expiry(c) for c in missing.company_id}
        cards_sudo |= self.sudo().create(
            [
                {"order_id": order.id, "date_expiry": expiries[order.company_id]}
                for order in missing
            ]
        )
        return cards_sudo.sudo(False)

    def _renew(self):
        """Cards that nobody answered are valid anew."""
        pending = self.filtered(lambda card: not card.date_answered)
        for company, cards in pending.grouped("company_id").items():
            cards._write_flow({"date_expiry": self._get_expiry(company)})

    @api.model
    def _get_expiry(self, company):
        """Last day of a card that is made today."""
        days = company.sudo().aftersales_card_days
        return company._get_aftersales_today() + timedelta(days=days)

    def _get_url(self):
        """Link by which the customer rates without a login."""
        self.ensure_one()
        return f"{self.get_base_url()}/service-card/{self.sudo().token}"

    def _get_qr(self):
        """The link as a QR code: address of an SVG image."""
        self.ensure_one()
        return qr.svg_uri(self._get_url())

    @api.model
    def _find_by_token(self, token):
        """Card of a link as superuser; empty for a wrong one.

        Tokens are 192 random bits: finding them by an index gives nothing away.
        """
        if not isinstance(token, str) or not token.isascii() or len(token) > 64:
            return self.sudo().browse()
        return self.sudo().search([("token", "=", token)], limit=1)

    def _get_refusal(self):
        """Why the card takes no answer now; an empty text when it does."""
        self.ensure_one()
        if self.state == "answered":
            return self.env._("You have rated this service already. Thank you.")
        if self.order_id.state not in RATED_STATES:
            return self.env._(
                "The work is not finished yet. Please open this page again when it is."
            )
        if self.state == "expired":
            return self.env._(
                "This card has expired. Please call the service point if there is "
                "anything left to say."
            )
        return ""

    def _answer(self, answer):
        """Take the customer's answer, once.

        :param answer: ``tools.voice.CardAnswer``
        :raise UserError: answered before, expired, too early, or no stars given
        """
        self.ensure_one()
        # Two open pages must not both answer; the second sees what the first did.
        self.lock_for_update(allow_referencing=True)
        self.invalidate_recordset()
        refusal = self._get_refusal()
        if refusal:
            raise UserError(refusal)
        if not answer.is_complete:
            raise UserError(self.env._("Please choose how many stars you give."))
        self._write_flow(
            {
                "date_answered": fields.Datetime.now(),
                "is_solved": answer.solved or False,
                "satisfaction_id": self._record_answer(answer).id,
            }
        )
        self._create_rating(answer)
        self._on_answered()

    def _record_answer(self, answer):
        """The row of satisfaction of an answer."""
        self.ensure_one()
        cause = self._get_causes().filtered(lambda c: c.id == answer.cause)
        is_dissatisfied = answer.score <= DISSATISFIED_TO or answer.solved == "no"
        return self.env["aftersales.satisfaction"]._record(
            [
                {
                    "source": "card",
                    "order_id": self.order_id.id,
                    "score": answer.score,
                    "recommend": answer.recommend is not None and str(answer.recommend),
                    "is_dissatisfied": is_dissatisfied,
                    "cause_id": cause.id,
                    "comment": answer.comment or False,
                    "res_model": self._name,
                    "res_id": self.id,
                }
            ]
        )

    def _get_causes(self):
        """Causes that the customer may choose from."""
        self.ensure_one()
        return (
            self.env["aftersales.dissatisfaction.cause"]
            .sudo()
            .search(
                [
                    ("is_on_card", "=", True),
                    ("company_id", "in", (False, self.company_id.id)),
                ]
            )
        )

    def _create_rating(self, answer):
        """The answer as rating of the order, without a link to change it."""
        self.ensure_one()
        order_sudo = self.order_id.sudo()
        operator = order_sudo.technician_id.partner_id
        self.env["rating.rating"].sudo().with_context(aftersales_flow=FLOW).create(
            {
                "res_model_id": self.env["ir.model"]._get_id(order_sudo._name),
                "res_id": order_sudo.id,
                "aftersales_order_id": order_sudo.id,
                "partner_id": order_sudo.partner_id.id,
                "rated_partner_id": operator.id,
                "rating": answer.score,
                "feedback": answer.comment or False,
                "access_token": False,
                "consumed": True,
            }
        )

    def _on_answered(self):
        """Tell the order; an unhappy customer is called back.

        Extension point.
        """
        self.ensure_one()
        answer_sudo = self.sudo().satisfaction_id
        self.order_id.sudo().message_post(
            body=self.env._(
                "The customer gave %(score)s of 5 stars. %(comment)s",
                score=answer_sudo.score,
                comment=answer_sudo.comment or "",
            ),
            author_id=self.order_id.partner_id.id,
            subtype_xmlid="mail.mt_note",
        )
        if answer_sudo.is_dissatisfied:
            self.env["aftersales.callback"].sudo()._add(self.order_id, "card")

    def action_send(self):
        """Mail the link to the customers.

        :raise AccessError: the user does not work on these orders
        :raise UserError: a customer has no address, the card is used up, or the mail
            template is missing
        """
        self.order_id.check_access("write")
        if not self._get_template_sudo():
            raise UserError(
                self.env._(
                    "The mail template of evaluation cards is missing. Update the "
                    "module to have it again, or show the QR code."
                )
            )
        for card in self:
            if card.state == "answered":
                raise UserError(
                    self.env._(
                        "%(order)s: the customer has answered already.",
                        order=card.order_id.name,
                    )
                )
            if not card.partner_id.sudo().email:
                raise UserError(
                    self.env._(
                        "%(order)s: %(customer)s has no e-mail address. Add one, or "
                        "show the QR code.",
                        order=card.order_id.name,
                        customer=card.partner_id.display_name,
                    )
                )
        self._send()

    def _send(self):
        """Queue the mail with the link for every card of the batch."""
        # The link is a secret: who sends it does not read it.
        self._get_template_sudo().send_mail_batch(self.ids)
        self.sudo().write({"date_sent": fields.Datetime.now()})

    @api.model
    def _get_template_sudo(self):
        """Mail that carries the link; empty where somebody deleted it."""
        found = self.env.ref(TEMPLATE, raise_if_not_found=False)
        return (found or self.env["mail.template"]).sudo()

    @api.model
    def _cron_send(self, batch_size=100):
        """Mail the cards of finished jobs, where the company wants it.

        Each card is mailed once; interrupted, the next run goes on.
        """
        if not self._get_template_sudo():
            _logger.warning("No evaluation card is mailed: %s is missing", TEMPLATE)
            return
        self.env["ir.cron"]._aftersales_work_off(
            self, self._get_unsent_domain(), "_send", batch_size
        )

    @api.model
    def _get_unsent_domain(self):
        """Open cards that the company mails by itself and has not yet."""
        return (
            Domain("company_id.aftersales_card_mail", "=", True)
            & Domain("state", "=", "open")
            & Domain("date_sent", "=", False)
            & Domain("order_id.state", "in", RATED_STATES)
            & Domain("order_id.partner_id.email", "!=", False)
        )
