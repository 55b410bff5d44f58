from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.aftersales_return_grade import DISPOSITIONS


class AftersalesReturnInspection(models.TransientModel):
    """Grade goods, write down the finding and say what becomes of them."""

    _name = "aftersales.return.inspection"
    _description = "Inspection of Returned Goods"

    line_ids = fields.Many2many(
        "aftersales.return.line", string="Goods", required=True, readonly=True
    )
    step = fields.Selection(
        [
            ("inspect", "Inspect"),
            ("dispose", "Dispose"),
        ],
        compute="_compute_step",
    )
    grade_id = fields.Many2one(
        "aftersales.return.grade",
        compute="_compute_grade_id",
        store=True,
        readonly=False,
    )
    grade_description = fields.Text(related="grade_id.description")
    allowed_text = fields.Char("Possible", compute="_compute_allowed_text")
    finding = fields.Selection(
        lambda self: (
            self.env["aftersales.return.line"]
            ._fields["finding"]
            ._description_selection(self.env)
        )
    )
    note = fields.Text("Inspection Note")
    photo_ids = fields.Many2many("ir.attachment", string="Photos")
    disposition = fields.Selection(
        DISPOSITIONS, help="Empty: the goods wait in the quarantine."
    )
    disposition_note = fields.Text("Reason or Disposal Note")
    tag_ids = fields.Many2many("stock.scrap.reason.tag", string="Scrap Reasons")

    @api.depends("line_ids.state", "line_ids.disposition")
    def _compute_step(self):
        for wizard in self:
            wizard.step = wizard._get_step()

    def _get_step(self):
        states = set(self.line_ids.mapped("state"))
        if states == {"received"}:
            return "inspect"
        return "dispose" if states == {"inspected"} else False

    @api.depends("line_ids.grade_id")
    def _compute_grade_id(self):
        for wizard in self:
            grades = wizard.line_ids.grade_id
            is_known = wizard._get_step() == "dispose" and len(grades) == 1
            wizard.grade_id = grades if is_known else wizard.grade_id

    @api.depends("grade_id")
    def _compute_allowed_text(self):
        labels = dict(self._fields["disposition"]._description_selection(self.env))
        for wizard in self:
            allowed = wizard.grade_id._get_dispositions() if wizard.grade_id else []
            wizard.allowed_text = ", ".join(labels[key] for key in allowed)

    def action_apply(self):
        """Inspect, dispose, or both, in the order of the work."""
        self.ensure_one()
        if not self.step:
            raise UserError(
                self.env._(
                    "Choose goods that wait for the same step: all received, or all "
                    "inspected."
                )
            )
        getattr(self, f"_apply_{self.step}")()
        return {"type": "ir.actions.act_window_close"}

    def _apply_inspect(self):
        if not (self.grade_id and self.finding):
            raise UserError(self.env._("Choose the grade and the finding."))
        self.line_ids._inspect(self.grade_id, self.finding, self.note, self.photo_ids)
        if self.disposition:
            self._apply_dispose()

    def _apply_dispose(self):
        if not self.disposition:
            raise UserError(self.env._("Choose what becomes of the goods."))
        self.line_ids._dispose(self.disposition, self.disposition_note, self.tag_ids)
