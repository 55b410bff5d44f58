from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.aftersales_network.models.flow import without_guarded_defaults

GROUPS = [
    ("customer", "End Customers"),
    ("dealer", "Dealers"),
    ("provider", "Service Providers"),
    ("department", "Own Departments"),
]
SOURCES = [
    ("orders", "Customers of Finished Jobs"),
    ("contacts", "Chosen Contacts"),
    ("filter", "Contacts by Filter"),
    ("points", "Service Points"),
    ("employees", "Employees"),
]
#: group → where its people usually come from
USUAL_SOURCE = {
    "customer": "orders",
    "dealer": "contacts",
    "provider": "points",
    "department": "employees",
}


class AftersalesSurveyCampaign(models.Model):
    """One group of people is asked about service quality in one period.

    Running, everybody invited answers once; closed, the result is frozen.
    """

    _name = "aftersales.survey.campaign"
    _description = "Survey Campaign"
    _inherit = ["aftersales.flow.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_to desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    group = fields.Selection(
        GROUPS, "Asked Group", required=True, default="customer", index=True
    )
    set_id = fields.Many2one(
        "aftersales.servqual.set",
        "Items",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        default=lambda self: self._get_default_set(),
    )
    variant = fields.Selection(
        [("servqual", "SERVQUAL"), ("servperf", "SERVPERF")],
        required=True,
        default="servqual",
        help="SERVPERF asks for perceptions only, without expectations.",
    )
    survey_id = fields.Many2one(
        "survey.survey",
        "Questionnaire",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        domain="[('is_servqual', '=', True), ('aftersales_campaign_ids', '=', False)]",
        help="Empty: it is made from the items when the campaign starts.",
    )
    date_from = fields.Date(
        "Period from", required=True, default=lambda self: self._get_default_from()
    )
    date_to = fields.Date(
        "Period until", required=True, default=lambda self: self._get_today()
    )
    date_deadline = fields.Date(
        "Answers until",
        required=True,
        tracking=True,
        default=lambda self: fields.Date.add(self._get_today(), days=14),
    )
    min_share = fields.Integer(
        "Least Share Answered (%)",
        required=True,
        default=50,
        help="Who answers fewer items in full is left out and counted as incomplete.",
    )
    reminder_days = fields.Integer(
        "Remind after Days", default=5, help="0: nobody is reminded."
    )
    reminder_count = fields.Integer("Reminders at Most", default=2)
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        tracking=True,
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("running", "Running"),
            ("closed", "Closed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
        tracking=True,
    )
    date_started = fields.Date("Started on", readonly=True, copy=False)
    date_closed = fields.Date("Closed on", readonly=True, copy=False)
    invitation_ids = fields.One2many(
        "aftersales.survey.invitation", "campaign_id", "Invitations", copy=False
    )
    result_ids = fields.One2many(
        "aftersales.servqual.result", "campaign_id", "Results", copy=False
    )
    note = fields.Text()

    _FLOW_FIELDS = frozenset(("state", "date_started", "date_closed"))
    #: What decides who is asked what; fixed once people were asked.
    _INPUT_FIELDS = frozenset(
        (
            "company_id",
            "group",
            "set_id",
            "variant",
            "survey_id",
            "date_from",
            "date_to",
            "min_share",
            "source",
            "partner_ids",
            "partner_domain",
            "service_point_ids",
            "department_ids",
            "user_ids",
        )
    )

    _dates_order = models.Constraint(
        "CHECK (date_to >= date_from)", "The period cannot end before it begins."
    )
    _min_share_range = models.Constraint(
        "CHECK (min_share BETWEEN 0 AND 100)",
        "The least share lies between 0 and 100 %.",
    )
    _reminders_positive = models.Constraint(
        "CHECK (reminder_days >= 0 AND reminder_count >= 0)",
        "Reminders cannot be negative.",
    )
    _survey_uniq = models.UniqueIndex(
        "(survey_id) WHERE survey_id IS NOT NULL",
        "Another campaign already uses this questionnaire.",
    )

    @api.model
    def _get_today(self):
        return self.env.company._get_aftersales_today()

    @api.model
    def _get_default_from(self):
        return self._get_today().replace(day=1)

    @api.model
    def _get_default_set(self):
        return self.env["aftersales.servqual.set"].search([], limit=1)

    @api.model_create_multi
    def create(self, vals_list):
        """Begin campaigns as drafts; results and invitations are never typed."""
        if not self._is_flow():
            for vals in vals_list:
                self._check_no_children(vals)
            self = without_guarded_defaults(self, {"invitation_ids", "result_ids"})
        return super().create(vals_list)

    def write(self, vals):
        """Keep what people were asked; a later deadline reaches their invitations."""
        if not self._is_flow():
            self._check_no_children(vals)
            if self._INPUT_FIELDS & set(vals):
                self._check_flow_state("draft")
            if "date_deadline" in vals:
                self._check_flow_state("draft", "running")
        res = super().write(vals)
        if "date_deadline" in vals:
            self._extend_deadline()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_started(self):
        self._check_flow_state("draft")

    @api.constrains("date_deadline", "state")
    def _check_deadline(self):
        for campaign in self:
            started = campaign.date_started
            if campaign.state == "running" and campaign.date_deadline < started:
                raise ValidationError(
                    self.env._(
                        "“%(campaign)s” started on %(date)s; answers are possible "
                        "until a later day only.",
                        campaign=campaign.name,
                        date=fields.Date.to_string(started),
                    )
                )

    @api.constrains("survey_id")
    def _check_survey(self):
        for campaign in self.filtered("survey_id"):
            survey = campaign.survey_id
            # Ending a campaign ends its questionnaire: it must be one of these.
            if not survey.sudo().is_servqual or not survey.has_access("read"):
                raise ValidationError(
                    self.env._(
                        "“%(campaign)s” can only use a questionnaire that asks service "
                        "quality items.",
                        campaign=campaign.name,
                    )
                )

    def _check_no_children(self, vals):
        """Refuse invitations and results that are typed.

        :raise UserError: naming the way to them
        """
        if {"invitation_ids", "result_ids"} & set(vals):
            raise UserError(
                self.env._(
                    "Invitations and results follow from the campaign; start it to "
                    "invite people."
                )
            )

    # -- steps ---------------------------------------------------------------------

    def action_start(self):
        """Make the questionnaire, invite everybody and begin to send.

        :raise UserError: nobody to ask, or a questionnaire that misses items
        """
        for campaign in self:
            campaign._check_startable()
            campaign._prepare_questionnaire()
            campaign._write_flow(
                {
                    "state": "running",
                    "date_started": campaign.company_id._get_aftersales_today(),
                }
            )
            campaign._invite()
        self._trigger_sending()

    def action_invite_more(self):
        """Invite those who joined the group since the campaign started."""
        self._check_flow_state("running")
        self.check_access("write")
        for campaign in self:
            campaign._invite()
        self._trigger_sending()

    def action_close(self):
        """End the campaign; no further answers, and its result is frozen."""
        self._check_flow_state("running")
        self.check_access("write")
        self._close()

    def action_cancel(self):
        """Give the campaign up; nobody can answer it any more."""
        self._check_flow_state("draft", "running")
        self.check_access("write")
        self._end_questionnaire()
        self._write_flow({"state": "cancelled"})

    def _close(self):
        """Freeze the result of running campaigns."""
        self._lock("running")
        self._end_questionnaire()
        self._refresh_results()
        for company, campaigns in self.grouped("company_id").items():
            campaigns._write_flow(
                {"state": "closed", "date_closed": company._get_aftersales_today()}
            )

    def _lock(self, *states):
        """Let one person at a time move on or count the campaigns.

        :raise UserError: somebody else moved one of them on meanwhile
        """
        self.lock_for_update()
        self.invalidate_recordset(["state"])
        self._check_flow_state(*states)

    def _check_startable(self):
        """Refuse campaigns that cannot run.

        :raise UserError: naming the campaign and what is wrong
        """
        self.check_access("write")
        self._lock("draft")
        if self.date_deadline < self.company_id._get_aftersales_today():
            raise UserError(
                self.env._(
                    "Answers to “%(campaign)s” are possible until %(date)s, which has "
                    "passed. Choose a later day.",
                    campaign=self.name,
                    date=fields.Date.to_string(self.date_deadline),
                )
            )

    # -- questionnaire -------------------------------------------------------------

    def _prepare_questionnaire(self):
        """Make a questionnaire, or check that the chosen one asks all items."""
        self.ensure_one()
        if not self.survey_id:
            survey = self.set_id._create_questionnaire(self.name, self.variant)
            self._write_flow({"survey_id": survey.id})
            return
        parts = ["perception"]
        if self.variant == "servqual":
            parts.append("expectation")
        survey_sudo = self.survey_id.sudo()
        for part in parts:
            missing = self.set_id.item_ids - survey_sudo._get_servqual_items(part)
            if missing:
                raise UserError(
                    self.env._(
                        "The questionnaire “%(survey)s” does not ask for: %(items)s. "
                        "Map its questions, or leave it empty and let it be made.",
                        survey=survey_sudo.title,
                        items=", ".join(missing.mapped("code")),
                    )
                )

    def _end_questionnaire(self):
        """Take no more answers."""
        # Whoever runs the campaign needs no rights on the survey app.
        self.survey_id.sudo().action_archive()

    def _get_deadline_moment(self):
        """UTC moment at which the last day for answers ends."""
        self.ensure_one()
        metric = self.env["aftersales.metric"].with_company(self.company_id)
        return metric._get_utc_bounds(self.date_deadline, self.date_deadline)[1]

    def _extend_deadline(self):
        """Hand a new deadline on to those who were invited."""
        for campaign in self.filtered(lambda c: c.state == "running"):
            inputs_sudo = campaign.invitation_ids.sudo().user_input_id
            inputs_sudo.write({"deadline": campaign._get_deadline_moment()})
