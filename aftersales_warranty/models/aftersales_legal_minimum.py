from dataclasses import dataclass
from decimal import Decimal

from odoo import api, models, tools

from ..tools import cover as cover_kernel
from ..tools import entitlement as kernel


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Figures of a product class as the calculation asks for them."""

    category: str
    whole_months: int
    part_months: int
    daily_rate: Decimal | None
    class_id: int | None = None

    def _get_daily_rate(self):
        """Daily rate as an exact fraction, as on the class itself."""
        return self.daily_rate


class AftersalesEntitlementRule(models.Model):
    """Rules that give cover without any history, cached for deliveries."""

    _inherit = "aftersales.entitlement.rule"

    @api.model
    @tools.ormcache("country_id")
    def _get_cover_rules(self, country_id):
        """Kernel rules of a country that may give free repair or parts.

        An uncertain rule is never active and so never used.
        """
        country = self.env["res.country"].browse(country_id)
        # A warehouse worker registers units without reading the rules, and whoever
        # looks at archived units must not bring archived rules into the cache.
        Rule_sudo = self.sudo().with_context(active_test=True)
        rules = Rule_sudo._get_rules_by_country(country).get(country_id, [])
        return tuple(rule for rule in rules if rule.type in kernel.COVER_TYPES)

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._on_rules_changed()
        return rules

    def write(self, vals):
        result = super().write(vals)
        self._on_rules_changed()
        return result

    def unlink(self):
        result = super().unlink()
        self._on_rules_changed()
        return result

    @api.model
    def _on_rules_changed(self):
        """Forget the cached rules and have the covers of units followed up."""
        self.env.registry.clear_cache()
        self.env["res.company"]._touch_aftersales_cover()


class AftersalesProductClass(models.Model):
    _inherit = "aftersales.product.class"

    def write(self, vals):
        result = super().write(vals)
        names = {"active", "category", "whole_months", "part_months", "daily_rate"}
        if set(vals) & names:
            self._on_figures_changed()
        return result

    def unlink(self):
        result = super().unlink()
        self._on_figures_changed()
        return result

    @api.model
    def _on_figures_changed(self):
        """Forget the cached figures and have the covers of units followed up."""
        self.env.registry.clear_cache()
        self.env["res.company"]._touch_aftersales_cover()

    def _get_figures(self):
        """Figures of the class as plain values; None for no, or an uncertain, class.

        An archived class is one whose figures nobody has confirmed.
        """
        if not self.active:
            return None
        return ClassFigures(
            self.category,
            self.whole_months,
            self.part_months,
            self._get_daily_rate(),
            self.id,
        )


class ProductCategory(models.Model):
    _inherit = "product.category"

    def write(self, vals):
        result = super().write(vals)
        if set(vals) & {"aftersales_class_id", "parent_id"}:
            self.env["aftersales.product.class"]._on_figures_changed()
        return result

    @api.model
    @tools.ormcache("categ_id")
    def _get_class_figures(self, categ_id):
        """Figures of the class of a category: a delivery must not read them anew."""
        if not categ_id:
            return None
        category_sudo = self.sudo().browse(categ_id)
        return category_sudo._get_aftersales_class()._get_figures()


class AftersalesRegistration(models.Model):
    """The legal minimum of a unit beside its policy."""

    _inherit = "aftersales.registration"

    def _get_legal_facts(self, counters):
        """Kernel facts of units for the law: ``{unit: (rules, facts)}``."""
        Rule = self.env["aftersales.entitlement.rule"]
        Category = self.env["product.category"]
        none = self.env["aftersales.product.class"]
        return {
            unit: (
                Rule._get_cover_rules(unit.country_id.id),
                unit._get_unit_facts(
                    counters,
                    Category._get_class_figures(unit.product_id.categ_id.id) or none,
                ),
            )
            for unit in self
        }

    @api.model
    def _get_legal_periods(self, legal_facts, component, part=None):
        """Periods that the law alone gives a component; empty where it is silent.

        Only a main part has the longer period of the law, other parts go with the
        unit.

        :param legal_facts: pair of rules and facts of a unit
        :param component: whole_unit, part, labour or travel
        :param part: the product, where one is named
        """
        rules, facts = legal_facts
        scope = self._get_legal_scope(component, part)
        return self._get_plain_periods(kernel.cover_rules(rules, *scope), facts)

    @api.model
    def _get_plain_periods(self, rules, facts):
        """Periods by rules that all give the component."""
        return [
            cover_kernel.Legal(period.start, period.end, period.usage_limit, period.key)
            for period in kernel.plain_periods(rules, facts)
        ]

    @api.model
    def _get_legal_scope(self, component, part=None):
        """(component, assembly) that the law asks for, where a part is named."""
        # Whoever asks for cover may not read the part.
        part_sudo = part.sudo() if part else self.env["product.product"]
        if component == "part" and not part_sudo.aftersales_is_main_part:
            component = "whole_unit"
        return component, part_sudo.aftersales_fault_group_id.code or None
