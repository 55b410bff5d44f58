from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date, formatLang

from ..tools import period as kernel

#: A metric is judged by how it changed only when it changed by this much.
_SAME = 0.05


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
        return {
            "period": self._describe_period(self.date_from, self.date_to),
            "before": self._describe_period(*self._get_period_before()),
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

    # Cards

    def _prepare_card(self, key, name, value, **more):
        """A card.

        :param value: text of the figure
        :param more: ``note``, ``change`` and ``tone`` (``good``, ``bad``),
            ``is_alert``, ``open`` (function that returns the action of a click)
        """
        card = {"note": "", "change": "", "tone": "", "is_alert": False, "open": None}
        return {**card, "key": key, "name": name, "value": value, **more}

    def _format_number(self, value, digits=1):
        """A number in the reader's language; "n/a" where there is none."""
        if value is None:
            return self.env._("n/a")
        return formatLang(self.env, value, digits=digits)

    def _describe_change(self, value, before, direction="up", digits=1):
        """How a figure changed: ``{"change", "tone"}``, empty where one is missing.

        :param direction: ``up`` where more is better, ``down`` where less is
        """
        if value is None or before is None:
            return {"change": "", "tone": ""}
        difference = value - before
        if abs(difference) < _SAME / 10 ** (digits - 1):
            return {"change": self.env._("as before"), "tone": ""}
        sign = "+" if difference > 0 else "−"
        better = (difference > 0) == (direction == "up")
        return {
            "change": f"{sign}{self._format_number(abs(difference), digits)}",
            "tone": "good" if better else "bad",
        }

    def _prepare_share_card(self, key, name, counts, before, **more):
        """Card of a share with both numbers and the change to the period before.

        :param counts: ``(numerator, denominator)`` of the period
        :param before: the same of the period before
        """
        share, old = self._get_share(counts), self._get_share(before)
        value = self._format_number(share)
        note = self.env._(
            "%(part)s of %(total)s",
            part=self._format_number(counts[0], 0),
            total=self._format_number(counts[1], 0),
        )
        change = self._describe_change(share, old, more.pop("direction", "up"))
        if share is not None:
            value = f"{value} %"
        return self._prepare_card(key, name, value, note=note, **{**change, **more})

    @api.model
    def _get_share(self, counts):
        """Percentage; nothing out of nothing is no figure."""
        part, total = counts
        return 100 * float(part) / float(total) if total else None

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

    # Metrics

    def _get_metric_counts(self, codes):
        """Sums of metrics over the scope, of the period and the one before.

        :return: ``{code: ((numerator, denominator), (… before))}`` of the codes
            that an installed module offers
        """
        Metric = self.env["aftersales.metric"].with_company(self.company_id)
        points = self._get_points()
        known = [code for code in codes if code in Metric._get_metric_catalog()]
        periods = ((self.date_from, self.date_to), self._get_period_before())
        values = [Metric._compute_metrics(known, points, *dates) for dates in periods]
        return {
            code: tuple(self._sum_pairs(found[code].values()) for found in values)
            for code in known
        }

    @api.model
    def _sum_pairs(self, pairs):
        pairs = list(pairs)
        return sum(float(n) for n, _d in pairs), sum(float(d) for _n, d in pairs)

    def _get_metric_cards(self, codes):
        """One card per metric that an installed module offers."""
        Metric = self.env["aftersales.metric"].with_company(self.company_id)
        catalog = Metric._get_metric_catalog()
        counts = self._get_metric_counts(codes)
        return [
            self._prepare_metric_card(code, catalog[code], *counts[code])
            for code in codes
            if code in counts
        ]

    def _prepare_metric_card(self, code, entry, counts, before):
        """Card of a metric: a share with its counts, or a mean."""
        opener = self._get_metric_opener(code)
        direction = entry["direction"]
        key = code.lower()
        if entry["unit"] == "%":
            return self._prepare_share_card(
                key, entry["name"], counts, before, direction=direction, open=opener
            )
        mean, old = (n / d if d else None for n, d in (counts, before))
        units = {"h": self.env._("h"), "days": self.env._("days")}
        value = f"{self._format_number(mean)} {units.get(entry['unit'], '')}".rstrip()
        return self._prepare_card(
            key,
            entry["name"],
            self.env._("n/a") if mean is None else value,
            note=self.env._("%(count)s counted", count=round(counts[1])),
            open=opener,
            **self._describe_change(mean, old, direction),
        )

    def _get_metric_opener(self, code):
        """Function that opens the records behind a metric, where it has some."""
        Metric = self.env["aftersales.metric"].with_company(self.company_id)
        if not hasattr(Metric, f"_metric_domain_{code.lower()}"):
            return None
        return lambda: Metric._get_metric_action(
            code, self._get_points(), self.date_from, self.date_to
        )
