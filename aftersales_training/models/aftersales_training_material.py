from odoo import fields, models


class AftersalesTrainingMaterial(models.Model):
    """One version of a course's material.

    A version that was used in a session stays as it was; a new version takes
    its place.
    """

    _name = "aftersales.training.material"
    _description = "Training Material"
    _inherit = ["aftersales.flow.mixin", "mail.thread"]
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
    session_ids = fields.Many2many(
        "aftersales.training.session",
        "aftersales_training_session_material_rel",
        "material_id",
        "session_id",
        "Sessions",
        readonly=True,
        copy=False,
    )

    _FLOW_FIELDS = frozenset(
        ("state", "published_by_id", "date_published", "session_ids")
    )

    _version_uniq = models.UniqueIndex(
        "(course_id, name, version)",
        "This version of the material is already recorded.",
    )
