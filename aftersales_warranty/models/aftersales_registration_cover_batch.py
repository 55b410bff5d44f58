from datetime import date
from decimal import Decimal
from functools import cache

from odoo import api, models
from odoo.tools import format_date
from odoo.tools.gc import disabling_gc

from ..tools import cover as cover_kernel
from ..tools import entitlement as kernel
from ..tools.memo import Memo
from ..tools.unit_groups import CATEGORY, COMPANY, IDS, UnitGroup


class DayTexts(dict):
    """Days as the reader writes them, each made once."""

    def __init__(self, env):
        super().__init__({None: "", False: ""})
        self._env = env

    def __missing__(self, day):
        self[day] = format_date(self._env, day)
        return self[day]


class CoverTexts:
    """What the answers of one batch are worded with."""

    def __init__(self, env, reasons):
        self.reasons = reasons
        self.days = DayTexts(env)
        #: What a cover rests on, by basis, key and policy version.
        self.sources = {}


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
        texts = CoverTexts(self.env, self._get_cover_reasons())
        if not all(isinstance(unit_id, int) for unit_id in self._ids):
            return self._get_cover_of_drafts(on_date, component, part, usage, texts)
        self._check_readable()
        usage = None if usage is None else Decimal(str(usage))
        rules = self._get_legal_rules(component, part)
        question = (on_date, component, self._get_part_names(part), usage)
        # Nothing here refers to itself; looking for it takes longer than the work.
        with disabling_gc():
            return self._get_cover_of_rows(question, rules, texts)

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

    def _get_cover_of_rows(self, question, rules, texts):
        """Cover of saved units from their rows.

        Policy and law look at different facts, so each is remembered for itself;
        what follows from the two is remembered by the pair.

        :param question: date, component, names of the part and usage
        :param rules: see :meth:`_get_legal_rules`
        """
        counters = self._get_counters()
        rows = self._get_fact_rows(counters)
        companies = self.env["res.company"].sudo().browse({r[COMPANY] for r in rows})
        terms = self._get_terms_by_version(companies)
        figures = self._get_figures_by_category({row[CATEGORY] for row in rows})
        promises = Memo(
            lambda key, facts: self._get_promised(terms.get(key, ()), facts, question)
        )
        laws = Memo(lambda key, facts: self._get_lawful(rules(key[0]), facts, question))
        known, result = {}, {}
        for row in rows:
            visits = self._prepare_total_visit(row, counters)
            facts = UnitGroup(*row, figures[row[CATEGORY]], visits)
            version_id = facts.policy_version_id
            cover, is_wear = promises.get(version_id, facts)
            if not is_wear:
                law = laws.get((facts.country_id, facts.categ_id), facts)
                cover = cover_kernel.best(cover, *law)
            # The same answer is the same object for as long as it is remembered.
            key = (id(cover), version_id, facts.date_closed)
            found = known.get(key)
            if found is None:
                owner = self.env["aftersales.policy.version"].browse(version_id)
                found = self._export_cover(cover, owner, facts.date_closed, texts)
                known[key] = found
            for unit_id in facts.ids:
                result[unit_id] = dict(found)
        return result

    @api.model
    def _get_promised(self, terms, facts, question):
        """(cover by the policy, whether it alone counts: for wear parts)."""
        on_date, component, named, usage = question
        cover = cover_kernel.best_cover(terms, facts, on_date, component, *named, usage)
        return cover, component == "part" and cover_kernel.is_wear(terms, *named)

    @api.model
    def _get_legal_rules(self, component, part):
        """Callable that tells which rules of a country make free what is asked."""
        Rule = self.env["aftersales.entitlement.rule"]
        scope = self._get_legal_scope(component, part)
        return cache(
            lambda country_id: kernel.cover_rules(
                Rule._get_cover_rules(country_id), *scope
            )
        )

    @api.model
    def _get_lawful(self, rules, facts, question):
        """The best cover that the law gives, as a tuple; empty without any."""
        on_date, _component, _named, usage = question
        covers = [
            cover_kernel.legal_answer(period, facts, on_date, usage)
            for period in self._get_plain_periods(rules, facts)
        ]
        return (cover_kernel.best(*covers),) if covers else ()

    @api.model
    def _get_figures_by_category(self, categ_ids):
        """Figures of the class of each category, as :class:`UnitFacts` names them."""
        result = {}
        for categ_id in categ_ids:
            found = self.env["product.category"]._get_class_figures(categ_id)
            result[categ_id] = kernel.UnitFacts(
                category=(found and found.category) or "other",
                class_id=found and found.class_id,
                whole_months=(found and found.whole_months) or None,
                part_months=(found and found.part_months) or None,
                daily_rate=found and found._get_daily_rate(),
            )
        return result

    @api.model
    def _prepare_total_visit(self, row, counters):
        """All repairs of a unit as one for the kernel; see :meth:`_get_unit_facts`.

        :param row: the unit alone, or units without a repair
        """
        totals = counters.get(row[IDS][0])
        if not totals or not totals.get("repairs"):
            return ()
        group = UnitGroup(*row, None)
        bought = group.date_invoice or group.date_delivery
        start = group.date_restart or bought or date.min
        days = (totals[name] or 0 for name in ("repair_days", "waiting_days"))
        return (kernel.Visit(start, start, *days),)
