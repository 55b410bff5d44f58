from decimal import Decimal
from functools import cache
from types import MappingProxyType

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.gc import disabling_gc

from ..tools import cover as cover_kernel
from ..tools import entitlement as kernel
from ..tools.memo import Memo
from ..tools.unit_groups import (
    CATEGORY,
    COMPANY,
    COUNTRY,
    CURRENCY,
    IDS,
    PRICES,
    VERSION,
    UnitGroup,
    by_price,
    to_money,
)


class AftersalesRegistration(models.Model):
    """What the holder of a unit is entitled to."""

    _inherit = "aftersales.registration"

    def _get_entitlements(
        self, on_date=None, fault_class=None, usage=None, model_available=None
    ):
        """What the holder of one unit may ask for on a date.

        :param on_date: day of the request; None: today
        :param fault_class: appearance, performance, main_part or safety, or the code
            of a fault group or fault, or a record of these; None: no fault is
            stated, so only rights that need none are allowed
        :param usage: kilometres, hours or cycles so far; None: not known
        :param model_available: whether the same model can be had for an exchange;
            None: it is taken to be available
        :return: list of dicts ``type, allowed, fee, currency, rule, source,
            confidence, reason, code, deadline, chooser, arithmetic, freight,
            proof_until, reply_deadline, completion_deadline, refund_deadline,
            refund_days, refund_start, delay_deadline``, allowed ones first
        :raise UserError: unknown fault, negative usage
        """
        self.ensure_one()
        found = self._get_entitlements_batch(
            on_date, fault_class, usage, model_available
        )
        return [dict(item) for item in found[self.id]]

    def _get_entitlements_batch(
        self, on_date=None, fault_class=None, usage=None, model_available=None
    ):
        """Entitlements of many units: ``{id: [mapping, …]}``; constant queries.

        Units that differ in nothing a rule asks for are calculated once and share
        their answers, which therefore can only be read.
        """
        self._check_readable()
        on_date = on_date or self.env.company._get_aftersales_today()
        visits = self._get_visits(on_date)
        replacements = self._get_replacements(on_date)
        rows = self._get_fact_rows({*visits, *replacements})
        question = self._prepare_question(rows, fault_class, usage, model_available)
        question["on_date"] = on_date
        question["answers"] = Memo(
            lambda key, facts: self._get_answer(key, facts, question)
        )
        # Nothing here refers to itself; looking for it takes longer than the work.
        with disabling_gc():
            return self._evaluate_rows(rows, visits, replacements, question)

    def _evaluate_rows(self, rows, visits, replacements, question):
        """Answers of many units; those that differ in nothing are made once."""
        shared = cache(lambda *ids: self._prepare_shared(*ids, question))
        result = {}
        for row in rows:
            first = row[IDS][0]
            facts = UnitGroup(
                *row,
                shared(row[CURRENCY], row[VERSION], row[CATEGORY]),
                tuple(visits.get(first, ())),
                tuple(replacements.get(first, ())),
                to_money(row[PRICES][0]),
            )
            found, is_by_price = self._evaluate_facts(facts, question)
            if not is_by_price:
                result.update((unit_id, list(found)) for unit_id in facts.ids)
                continue
            # Only a fee needs the price; without one all prices are alike.
            for part in by_price(facts):
                found = self._evaluate_facts(part, question)[0]
                result.update((unit_id, list(found)) for unit_id in part.ids)
        return result

    def _check_readable(self):
        """Check the access to many units in one query.

        :raise AccessError: naming a unit that the user may not read
        """
        if self.env.su:
            return
        Unit = self.env["aftersales.registration"].with_context(active_test=False)
        readable = set(Unit._search(Domain("id", "in", self.ids)))
        refused = [unit_id for unit_id in self.ids if unit_id not in readable]
        self.browse(refused).check_access("read")

    @api.model
    def _prepare_question(self, rows, fault_class, usage, model_available):
        """What is asked about every unit of a batch, and what all of them share."""
        if usage is not None:
            usage = Decimal(str(usage))
            if usage < 0:
                raise UserError(self.env._("The usage of a unit cannot be negative."))
        Rule = self.env["aftersales.entitlement.rule"]

        def browse(model, column):
            found = {row[column] for row in rows} - {None}
            return self.env[model].sudo().browse(sorted(found))

        companies_sudo = browse("res.company", COMPANY)
        rules = Rule._get_rules_by_country(browse("res.country", COUNTRY))
        return {
            "fault": self.env["aftersales.fault.group"]._resolve(fault_class),
            "usage": usage,
            "model_available": model_available,
            "rules": rules,
            "policy_countries": {
                country_id
                for country_id, found in rules.items()
                if any(rule.window_unit == "policy" for rule in found)
            },
            "terms": self._get_terms_by_version(companies_sudo),
            "versions": self._get_version_facts(
                browse("aftersales.policy.version", VERSION)
            ),
            "classes": self._get_classes_by_category(
                browse("product.category", CATEGORY)
            ),
            "currencies": {
                currency.id: currency
                for currency in browse("res.currency", CURRENCY).sudo(False)
            },
            "workdays": {
                company.id: company._get_aftersales_workday_check()
                for company in companies_sudo
            },
            "texts": Rule._get_texts(),
        }

    @api.model
    def _get_terms_by_version(self, companies):
        """Terms of every policy version of companies, from the cache."""
        Version = self.env["aftersales.policy.version"]
        terms = {}
        for company in companies:
            terms.update(Version._get_catalogue(company.id)[1])
        return terms

    @api.model
    def _get_version_facts(self, versions_sudo):
        """Name, title and usage factor of policy versions: ``{id: tuple}``."""
        return {
            version_sudo.id: (
                version_sudo.display_name,
                version_sudo.warranty_title == "full",
                Decimal(str(round(version_sudo.usage_rate, 4))) / 100
                if version_sudo.usage_rate
                else None,
            )
            for version_sudo in versions_sudo
        }

    @api.model
    def _get_classes_by_category(self, categories):
        """Class facts of product categories: ``{categ_id: facts}``."""
        classes = categories._get_aftersales_classes()
        facts = {
            categ_id: product_class._get_class_facts(product_class.id)
            for categ_id, product_class in classes.items()
        }
        # A product needs no category.
        facts[None] = self.env["aftersales.product.class"]._get_class_facts(False)
        return facts

    def _evaluate_facts(self, facts, question):
        """Answers for a group of units, and whether they depend on the price."""
        country_id, answers = facts.country_id, question["answers"]
        scope = (facts.company_id, facts.currency_id)
        promises = answers.get(("promise", facts.policy_version_id, *scope), facts)
        if promises and country_id in question["policy_countries"]:
            facts = facts._replace(date_policy_end=promises[0]["deadline"])
        rules = question["rules"].get(country_id, ())
        found = [
            answers.get((country_id, index, *scope), facts)
            for index in range(len(rules))
        ]
        found = [item for item in found if item] + promises
        free = any(item["type"] == "free_repair" and item["allowed"] for item in found)
        found.append(answers.get(("paid", free, *scope), facts))
        found.sort(key=lambda item: not item["allowed"])
        is_by_price = any(
            item["arithmetic"] or item["code"] == "no_price" for item in found
        )
        return found, is_by_price

    @api.model
    def _get_answer(self, key, facts, question):
        """One part of the answers, as it is remembered for units with such facts.

        :param key: what is asked (promise, paid, or the id of a country), which one
            of them, company id and currency id
        :param facts: facts of a unit
        """
        name, which, company_id, currency_id = key
        values = {"currency_id": currency_id}
        if name == "promise":
            items = self._get_promises(which, facts, question)
            return [self._share_result(item, values, question) for item in items]
        if name == "paid":
            item = self._get_paid_repair(which, facts)
            return self._share_result(item, values, question)
        rule = question["rules"][name][which]
        if not kernel.applies(rule, facts):
            return None
        item = kernel.evaluate_rule(
            rule,
            facts,
            question["on_date"],
            question["fault"],
            question["usage"],
            question["workdays"].get(company_id),
        )
        return self._share_result(item, values, question)

    @api.model
    def _share_result(self, item, values, question):
        """One kernel result that many units share and nobody changes."""
        return MappingProxyType(self._export_result(item, values, question))

    @api.model
    def _prepare_shared(self, currency_id, version_id, categ_id, question):
        """Kernel facts that units have from their currency, policy and class."""
        currency = question["currencies"][currency_id]
        _name, is_full, usage_rate = question["versions"].get(
            version_id, ("", False, None)
        )
        class_facts = dict(question["classes"][categ_id])
        rates = [r for r in (usage_rate, class_facts.pop("usage_rate", None)) if r]
        return kernel.UnitFacts(
            currency=currency.name,
            digits=currency.decimal_places,
            is_full_warranty=is_full,
            usage_rate=min(rates, default=None),
            model_available=question["model_available"],
            **class_facts,
        )

    @api.model
    def _get_promises(self, version_id, facts, question):
        """Free repair by the own policy, beside what the law gives."""
        terms = question["terms"].get(version_id)
        if not terms:
            return []
        cover = cover_kernel.best_cover(
            terms,
            facts,
            question["on_date"],
            "whole_unit",
            usage=question["usage"],
        )
        allowed = cover.share == 100 and question["fault"] is not None
        reason = self._get_promise_reason(cover, allowed)
        day = {"not_started": cover.date_start, "closed": facts.date_closed}
        return [
            kernel.Result(
                type="free_repair",
                allowed=allowed,
                fee=Decimal(0) if allowed else None,
                currency=facts.currency,
                rule=self.env["aftersales.policy.version"].browse(version_id),
                source=question["versions"][version_id][0],
                reason=reason,
                args={
                    "date": day.get(reason, cover.date_end),
                    "share": cover.share,
                    "fault": "any",
                },
                deadline=cover.date_end,
            )
        ]

    @api.model
    def _get_promise_reason(self, cover, allowed):
        """Key of the sentence about the own policy."""
        if cover.reason == "usage":
            return "over_usage"
        if cover.reason != "covered":
            return cover.reason
        if 0 < cover.share < 100:
            return "shared"
        return "promised" if allowed else "needs_fault"

    @api.model
    def _get_paid_repair(self, free, facts):
        """Repair at the customer's cost, where none is free."""
        return kernel.Result(
            type="paid_repair",
            allowed=not free,
            fee=None,
            currency=facts.currency,
            rule=self.env["aftersales.entitlement.rule"],
            source="",
            reason="is_free" if free else "charged",
        )

    @api.model
    def _export_result(self, item, values, question):
        """One kernel result as the dict that callers get."""
        Rule = self.env["aftersales.entitlement.rule"]
        rule = Rule.browse(item.rule) if isinstance(item.rule, int) else item.rule
        return {
            "type": item.type,
            "allowed": item.allowed,
            "fee": None if item.fee is None else float(item.fee),
            "currency": question["currencies"][values["currency_id"]],
            "rule": rule,
            "source": item.source,
            "confidence": item.confidence,
            "reason": Rule._get_sentence(item, question["texts"]),
            "code": item.reason,
            "deadline": item.deadline,
            "chooser": item.chooser,
            "arithmetic": item.arithmetic,
            "freight": item.freight,
            "proof_until": item.proof_until,
            "reply_deadline": item.reply_deadline,
            "completion_deadline": item.completion_deadline,
            "refund_deadline": item.refund_deadline,
            "refund_days": item.refund_days,
            "refund_start": item.refund_start,
            "delay_deadline": item.delay_deadline,
        }
