from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.voice import is_sampled

LEVELS = [("centre", "Service Centre"), ("head", "Head Office")]


class AftersalesCallbackRule(models.Model):
    """Which closed jobs are called back, by whom and until when.

    The rule of the unit nearest to the point wins; one without a unit is for the
    whole company.  Centre and head office each have their own rules, so that one
    may call everybody and the other a sample.
    """

    _name = "aftersales.callback.rule"
    _description = "Call-Back Rule"
    _order = "company_id, level, service_point_id, id"
    _check_company_auto = True

    level = fields.Selection(LEVELS, "Called by", required=True, default="centre")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Unit",
        index="btree_not_null",
        check_company=True,
        help="The rule is for this unit and all below it; empty: the whole company.",
    )
    share = fields.Integer(
        "Jobs to Call (%)",
        required=True,
        default=100,
        help="100 calls every closed job; less takes a fixed sample that nobody can "
        "influence.",
    )
    days = fields.Integer(
        "Call within Days",
        required=True,
        default=3,
        help="Calendar days after the job was closed.",
    )
    max_attempts = fields.Integer(
        "Maximum Calls",
        required=True,
        default=5,
        help="After so many calls without an answer the customer counts as not "
        "reached.",
    )
    retry_days = fields.Integer("Days until the Next Attempt", required=True, default=1)
    active = fields.Boolean(default=True)

    _share_range = models.Constraint(
        "CHECK (share BETWEEN 0 AND 100)",
        "The share of jobs to call lies between 0 and 100 %.",
    )
    _days_range = models.Constraint(
        "CHECK (days >= 0 AND retry_days >= 0 AND max_attempts >= 1)",
        "Days cannot be negative, and there must be at least one attempt.",
    )
    _unit_uniq = models.UniqueIndex(
        "(company_id, level, COALESCE(service_point_id, 0)) WHERE active",
        "There is a call-back rule for this unit already.",
    )

    @api.depends("level", "service_point_id", "share")
    def _compute_display_name(self):
        labels = dict(self._fields["level"]._description_selection(self.env))
        for rule in self:
            unit = rule.service_point_id.display_name or rule.company_id.name
            rule.display_name = f"{labels.get(rule.level)}: {unit}, {rule.share} %"

    @api.model
    def _ensure_for(self, companies):
        """Give companies without any rule the first one: the centre calls everybody.

        A company that has rules, archived ones included, decided for itself.
        """
        # Rules come with the company, whoever founds it.
        Rule_sudo = self.sudo().with_context(active_test=False)
        groups = Rule_sudo._read_group(
            [("company_id", "in", companies.ids)], ["company_id"]
        )
        decided = companies.browse().union(*(company for (company,) in groups))
        Rule_sudo.create(
            [{"company_id": company.id} for company in companies - decided]
        )

    @api.model
    def _init_rules(self):
        """Rules of the companies that exist when the module is installed."""
        self._ensure_for(self.env["res.company"].sudo().search(Domain.TRUE))

    @api.model
    def _find_for(self, orders):
        """Rules that take each order: ``{order: rules}``; constant queries.

        :param orders: orders as superuser, their points are read
        """
        rules_sudo = self.sudo().search(
            Domain("company_id", "in", orders.company_id.ids)
        )
        by_place = {
            (rule.company_id.id, rule.level, rule.service_point_id.id): rule
            for rule in rules_sudo
        }
        return {order: self._pick(order, by_place) for order in orders}

    @api.model
    def _pick(self, order, by_place):
        """Per level the nearest rule, where its sample takes the order."""
        path = order.service_point_id.parent_path or ""
        units = [int(part) for part in reversed(path.split("/")) if part]
        found = self.browse()
        for level, _label in LEVELS:
            places = [(order.company_id.id, level, unit) for unit in (*units, False)]
            rule = next((by_place[p] for p in places if p in by_place), None)
            if rule and is_sampled(f"{level}:{order.name}", rule.share):
                found |= rule
        return found
