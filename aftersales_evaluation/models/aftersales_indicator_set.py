from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.aftersales_network.models.flow import FLOW

from ..tools import scoring


class AftersalesIndicatorSet(models.Model):
    """Tree of indicators with points, in versions.

    A set in use is frozen, because scorecards rest on it; a change is a new
    version.  Points must sum: parts to their parent, level 1 to the total.
    """

    _name = "aftersales.indicator.set"
    _description = "Indicator Set"
    _inherit = ["aftersales.flow.mixin", "mail.thread"]
    _order = "code, version desc, id desc"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True, tracking=True)
    code = fields.Char(required=True, tracking=True)
    version = fields.Integer(default=1, required=True, readonly=True, copy=False)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: shared by all companies."
    )
    state = fields.Selection(
        [("draft", "Draft"), ("in_use", "In Use"), ("retired", "Retired")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    previous_id = fields.Many2one(
        "aftersales.indicator.set", "Previous Version", readonly=True, copy=False
    )
    scale_id = fields.Many2one(
        "aftersales.scorecard.scale",
        "Level Table",
        required=True,
        ondelete="restrict",
        default=lambda self: self.env["aftersales.scorecard.scale"].search([], limit=1),
    )
    points_total = fields.Float("Total Points", digits=(8, 2), default=100)
    is_sample_points = fields.Boolean(
        "Sample Points",
        tracking=True,
        help="The points are samples, not those of the published standard. Every "
        "page says so until somebody enters the real ones.",
    )
    is_monthly = fields.Boolean(
        "Monthly for Every Point",
        tracking=True,
        help="A scheduled job scores every working point once the month is over.",
    )
    description = fields.Html(translate=True)
    indicator_ids = fields.One2many("aftersales.indicator", "set_id")
    leaf_count = fields.Integer("Scored Indicators", compute="_compute_counts")
    scorecard_count = fields.Integer(compute="_compute_counts")
    points_problem = fields.Text(compute="_compute_points_problem")
    points_sum = fields.Float(
        "Sum of the First Level", digits=(8, 2), compute="_compute_points_problem"
    )
    points_difference = fields.Float(
        "Difference to the Total",
        digits=(8, 2),
        compute="_compute_points_problem",
        help="Above zero: points still to be given; below zero: given too much.",
    )

    _code_version_uniq = models.UniqueIndex(
        "(code, version, (COALESCE(company_id, 0)))",
        "This version of the indicator set exists already.",
    )
    _in_use_uniq = models.UniqueIndex(
        "(code, (COALESCE(company_id, 0))) WHERE state = 'in_use'",
        "Another version of this indicator set has just been put in use.",
    )

    _FLOW_FIELDS = frozenset(("state", "version", "previous_id"))
    _points_total_positive = models.Constraint(
        "CHECK (points_total > 0)", "The total points must be above zero."
    )

    #: Fields that may still change once the set is in use.
    _UNFROZEN_FIELDS = frozenset(("state", "active", "is_monthly"))

    def _compute_counts(self):
        leaves = dict(
            self.env["aftersales.indicator"]._read_group(
                [("set_id", "in", self.ids), ("is_scored", "=", True)],
                ["set_id"],
                ["__count"],
            )
        )
        scorecards = dict(
            self.env["aftersales.scorecard"]._read_group(
                [("set_id", "in", self.ids)], ["set_id"], ["__count"]
            )
        )
        for record in self:
            record.leaf_count = leaves.get(record._origin, 0)
            record.scorecard_count = scorecards.get(record._origin, 0)

    @api.depends(
        "points_total",
        "indicator_ids.points",
        "indicator_ids.parent_id",
        "indicator_ids.code",
    )
    def _compute_points_problem(self):
        for record in self:
            nodes = record._get_points_nodes()
            first_level = scoring.part_sums(nodes)[None]
            record.points_sum = float(first_level)
            record.points_difference = float(
                scoring.exact(str(record.points_total)) - first_level
            )
            record.points_problem = "\n".join(record._get_points_problems(nodes))

    @api.depends("name", "version")
    def _compute_display_name(self):
        for record in self:
            record.display_name = f"{record.name or ''} v{record.version}"

    def write(self, vals):
        if set(vals) - self._UNFROZEN_FIELDS - {"message_main_attachment_id"}:
            self._check_not_frozen()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self._check_not_frozen()

    def copy(self, default=None):
        copies = super().copy(default)
        for original, duplicate in zip(self, copies, strict=True):
            original._copy_indicators(duplicate)
        return copies

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if "code" not in (default or {}):
            for record, vals in zip(self, vals_list, strict=True):
                vals["code"] = self.env._("%(code)s (copy)", code=record.code)
        return vals_list

    def _copy_indicators(self, target):
        """Copy the tree into another set; one write per parent, none per leaf."""
        originals = self.indicator_ids.sorted("sort_key")
        copies = self.env["aftersales.indicator"].create(
            [
                {**vals, "set_id": target.id, "parent_id": False}
                for vals in originals.with_context(active_test=False).copy_data()
            ]
        )
        twin = dict(zip(originals, copies, strict=True))
        for parent, children in originals.grouped("parent_id").items():
            if parent:
                moved = copies.browse([twin[child].id for child in children])
                moved.write({"parent_id": twin[parent].id})

    def _check_not_frozen(self):
        """Refuse a change of a set that scorecards may rest on.

        :raise UserError: naming the set and the way out
        """
        frozen = self.filtered(lambda record: record.state != "draft")[:1]
        if frozen:
            raise UserError(
                self.env._(
                    "Indicator set %(name)s is no longer a draft and cannot be "
                    "changed. Make a new version instead.",
                    name=frozen.display_name,
                )
            )

    def _get_points_nodes(self):
        """Nodes for the kernel: [(key, parent key or None, points), …].

        Also while the tree is being edited, when a new node is not saved yet and
        belongs where its code says.
        """
        self.ensure_one()
        nodes = self.indicator_ids
        by_code = {node.code: node for node in nodes if node.code}
        return [
            (node._get_key(), node._get_parent(by_code)._get_key(), str(node.points))
            for node in nodes
        ]

    def _get_points_problems(self, nodes=None):
        """Sentences on points that do not sum; empty when all do.

        :param nodes: see :meth:`_get_points_nodes`
        """
        self.ensure_one()
        nodes = nodes or self._get_points_nodes()
        names = {node._get_key(): node.code or "" for node in self.indicator_ids}
        return [
            self.env._(
                "%(code)s has %(said)s points, but its parts sum to %(parts)s.",
                code=names[key],
                said=scoring.figure(said),
                parts=scoring.figure(parts),
            )
            if key
            else self.env._(
                "The set has %(said)s points, but its first level sums to %(parts)s.",
                said=scoring.figure(said),
                parts=scoring.figure(parts),
            )
            for key, said, parts in scoring.check_points(nodes, str(self.points_total))
        ]

    def action_use(self):
        """Check and freeze drafts; earlier versions in use are retired."""
        for record in self.filtered(lambda r: r.state == "draft"):
            problems = (
                record._get_points_problems()
                + record.indicator_ids._get_definition_problems()
            )
            if problems:
                raise UserError(
                    self.env._(
                        "Indicator set %(name)s cannot be used yet:\n%(problems)s",
                        name=record.display_name,
                        problems="\n".join(problems),
                    )
                )
            record._get_earlier_in_use()._write_flow({"state": "retired"})
            # The index allows one version in use, also for a moment.
            self.env.flush_all()
            record._write_flow({"state": "in_use"})
        return True

    def _get_earlier_in_use(self):
        """Other versions of the same set that are in use."""
        self.ensure_one()
        return self.search(
            [
                ("code", "=", self.code),
                ("company_id", "=", self.company_id.id),
                ("state", "=", "in_use"),
                ("id", "!=", self.id),
            ]
        )

    def action_retire(self):
        """Take sets out of use; their scorecards stay."""
        self.filtered(lambda r: r.state == "in_use")._write_flow({"state": "retired"})
        return True

    def action_new_version(self):
        """Copy the set into a draft with the next version number."""
        self.ensure_one()
        versions = self.with_context(active_test=False).search(
            [("code", "=", self.code), ("company_id", "=", self.company_id.id)]
        )
        draft = self.with_context(aftersales_flow=FLOW).copy(
            {
                "code": self.code,
                "version": max(versions.mapped("version")) + 1,
                "previous_id": self.id,
            }
        )
        return self.browse(draft.id)._get_records_action()

    def action_copy_own(self):
        """Copy the set into a draft of the user's own company, and open it.

        The copy goes its own way: its code and its versions are its own.
        """
        self.ensure_one()
        draft = self.copy({"company_id": self.env.company.id})
        return draft._get_records_action()

    def action_view_scorecards(self):
        """Open the scorecards made with this set."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "aftersales.scorecard",
            "view_mode": "list,kanban,pivot,graph,form",
            "domain": [("set_id", "=", self.id)],
            "context": {"default_set_id": self.id},
            "name": self.env._("Scorecards"),
        }
