import werkzeug

from odoo import http
from odoo.exceptions import LockError, UserError
from odoo.http import request

from odoo.addons.rating.controllers.main import Rating

from ..tools.voice import CardAnswer, read_card


class EvaluationCard(http.Controller):
    """Page where a customer rates one job without a login.

    The token of the link is the key to this one card.  Any link that is not
    right gets the same answer, and an address that tries many has to wait.
    """

    def _get_address(self):
        """Address of the visitor."""
        return request.httprequest.remote_addr or ""

    def _find_card_sudo(self, token):
        """The card of a link, in the language of its customer; may be empty."""
        Guess = request.env["aftersales.link.guess"]
        if Guess._is_blocked(self._get_address()):
            raise werkzeug.exceptions.TooManyRequests()
        card_sudo = request.env["aftersales.evaluation.card"]._find_by_token(token)
        if not card_sudo:
            Guess._count(self._get_address())
            return card_sudo
        lang = card_sudo.partner_id.lang
        if lang and request.env.user._is_public():
            request.update_context(lang=lang)
            card_sudo = card_sudo.with_context(lang=lang)
        return card_sudo

    def _render_page(self, card_sudo, status=200, **values):
        """The page with plain values; nobody else may keep or share it."""
        response = request.render(
            "aftersales_evaluation.evaluation_card_page",
            {**self._prepare_page_values(card_sudo), **values},
        )
        response.status_code = status
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    def _prepare_page_values(self, card_sudo):
        """What the page shows of a card; nothing for an empty one."""
        if not card_sudo:
            return {"is_known": False}
        order_sudo = card_sudo.order_id
        return {
            "is_known": True,
            "number": order_sudo.name,
            "service": order_sudo.service_type_id.name,
            "product": order_sudo.product_id.name,
            "point": order_sudo.service_point_id.name,
            "technician": order_sudo.technician_id.name,
            "refusal": card_sudo._get_refusal(),
            "is_answered": card_sudo.state == "answered",
            "causes": [(cause.id, cause.name) for cause in card_sudo._get_causes()],
            "token": card_sudo.token,
            "answer": CardAnswer(),
            "error": "",
        }

    @http.route(
        "/service-card/<string:token>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["GET"],
    )
    def evaluation_card(self, token, **kwargs):
        """Show the card."""
        card_sudo = self._find_card_sudo(token)
        # Not raised: the count of wrong links must be kept.
        return self._render_page(card_sudo, 200 if card_sudo else 404)

    @http.route(
        "/service-card/<string:token>/answer",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["POST"],
    )
    def evaluation_card_answer(self, token, **post):
        """Take the answer; an incomplete one is shown again as it was filled in."""
        card_sudo = self._find_card_sudo(token)
        if not card_sudo:
            return self._render_page(card_sudo, 404)
        answer = read_card(post)
        try:
            card_sudo._answer(answer)
        except LockError:
            # Sent twice at once: the page shows what the first one did.
            return request.redirect(f"/service-card/{token}", code=303)
        except UserError as error:
            return self._render_page(card_sudo, answer=answer, error=str(error))
        return request.redirect(f"/service-card/{token}", code=303)


class RatingLinks(Rating):
    """The general links of ratings do not open ratings of service orders."""

    def _get_rating_and_record(self, token):
        rating_sudo, record_sudo = super()._get_rating_and_record(token)
        if record_sudo._name == "aftersales.service.order":
            raise werkzeug.exceptions.NotFound()
        return rating_sudo, record_sudo
