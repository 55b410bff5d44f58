from odoo import api, fields, models


class AftersalesServiceOrder(models.Model):
    """Hard faults of a job: ask an expert, or find what helped before."""

    _inherit = "aftersales.service.order"

    escalation_ids = fields.One2many("aftersales.escalation", "order_id")
    escalation_count = fields.Integer(
        "Escalations", compute="_compute_escalation_count"
    )
    # The way back from an answer's use: without it a batch asks for each order.
    answer_use_ids = fields.One2many(
        "aftersales.answer.use", "order_id", "Answers Used", readonly=True
    )
    suggested_answer_ids = fields.Many2many(
        "aftersales.answer",
        string="Known Answers",
        compute="_compute_suggested_answer_ids",
    )
    suggested_answer_count = fields.Integer(
        "Answers That Fit", compute="_compute_suggested_answer_ids"
    )

    def _compute_escalation_count(self):
        counts = dict(
            self.env["aftersales.escalation"]._read_group(
                [("order_id", "in", self.ids)], ["order_id"], ["__count"]
            )
        )
        for order in self:
            order.escalation_count = counts.get(order._origin, 0)

    @api.depends("product_id", "fault_id", "company_id")
    def _compute_suggested_answer_ids(self):
        found = self.env["aftersales.answer"]._suggest(self)
        for order in self:
            order.suggested_answer_ids = found[order]
            order.suggested_answer_count = len(found[order])

    def action_escalate(self):
        """Open a question to an expert about this job."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Escalate"),
            "res_model": "aftersales.escalation",
            "view_mode": "form",
            "context": {
                "default_order_id": self.id,
                "default_subject": (self.complaint or "").strip().split("\n")[0][:80],
            },
        }

    def action_view_escalations(self):
        """Open the questions about this job."""
        self.ensure_one()
        return self.escalation_ids._get_records_action(
            name=self.env._("Escalations of %(order)s", order=self.name)
        )

    def action_view_answers(self):
        """Open the known answers that fit this job."""
        self.ensure_one()
        return self.suggested_answer_ids._get_records_action(
            name=self.env._("Known Answers")
        )
