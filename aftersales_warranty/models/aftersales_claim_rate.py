from datetime import date

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from odoo.addons.aftersales_network.models.flow import FLOW, HEAD_GROUP

from ..tools import claim_rate as kernel

#: Where a table applies: two tables in force never share all of it and a day.
SCOPE = ("company_id", "currency_id", "level_id", "area_id", "product_categ_id")
#: What a table in force still lets change.
FREE_FIELDS = frozenset(("date_to", "note", "name"))


class AftersalesClaimRate(models.Model):
    """Rates and caps that claims are paid at in a period.

    A table is frozen once it is in force; a change is a new table from a day on.
    The order of the sources is told in ``tools/claim_rate.py``.
    """

    _name = "aftersales.claim.rate"
    _description = "Claim Rate Table"
    _inherit = ["aftersales.flow.mixin", "mail.thread"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    state = fields.Selection(
        [("draft", "Draft"), ("active", "In Force")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    level_id = fields.Many2one(
        "aftersales.point.level",
        "Point Level",
        index="btree_not_null",
        check_company=True,
        help="Only for points of this level; empty: all.",
    )
    area_id = fields.Many2one(
        "aftersales.area",
        index="btree_not_null",
        check_company=True,
        help="Only for jobs in this area and those below it; empty: everywhere.",
    )
    product_categ_id = fields.Many2one(
        "product.category",
        "Product Category",
        index="btree_not_null",
        help="Only for units of this category and those below it; empty: all.",
    )
    date_from = fields.Date(
        "Valid from", required=True, default=fields.Date.context_today, tracking=True
    )
    date_to = fields.Date(
        "Valid until", tracking=True, help="Last day; empty: until a table follows."
    )
    labour_rate = fields.Monetary(
        "Labour Rate per Hour", tracking=True, help="0: not limited by this table."
    )
    diagnostic_rate = fields.Monetary(
        "Diagnostic Rate per Hour",
        tracking=True,
        help="For operations of diagnosis; 0: the labour rate.",
    )
    diagnostic_hours = fields.Float(
        "Diagnostic Hours at Most", digits=(8, 2), help="0: no cap."
    )
    travel_mode = fields.Selection(
        [("km", "By Kilometre"), ("zone", "By Zone")], required=True, default="km"
    )
    travel_rate = fields.Monetary(
        "Travel Rate per km", tracking=True, help="0: not limited by this table."
    )
    travel_km = fields.Float(
        "Kilometres at Most", digits=(10, 2), help="Of one travel; 0: no cap."
    )
    inspection_fee = fields.Monetary(help="0: not limited by this table.")
    parts_markup = fields.Float(
        "Parts Mark-up %",
        digits=(6, 2),
        tracking=True,
        help="Allowance on the list price of parts whose category has none of its own.",
    )
    freight_mode = fields.Selection(
        [
            ("invoice", "As Invoiced"),
            ("fixed", "Fixed Amount"),
            ("none", "Not Reimbursed"),
        ],
        "Freight",
        required=True,
        default="invoice",
    )
    freight_amount = fields.Monetary(
        help="Fixed: for each consignment. As invoiced: the cap; 0: no cap."
    )
    sublet_amount = fields.Monetary("Sublet at Most", help="0: no cap.")
    other_amount = fields.Monetary("Other Costs at Most", help="0: no cap.")
    zone_ids = fields.One2many("aftersales.claim.rate.zone", "rate_id", copy=True)
    markup_ids = fields.One2many(
        "aftersales.claim.rate.markup", "rate_id", "Mark-ups", copy=True
    )
    note = fields.Text("Notes")
    claim_line_count = fields.Integer(compute="_compute_claim_line_count")

    _dates_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A rate table cannot end before it starts.",
    )
    _amounts_positive = models.Constraint(
        "CHECK (labour_rate >= 0 AND diagnostic_rate >= 0 AND diagnostic_hours >= 0 "
        "AND travel_rate >= 0 AND travel_km >= 0 AND inspection_fee >= 0 "
        "AND parts_markup >= 0 AND freight_amount >= 0 AND sublet_amount >= 0 "
        "AND other_amount >= 0)",
        "Rates, caps and mark-ups of a rate table cannot be negative.",
    )
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (company_id WITH =, currency_id WITH =,"
        " (COALESCE(level_id, 0)) WITH =, (COALESCE(area_id, 0)) WITH =,"
        " (COALESCE(product_categ_id, 0)) WITH =,"
        " (daterange(date_from, date_to, '[]')) WITH &&) WHERE (state = 'active')",
        "Another rate table is in force for the same scope in that period.",
    )

    @api.depends("name", "date_from")
    def _compute_display_name(self):
        for rate in self:
            day = format_date(self.env, rate.date_from) if rate.date_from else ""
            rate.display_name = f"{rate.name or ''} ({day})"

    def _compute_claim_line_count(self):
        counts = dict(
            self.env["aftersales.claim.line"]._read_group(
                [("rate_id", "in", self.ids)], ["rate_id"], ["__count"]
            )
        )
        for rate in self:
            rate.claim_line_count = counts.get(rate._origin, 0)

    def copy_data(self, default=None):
        """Name a copy as one; its dates are still to be set."""
        vals_list = super().copy_data(default)
        if "name" not in (default or {}):
            for rate, vals in zip(self, vals_list, strict=True):
                vals["name"] = self.env._("%(name)s (copy)", name=rate.name)
        return vals_list

    def write(self, vals):
        """Guard a table in force; its last day may move as long as no day is lost."""
        changed = {n for n in vals if not n.startswith(("message_", "activity_"))}
        if changed - FREE_FIELDS and not self._is_flow_step():
            self._check_draft()
        res = super().write(vals)
        if "date_to" in changed:
            self.filtered(lambda rate: rate.state == "active")._check_neighbours()
        return res

    def _is_flow_step(self):
        """Whether a step of the table writes."""
        return self.env.context.get("aftersales_flow") is FLOW

    @api.ondelete(at_uninstall=False)
    def _unlink_except_active(self):
        self._check_draft()

    def _check_draft(self):
        """Refuse a change of rates that claims are paid at.

        :raise UserError: naming the table and the way out
        """
        fixed = self.filtered(lambda rate: rate.state != "draft")[:1]
        if fixed:
            raise UserError(
                self.env._(
                    "Rate table “%(name)s” is in force and cannot be changed. Give it "
                    "a last day and make a new one from the day after.",
                    name=fixed.name,
                )
            )

    def action_activate(self):
        """Put tables in force, all of them or none.

        :raise AccessError: anybody but the head of service
        :raise UserError: days of another table, or days without any
        """
        self._check_head()
        self._check_draft()
        self._check_complete()
        self._check_overlap()
        self._write_flow({"state": "active"})
        self._check_neighbours()

    def action_draft(self):
        """Take back tables that no claim was measured against.

        :raise UserError: a table in use, or days that would be left without a table
        """
        self._check_head()
        used = self.filtered("claim_line_count")[:1]
        if used:
            raise UserError(
                self.env._(
                    "Rate table “%(name)s” was applied to %(count)s claim lines and "
                    "stays in force. Give it a last day instead.",
                    name=used.name,
                    count=used.claim_line_count,
                )
            )
        twins = self._find_twins()
        self._write_flow({"state": "draft"})
        (twins - self)._check_neighbours()

    def action_view_claim_lines(self):
        """Open the claim lines that were measured against the table."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Claim Lines of %(rate)s", rate=self.name),
            "res_model": "aftersales.claim.line",
            "view_mode": "list",
            "domain": [("rate_id", "=", self.id)],
        }

    def _check_head(self):
        """Only the head of service sets what the company pays.

        :raise AccessError: naming the role
        """
        if not self.env.su and not self.env.user.has_group(HEAD_GROUP):
            raise AccessError(
                self.env._("Only the head of service puts rate tables in force.")
            )

    def _check_complete(self):
        """Refuse a table by zone that has no zone.

        :raise UserError: naming the table
        """
        empty = self.filtered(lambda r: r.travel_mode == "zone" and not r.zone_ids)[:1]
        if empty:
            raise UserError(
                self.env._(
                    "Rate table “%(name)s” pays travel by zone, but has no zone. Add "
                    "one from 0 km.",
                    name=empty.name,
                )
            )

    def _get_scope(self):
        """What the table shares with the tables before and after it."""
        self.ensure_one()
        return tuple(self[name].id for name in SCOPE)

    def _find_twins(self):
        """Tables in force for the same scopes, in one query."""
        found = self.search(
            Domain("state", "=", "active")
            & Domain("company_id", "in", self.company_id.ids)
            & Domain("currency_id", "in", self.currency_id.ids)
        )
        scopes = {rate._get_scope() for rate in self}
        return found.filtered(lambda rate: rate._get_scope() in scopes)

    def _check_overlap(self):
        """Refuse days that another table has; the constraint is the last word.

        :raise UserError: naming both tables
        """
        twins = self._find_twins() | self
        for rate in self:
            other = (twins - rate).filtered(
                lambda twin, rate=rate: (
                    twin._get_scope() == rate._get_scope()
                    and kernel.overlap(twin._get_period(), rate._get_period())
                )
            )[:1]
            if other:
                raise UserError(
                    self.env._(
                        "Rate table “%(name)s” (%(period)s) overlaps “%(other)s” "
                        "(%(other_period)s). End the earlier one the day before the "
                        "later one starts.",
                        name=rate.name,
                        period=rate._format_period(),
                        other=other.name,
                        other_period=other._format_period(),
                    )
                )

    def _check_neighbours(self):
        """Refuse days between tables of one scope on which none would apply.

        :raise UserError: naming the missing days
        """
        for rates in self._find_twins().grouped(lambda r: r._get_scope()).values():
            missing = kernel.gaps([rate._get_period() for rate in rates])
            if missing:
                first, last = missing[0]
                raise UserError(
                    self.env._(
                        "No rate table would apply from %(first)s to %(last)s. Let the "
                        "tables before and after “%(name)s” follow each other without "
                        "a gap.",
                        first=format_date(self.env, first),
                        last=format_date(self.env, last),
                        name=(self & rates or rates)[:1].name,
                    )
                )

    def _get_period(self):
        """First and last day; no last day: ``None``."""
        self.ensure_one()
        return self.date_from, self.date_to or None

    def _format_period(self):
        """The period in the reader's format."""
        self.ensure_one()
        last = format_date(self.env, self.date_to) if self.date_to else "…"
        return f"{format_date(self.env, self.date_from)} – {last}"

    @api.model
    def _find_active(self, companies, days):
        """Tables in force of companies on any of the days; one query.

        :param days: dates; empty ones are left out
        """
        known = [day for day in days if isinstance(day, date)]
        if not known or not companies:
            return self.browse()
        return self.search(
            Domain("state", "=", "active")
            & Domain("company_id", "in", companies.ids)
            & Domain("date_from", "<=", max(known))
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", min(known)))
        )

    def _to_kernel(self):
        """The table as the choice wants it."""
        self.ensure_one()
        return kernel.Table(
            id=self.id,
            date_from=self.date_from,
            date_to=self.date_to or None,
            level_id=self.level_id.id or None,
            area_id=self.area_id.id or None,
            categ_id=self.product_categ_id.id or None,
        )
