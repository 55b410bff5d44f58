from odoo import http

from odoo.addons.survey.controllers.main import Survey


class AftersalesSurvey(Survey):
    @http.route()
    def survey_submit(self, survey_token, answer_token, **post):
        """Tell respondents at once when their points do not add up to 100."""
        survey_sudo, answer_sudo = self._fetch_from_access_token(
            survey_token, answer_token
        )
        if answer_sudo:
            errors = survey_sudo._check_servqual_points(post)
            if errors:
                return {}, {"error": "validation", "fields": errors}
        return super().survey_submit(survey_token, answer_token, **post)
