from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

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

    @api.depends("version_ids.state", "version_ids.date_effective")
    def _compute_versions(self):
        today = self.env.company._get_aftersales_today()
        for policy in self:
            running = policy.version_ids.filtered(
                lambda v: v.state == "published" and v.date_effective <= today
            )
            policy.version_count = len(policy.version_ids)
            policy.current_version_id = running.sorted("date_effective")[-1:]

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

    def action_new_version(self):
        """Copy the newest version into a draft, ready for the changed terms."""
        self.ensure_one()
        latest = self.version_ids.sorted("number")[-1:]
        values = {"policy_id": self.id, "reason": False}
        if latest:
            values["term_ids"] = [
                fields.Command.create(vals) for vals in latest.term_ids.copy_data()
            ]
        version = self.env["aftersales.policy.version"].create(values)
        return version._get_records_action()


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
    registration_count = fields.Integer(compute="_compute_registration_count")

    _number_uniq = models.UniqueIndex(
        "(policy_id, number)", "This version number exists already."
    )
    _effective_uniq = models.UniqueIndex(
        "(policy_id, date_effective) WHERE state = 'published'",
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

        :raise UserError: naming the version and the way out
        """
        frozen = self.filtered(lambda v: v.state != "draft")[:1]
        if frozen:
            raise UserError(
                self.env._(
                    "Version %(version)s is published and cannot be changed. Make a "
                    "new version instead.",
                    version=frozen.display_name,
                )
            )

    def action_publish(self):
        """Freeze drafts and let them count for sales from their date on.

        :raise ValidationError: no term, or a change without its reason
        """
        self._check_draft()
        for version in self:
            if not version.term_ids:
                raise ValidationError(
                    self.env._(
                        "Version %(version)s has no terms. Add at least one.",
                        version=version.display_name,
                    )
                )
            if version.number > 1 and not (version.reason or "").strip():
                raise ValidationError(
                    self.env._(
                        "Say why version %(version)s changes the policy.",
                        version=version.display_name,
                    )
                )
        self.with_context(aftersales_policy_flow=FLOW).write({"state": "published"})

    def action_retire(self):
        """Stop using published versions for sales from today on."""
        published = self.filtered(lambda v: v.state == "published")
        published.with_context(aftersales_policy_flow=FLOW).write(
            {
                "state": "retired",
                "date_retired": self.env.company._get_aftersales_today(),
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
