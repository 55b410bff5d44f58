from decimal import Decimal

from odoo import api, fields, models

from ..tools import entitlement as kernel
from .aftersales_product_class import CATEGORIES


class AftersalesEntitlementRule(models.Model):
    """One right that a law gives to the holder of a unit, as a dated record.

    Every rule names its source and how sure it is. An uncertain one cannot be
    active, so that it is never shown as law.
    """

    _name = "aftersales.entitlement.rule"
    _description = "Entitlement Rule"
    _order = "country_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    country_id = fields.Many2one("res.country", "Jurisdiction", index=True)
    country_group_id = fields.Many2one("res.country.group", "Group of Countries")
    category = fields.Selection(
        [("any", "Any"), *CATEGORIES], required=True, default="any"
    )
    channel = fields.Selection(
        [("any", "Any"), ("shop", "Shop"), ("distance", "Distance Sale")],
        required=True,
        default="any",
    )
    type = fields.Selection(
        "_selection_type", "Entitlement", required=True, default="free_repair"
    )
    chooser = fields.Selection(
        [("consumer", "Consumer"), ("trader", "Trader")],
        "Chosen by",
        required=True,
        default="consumer",
    )

    # Window
    clock_start = fields.Selection(
        [
            ("invoice", "Date of Sale"),
            ("delivery", "Delivery"),
            ("installation", "Installation"),
        ],
        required=True,
        default="invoice",
    )
    window_value = fields.Integer("Window")
    window_unit = fields.Selection(
        [
            ("day", "Days"),
            ("month", "Months"),
            ("year", "Years"),
            ("whole", "Period of the Whole Unit"),
            ("part", "Period of the Main Parts"),
            ("none", "No Limit"),
        ],
        required=True,
        default="day",
    )
    usage_limit = fields.Float(help="0: no limit. Whichever comes first counts.")
    extends = fields.Boolean(
        "Repair Days Extend", help="Repair and part-waiting days do not count."
    )
    months_after_repair = fields.Integer(
        "Months after a Repair", help="Added once when the unit was repaired."
    )
    restarts = fields.Boolean("Exchange Restarts", default=True)

    # Trigger
    fault = fields.Selection(
        [
            ("none", "No Fault Needed"),
            ("any", "Any Fault"),
            ("appearance", "Appearance"),
            ("performance", "Performance"),
            ("main_part", "Main Part"),
            ("safety", "Safety"),
        ],
        "Fault Needed",
        required=True,
        default="none",
    )
    min_repairs = fields.Integer("Repairs at Least")
    repair_days_over = fields.Integer("One Repair Longer than (days)")
    waiting_days_over = fields.Integer("Waiting for Parts Longer than (days)")

    # Fee
    fee = fields.Selection(
        [("none", "Free"), ("depreciation", "Depreciation"), ("usage", "Usage")],
        required=True,
        default="none",
    )
    fee_rate = fields.Float(
        "Usage Factor n (%)", digits=(6, 4), help="Price × usage ÷ 1000 × n."
    )

    # Where it comes from
    date_from = fields.Date("Sales from")
    date_to = fields.Date("Sales until")
    source = fields.Char(required=True, translate=True)
    confidence = fields.Selection("_selection_confidence", required=True, default="c")

    _code_uniq = models.UniqueIndex("(code)", "The code of a rule must be unique.")
    _uncertain_inactive = models.Constraint(
        "CHECK (NOT active OR confidence IN ('a', 'b'))",
        "An uncertain rule cannot be active. Confirm its source first.",
    )
    _figures_positive = models.Constraint(
        "CHECK (window_value >= 0 AND usage_limit >= 0 AND min_repairs >= 0 "
        "AND repair_days_over >= 0 AND waiting_days_over >= 0 AND fee_rate >= 0 "
        "AND months_after_repair >= 0)",
        "Windows, triggers and rates of a rule cannot be negative.",
    )
    _dates_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_from IS NULL OR date_to >= date_from)",
        "A rule cannot end before it starts.",
    )

    def _selection_type(self):
        return [
            ("return", self.env._("Return for Refund")),
            ("exchange", self.env._("Exchange")),
            ("free_repair", self.env._("Free Repair")),
            ("part_replacement", self.env._("Part Replacement")),
            ("paid_repair", self.env._("Paid Repair")),
            ("loaner", self.env._("Loaner")),
        ]

    def _selection_confidence(self):
        return self.env["aftersales.product.class"]._selection_confidence()

    @api.model
    def _get_rules_by_country(self, countries):
        """Active rules of each country: ``{country_id: [kernel rule, …]}``."""
        rules = self.search(
            [
                "|",
                ("country_id", "in", countries.ids),
                ("country_group_id.country_ids", "in", countries.ids),
            ]
        )
        prepared = [(rule, rule._to_kernel()) for rule in rules]
        return {
            country.id: [
                item
                for rule, item in prepared
                if country in (rule.country_id | rule.country_group_id.country_ids)
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
            channel=self.channel,
            category=self.category,
            clock_start=self.clock_start,
            window_value=self.window_value,
            window_unit=self.window_unit,
            usage_limit=Decimal(str(self.usage_limit)) if self.usage_limit else None,
            fault=self.fault,
            min_repairs=self.min_repairs,
            repair_days_over=self.repair_days_over or None,
            waiting_days_over=self.waiting_days_over or None,
            extends=self.extends,
            months_after_repair=self.months_after_repair,
            restarts=self.restarts,
            fee=self.fee,
            fee_rate=Decimal(str(self.fee_rate)) / 100,
            chooser=self.chooser,
            date_from=self.date_from or None,
            date_to=self.date_to or None,
        )
