from odoo import http
from odoo.http import request


class PromisePage(http.Controller):
    """Public page with the published promises and how far they are kept."""

    @http.route(
        "/service-promises",
        type="http",
        auth="public",
        website=True,
        sitemap=True,
        readonly=True,
    )
    def service_promises(self, **kwargs):
        """List the promises that are to be shown on the website."""
        return request.render(
            "aftersales_evaluation.promise_page",
            {"promises": self._get_promises(), "page_name": "service_promises"},
        )

    def _get_promises(self):
        """Plain values of the promises: a visitor reads no record."""
        today = request.env.company._get_aftersales_today()
        promises_sudo = (
            request.env["aftersales.promise"]
            .sudo()
            .search(
                [
                    ("state", "=", "published"),
                    ("is_public", "=", True),
                    ("company_id", "=", request.env.company.id),
                    ("date_from", "<=", today),
                    "|",
                    ("date_to", "=", False),
                    ("date_to", ">=", today),
                ]
            )
        )
        return [
            {
                "name": promise.name,
                "text": promise.text,
                "is_measured": promise.last_status == "measured",
                "fulfilment": promise.last_fulfilment,
                "month": promise.last_month,
            }
            for promise in promises_sudo
        ]
