from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from odoo.addons.aftersales_network.models.flow import FLOW, without_guarded_defaults


class AftersalesPolicy(models.Model):
    """Warranty promise for products or product categories of a company."""

    _name = "aftersales.policy"
    _description = "Warranty Policy"
    _inherit = ["mail.thread"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    country_id = fields.Many2one(
        "res.country",
        "Jurisdiction",
        help="Only for units sold in this country; empty: everywhere.",
    )
    product_ids = fields.Many2many(
        "product.product", string="Products", check_company=True
    )
    categ_ids = fields.Many2many(
        "product.category",
        string="Product Categories",
        help="With their subcategories. No product and no category: everything.",
    )
    version_ids = fields.One2many("aftersales.policy.version", "policy_id")
    version_count = fields.Integer(compute="_compute_versions")
    current_version_id = fields.Many2one(
        "aftersales.policy.version", compute="_compute_versions"
    )

    unit_count = fields.Integer("Units", compute="_compute_unit_count")

    @api.depends("version_ids.state", "version_ids.date_effective")
    def _compute_versions(self):
        for policy in self:
            today = policy.company_id._get_aftersales_today()
            running = policy.version_ids.filtered(
                lambda v, day=today: v.state == "published" and v.date_effective <= day
            )
            policy.version_count = len(policy.version_ids)
            policy.current_version_id = running.sorted("date_effective")[-1:]

    def _compute_unit_count(self):
        counts = dict(
            self.env["aftersales.registration"]._read_group(
                [("policy_version_id.policy_id", "in", self.ids)],
                ["policy_version_id"],
                ["__count"],
            )
        )
        for policy in self:
            policy.unit_count = sum(
                count
                for version, count in counts.items()
                if version.policy_id == policy._origin
            )

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        self.env.registry.clear_cache()
        return policies

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        self.version_ids._check_draft()

    def copy_data(self, default=None):
        return [
            {
                **vals,
                "name": self.env._("%(policy)s (copy)", policy=policy.name),
                **(default or {}),
            }
            for policy, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def copy(self, default=None):
        """A copy starts with the newest terms as the draft of its first version."""
        copies = super().copy(default)
        vals_list = [
            {**latest._prepare_next_vals(), "policy_id": new.id}
            for old, new in zip(self, copies, strict=True)
            if (latest := old.version_ids.sorted("number")[-1:])
        ]
        self.env["aftersales.policy.version"].create(vals_list)
        return copies

    @api.model
    def get_import_templates(self):
        """Sample file for the import of policies with their first version."""
        return [
            {
                "label": self.env._("Import template for warranty policies"),
                "template": "/aftersales_warranty/static/csv/policy_import.csv",
            }
        ]

    def action_new_version(self):
        """Copy the newest version into a draft, ready for the changed terms."""
        self.ensure_one()
        latest = self.version_ids.sorted("number")[-1:]
        values = latest._prepare_next_vals() if latest else {}
        version = self.env["aftersales.policy.version"].create(
            {**values, "policy_id": self.id, "reason": False}
        )
        return version._get_records_action()

    def action_view_versions(self):
        """Open the versions of the policy."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Versions of %(policy)s", policy=self.name),
            "res_model": "aftersales.policy.version",
            "view_mode": "list,form",
            "domain": [("policy_id", "=", self.id)],
            "context": {"default_policy_id": self.id},
        }

    def action_view_units(self):
        """Open the units under any version of the policy."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Units under %(version)s", version=self.name),
            "res_model": "aftersales.registration",
            "view_mode": "list,form",
            "domain": [("policy_version_id.policy_id", "=", self.id)],
        }


