from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools import period as kernel


class AftersalesPeriodPage(models.AbstractModel):
    """Frame of a page that shows figures of a period beside the one before.

    A page consists of groups of cards and of sections (columns, bars, tables).
    Whatever has a ``key`` opens the records behind it by
    :meth:`action_open_figure`; the rights of the reader hold for the figures as
    for the records.
    """

    _name = "aftersales.period.page"
    _inherit = ["aftersales.dashboard.mixin"]
    _description = "Page of Figures of a Period"

    period = fields.Selection(
        [
            ("month", "Month"),
            ("quarter", "Quarter"),
            ("half", "Half Year"),
            ("year", "Year"),
            ("custom", "Own Dates"),
        ],
        required=True,
        default="month",
    )
    date_from = fields.Date(
        "From", compute="_compute_dates", store=True, readonly=False, precompute=True
    )
    date_to = fields.Date(
        "To", compute="_compute_dates", store=True, readonly=False, precompute=True
    )
    is_allowed = fields.Boolean(compute="_compute_page")
    page = fields.Json("Figures", compute="_compute_page")

    @api.depends("company_id")
    def _compute_display_name(self):
        name = self._get_page_name()
        for page in self:
            page.display_name = name

    @api.depends("period")
    def _compute_dates(self):
        for page in self:
            if page.period in kernel.LENGTHS:
                first, last = page._get_first_period()
                page.date_from, page.date_to = first, last
            else:
                page.date_from, page.date_to = page.date_from, page.date_to

    def _get_first_period(self):
        """The period that is shown before another one is chosen.

        Extension point.
        """
        company = self.company_id or self.env.company
        return kernel.last_complete(self.period, company._get_aftersales_today())

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for page in self:
            if not page._is_period_complete():
                raise ValidationError(
                    self.env._("Choose a first and a last day; the first comes first.")
                )

    def _is_period_complete(self):
        return bool(self.date_from and self.date_to and self.date_from <= self.date_to)

    @api.depends("company_id", "service_point_id", "date_from", "date_to")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_page(self):
        for page in self:
            page.is_allowed = page._is_scope_allowed()
            if page.is_allowed and page._is_period_complete():
                page.page = page._strip(page._prepare_page())
            else:
                page.page = {"groups": [], "sections": []}

    def _prepare_page(self):
        """Everything that the page shows.

        :return: ``{"groups": [{"key", "name", "cards"}], "sections": […]}``; a
            section has ``key, name, kind`` (``columns``, ``bars`` or ``table``),
            ``headings``, ``rows`` (``key, cells, values, share, tone``) and
            ``empty``, the text without rows
        """
        self.ensure_one()
        period = self._describe_period(self.date_from, self.date_to)
        before = self._describe_period(*self._get_period_before())
        return {
            "period": period,
            "before": before,
            "headline": self.env._(
                "%(period)s, beside %(before)s", period=period, before=before
            ),
            "groups": self._get_groups(),
            "sections": self._get_sections(),
        }

    def _get_groups(self):
        """Groups of cards, in the order of the page; extension point."""
        return []

    def _get_sections(self):
        """Charts and tables below the cards; extension point."""
        return []

    @api.model
    def _strip(self, page):
        """The page without the functions that open the records."""
        groups = [
            {
                **group,
                "cards": [
                    {
                        **{name: card[name] for name in card if name != "open"},
                        "is_link": bool(card.get("open")),
                    }
                    for card in group["cards"]
                ],
            }
            for group in page["groups"]
        ]
        return {**page, "groups": groups}

    # Period

    def _get_period_before(self):
        """First and last day of the period before."""
        return kernel.shift(self.date_from, self.date_to, -1)

    @api.model
    def _describe_period(self, first, last):
        """The period in words of the reader's language."""
        return self.env._(
            "%(first)s to %(last)s",
            first=format_date(self.env, first),
            last=format_date(self.env, last),
        )

    def action_earlier(self):
        """Show the period before."""
        return self._move(-1)

    def action_later(self):
        """Show the period after."""
        return self._move(1)

    def _move(self, steps):
        self.ensure_one()
        first, last = kernel.shift(self.date_from, self.date_to, steps)
        self.write({"date_from": first, "date_to": last})

    # Scope

    def _get_scope_domain(self, path="service_point_id"):
        """Records of the company and unit that the page is about.

        :param path: field that leads to the service point
        """
        domain = Domain("company_id", "=", self.company_id.id)
        point = self.service_point_id._origin
        return domain & Domain(path, "child_of", point.id) if point else domain

    def _get_points(self):
        """Service points that the figures are about, as far as the reader sees.

        Archived ones worked in the period, too.
        """
        Point = self.env["aftersales.service.point"].with_context(active_test=False)
        return Point.search(self._get_scope_domain("id")).with_env(self.env)

    # Records behind the figures

    def action_open_figure(self, key):
        """Open the records behind a figure; the rights of the reader hold there.

        :param key: key of a card (``card:…``) or of a row of a section
        :raise AccessError: a unit that is none of the user's business
        :raise UserError: a figure that the page does not show
        """
        self.ensure_one()
        self.check_access("read")
        self._check_scope()
        kind, _separator, argument = str(key).partition(":")
        opener = self._get_openers().get(kind)
        action = opener(argument) if opener else None
        if not action:
            raise UserError(
                self.env._("There are no records behind the figure %(key)s.", key=key)
            )
        return action

    def _get_openers(self):
        """What opens the rows of a section: ``{kind of key: method}``.

        Extension point; a method returns an action, or nothing.
        """
        return {"card": self._open_card}

    def _open_card(self, key):
        """Action of a card."""
        for group in self._get_groups():
            for card in group["cards"]:
                if card["key"] == key and card.get("open"):
                    return card["open"]()
        return None

    @api.model
    def _open_records(self, name, model, domain, view_mode="list,form", context=None):
        """Window action on records."""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": view_mode,
            "views": [[False, mode] for mode in view_mode.split(",")],
            "domain": list(domain),
            "context": context or {},
        }

    def _get_opener(self, name, model, domain, view_mode="list,form"):
        """Function that opens records; nothing where the user may not read them."""
        if not self.env[model].has_access("read"):
            return None
        return lambda: self._open_records(name, model, domain, view_mode)
