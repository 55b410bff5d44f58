from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .flow import without_guarded_defaults

#: Who ticked what and when; nobody types these.
TICK_EVIDENCE = ("done_by_id", "done_at", "is_customer_ticked")


class AftersalesServiceOrderStep(models.Model):
    """Step of one order: what is to be ticked, by whom and when it was."""

    _name = "aftersales.service.order.step"
    _inherit = ["aftersales.scope.mixin"]
    _description = "Service Order Step"
    _order = "order_id, sequence, id"

    order_id = fields.Many2one(
        "aftersales.service.order", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    service_point_id = fields.Many2one(
        related="order_id.service_point_id", store=True, index=True
    )
    step_id = fields.Many2one(
        "aftersales.service.step",
        "Written Step",
        index="btree_not_null",
        readonly=True,
        ondelete="restrict",
    )
    name = fields.Char(
        compute="_compute_name",
        inverse="_inverse_name",
        search="_search_name",
        required=True,
    )
    custom_name = fields.Char("Typed Name")
    sequence = fields.Integer(default=10)
    is_mandatory = fields.Boolean("Mandatory", default=True)
    is_done = fields.Boolean("Done")
    done_by_id = fields.Many2one("res.users", readonly=True)
    done_at = fields.Datetime(readonly=True)
    is_customer_ticked = fields.Boolean("Ticked by Customer", readonly=True)

    _SCOPE_FIELDS = frozenset(("order_id",))

    @api.depends("step_id.name", "custom_name")
    @api.depends_context("lang")
    def _compute_name(self):
        for step in self:
            # The written step is read by whoever reads the order.
            step.name = step.custom_name or step.step_id.sudo().name

    def _inverse_name(self):
        for step in self:
            same = step.name == step.step_id.sudo().name
            step.custom_name = False if same else step.name

    def _search_name(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        return Domain("custom_name", operator, value) | (
            Domain("custom_name", "=", False) & Domain("step_id.name", operator, value)
        )

    @api.model_create_multi
    def create(self, vals_list):
        cleaned = without_guarded_defaults(self, TICK_EVIDENCE)
        stamped = [self._stamp(vals) for vals in vals_list]
        steps = super(AftersalesServiceOrderStep, cleaned).create(stamped)
        steps._check_order_open()
        return steps

    def write(self, vals):
        if set(vals) - {"custom_name", "name", "sequence"}:
            self._check_order_open()
        if "is_mandatory" in vals:
            self._check_procedure()
        res = super().write(self._stamp(vals))
        if "order_id" in vals:
            self._check_order_open()
        return res

    def _check_procedure(self):
        """What the procedure demands, only a dispatcher lets go.

        :raise UserError: naming the step
        """
        written = self.filtered("step_id")[:1]
        group = "aftersales_network.group_dispatcher"
        if written and not self.env.su and not self.env.user.has_group(group):
            raise UserError(
                self.env._(
                    "“%(step)s” comes from the written procedure; only a dispatcher "
                    "or the head of service makes it optional.",
                    step=written.name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        self._check_order_open()

    def _check_order_open(self):
        """Refuse ticks on a closed or cancelled order.

        :raise UserError: naming the order
        """
        frozen = self.order_id.filtered(lambda o: o.state in ("closed", "cancelled"))
        if frozen and not self.env.su:
            raise UserError(
                self.env._(
                    "%(order)s is closed; its steps cannot change any more. Reopen "
                    "the order first.",
                    order=frozen[0].name,
                )
            )

    @api.model
    def _stamp(self, vals):
        """Add who ticked and when; both go when the tick goes, nobody types them."""
        if not self.env.su:
            vals = {k: v for k, v in vals.items() if k not in TICK_EVIDENCE}
        if "is_done" not in vals:
            return vals
        done = vals["is_done"]
        return {
            **vals,
            "done_by_id": self.env.uid if done else False,
            "done_at": fields.Datetime.now() if done else False,
        }
