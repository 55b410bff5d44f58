from odoo import http
from odoo.http import request
from odoo.tools import format_date


class ServicePrices(http.Controller):
    """Prices in force that everybody may read; nothing internal leaves here."""

    def _get_price_lists_sudo(self, company_id):
        """Lists in force of one company, as superuser.

        :param company_id: text or number; the visitor's company by default
        """
        env = request.env
        text = str(company_id or "")
        if not text.isdigit() or len(text) > 9:
            text = str(env.company.id)
        company_sudo = env["res.company"].sudo().browse(int(text)).exists()
        PriceList_sudo = env["aftersales.price.list"].sudo()
        if not company_sudo:
            return env.company.sudo(), PriceList_sudo
        day = company_sudo._get_aftersales_today()
        domain = PriceList_sudo._get_in_force_domain(day)
        lists = PriceList_sudo.search([*domain, ("company_id", "=", company_sudo.id)])
        return company_sudo, lists

    def _set_language(self, lang):
        """Show the page in a language that is installed."""
        languages = request.env["res.lang"].sudo().get_installed()
        if lang in dict(languages):
            request.update_context(lang=lang)
        return languages

    @http.route(
        "/service-prices",
        type="http",
        auth="public",
        website=True,
        sitemap=True,
        readonly=True,
    )
    def service_prices(self, company=None, search="", categ=None, lang=None, **kw):
        """Show and search the prices in force."""
        languages = self._set_language(lang)
        company_sudo, lists_sudo = self._get_price_lists_sudo(company)
        categories = lists_sudo.line_ids.categ_id
        text = str(categ or "")
        categ_id = int(text) if text.isdigit() and len(text) < 10 else None
        search = str(search or "")[:100]
        exported = [self._export_list(x, search, categ_id) for x in lists_sudo]
        return request.render(
            "aftersales_warranty.service_prices_page",
            {
                "company_id": company_sudo.id,
                "company_name": company_sudo.name if lists_sudo else "",
                "categories": [
                    {"id": x.id, "name": x.complete_name}
                    for x in categories.sorted("complete_name")
                ],
                "categ_id": categ_id,
                "search": search,
                "price_lists": [item for item in exported if item["sections"]],
                "languages": languages,
            },
        )

    def _export_list(self, price_list_sudo, search, categ_id):
        """What everybody may know of a list, as plain values."""
        env = request.env
        kinds = dict(
            env["aftersales.price.list.line"]
            ._fields["kind"]
            ._description_selection(env)
        )
        date_end = price_list_sudo.date_end
        scope = price_list_sudo.area_id or price_list_sudo.country_id
        return {
            "id": price_list_sudo.id,
            "name": price_list_sudo.name,
            "scope": scope.display_name or "",
            "note": price_list_sudo.note or "",
            "date_from": format_date(env, price_list_sudo.date_from),
            "date_end": format_date(env, date_end) if date_end else "",
            "sections": [
                {
                    "name": name,
                    "lines": [
                        {
                            "kind": kinds[line.kind],
                            "name": line.display_name,
                            "note": line.note or "",
                            "range": line._get_range_text(),
                        }
                        for line in lines
                    ],
                }
                for name, lines in price_list_sudo._get_sections(search, categ_id)
            ],
        }

    @http.route(
        "/service-prices/<int:list_id>/pdf",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
    )
    def service_prices_pdf(self, list_id, lang=None, **kw):
        """Print one list in force.

        :raise NotFound: drafts, replaced and missing lists look the same
        """
        self._set_language(lang)
        price_list_sudo = request.env["aftersales.price.list"].sudo().browse(list_id)
        if not price_list_sudo.exists() or not price_list_sudo.is_in_force:
            raise request.not_found()
        content, _kind = (
            request.env["ir.actions.report"]
            .sudo()
            ._render_qweb_pdf("aftersales_warranty.report_price_list", [list_id])
        )
        headers = [
            ("Content-Type", "application/pdf"),
            ("Content-Disposition", "inline; filename=service-prices.pdf"),
        ]
        return request.make_response(content, headers=headers)
