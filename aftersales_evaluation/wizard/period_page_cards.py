from odoo import api, models
from odoo.fields import Domain
from odoo.tools import formatLang

from ..tools import period as kernel

#: Below this difference, in units of the last digit shown, nothing has changed.
_SAME = 0.5


class AftersalesPeriodPage(models.AbstractModel):
    """Cards of a page: numbers, shares and metrics beside the period before."""

    _inherit = "aftersales.period.page"

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
        if abs(difference) < _SAME / 10**digits:
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

    def _count_share(self, model, base, part):
        """``(numerator, denominator)`` of the period and of the one before.

        :param base: function of the dates: domain of the denominator
        :param part: domain of those that count
        """
        Model = self.env[model]
        result = []
        for dates in ((self.date_from, self.date_to), self._get_period_before()):
            domain = self._get_scope_domain() & base(*dates)
            found = Model.search_count(domain & part)
            result.append((found, Model.search_count(domain)))
        return result

    def _get_share_card(self, key, name, model, base, part, missing=True):
        """Card of a share; opens what is missing, or what was found.

        :param missing: open the records that do not count, the work to be done
        """
        if not self.env[model].has_access("read"):
            return None
        domain = self._get_scope_domain() & base(self.date_from, self.date_to)
        return self._prepare_share_card(
            key,
            name,
            *self._count_share(model, base, part),
            open=self._get_opener(name, model, domain & (~part if missing else part)),
        )

    def _get_count_card(self, key, name, model, base):
        """Card of a number of records, beside the period before."""
        if not self.env[model].has_access("read"):
            return None
        now, before = (
            self._get_scope_domain() & base(*dates)
            for dates in ((self.date_from, self.date_to), self._get_period_before())
        )
        count = self.env[model].search_count(now)
        old = self.env[model].search_count(before)
        return self._prepare_card(
            key,
            name,
            self._format_number(count, 0),
            open=self._get_opener(name, model, now),
            **self._describe_change(count, old, digits=0),
        )

    def _get_month_card(self, key, name, model, base, part):
        """Card of measured months of the company, or of the chosen unit itself."""
        Model = self.env[model]
        if not Model.has_access("read"):
            return None
        counts, domains = [], []
        for dates in ((self.date_from, self.date_to), self._get_period_before()):
            domain = (
                Domain("company_id", "=", self.company_id.id)
                & Domain("service_point_id", "=", self.service_point_id._origin.id)
                & Domain("month", "in", kernel.months_within(*dates))
                & base
            )
            domains.append(domain)
            counts.append(
                (Model.search_count(domain & part), Model.search_count(domain))
            )
        return self._prepare_share_card(
            key, name, *counts, open=self._get_opener(name, model, domains[0])
        )

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
