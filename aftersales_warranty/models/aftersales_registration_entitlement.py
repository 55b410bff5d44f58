from decimal import Decimal

from odoo import api, models
from odoo.tools import format_date

from ..tools import cover as cover_kernel
from ..tools import entitlement as kernel


class AftersalesRegistration(models.Model):
    """What the holder of a unit is entitled to."""

    _inherit = "aftersales.registration"

    def _get_unit_facts(self, counters, product_class):
        """Facts of one unit for the entitlement calculation."""
        values = counters.get(self.id, {})
        names = ("repair_days", "longest_repair", "waiting_days", "longest_waiting")
        return kernel.UnitFacts(
            price=Decimal(str(self.price)),
            currency=self.currency_id.name,
            digits=self.currency_id.decimal_places,
            channel="distance" if self.channel == "distance" else "shop",
            category=product_class.category or "general",
            repair_count=values.get("repairs", 0),
            whole_months=product_class.whole_months or None,
            part_months=product_class.part_months or None,
            daily_rate=product_class._get_daily_rate() if product_class else None,
            **{name: values.get(name, 0) or 0 for name in names},
            **self._get_unit_dates(),
        )

    def _get_entitlements(self, on_date, fault_class=None, usage=None):
        """What the holder of one unit may ask for on a date.

        :param fault_class: appearance, performance, main_part or safety; None:
            no fault is stated, so only rights that need none are allowed
        :return: list of dicts ``type, allowed, fee, currency, rule, source,
            reason, code, deadline, chooser``, allowed ones first
        """
        self.ensure_one()
        return self._get_entitlements_batch(on_date, fault_class, usage)[self.id]

    def _get_entitlements_batch(self, on_date, fault_class=None, usage=None):
        """Entitlements of many units: ``{id: [dict, …]}``; constant queries."""
        self.check_access("read")
        usage = None if usage is None else Decimal(str(usage))
        rules = self.env["aftersales.entitlement.rule"]._get_rules_by_country(
            self.country_id
        )
        counters = self._get_counters(on_date)
        categories = self.product_id.categ_id
        classes = {categ: categ._get_aftersales_class() for categ in categories}
        terms, texts = self._get_terms(), self._get_entitlement_texts()
        result = {}
        for unit in self:
            facts = unit._get_unit_facts(counters, classes[unit.product_id.categ_id])
            found = kernel.evaluate(
                rules.get(unit.country_id.id, []), facts, on_date, fault_class, usage
            )
            found += unit._get_promises(
                terms[unit], counters, on_date, fault_class, usage
            )
            found += unit._get_paid_repair(found)
            found.sort(key=lambda item: not item.allowed)
            result[unit.id] = [unit._export_result(item, texts) for item in found]
        return result

    def _get_promises(self, terms, counters, on_date, fault_class, usage):
        """Free repair by the own policy, beside what the law gives."""
        if not terms:
            return []
        facts = self._get_cover_facts(counters)
        cover = cover_kernel.best_cover(
            terms, facts, on_date, "whole_unit", usage=usage
        )
        allowed = cover.share == 100 and bool(fault_class)
        reason = cover.reason
        if reason == "covered":
            reason = "granted" if allowed else "needs_fault"
            reason = "shared" if 0 < cover.share < 100 else reason
        return [
            kernel.Result(
                type="free_repair",
                allowed=allowed,
                fee=Decimal(0) if allowed else None,
                currency=self.currency_id.name,
                rule=self.policy_version_id,
                source=self.policy_version_id.sudo().display_name,
                reason=reason,
                args={
                    "date": cover.date_end,
                    "share": cover.share,
                    "fault": "any",
                    "arithmetic": "",
                },
                deadline=cover.date_end,
            )
        ]

    def _get_paid_repair(self, results):
        """Repair at the customer's cost, where none is free."""
        free = any(item.type == "free_repair" and item.allowed for item in results)
        return [
            kernel.Result(
                type="paid_repair",
                allowed=not free,
                fee=None,
                currency=self.currency_id.name,
                rule=self.env["aftersales.entitlement.rule"],
                source="",
                reason="is_free" if free else "charged",
            )
        ]

    def _export_result(self, item, texts):
        """One kernel result as the dict that callers get."""
        rule = item.rule
        if isinstance(rule, int):
            rule = self.env["aftersales.entitlement.rule"].browse(rule)
        return {
            "type": item.type,
            "allowed": item.allowed,
            "fee": None if item.fee is None else float(item.fee),
            "currency": self.currency_id,
            "rule": rule,
            "source": item.source,
            "reason": self._get_entitlement_reason(item, texts),
            "code": item.reason,
            "deadline": item.deadline,
            "chooser": item.chooser,
        }

    @api.model
    def _get_entitlement_texts(self):
        """(sentences, fault labels, formatted dates) for one batch of results."""
        Rule = self.env["aftersales.entitlement.rule"]
        faults = dict(Rule._fields["fault"]._description_selection(self.env))
        return self._get_entitlement_reasons(), faults, {}

    @api.model
    def _get_entitlement_reason(self, item, texts):
        """The reason of a result as a sentence in the user's language."""
        reasons, faults, dates = texts
        args = dict(item.args)
        if "fault" in args:
            args["fault"] = faults[args["fault"]]
        day = args.get("date")
        if day:
            if day not in dates:
                dates[day] = format_date(self.env, day)
            args["date"] = dates[day]
        key = item.reason
        if key == "granted" and args.get("arithmetic"):
            key = "granted_fee"
        return reasons[key] % args

    @api.model
    def _get_entitlement_reasons(self):
        """Sentences of the entitlement reasons."""
        return {
            "granted": self.env._("All conditions are met."),
            "granted_fee": self.env._("All conditions are met. Fee: %(arithmetic)s."),
            "closed": self.env._("The unit was closed on %(date)s."),
            "no_start": self.env._("No date of sale or delivery is known."),
            "no_window": self.env._("No period is laid down for this product."),
            "not_started": self.env._("The right starts on %(date)s."),
            "expired": self.env._("The period ended on %(date)s."),
            "usage": self.env._("The usage limit is exceeded."),
            "needs_fault": self.env._("A fault must be stated: %(fault)s."),
            "other_fault": self.env._("Only for another kind of fault: %(fault)s."),
            "repairs": self.env._("%(count)s of %(needed)s repairs so far."),
            "repair_days": self.env._(
                "The longest repair took %(count)s days, not over %(over)s."
            ),
            "waiting_days": self.env._(
                "The longest wait for parts took %(count)s days, not over %(over)s."
            ),
            "no_fee": self.env._(
                "The fee cannot be told: a rate or the usage is missing."
            ),
            "no_term": self.env._("No policy covers this."),
            "shared": self.env._("The policy bears %(share)s %% until %(date)s."),
            "charged": self.env._("No free repair applies; the work is charged."),
            "is_free": self.env._("The repair is free."),
        }