class AftersalesPolicyVersion(models.Model):
    """Terms of a policy from a date on; frozen once it is published.

    Units keep the version that was in force on the day of their sale.
    """

    _name = "aftersales.policy.version"
    _description = "Warranty Policy Version"
    _inherit = ["mail.thread"]
    _order = "policy_id, date_effective desc, number desc, id"
    _check_company_auto = True

    policy_id = fields.Many2one(
        "aftersales.policy", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="policy_id.company_id", store=True, index=True, precompute=True
    )
    number = fields.Integer(readonly=True, copy=False)
    date_effective = fields.Date(
        "Effective from", required=True, default=fields.Date.context_today
    )
    date_retired = fields.Date(
        "Retired from", readonly=True, copy=False, help="Not for sales from this day."
    )
    reason = fields.Text("Reason for the Change")
    state = fields.Selection(
        [("draft", "Draft"), ("published", "Published"), ("retired", "Retired")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    term_ids = fields.One2many("aftersales.policy.term", "version_id", copy=True)
    extends_by_repair = fields.Boolean(
        "Repair Days Extend",
        default=True,
        help="Days under repair and days of waiting for parts do not count.",
    )
    accepts_foreign = fields.Boolean(
        "Accepts Goods Bought Elsewhere",
        help="Units that the company did not sell itself may come back under these "
        "terms.",
    )
    foreign_note = fields.Text(
        "Conditions for Goods Bought Elsewhere",
        translate=True,
        help="What the customer has to show, and where the unit may come from.",
    )
    registration_count = fields.Integer(compute="_compute_registration_count")

    _number_uniq = models.UniqueIndex(
        "(policy_id, number)", "This version number exists already."
    )
    _effective_uniq = models.UniqueIndex(
        "(policy_id, date_effective) WHERE state != 'draft'",
        "Another published version of this policy starts on the same day.",
    )

    def _compute_registration_count(self):
        counts = dict(
            self.env["aftersales.registration"]._read_group(
                [("policy_version_id", "in", self.ids)],
                ["policy_version_id"],
                ["__count"],
            )
        )
        for version in self:
            version.registration_count = counts.get(version._origin, 0)

    @api.depends("policy_id.name", "number")
    def _compute_display_name(self):
        for version in self:
            version.display_name = f"{version.policy_id.name or ''} v{version.number}"

    @api.model_create_multi
    def create(self, vals_list):
        policies = self.env["aftersales.policy"].browse(
            {vals["policy_id"] for vals in vals_list if vals.get("policy_id")}
        )
        last = {
            policy.id: max(policy.version_ids.mapped("number"), default=0)
            for policy in policies
        }
        for vals in vals_list:
            policy_id = vals.get("policy_id")
            if not vals.get("number"):
                last[policy_id] = last.get(policy_id, 0) + 1
                vals["number"] = last[policy_id]
            if not self.env.su:
                vals.pop("state", None)
        cleaned = self
        if not self.env.su:
            cleaned = without_guarded_defaults(self, ("state",))
        versions = super(AftersalesPolicyVersion, cleaned).create(vals_list)
        self.env.registry.clear_cache()
        return versions

    def write(self, vals):
        if self.env.context.get("aftersales_policy_flow") is not FLOW:
            if "state" in vals:
                raise UserError(
                    self.env._("Publish or retire a version with its buttons.")
                )
            self._check_draft()
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        self._check_draft()

    def _check_draft(self):
        """Refuse a change of a version that is or was published.

        The rows stay locked, so that nobody publishes a version while another adds
        a term to it.

        :raise UserError: naming the version and the way out
        """
        self.lock_for_update(allow_referencing=True)
        frozen = self.filtered(lambda v: v.state != "draft")[:1]
        if frozen:
            raise UserError(
                self.env._(
                    "Version %(version)s is published and cannot be changed. Make a "
                    "new version instead.",
                    version=frozen.display_name,
                )
            )

    def _prepare_next_vals(self):
        """Values of a draft that starts with the terms of this version."""
        self.ensure_one()
        values = self.copy_data()[0]
        for name in ("date_effective", "reason"):
            values.pop(name, None)
        return values

    def action_publish(self):
        """Freeze drafts and let them count for sales from their date on.

        :raise ValidationError: no term, a change without its reason, or a second
            version from the same day
        """
        self._check_draft()
        for version in self:
            version._check_can_publish()
        self.with_context(aftersales_policy_flow=FLOW).write({"state": "published"})
        # Units that had no version may find this one.
        self.env["res.company"]._touch_aftersales_cover(self.company_id)

    def _check_can_publish(self):
        """Check everything a published version needs; extension point.

        :raise ValidationError: naming the version, the rule and the way out
        """
        self.ensure_one()
        if not self.term_ids:
            raise ValidationError(
                self.env._(
                    "Version %(version)s has no terms. Add at least one.",
                    version=self.display_name,
                )
            )
        if self.number > 1 and not (self.reason or "").strip():
            raise ValidationError(
                self.env._(
                    "Say why version %(version)s changes the policy.",
                    version=self.display_name,
                )
            )
        twin = self.policy_id.version_ids.filtered(
            lambda v: v.state != "draft" and v.date_effective == self.date_effective
        )[:1]
        if twin:
            raise ValidationError(
                self.env._(
                    "%(twin)s starts on %(date)s already. Give %(version)s another "
                    "day.",
                    twin=twin.display_name,
                    date=format_date(self.env, self.date_effective),
                    version=self.display_name,
                )
            )

    def action_retire(self):
        """Stop using published versions for sales from today on."""
        published = self.filtered(lambda v: v.state == "published")
        for company, versions in published.grouped("company_id").items():
            versions.with_context(aftersales_policy_flow=FLOW).write(
                {
                    "state": "retired",
                    "date_retired": company._get_aftersales_today(),
                }
            )

    def action_view_registrations(self):
        """Open the units that keep this version."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Units under %(version)s", version=self.display_name),
            "res_model": "aftersales.registration",
            "view_mode": "list,form",
            "domain": [("policy_version_id", "=", self.id)],
        }
