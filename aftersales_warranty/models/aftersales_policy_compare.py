from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from ..tools import entitlement as kernel
from ..tools import policy_diff


class AftersalesPolicyVersion(models.Model):
    """What a version changes, and what the law gives beside it."""

    _inherit = "aftersales.policy.version"

    previous_id = fields.Many2one(
        "aftersales.policy.version", "Earlier Version", compute="_compute_previous_id"
    )
    difference = fields.Html(
        "Changes",
        compute="_compute_difference",
        sanitize=False,
        help="The terms beside those of the version that was in force before.",
    )
    late_unit_count = fields.Integer(
        "Units That Keep Earlier Terms",
        compute="_compute_late_unit_count",
        help="Units sold since the effective date that are registered under another "
        "version already; they keep it.",
    )

    @api.depends("policy_id.version_ids.state", "policy_id.version_ids.date_effective")
    def _compute_previous_id(self):
        for version in self:
            earlier = version.policy_id.version_ids.filtered(
                lambda v, day=version.date_effective, me=version._origin: (
                    v.state != "draft"
                    and v._origin != me
                    and day
                    and v.date_effective < day
                )
            )
            version.previous_id = earlier.sorted("date_effective")[-1:]

    @api.depends(
        "previous_id",
        "extends_by_repair",
        "accepts_foreign",
        "foreign_note",
        "exclusion_ids",
        "excluded_product_ids",
        "excluded_categ_ids",
        "term_ids.months",
        "term_ids.share",
        "term_ids.basis",
        "term_ids.factory_days",
        "term_ids.usage_limit",
        "term_ids.usage_uom",
        "term_ids.is_wear",
        "term_ids.name",
    )
    @api.depends_context("lang")
    def _compute_difference(self):
        for version in self:
            version.difference = self.env["ir.qweb"]._render(
                "aftersales_warranty.policy_version_difference",
                {
                    "version": version,
                    "previous": version.previous_id,
                    "rows": version._get_difference(),
                },
            )

    @api.depends("date_effective", "policy_id")
    def _compute_late_unit_count(self):
        for version in self:
            version.late_unit_count = (
                self.env["aftersales.registration"].search_count(
                    [
                        ("policy_version_id.policy_id", "=", version.policy_id.id),
                        ("policy_version_id", "!=", version._origin.id),
                        ("date_sale", ">=", version.date_effective),
                    ]
                )
                if version.policy_id and version.date_effective
                else 0
            )

    def _get_difference(self):
        """Rows of the comparison with the earlier version."""
        self.ensure_one()
        old = self.previous_id._get_readable() if self.previous_id else {}
        return policy_diff.compare(old, self._get_readable())

    def _get_readable(self):
        """Everything customers rely on: ``{key: (label, text)}``; extension point."""
        self.ensure_one()
        yes, no = self.env._("Yes"), self.env._("No")
        readable = {
            ("term", *term._get_key()): (term._get_label(), term._get_text())
            for term in self.term_ids
        }
        for name in ("extends_by_repair", "accepts_foreign"):
            label = self._fields[name]._description_string(self.env)
            readable[name] = (label, yes if self[name] else no)
        label = self._fields["foreign_note"]._description_string(self.env)
        if self.foreign_note:
            readable["foreign_note"] = (label, self.foreign_note)
        for name in ("exclusion_ids", "excluded_product_ids", "excluded_categ_ids"):
            label = self._fields[name]._description_string(self.env)
            for record in self[name]:
                readable[name, record._origin.id] = (label, record.display_name)
        return readable

    # -- the law beside it ---------------------------------------------------

    def _get_legal_comparison(self):
        """Terms with the legal minimum of the same component.

        :return: list of dicts ``label, text, legal, source``; the legal texts are
            empty where no confirmed rule is known
        """
        self.ensure_one()
        rules, facts = self._get_legal_sample()
        Unit = self.env["aftersales.registration"]
        result = []
        for term in self.term_ids:
            periods = Unit._get_legal_periods(
                (rules, facts), term.component, term.product_id
            )
            legal = max(periods, key=lambda p: p.date_end, default=None)
            legal = None if term.is_wear else legal
            result.append(
                {
                    "label": term._get_label(),
                    "text": term._get_text(),
                    **self._get_legal_text(legal),
                }
            )
            if term.component == "part" and not (term.product_id or term.is_wear):
                result[-1]["legal"] += self._get_main_part_text(rules, facts, legal)
        return result

    @api.model
    def _get_main_part_text(self, rules, facts, legal):
        """What the law gives main parts beyond other parts, to be added to those.

        A term about all parts stands for main parts too.
        """
        periods = kernel.legal_periods(rules, facts, "part")
        main = max(periods, key=lambda period: period.end, default=None)
        if main is None or (legal and main.end <= legal.date_end):
            return ""
        text = self.env._(
            "main parts: %(period)s",
            period=self._get_period_text(main.start, main.end, main.usage_limit),
        )
        return f"; {text}" if legal else text

    def _get_legal_sample(self):
        """Rules and facts of a unit that is sold when the version starts."""
        self.ensure_one()
        policy = self.policy_id
        country = policy.country_id or self.company_id.country_id
        categories = policy.categ_ids | policy.product_ids.categ_id
        # The same figures as for a unit: an archived class is not confirmed.
        figures = self.env["product.category"]._get_class_figures(categories[:1].id)
        day = self.date_effective
        facts = kernel.UnitFacts(
            category=figures.category if figures else "other",
            class_id=figures.class_id if figures else None,
            date_invoice=day,
            date_delivery=day,
            date_installation=day,
            whole_months=(figures and figures.whole_months) or None,
            part_months=(figures and figures.part_months) or None,
        )
        return self.env["aftersales.entitlement.rule"]._get_cover_rules(
            country.id
        ), facts

    @api.model
    def _get_legal_text(self, legal):
        """Length and source of a legal period, for people to read."""
        if legal is None:
            return {"legal": "", "source": ""}
        rule = self.env["aftersales.entitlement.rule"].browse(legal.key)
        return {
            "legal": self._get_period_text(
                legal.date_start, legal.date_end, legal.usage_limit
            ),
            "source": rule.sudo().source,
        }

    @api.model
    def _get_period_text(self, start, end, usage_limit=None):
        """Months, or days where they are no whole months, and the usage limit."""
        length = relativedelta(end, start)
        months = length.years * 12 + length.months
        text = (
            self.env._("%(months)s months", months=months)
            if months and not length.days
            else self.env._("%(days)s days", days=(end - start).days)
        )
        return f"{text}, ≤ {usage_limit:,.0f}" if usage_limit else text

    def action_review(self):
        """Show what the version changes before it is published."""
        self.ensure_one()
        self._check_draft()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Publish %(version)s", version=self.display_name),
            "res_model": "aftersales.policy.publish",
            "view_mode": "form",
            "target": "new",
            "context": {"default_version_id": self.id},
        }


class AftersalesPolicyTerm(models.Model):
    _inherit = "aftersales.policy.term"

    def _get_key(self):
        """What the term is about, comparable between versions."""
        self.ensure_one()
        return self.component, self.product_id._origin.id, self.categ_id._origin.id
