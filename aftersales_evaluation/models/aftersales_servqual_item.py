from odoo import api, fields, models
from odoo.exceptions import UserError


class AftersalesServqualDimension(models.Model):
    """Dimension of service quality, shared by all sets so that they compare."""

    _name = "aftersales.servqual.dimension"
    _description = "Service Quality Dimension"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    heading = fields.Char(
        "Heading in Questionnaires",
        translate=True,
        help="What respondents read instead of the technical name.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: every company may use it."
    )

    _code_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))", "Another dimension already has this code."
    )

    def _get_heading(self):
        """Name of the dimension for respondents, in their language."""
        self.ensure_one()
        return self.heading or self.name


class AftersalesServqualItem(models.Model):
    """A statement that is asked twice: what is expected and what is perceived."""

    _name = "aftersales.servqual.item"
    _description = "Service Quality Item"
    _order = "set_id, sequence, id"
    _check_company_auto = True
    _rec_name = "perception"
    _rec_names_search = ["code", "perception"]

    set_id = fields.Many2one(
        "aftersales.servqual.set", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="set_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    code = fields.Char(required=True)
    dimension_id = fields.Many2one(
        "aftersales.servqual.dimension",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    expectation = fields.Char(
        required=True, translate=True, help="What excellent service would be like."
    )
    perception = fields.Char(
        required=True, translate=True, help="The same about the service received."
    )
    is_reversed = fields.Boolean(
        "Reverse Scored",
        help="Worded negatively: the answer is turned around before it counts.",
    )

    _code_set_uniq = models.UniqueIndex(
        "(set_id, code)", "Another item of this set already has this code."
    )

    #: What changes the meaning of answers that were given.
    _MEANING = frozenset(("set_id", "dimension_id", "is_reversed", "code"))

    @api.depends("code", "perception")
    def _compute_display_name(self):
        for item in self:
            item.display_name = f"{item.code or ''} {item.perception or ''}".strip()

    @api.model_create_multi
    def create(self, vals_list):
        """Add items to sets that no survey has used yet."""
        items = super().create(vals_list)
        items.set_id._check_unused()
        return items

    def write(self, vals):
        """Keep the meaning of items that people were asked about."""
        if self._MEANING & set(vals):
            self.set_id._check_unused()
        res = super().write(vals)
        if "set_id" in vals:
            self.set_id._check_unused()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self.set_id._check_unused()


class AftersalesServqualSet(models.Model):
    """Items of a service quality survey and the scale they are answered on."""

    _name = "aftersales.servqual.set"
    _description = "Service Quality Set"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: every company may use the set."
    )
    scale_min = fields.Integer("Lowest Mark", default=1)
    scale_max = fields.Integer("Highest Mark", default=7)
    low_label = fields.Char("Meaning of the Lowest Mark", translate=True)
    high_label = fields.Char("Meaning of the Highest Mark", translate=True)
    note = fields.Text(translate=True)
    item_ids = fields.One2many("aftersales.servqual.item", "set_id", "Items", copy=True)
    item_count = fields.Integer(compute="_compute_item_count")
    campaign_ids = fields.One2many(
        "aftersales.survey.campaign", "set_id", "Survey Campaigns"
    )
    is_used = fields.Boolean(
        compute="_compute_is_used",
        help="A survey has asked these items; copy the set to change it.",
    )

    _scale_order = models.Constraint(
        "CHECK (scale_min >= 0 AND scale_max <= 10 AND scale_min < scale_max)",
        "The scale must rise, between 0 and 10.",
    )

    @api.depends("item_ids")
    def _compute_item_count(self):
        for servqual in self:
            servqual.item_count = len(servqual.item_ids)

    @api.depends("campaign_ids.state")
    def _compute_is_used(self):
        used = self._get_used()
        for servqual in self:
            servqual.is_used = servqual._origin in used

    def write(self, vals):
        """Keep the scale on which people have answered."""
        if {"scale_min", "scale_max"} & set(vals):
            self._check_unused()
        return super().write(vals)

    def copy_data(self, default=None):
        """Name copies as such."""
        default = dict(default or {})
        vals_list = super().copy_data(default=default)
        if "name" not in default:
            for servqual, vals in zip(self, vals_list, strict=True):
                vals["name"] = self.env._("%(name)s (copy)", name=servqual.name)
        return vals_list

    def _get_used(self):
        """Sets among these that a campaign has sent out."""
        # A campaign of another company uses a shared set too.
        campaign_sudo = self.env["aftersales.survey.campaign"].sudo()
        groups = campaign_sudo._read_group(
            [("set_id", "in", self._origin.ids), ("state", "!=", "draft")], ["set_id"]
        )
        return self.browse(servqual.id for (servqual,) in groups)

    def _check_unused(self):
        """Refuse to change what people were asked.

        :raise UserError: naming the set and the way out
        """
        used = self._get_used()[:1]
        if used:
            raise UserError(
                self.env._(
                    "Surveys were sent with “%(set)s”, so its items and its scale keep "
                    "their meaning. Copy the set and change the copy.",
                    set=used.name,
                )
            )
