from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain


class AftersalesCustomerTopic(models.Model):
    """What a customer learns about his unit."""

    _name = "aftersales.customer.topic"
    _description = "Topic of Customer Training"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    description = fields.Text(
        translate=True, help="What is shown and practised; printed on the protocol."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)


class AftersalesCustomerTraining(models.Model):
    """Training of a customer's people on his units: planned, held, confirmed.

    A held training stands in the history of each unit; the customer confirms it by
    his signature, at the trainer or on the portal.
    """

    _name = "aftersales.customer.training"
    _description = "Customer Training"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "aftersales.unit.company.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_start desc, id desc"
    _rec_names_search = ["name", "partner_id"]
    _check_company_auto = True

    name = fields.Char(
        "Number", required=True, readonly=True, copy=False, default="/", index="trigram"
    )
    state = fields.Selection(
        [("planned", "Planned"), ("held", "Held"), ("cancelled", "Cancelled")],
        default="planned",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        check_company=True,
        tracking=True,
    )
    unit_ids = fields.Many2many(
        "aftersales.registration",
        "aftersales_customer_training_unit_rel",
        "training_id",
        "unit_id",
        "Units",
        check_company=True,
        domain="[('state', '=', 'active')]",
        help="The training stands in the history of each of them.",
    )
    topic_ids = fields.Many2many(
        "aftersales.customer.topic",
        "aftersales_customer_training_topic_rel",
        "training_id",
        "topic_id",
        "Topics",
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        index="btree_not_null",
        check_company=True,
        tracking=True,
        help="Point that trains. Empty: our own people.",
    )
    staff_id = fields.Many2one(
        "aftersales.staff",
        "Trainer of the Point",
        index="btree_not_null",
        check_company=True,
        domain="[('service_point_id', '=', service_point_id)]",
        tracking=True,
    )
    user_id = fields.Many2one(
        "res.users",
        "Own Trainer",
        index="btree_not_null",
        domain="[('share', '=', False)]",
        tracking=True,
    )
    trainer_name = fields.Char("Trainer", compute="_compute_trainer_name")
    order_id = fields.Many2one(
        "aftersales.service.order",
        "Service Order",
        index="btree_not_null",
        check_company=True,
        help="Job on whose occasion the customer is trained, for example the "
        "installation.",
    )
    date_start = fields.Datetime("Begins", required=True, index=True, tracking=True)
    date_end = fields.Datetime(
        "Ends",
        compute="_compute_date_end",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    duration = fields.Float(
        "Hours", compute="_compute_duration", store=True, help="Clock hours."
    )
    place = fields.Char(help="Empty: at the customer.")
    participant_ids = fields.One2many(
        "aftersales.customer.training.participant", "training_id", copy=True
    )
    participant_count = fields.Integer(
        "Participants Present", compute="_compute_participant_count", store=True
    )
    note = fields.Text("Remarks of the Trainer")

    # Evidence
    held_by_id = fields.Many2one("res.users", "Recorded by", readonly=True, copy=False)
    date_held = fields.Date("Held on", readonly=True, copy=False, index=True)
    cancel_reason = fields.Text(readonly=True, copy=False)
    confirm_name = fields.Char("Confirmed by", readonly=True, copy=False)
    confirm_signature = fields.Binary(
        "Customer's Signature", readonly=True, copy=False, attachment=True
    )
    confirm_remarks = fields.Text("Customer's Remarks", readonly=True, copy=False)
    date_confirmed = fields.Datetime("Confirmed on", readonly=True, copy=False)
    confirm_way = fields.Selection(
        [("signature", "Signature at the Trainer"), ("portal", "Portal")],
        "Way of Confirmation",
        readonly=True,
        copy=False,
    )

    _FLOW_FIELDS = frozenset(
        (
            *("state", "held_by_id", "date_held", "cancel_reason", "confirm_name"),
            *("confirm_signature", "confirm_remarks", "date_confirmed", "confirm_way"),
        )
    )
    _FIXED_FIELDS = frozenset(("name",))
    #: What the protocol states.
    _FACTS = frozenset(
        (
            *("partner_id", "unit_ids", "topic_ids", "service_point_id", "staff_id"),
            *("user_id", "date_start", "date_end", "participant_ids", "company_id"),
            *("place", "note", "order_id"),
        )
    )

    _dates_order = models.Constraint(
        "CHECK (date_end > date_start)", "A training ends after it began."
    )
    _planned_idx = models.Index("(company_id, date_start) WHERE state = 'planned'")

    @api.depends("staff_id.name", "user_id.name")
    def _compute_trainer_name(self):
        for training in self:
            training.trainer_name = (
                training.sudo().staff_id.name or training.user_id.name
            )

    @api.depends("date_start")
    def _compute_date_end(self):
        for training in self:
            start, end = training.date_start, training.date_end
            if start and (not end or end <= start):
                training.date_end = fields.Datetime.add(start, hours=2)
            else:
                training.date_end = end

    @api.depends("date_start", "date_end")
    def _compute_duration(self):
        for training in self:
            span = (training.date_start, training.date_end)
            training.duration = (
                (span[1] - span[0]).total_seconds() / 3600 if all(span) else 0.0
            )

    @api.depends("participant_ids.is_present")
    def _compute_participant_count(self):
        for training in self:
            training.participant_count = len(
                training.participant_ids.filtered("is_present")
            )

    @api.constrains("staff_id", "user_id", "service_point_id")
    def _check_trainer(self):
        for training in self:
            staff_sudo = training.sudo().staff_id
            if staff_sudo and training.user_id:
                raise ValidationError(
                    self.env._(
                        "%(training)s has one trainer: somebody of the point or one of "
                        "our own.",
                        training=training.name,
                    )
                )
            point = training.service_point_id
            if staff_sudo and staff_sudo.service_point_id != point:
                raise ValidationError(
                    self.env._(
                        "%(training)s: %(person)s does not work at %(point)s.",
                        training=training.name,
                        person=staff_sudo.name,
                        point=point.display_name or "?",
                    )
                )

    @api.onchange("unit_ids")
    def _onchange_unit_ids(self):
        if not self.partner_id:
            self.partner_id = self.unit_ids[:1].partner_id

    @api.model_create_multi
    def create(self, vals_list):
        """Number the trainings."""
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, self._name)
        return super().create(vals_list)

    def write(self, vals):
        """What was held is not written anew."""
        if self._FACTS & set(vals) and not self._is_flow():
            self._check_planned()
        return super().write(vals)

    def _check_planned(self):
        """Refuse changes of a training that is over.

        :raise UserError: naming the training
        """
        over = self.filtered(lambda t: t.state != "planned")[:1]
        if over:
            raise UserError(
                self.env._(
                    "%(training)s is held or cancelled; what it states does not "
                    "change any more.",
                    training=over.name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_held(self):
        held = self.filtered(lambda t: t.state == "held")[:1]
        if held:
            raise UserError(
                self.env._(
                    "%(training)s stands in the history of its units and cannot be "
                    "deleted.",
                    training=held.name,
                )
            )

    @api.model
    def _get_held_domain(self, units):
        """Trainings that were held on some units."""
        return Domain("unit_ids", "in", units.ids) & Domain("state", "=", "held")


class AftersalesCustomerTrainingParticipant(models.Model):
    """Somebody of the customer who is trained."""

    _name = "aftersales.customer.training.participant"
    _description = "Participant of a Customer Training"
    _inherit = ["aftersales.scope.mixin"]
    _order = "training_id, id"

    training_id = fields.Many2one(
        "aftersales.customer.training", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="training_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(related="training_id.service_point_id")
    name = fields.Char(required=True)
    function = fields.Char("Job Position")
    phone = fields.Char()
    is_present = fields.Boolean("Present", default=True)

    _SCOPE_FIELDS = frozenset(("training_id",))
    _FIXED_FIELDS = frozenset(("training_id",))

    @api.model_create_multi
    def create(self, vals_list):
        """Add people to trainings that are not over."""
        people = super().create(vals_list)
        people.training_id._check_planned()
        return people

    def write(self, vals):
        """Change people of trainings that are not over."""
        self.training_id._check_planned()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_held(self):
        self.training_id._check_planned()
