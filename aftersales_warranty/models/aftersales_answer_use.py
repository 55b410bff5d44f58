from odoo import fields, models
from odoo.exceptions import UserError


class AftersalesAnswerUse(models.Model):
    """One job for which an answer was used, and whether it helped.

    Written by the steps alone.
    """

    _name = "aftersales.answer.use"
    _description = "Use of an Answer"
    _order = "date desc, id desc"
    _rec_name = "answer_id"
    _check_company_auto = True

    answer_id = fields.Many2one(
        "aftersales.answer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    order_id = fields.Many2one(
        "aftersales.service.order",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="order_id.service_point_id", store=True, index=True, precompute=True
    )
    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, default=lambda self: self.env.user
    )
    date = fields.Date(required=True, readonly=True, default=fields.Date.context_today)
    is_helpful = fields.Selection(
        [("open", "Not Said"), ("yes", "Helped"), ("no", "Did Not Help")],
        "Result",
        required=True,
        readonly=True,
        default="open",
    )

    # Two technicians of a job are one vote.
    _job_once = models.UniqueIndex(
        "(answer_id, order_id)", "This answer is recorded for the order already."
    )


class AftersalesAnswer(models.Model):
    """What was done with an answer."""

    _inherit = "aftersales.answer"

    def _record_use(self, order, result="open"):
        """Record that the answer was used for a job, and whether it helped.

        Said again, the last word counts.  The caller has checked that the user may
        work on the order.

        :param result: open, yes or no
        """
        self.ensure_one()
        # Nobody writes the uses of an answer by hand.
        Use_sudo = self.env["aftersales.answer.use"].sudo()
        use_sudo = Use_sudo.search(
            [("answer_id", "=", self.id), ("order_id", "=", order.id)]
        )
        if not use_sudo:
            Use_sudo.create(
                {"answer_id": self.id, "order_id": order.id, "is_helpful": result}
            )
        elif result != "open":
            use_sudo.write({"is_helpful": result, "user_id": self.env.uid})

    def _get_context_escalation(self):
        """The escalation from whose page the answer was chosen.

        :raise UserError: chosen from elsewhere
        :raise AccessError: an escalation that the user may not write
        """
        self.ensure_one()
        Escalation = self.env["aftersales.escalation"]
        number = self.env.context.get("aftersales_escalation_id")
        escalation = Escalation.browse(number if isinstance(number, int) else ())
        if not escalation.exists():
            raise UserError(
                self.env._("Open the escalation for which you need this answer.")
            )
        escalation.check_access("write")
        if self not in escalation.suggested_answer_ids:
            raise UserError(
                self.env._(
                    "“%(answer)s” does not fit %(escalation)s.",
                    answer=self.display_name,
                    escalation=escalation.name,
                )
            )
        return escalation

    def action_take_over(self):
        """Answer the escalation with what is known; the expert adds what differs.

        :raise UserError: the user may not answer it
        """
        escalation = self._get_context_escalation()
        escalation.write({"answer": self.text})
        escalation._write_flow({"known_answer_id": self.id})
        self._record_use(escalation.order_id)
        return True

    def action_helped(self):
        """The known answer solved the fault of the escalation's order."""
        self._record_use(self._get_context_escalation().order_id, "yes")
        return True

    def action_not_helped(self):
        """The known answer did not solve the fault of the escalation's order."""
        self._record_use(self._get_context_escalation().order_id, "no")
        return True
