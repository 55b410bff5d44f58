from odoo import api, fields, models

from .aftersales_fault_group import FAULT_CLASSES
from .aftersales_product_class import CATEGORIES, RULE_CATEGORIES


class AftersalesEntitlementRule(models.Model):
    """One right that a law gives to the holder of a unit, as a dated record.

    Every rule names its source and how sure it is. An uncertain one cannot be
    active, so that it is never shown as law. Alternatives are rules of their own;
    the conditions of one rule all have to be met.
    """

    _name = "aftersales.entitlement.rule"
    _description = "Entitlement Rule"
    _inherit = ["mail.thread"]
    _order = "country_id, country_group_id, sequence, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True, tracking=True)
    code = fields.Char(required=True, copy=False)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    country_id = fields.Many2one(
        "res.country", "Jurisdiction", index=True, tracking=True
    )
    country_group_id = fields.Many2one(
        "res.country.group",
        "Group of Countries",
        index="btree_not_null",
        tracking=True,
        help="A rule holds in one country or in every country of a group.",
    )
    category = fields.Selection(
        RULE_CATEGORIES, "Goods", required=True, default="any", tracking=True
    )
    except_category = fields.Selection(CATEGORIES, "Not for")
    class_ids = fields.Many2many(
        "aftersales.product.class",
        string="Only for Classes",
        help="Empty: every class of these goods.",
    )
    channel = fields.Selection(
        [("any", "Any"), ("shop", "Shop"), ("distance", "Distance Sale")],
        required=True,
        default="any",
        tracking=True,
    )
    type = fields.Selection(
        "_selection_type",
        "Entitlement",
        required=True,
        default="free_repair",
        tracking=True,
    )
    chooser = fields.Selection(
        [("consumer", "Consumer"), ("trader", "Trader")],
        "Chosen by",
        required=True,
        default="consumer",
        tracking=True,
    )
    not_for_excluded = fields.Boolean(
        "Not for Excluded Products",
        help="Not for products that are marked as excluded from the return without a "
        "reason.",
    )
    needs_full_warranty = fields.Boolean(
        help="Only where the policy version is titled a full warranty."
    )

    # Window
    clock_start = fields.Selection(
        [
            ("invoice", "Date of Sale"),
            ("delivery", "Delivery"),
            ("receipt_next", "Day after Receipt"),
            ("installation", "Installation"),
            ("factory", "Leaving the Factory"),
        ],
        required=True,
        default="invoice",
        tracking=True,
        help="A date that is not known falls back to delivery, then to the sale.",
    )
    factory_days = fields.Integer(
        "Days after Factory",
        help="Added to the factory date. The factory date also serves where no date "
        "of sale or delivery is known.",
    )
    window_value = fields.Integer("Window", tracking=True, aggregator=None)
    window_unit = fields.Selection(
        [
            ("day", "Days"),
            ("month", "Months"),
            ("year", "Years"),
            ("whole", "Period of the Whole Unit"),
            ("part", "Period of the Main Parts"),
            ("policy", "Period of the Policy"),
            ("none", "No Limit"),
        ],
        required=True,
        default="day",
        tracking=True,
    )
    counts_first_day = fields.Boolean(
        "First Day Counts",
        help="The day on which the clock starts is day one of the window. Else the "
        "day after it is.",
    )
    usage_limit = fields.Float(
        tracking=True,
        aggregator=None,
        help="0: no limit. Whichever comes first counts.",
    )
    usage_uom = fields.Selection(
        [("km", "Kilometres"), ("mile", "Miles"), ("hour", "Hours")], "Usage Unit"
    )
    extends = fields.Boolean(
        "Repair Days Extend",
        tracking=True,
        help="Repair and part-waiting days do not count.",
    )
    min_days_left = fields.Integer(
        "Days Left after a Repair",
        tracking=True,
        help="At least that many days remain after a repair that began in the window.",
    )
    months_after_repair = fields.Integer(
        "Months after a Repair",
        tracking=True,
        help="Added once when the unit was repaired.",
    )
    restarts = fields.Boolean("Exchange Restarts", default=True, tracking=True)
    moves_on_holiday = fields.Boolean(
        "Moves on a Holiday",
        tracking=True,
        help="A last day on a holiday or weekend moves to the next working day of the "
        "company's schedule.",
    )

    # Trigger
    fault = fields.Selection(
        [("none", "No Fault Needed"), ("any", "Any Fault"), *FAULT_CLASSES],
        "Fault Needed",
        required=True,
        default="none",
        tracking=True,
    )
    fault_group_ids = fields.Many2many(
        "aftersales.fault.group",
        "aftersales_entitlement_rule_fault_group_rel",
        "rule_id",
        "group_id",
        "Only for Fault Groups",
        help="Empty: every fault of that class.",
    )
    except_group_ids = fields.Many2many(
        "aftersales.fault.group",
        "aftersales_entitlement_rule_except_group_rel",
        "rule_id",
        "group_id",
        "Except Fault Groups",
        help="Parts that have a rule of their own.",
    )
    counted_group_ids = fields.Many2many(
        "aftersales.fault.group",
        "aftersales_entitlement_rule_counted_group_rel",
        "rule_id",
        "group_id",
        "Assemblies Counted",
        help="Whose replacements count. Empty: those of the fault groups above.",
    )
    min_repairs = fields.Integer("Repairs at Least", tracking=True)
    min_same_fault = fields.Integer("Repairs of the Same Fault", tracking=True)
    min_safety_repairs = fields.Integer("Repairs of a Safety Fault", tracking=True)
    min_assemblies = fields.Integer(
        "Replacements of an Assembly",
        tracking=True,
        help="Of the same assembly; parts of it are not added.",
    )
    min_parts = fields.Integer("Replacements of a Main Part", tracking=True)
    repair_days_over = fields.Integer("One Repair Longer than (days)", tracking=True)
    total_days_over = fields.Integer(
        "All Repairs Longer than (days)", tracking=True, help="Added up."
    )
    waiting_days_over = fields.Integer(
        "Waiting for Parts Longer than (days)", tracking=True
    )
    counts_visit = fields.Boolean(
        "Whole Visits Count",
        tracking=True,
        help="Days of repair include waiting for parts, without the hours that the "
        "law takes off. Each 24 hours are a day, and so is a remainder.",
    )
    own_delay = fields.Boolean(
        "Caused by the Repairer",
        tracking=True,
        help="Only repairs count whose length the repairer caused.",
    )
    during_repair = fields.Boolean(
        "While under Repair",
        tracking=True,
        help="Only the running repair counts, as for a loaner.",
    )
    model_available = fields.Selection(
        [
            ("any", "Either Way"),
            ("available", "Available"),
            ("unavailable", "Not Available"),
        ],
        "Same Model",
        required=True,
        default="any",
        tracking=True,
        help="Whether the same model can be had for an exchange.",
    )

    # Fee
    fee = fields.Selection(
        [
            ("none", "Free"),
            ("depreciation", "Depreciation"),
            ("usage", "Usage"),
            ("offset", "Usage Offset"),
        ],
        required=True,
        default="none",
        tracking=True,
        help="Depreciation: price × daily rate × days of use. Usage: price × usage ÷ "
        "1000 × n. Usage offset: price × usage ÷ divisor.",
    )
    fee_rate = fields.Float(
        "Usage Factor n (%)",
        digits=(6, 4),
        tracking=True,
        help="Price × usage ÷ 1000 × n.",
    )
    fee_divisor = fields.Integer("Offset Divisor", tracking=True)

    # What the other side has to do
    freight = fields.Selection(
        [("trader", "Trader"), ("consumer", "Consumer")], "Transport Paid by"
    )
    proof_months = fields.Integer(
        "Months of Proof by the Trader",
        help="So long the trader has to prove that the unit was in order.",
    )
    reply_days = fields.Integer("Reply in (working days)", tracking=True)
    completion_days = fields.Integer("Complete in (working days)", tracking=True)
    refund_days = fields.Integer("Refund in (days)", tracking=True)
    refund_start = fields.Selection(
        [
            ("request", "Request"),
            ("receipt", "Receipt of the Goods"),
            ("agreement", "Agreement on the Refund"),
        ],
        "Refund Counted from",
        required=True,
        default="request",
    )
    delay_days = fields.Integer(
        "Refusal by Delay after (days)",
        tracking=True,
        help="After so many days without action the law takes it for a refusal.",
    )

    # Where it comes from
    date_from = fields.Date("Sales from", tracking=True)
    date_to = fields.Date("Sales until", tracking=True)
    source = fields.Char(required=True, translate=True, tracking=True)
    note = fields.Text("Notes", translate=True)
    confidence = fields.Selection(
        "_selection_confidence", required=True, default="c", tracking=True
    )

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
    _counts_positive = models.Constraint(
        "CHECK (factory_days >= 0 AND min_days_left >= 0 AND min_same_fault >= 0 "
        "AND min_safety_repairs >= 0 AND min_assemblies >= 0 AND min_parts >= 0 "
        "AND total_days_over >= 0 AND fee_divisor >= 0 AND proof_months >= 0 "
        "AND reply_days >= 0 AND completion_days >= 0 AND refund_days >= 0 "
        "AND delay_days >= 0)",
        "Counts, days and deadlines of a rule cannot be negative.",
    )
    _dates_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_from IS NULL OR date_to >= date_from)",
        "A rule cannot end before it starts.",
    )
    _one_jurisdiction = models.Constraint(
        "CHECK ((country_id IS NULL) <> (country_group_id IS NULL))",
        "A rule needs either a country or a group of countries.",
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

    @api.onchange("confidence")
    def _onchange_confidence(self):
        """An uncertain rule is not active."""
        if self.confidence in ("c", "d"):
            self.active = False

    def copy_data(self, default=None):
        """A copy starts inactive with a code of its own."""
        return [
            {
                **vals,
                "code": self.env._("%(code)s-COPY", code=rule.code),
                "active": False,
                **(default or {}),
            }
            for rule, vals in zip(self, super().copy_data(default), strict=True)
        ]
