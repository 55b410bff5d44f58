from datetime import date
from decimal import Decimal

from odoo import api, models
from odoo.tools import format_date
from odoo.tools.gc import disabling_gc

from ..tools import cover as cover_kernel
from ..tools import entitlement as kernel
from ..tools.memo import Memo
from .aftersales_registration_entitlement import CoverView
from .aftersales_registration_history import FACT_NAMES


class DayTexts(dict):
    """Days as the reader writes them, each made once."""

    def __init__(self, env):
        super().__init__({None: "", False: ""})
        self._env = env

    def __missing__(self, day):
        self[day] = format_date(self._env, day)
        return self[day]


class AftersalesRegistration(models.Model):
    """Cover of many units: what is the same for several is calculated once."""

    _inherit = "aftersales.registration"

    def _get_cover_batch(
        self, on_date, component="whole_unit", product=None, usage=None
    ):
        """Cover of many units for one component: ``{id: dict}``.

        :return: dicts with ``share`` (percent), ``date_start``, ``date_end``,
            ``reason`` (a sentence), ``code`` (its key), ``basis`` (promise or law,
            whichever is better), ``rule`` (the policy version or the entitlement
            rule) and ``source`` (its name)
        """
        part = product or self.env["product.product"]
        texts = (self._get_cover_reasons(), DayTexts(self.env))
        if not all(isinstance(unit_id, int) for unit_id in self._ids):
            return self._get_cover_of_drafts(on_date, component, part, usage, texts)
        self._check_readable()
        question = (on_date, component, part, usage)
        # Nothing here refers to itself; looking for it takes longer than the work.
        with disabling_gc():
            return self._get_cover_of_rows(question, texts)

    def _get_cover_of_drafts(self, on_date, component, part, usage, texts):
        """Cover of units that are not saved yet, from their fields."""
        self.check_access("read")
        covers = self._evaluate_cover(
            [(unit, on_date, component, part, usage) for unit in self]
        )
        return {
            unit.id: self._export_cover(
                cover, unit.policy_version_id, unit.date_closed, texts
            )
            for unit, cover in zip(self, covers, strict=True)
        }

    def _get_cover_of_rows(self, question, texts):
        """Cover of saved units from their rows.

        Policy and law look at different facts, so each is remembered for itself;
        what follows from the two is remembered by the pair.

        :param question: date, component, part and usage
        """
        rows, counters = self._get_fact_rows(), self._get_counters()
        scope = ("company_id", "policy_version_id", "country_id", "categ_id")
        company, version, country, categ = (FACT_NAMES.index(name) for name in scope)
        companies = self.env["res.company"].sudo()
        companies = companies.browse({row[company] for row in rows})
        terms = self._get_terms_by_version(companies)
        figures = self._get_figures_by_category({row[categ] for row in rows})
        promises = Memo(
            lambda key, facts: self._get_promised(terms.get(key, ()), facts, question)
        )
        laws = Memo(lambda key, facts: self._get_lawful(key[0], facts, question))
        known, result = {}, {}
        for row in rows:
            facts = self._prepare_cover_facts(row, counters, figures[row[categ]])
            promise = promises.get(row[version], facts)
            law = laws.get((row[country], row[categ]), facts)
            # The same answer is the same object for as long as it is remembered.
            key = (id(promise), id(law), row[version], facts.date_closed)
            found = known.get(key)
            if found is None:
                cover = self._get_better(promise, law, facts, question)
                owner = self.env["aftersales.policy.version"].browse(row[version])
                found = self._export_cover(cover, owner, facts.date_closed, texts)
                known[key] = found
            result[row[0]] = dict(found)
        return result

    @api.model
    def _get_promised(self, terms, facts, question):
        """(cover by the policy, whether it alone counts: for wear parts)."""
        on_date, component, part, usage = question
        path = part.categ_id.parent_path or ""
        named = (part.id, [int(x) for x in path.split("/") if x])
        usage = None if usage is None else Decimal(str(usage))
        cover = cover_kernel.best_cover(
            terms, CoverView(facts), on_date, component, *named, usage
        )
        is_wear = component == "part" and cover_kernel.is_wear(terms, *named)
        return cover, is_wear

    @api.model
    def _get_lawful(self, country_id, facts, question):
        """Periods that the law gives in a country."""
        _on_date, component, part, _usage = question
        rules = self.env["aftersales.entitlement.rule"]._get_cover_rules(country_id)
        return self._get_legal_periods((rules, facts), component, part)

    @api.model
    def _get_better(self, promise, law, facts, question):
        """The better of policy and law, see :meth:`_evaluate_request`."""
        cover, is_wear = promise
        if is_wear:
            return cover
        on_date, _component, _part, usage = question
        usage = None if usage is None else Decimal(str(usage))
        return cover_kernel.better(cover, law, CoverView(facts), on_date, usage)

    @api.model
    def _get_figures_by_category(self, categ_ids):
        """Figures of the class of each category, as :class:`UnitFacts` names them."""
        result = {}
        for categ_id in categ_ids:
            found = self.env["product.category"]._get_class_figures(categ_id)
            result[categ_id] = {
                "category": (found and found.category) or "other",
                "class_id": found and found.class_id,
                "whole_months": (found and found.whole_months) or None,
                "part_months": (found and found.part_months) or None,
                "daily_rate": found and found._get_daily_rate(),
            }
        return result

    @api.model
    def _prepare_cover_facts(self, row, counters, figures):
        """Kernel facts of one unit from its row; see :meth:`_get_unit_facts`."""
        values = dict(zip(FACT_NAMES, row, strict=True))
        totals = counters.get(row[0], {})
        visits = ()
        if totals.get("repairs"):
            bought = values["date_invoice"] or values["date_delivery"]
            start = values["date_restart"] or bought or date.min
            days = (totals[name] or 0 for name in ("repair_days", "waiting_days"))
            visits = (kernel.Visit(start, start, *days),)
        return kernel.UnitFacts(
            price=Decimal(values["price"] or 0),
            channel="distance" if values["channel"] == "distance" else "shop",
            date_invoice=values["date_invoice"],
            date_delivery=values["date_delivery"],
            date_installation=values["date_installation"],
            date_factory=values["date_factory"],
            date_restart=values["date_restart"],
            date_closed=values["date_closed"],
            visits=visits,
            is_excluded=values["is_excluded"],
            **figures,
        )
