from odoo import api, fields, models

#: What may happen to an old part so that its claim line changes.
EVENTS = [
    ("no_fault", "No Fault Found"),
    ("customer_damage", "Customer Damage"),
    ("wrong_part", "Wrong Part"),
    ("not_ours", "Not Our Part"),
    ("damaged", "Damaged in Transit"),
    ("late", "Received Late"),
    ("missing", "Never Received"),
]


class AftersalesPartResultRule(models.Model):
    """What the result of an old part leaves of the claim line that replaced it.

    Source of the rule: practice of warranty adjudication; a part without fault or
    damaged by the customer is no warranty case, a part that did not come back
    proves nothing.
    """

    _name = "aftersales.part.result.rule"
    _description = "Old Part Result Rule"
    _order = "event, product_categ_id, id"
    _rec_name = "event"
    _check_company_auto = True

    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Empty: for every company that has no rule of its own for the result.",
    )
    event = fields.Selection(EVENTS, "Result of the Old Part", required=True)
    product_categ_id = fields.Many2one(
        "product.category",
        "Part Category",
        index="btree_not_null",
        help="Parts of the category and of those below it; empty: every part.",
    )
    share = fields.Float(
        "Still Paid (%)",
        required=True,
        default=0.0,
        digits=(5, 2),
        aggregator=None,
        help="Share of the amount that the result leaves; 0: nothing.",
    )
    reason_id = fields.Many2one(
        "aftersales.claim.reason", required=True, index=True, ondelete="restrict"
    )
    days = fields.Integer(
        "Days of Grace",
        help="Late or never received: days after the due date from which it counts.",
    )
    is_whole_claim = fields.Boolean(
        "Whole Claim", help="Labour and all other lines of the claim change as well."
    )

    _share_range = models.Constraint(
        "CHECK (share >= 0 AND share <= 100)",
        "The share still paid must be between 0 and 100 %.",
    )
    _days_positive = models.Constraint(
        "CHECK (days >= 0)", "The days of grace cannot be negative."
    )
    _event_uniq = models.UniqueIndex(
        "(event, COALESCE(product_categ_id, 0), COALESCE(company_id, 0)) WHERE active",
        "There is a rule for this result and category already.",
    )

    @api.model
    def _find_rules(self, companies, events):
        """Active rules of companies for some results."""
        return self.search(
            [
                ("company_id", "in", [False, *companies.ids]),
                ("event", "in", list(events)),
            ]
        )

    def _choose(self, event, company, product):
        """The rule that counts: the company's own before the shared one, then the
        narrowest category.

        :return: one rule or none
        """
        path = product.categ_id.parent_path or ""
        fitting = self.filtered(
            lambda rule: (
                rule.event == event
                and rule.company_id in (company, company.browse())
                and path.startswith(rule.product_categ_id.parent_path or "")
            )
        )
        return max(
            fitting,
            key=lambda rule: (
                bool(rule.company_id),
                len(rule.product_categ_id.parent_path or ""),
            ),
            default=self.browse(),
        )
