from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

MONEY_GROUPS = (
    "aftersales_network.group_head,aftersales_network.group_settlement_clerk,"
    "aftersales_network.group_auditor"
)
#: States in which affected units are worked on.
LIVE_STATES = ("running", "closing")


class AftersalesCampaign(models.Model):
    """A safety or batch case: affected units are found, told and put right.

    The affected units follow from ranges of serials and from lists. What law or
    an authority asks for is kept as it was written, not interpreted.
    """

    _name = "aftersales.campaign"
    _description = "Recall Campaign"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.due.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_start desc, id desc"
    _rec_names_search = ["name", "title"]
    _check_company_auto = True

    _OPEN_STATES = LIVE_STATES

    name = fields.Char(
        "Number", required=True, readonly=True, copy=False, default="/", index="trigram"
    )
    title = fields.Char(required=True, tracking=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        [
            ("safety", "Safety Recall"),
            ("batch", "Faulty Batch"),
            ("service", "Service Campaign"),
            ("update", "Software Update"),
        ],
        required=True,
        default="safety",
        index=True,
        tracking=True,
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("running", "Running"),
            ("closing", "Closing Requested"),
            ("closed", "Closed"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        tracking=True,
    )
    product_ids = fields.Many2many(
        "product.product",
        string="Affected Products",
        check_company=True,
        help="Ranges without a product of their own hold for all of these.",
    )
    range_ids = fields.One2many("aftersales.campaign.range", "campaign_id", copy=True)
    unit_ids = fields.One2many("aftersales.campaign.unit", "campaign_id", copy=False)
    date_start = fields.Date("Started on", readonly=True, copy=False, index=True)
    date_due = fields.Date(
        "Remedy by",
        copy=False,
        tracking=True,
        help="Day until which every affected unit is to be put right.",
    )
    date_closed = fields.Date("Closed on", readonly=True, copy=False)
    hazard = fields.Text(
        "Defect and Risk",
        translate=True,
        help="What is wrong and what may happen; part of the notice.",
    )
    advice = fields.Text(
        "Advice until Then",
        translate=True,
        help="What the owner is to do until the unit was put right; part of the "
        "notice.",
    )
    remedy = fields.Text(
        "Work to Do", translate=True, help="What is done about it, free of charge."
    )
    authority_id = fields.Many2one(
        "res.partner", "Reported to", index="btree_not_null", check_company=True
    )
    authority_ref = fields.Char("Reference of the Authority")
    date_reported = fields.Date("Reported on")
    law_note = fields.Text(
        "Legal Basis",
        help="Law and article the campaign rests on, as your lawyer or the authority "
        "names them.",
    )
    service_type_id = fields.Many2one(
        "aftersales.service.type",
        "Type of the Orders",
        required=True,
        default=lambda self: self._get_default_service_type(),
    )
    labour_hours = fields.Float(
        "Hours per Unit", help="Hours that a point may claim for one unit."
    )
    part_ids = fields.One2many(
        "aftersales.campaign.part", "campaign_id", "Parts per Unit", copy=True
    )
    is_notice_automatic = fields.Boolean(
        "Notify at Once",
        help="Owners are told as soon as their unit is found, also those of units "
        "that are registered later.",
    )
    closing_asked_by_id = fields.Many2one(
        "res.users", "Closing Asked for by", readonly=True, copy=False
    )
    closing_note = fields.Text("Reason of the Closing", readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    origin_model = fields.Char("Source Model", readonly=True, copy=False)
    origin_id = fields.Many2oneReference(
        "Source Document", model_field="origin_model", readonly=True, copy=False
    )
    unit_count = fields.Integer("Affected", compute="_compute_figures")
    notified_count = fields.Integer("Notified", compute="_compute_figures")
    booked_count = fields.Integer("Orders", compute="_compute_figures")
    done_count = fields.Integer("Remedied", compute="_compute_figures")
    ended_count = fields.Integer(
        "Not to Be Remedied",
        compute="_compute_figures",
        help="Refused by the owner, not reached, or scrapped; they count as affected.",
    )
    completion = fields.Float(
        "Completion (%)",
        compute="_compute_figures",
        digits=(5, 2),
        help="Units put right out of all affected units.",
    )

    _hours_positive = models.Constraint(
        "CHECK (labour_hours IS NULL OR labour_hours >= 0)",
        "The hours of a campaign cannot be negative.",
    )
    _origin_idx = models.Index("(origin_model, origin_id) WHERE origin_id IS NOT NULL")

    _FLOW_FIELDS = frozenset(
        (
            "state",
            "date_start",
            "date_closed",
            "closing_asked_by_id",
            "closing_note",
            "closed_by_id",
        )
    )
    #: Given on creation only.
    _FIXED_FIELDS = frozenset(("name", "origin_model", "origin_id"))
    #: What decides who is affected by what; fixed once the campaign runs.
    _INPUT_FIELDS = frozenset(("company_id", "kind", "product_ids"))

    @api.model
    def _get_default_service_type(self):
        """Type of the orders of a campaign, unless somebody removed it."""
        return self.env.ref(
            "aftersales_warranty.service_type_campaign", raise_if_not_found=False
        )

    @api.depends("unit_ids.state")
    def _compute_figures(self):
        figures = self.env["aftersales.campaign.unit"]._count_by_campaign(self)
        for campaign in self:
            counts = figures.get(campaign._origin.id, {})
            total, done = sum(counts.values()), counts.get("done", 0)
            campaign.unit_count = total
            campaign.notified_count = counts.get("notified", 0)
            campaign.booked_count = counts.get("booked", 0)
            campaign.done_count = done
            campaign.ended_count = sum(
                counts.get(state, 0) for state in ("refused", "unreachable", "scrapped")
            )
            campaign.completion = 100 * done / total if total else 0.0

    @api.depends("name", "title")
    def _compute_display_name(self):
        for campaign in self:
            parts = campaign.name if campaign.name != "/" else "", campaign.title
            campaign.display_name = " ".join(filter(None, parts))

    @api.constrains("date_due", "date_start")
    def _check_dates(self):
        for campaign in self:
            start, due = campaign.date_start, campaign.date_due
            if start and due and due < start:
                raise ValidationError(
                    self.env._(
                        "%(campaign)s cannot be due before it starts.",
                        campaign=campaign.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Number new campaigns."""
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, self._name)
        return super().create(vals_list)

    def write(self, vals):
        """A campaign that runs stays about what it was started for.

        :raise UserError: naming the campaign
        """
        if self._INPUT_FIELDS & set(vals) and not self.env.su:
            self._check_draft()
        return super().write(vals)

    def _check_draft(self):
        """Refuse a change of a campaign that runs or is over."""
        fixed = self.filtered(lambda c: c.state != "draft")[:1]
        if fixed:
            raise UserError(
                self.env._(
                    "%(campaign)s was started. Add ranges or units to it, or make a "
                    "new campaign.",
                    campaign=fixed.name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_started(self):
        kept = self.filtered(lambda c: c.state not in ("draft", "cancelled"))[:1]
        if kept:
            raise UserError(
                self.env._(
                    "%(campaign)s was started and cannot be deleted.",
                    campaign=kept.name,
                )
            )

    @api.model
    def _get_new_action(self, record):
        """Window action of a new campaign because of another document.

        Extension point of the other modules: a crisis or a quality report opens a
        campaign without knowing this model otherwise.
        """
        record.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Recall Campaign"),
            "res_model": self._name,
            "view_mode": "form",
            "context": {
                "default_origin_model": record._name,
                "default_origin_id": record.id,
                "default_title": record.display_name,
            },
        }

    @api.model
    def _find_for(self, records):
        """Campaigns that were opened because of other documents."""
        return self.search(
            [("origin_model", "=", records._name), ("origin_id", "in", records.ids)]
        )

    def action_view_origin(self):
        """Open the document that the campaign was opened for.

        :raise UserError: the document is gone or its module is not installed
        """
        self.ensure_one()
        model = self.origin_model
        record = model in self.env and self.env[model].browse(self.origin_id).exists()
        if not record:
            raise UserError(
                self.env._(
                    "The document that %(campaign)s was opened for does not exist any "
                    "more.",
                    campaign=self.name,
                )
            )
        record.check_access("read")
        return record._get_records_action()

    def action_load_units(self):
        """Open the dialog that loads a list of serials."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Load Affected Serials"),
            "res_model": "aftersales.campaign.load",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_campaign_id": self.id,
                "default_company_id": self.company_id.id,
            },
        }

    def action_view_units(self):
        """Open the affected units."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Affected Units of %(campaign)s", campaign=self.name),
            "res_model": "aftersales.campaign.unit",
            "view_mode": "list,kanban,pivot,graph,form",
            "domain": [("campaign_id", "=", self.id)],
            "context": {"default_campaign_id": self.id},
        }


class AftersalesCampaignPart(models.Model):
    """A part that the work on one unit takes."""

    _name = "aftersales.campaign.part"
    _description = "Part of a Recall"
    _inherit = ["aftersales.scope.mixin"]
    _order = "campaign_id, sequence, id"
    _check_company_auto = True

    campaign_id = fields.Many2one(
        "aftersales.campaign", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="campaign_id.company_id", store=True, index=True, precompute=True
    )
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product", "Part", required=True, index=True, check_company=True
    )
    quantity = fields.Float(default=1.0, digits="Product Unit", required=True)

    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "The quantity of a part must be above zero."
    )

    _SCOPE_FIELDS = frozenset(("campaign_id",))
