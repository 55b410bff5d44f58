from decimal import Decimal

from odoo import api, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools import entitlement as kernel


class AftersalesEntitlementRule(models.Model):
    """Rules as the calculation wants them, cached as plain values."""

    _inherit = "aftersales.entitlement.rule"

    @api.constrains("window_value", "window_unit", "counts_first_day")
    def _check_window(self):
        """A window of days, months or years has a length.

        :raise ValidationError: naming the rule
        """
        empty = self.filtered(
            lambda rule: (
                rule.window_unit in ("day", "month", "year") and not rule.window_value
            )
        )[:1]
        if empty:
            raise ValidationError(
                self.env._(
                    "%(rule)s: say how long the window is, or choose No Limit.",
                    rule=empty.name,
                )
            )

    @api.constrains("fee", "fee_rate", "fee_divisor")
    def _check_fee(self):
        """A fee by usage has its figure, and a factor is no more than 100 %.

        :raise ValidationError: naming the rule and the missing figure
        """
        for rule in self:
            if rule.fee == "usage" and not 0 < rule.fee_rate <= 100:
                raise ValidationError(
                    self.env._(
                        "%(rule)s: give the usage factor n as a percentage between 0 "
                        "and 100.",
                        rule=rule.name,
                    )
                )
            if rule.fee == "offset" and not rule.fee_divisor:
                raise ValidationError(
                    self.env._("%(rule)s: give the offset divisor.", rule=rule.name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self.env.registry.clear_cache()
        return rules

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.model
    @tools.ormcache("lang")
    def _get_catalogue(self, lang):
        """Active rules in one language: ``[(country_id, group_id, kernel rule)]``."""
        # The law is no secret: whoever may see a unit may know its rights. An
        # archived fault group still restricts the rules that name it.
        rules_sudo = self.sudo().with_context(lang=lang, active_test=False)
        return [
            (rule.country_id.id, rule.country_group_id.id, rule._to_kernel())
            for rule in rules_sudo.search(Domain("active", "=", True))
        ]

    @api.model
    def _get_rules_by_country(self, countries):
        """Active rules of each country: ``{country_id: [kernel rule, …]}``."""
        rules = self._get_catalogue(self.env.lang)
        group_ids = {group_id for _country, group_id, _rule in rules if group_id}
        groups_sudo = self.env["res.country.group"].sudo().browse(group_ids)
        members = {group.id: set(group.country_ids.ids) for group in groups_sudo}
        return {
            country.id: [
                rule
                for country_id, group_id, rule in rules
                if country.id == country_id or country.id in members.get(group_id, ())
            ]
            for country in countries
        }

    def _to_kernel(self):
        """The rule as the calculation wants it."""
        self.ensure_one()
        return kernel.Rule(
            type=self.type,
            key=self.id,
            source=self.source,
            confidence=self.confidence,
            chooser=self.chooser,
            model=self.model_available,
            date_from=self.date_from or None,
            date_to=self.date_to or None,
            **self._prepare_scope(),
            **self._prepare_window(),
            **self._prepare_trigger(),
            **self._prepare_fee(),
            **self._prepare_duties(),
        )

    def _prepare_scope(self):
        """Which goods and sales the rule is about."""
        return {
            "channel": self.channel,
            "category": self.category,
            "except_category": self.except_category or "",
            "classes": frozenset(self.class_ids.ids),
            "not_for_excluded": self.not_for_excluded,
            "needs_full_warranty": self.needs_full_warranty,
        }

    def _prepare_window(self):
        """Clock and window of the rule."""
        return {
            "clock_start": self.clock_start,
            "counts_first_day": self.counts_first_day,
            "factory_days": self.factory_days,
            "window_value": self.window_value,
            "window_unit": self.window_unit,
            "usage_limit": Decimal(str(self.usage_limit)) if self.usage_limit else None,
            "extends": self.extends,
            "min_days_left": self.min_days_left,
            "months_after_repair": self.months_after_repair,
            "restarts": self.restarts,
            "moves_on_holiday": self.moves_on_holiday,
        }

    def _prepare_trigger(self):
        """Fault and history that the rule asks for."""
        return {
            "fault": self.fault,
            "groups": frozenset(self.fault_group_ids.mapped("code")),
            "except_groups": frozenset(self.except_group_ids.mapped("code")),
            "counted_groups": frozenset(self.counted_group_ids.mapped("code")),
            "min_repairs": self.min_repairs,
            "min_same_fault": self.min_same_fault,
            "min_safety_repairs": self.min_safety_repairs,
            "min_assemblies": self.min_assemblies,
            "min_parts": self.min_parts,
            "repair_days_over": self.repair_days_over or None,
            "total_days_over": self.total_days_over or None,
            "waiting_days_over": self.waiting_days_over or None,
            "counts_visit": self.counts_visit,
            "own_delay": self.own_delay,
            "during_repair": self.during_repair,
        }

    def _prepare_fee(self):
        """What the right costs."""
        return {
            "fee": self.fee,
            "fee_rate": Decimal(str(round(self.fee_rate, 4))) / 100,
            "fee_divisor": self.fee_divisor,
        }

    def _prepare_duties(self):
        """What the other side has to do, and until when."""
        return {
            "freight": self.freight or "",
            "proof_months": self.proof_months,
            "reply_days": self.reply_days,
            "completion_days": self.completion_days,
            "refund_days": self.refund_days,
            "refund_start": self.refund_start,
            "delay_days": self.delay_days,
        }
