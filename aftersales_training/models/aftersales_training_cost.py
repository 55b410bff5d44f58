from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.seats import share_of
from .aftersales_trainer import MONEY_GROUPS


class AftersalesTrainingCost(models.Model):
    """What one session costs, by kind."""

    _name = "aftersales.training.cost"
    _description = "Training Cost"
    _inherit = ["aftersales.scope.mixin"]
    _order = "session_id, kind, id"
    _check_company_auto = True

    name = fields.Char("Description")
    session_id = fields.Many2one(
        "aftersales.training.session", required=True, index=True, ondelete="cascade"
    )
    course_id = fields.Many2one(related="session_id.course_id", store=True)
    company_id = fields.Many2one(
        related="session_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        [
            ("trainer", "Trainer"),
            ("room", "Room"),
            ("travel", "Travel"),
            ("material", "Material"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
    )
    trainer_id = fields.Many2one("aftersales.trainer", check_company=True)
    amount = fields.Monetary(required=True)

    _SCOPE_FIELDS = frozenset(("session_id",))

    _amount_positive = models.Constraint(
        "CHECK(amount >= 0)", "A cost cannot be negative."
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Add costs to sessions that take place."""
        costs = super().create(vals_list)
        cancelled = costs.session_id.filtered(lambda s: s.state == "cancelled")
        if cancelled:
            raise UserError(
                self.env._(
                    "%(session)s is cancelled; it takes no costs.",
                    session=cancelled[0].display_name,
                )
            )
        return costs


class AftersalesTrainingSession(models.Model):
    """What the session costs; the figures are for HR, head and auditor."""

    _inherit = "aftersales.training.session"

    currency_id = fields.Many2one(related="company_id.currency_id")
    cost_ids = fields.One2many(
        "aftersales.training.cost", "session_id", "Costs", groups=MONEY_GROUPS
    )
    cost_total = fields.Monetary(
        compute="_compute_cost_total", store=True, groups=MONEY_GROUPS
    )
    cost_per_person = fields.Monetary(
        compute="_compute_cost_per_person",
        groups=MONEY_GROUPS,
        help="Total divided by those who attended; empty while nobody has.",
    )
    has_cost_share = fields.Boolean(
        compute="_compute_cost_per_person", groups=MONEY_GROUPS
    )

    @api.depends("cost_ids.amount")
    def _compute_cost_total(self):
        for session in self:
            session.cost_total = sum(session.cost_ids.mapped("amount"))

    @api.depends("cost_total", "attended_count", "currency_id")
    def _compute_cost_per_person(self):
        for session in self:
            share = session._get_cost_share()
            session.has_cost_share = share is not None
            session.cost_per_person = float(share or 0)

    def action_propose_costs(self):
        """Add the fees of the trainers that are not among the costs yet."""
        self._check_officer()
        vals_list = [
            session._prepare_trainer_cost(trainer)
            for session in self
            for trainer in session.trainer_ids - session.cost_ids.trainer_id
            if trainer.fee_hour
        ]
        if not vals_list:
            raise UserError(
                self.env._(
                    "There is nothing to propose: the trainers have no fee per hour, "
                    "or it is already among the costs."
                )
            )
        self.env["aftersales.training.cost"].create(vals_list)
        return True

    def _prepare_trainer_cost(self, trainer):
        """Fee of a trainer for the hours of the course, else of the session."""
        self.ensure_one()
        seconds = (self.date_stop - self.date_start).total_seconds()
        hours = self.course_id.hours or seconds / 3600
        return {
            "session_id": self.id,
            "kind": "trainer",
            "trainer_id": trainer.id,
            "name": trainer.person_name,
            "amount": self.currency_id.round(hours * trainer.fee_hour),
        }

    def _get_cost_share(self):
        """Cost of one person who attended, as Decimal; None without anybody."""
        self.ensure_one()
        unit = self.currency_id.rounding or 0.01
        return share_of(str(self.cost_total), self.attended_count, str(unit))
