from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

#: Own records on the page: counter → model.
MODELS = {
    "grades": "aftersales.technical.grade.award",
    "entries": "aftersales.competition.entrant",
    "pairs": "aftersales.mentoring",
}
MAX_ROWS = 80
MAX_TEXT = 10_000


class DevelopmentPortal(CustomerPortal):
    """Grades, competitions, mentoring and expert questions of oneself."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "development_count" in counters:
            values["development_count"] = sum(
                self._count_own(model) for model in MODELS.values()
            )
        if "expert_question_count" in counters:
            values["expert_question_count"] = self._count_own("aftersales.expert.use")
        return values

    def _get_own_domain(self, model):
        """Own records of a model: an officer sees his own ones here, too."""
        partner = request.env.user.partner_id
        if model == "aftersales.mentoring":
            return Domain("mentor_person_id", "=", partner.id) | Domain(
                "trainee_person_id", "=", partner.id
            )
        if model == "aftersales.expert.use":
            return Domain("expert_person_id", "=", partner.id)
        domain = Domain("person_id", "=", partner.id)
        if model == "aftersales.competition.entrant":
            domain &= Domain("competition_id.state", "=", "closed")
        return domain

    def _count_own(self, model):
        Model = request.env[model]
        if not Model.has_access("read"):
            return 0
        return Model.search_count(self._get_own_domain(model))

    def _search_own(self, model):
        Model = request.env[model]
        if not Model.has_access("read"):
            return Model
        return Model.search(self._get_own_domain(model), limit=MAX_ROWS)

    def _get_upcoming(self):
        """Plain values of competitions in which the person is entered.

        Nobody reads a ranking that is not final: only name and days are shown.
        """
        entrant_sudo = request.env["aftersales.competition.entrant"].sudo()
        entries = entrant_sudo.search(
            Domain("person_id", "=", request.env.user.partner_id.id)
            & Domain("state", "=", "registered")
            & Domain("competition_id.state", "in", ("open", "running", "scored")),
            limit=MAX_ROWS,
        )
        return [
            {
                "name": entry.competition_id.name,
                "date_from": entry.competition_id.date_from,
                "date_to": entry.competition_id.date_to,
            }
            for entry in entries
        ]

    @http.route(
        "/my/development", type="http", auth="user", website=True, readonly=True
    )
    def portal_my_development(self, **kwargs):
        """Show the own grades, results and mentoring pairs."""
        values = self._prepare_portal_layout_values()
        values.update({key: self._search_own(name) for key, name in MODELS.items()})
        values.update(
            {"page_name": "development", "upcoming": self._get_upcoming()},
        )
        return request.render("aftersales_training.portal_my_development", values)

    @http.route(
        "/my/expert-questions", type="http", auth="user", website=True, readonly=True
    )
    def portal_my_expert_questions(self, error=None, **kwargs):
        """List the questions that were put to the person."""
        values = self._prepare_portal_layout_values()
        values.update(
            {
                "page_name": "expert_questions",
                "questions": self._search_own("aftersales.expert.use"),
                "error": error,
            }
        )
        return request.render("aftersales_training.portal_my_expert_questions", values)

    @http.route(
        "/my/expert-questions/<int:use_id>/answer",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_answer_expert_question(self, use_id, answer="", hours="0", **kwargs):
        """Take the answer of the expert to whom the question was put."""
        try:
            use_sudo = self._document_check_access("aftersales.expert.use", use_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if use_sudo.expert_person_id != request.env.user.partner_id:
            return request.redirect("/my")
        try:
            with request.env.cr.savepoint():
                use_sudo._portal_answer(answer.strip()[:MAX_TEXT], parse_hours(hours))
        except UserError as error:
            return self.portal_my_expert_questions(error=str(error))
        return request.redirect("/my/expert-questions")


def parse_hours(text):
    """Hours as typed, between 0 and 1,000; anything else counts as none."""
    try:
        hours = float((text or "0").replace(",", "."))
    except ValueError:
        return 0.0
    return hours if 0 <= hours <= 1000 else 0.0
