from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class AftersalesTrainingMaterial(models.Model):
    """One version of a course's material.

    A version that was published stays as it is; a new version takes its place.
    """

    _name = "aftersales.training.material"
    _description = "Training Material"
    _inherit = ["aftersales.flow.mixin", "aftersales.scope.mixin", "mail.thread"]
    _order = "course_id, name, date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    version = fields.Char(required=True, default="1", tracking=True)
    course_id = fields.Many2one(
        "aftersales.training.course", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="course_id.company_id", store=True, index=True, precompute=True
    )
    file = fields.Binary(attachment=True, copy=False)
    file_name = fields.Char(copy=False)
    url = fields.Char("Link")
    date_from = fields.Date(
        "Valid From", required=True, default=fields.Date.context_today, tracking=True
    )
    state = fields.Selection(
        [("draft", "Draft"), ("published", "Published"), ("withdrawn", "Withdrawn")],
        required=True,
        default="draft",
        index=True,
        copy=False,
        readonly=True,
        tracking=True,
    )
    published_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_published = fields.Date("Published On", readonly=True, copy=False)
    previous_id = fields.Many2one(
        "aftersales.training.material",
        "Replaces",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
    )
    session_ids = fields.Many2many(
        "aftersales.training.session",
        "aftersales_training_session_material_rel",
        "material_id",
        "session_id",
        "Used In",
        readonly=True,
        copy=False,
    )
    session_count = fields.Integer(compute="_compute_session_count")

    _SCOPE_FIELDS = frozenset(("course_id",))

    _FLOW_FIELDS = frozenset(
        ("state", "published_by_id", "date_published", "session_ids", "previous_id")
    )
    #: What a published version was published with.
    _CONTENT_FIELDS = frozenset(
        ("name", "version", "course_id", "file", "file_name", "url", "date_from")
    )

    _version_uniq = models.UniqueIndex(
        "(course_id, name, version)",
        "This version of the material is already recorded.",
    )

    @api.depends("session_ids")
    def _compute_session_count(self):
        for material in self:
            material.session_count = len(material.session_ids)

    @api.depends("name", "version")
    def _compute_display_name(self):
        for material in self:
            material.display_name = f"{material.name or ''} {material.version or ''}"

    @api.constrains("url")
    def _check_url(self):
        for material in self:
            if material.url and not material.url.startswith(("https://", "http://")):
                raise ValidationError(
                    self.env._(
                        "The link of %(material)s must start with http:// or https://.",
                        material=material.display_name,
                    )
                )

    def write(self, vals):
        """Keep published versions as they are."""
        settled = self.filtered(lambda m: m.state != "draft")
        if settled and self._CONTENT_FIELDS & set(vals):
            raise UserError(
                self.env._(
                    "%(material)s has been published and stays as it is. Record a new "
                    "version instead.",
                    material=settled[0].display_name,
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        for material in self:
            if material.state != "draft":
                raise UserError(
                    self.env._(
                        "%(material)s has been published. Withdraw it instead of "
                        "deleting it.",
                        material=material.display_name,
                    )
                )

    def action_publish(self):
        """Publish drafts; what they replace is withdrawn.

        :raise UserError: without a file or a link
        """
        self.check_access("write")
        self._check_flow_state("draft")
        for material in self:
            if not material.file and not material.url:
                raise UserError(
                    self.env._(
                        "%(material)s needs a file or a link before it is published.",
                        material=material.display_name,
                    )
                )
        self._write_flow(
            {
                "state": "published",
                "published_by_id": self.env.uid,
                "date_published": self.env.company._get_aftersales_today(),
            }
        )
        replaced = self.previous_id.filtered(lambda m: m.state == "published")
        replaced._write_flow({"state": "withdrawn"})
        return True

    def action_withdraw(self):
        """Take published versions out of use; past sessions keep them."""
        self.check_access("write")
        self._check_flow_state("published")
        self._write_flow({"state": "withdrawn"})
        return True

    def action_new_version(self):
        """Open a draft that is to take the place of this version."""
        self.ensure_one()
        self.check_access("write")
        draft = self.sudo().copy(
            {
                "version": self.env._("%(version)s (new)", version=self.version),
                "previous_id": self.id,
                "date_from": self.env.company._get_aftersales_today(),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": draft.id,
            "view_mode": "form",
        }
