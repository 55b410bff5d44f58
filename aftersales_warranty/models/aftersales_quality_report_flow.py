from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

#: Who sends reports on, refuses them and checks what the measures did.
REVIEWERS = (
    "aftersales_network.group_technical_reviewer",
    "aftersales_network.group_head",
)


class AftersalesQualityReport(models.Model):
    """Way of a report: to the department, its answer, the check of the effect."""

    _inherit = "aftersales.quality.report"

    can_answer = fields.Boolean("May Answer", compute="_compute_can_answer")

    @api.depends("state", "responsible_id")
    @api.depends_context("uid")
    def _compute_can_answer(self):
        reviewer = self._is_reviewer()
        for report in self:
            report.can_answer = report.state == "sent" and (
                reviewer or report.responsible_id == self.env.user
            )

    def _is_reviewer(self):
        """Whether the user leads reports on their way."""
        return any(self.env.user.has_group(group) for group in REVIEWERS)

    def _check_reviewer(self):
        """Refuse a step of somebody else.

        :raise AccessError: neither technical reviewer nor head of service
        """
        if not self._is_reviewer():
            raise AccessError(
                self.env._(
                    "A technical reviewer or the head of service leads quality "
                    "reports on their way."
                )
            )

    def action_send(self):
        """Send new reports to the responsible of their department.

        :raise UserError: naming the report and what is missing
        """
        self._check_reviewer()
        self._check_flow_state("new")
        for report in self:
            report._check_complete()
        for company, reports in self.grouped("company_id").items():
            reports._write_flow(
                {
                    "state": "sent",
                    "sent_by_id": self.env.uid,
                    "date_sent": company._get_aftersales_today(),
                }
            )
        self._close_activities()
        self._plan_activities()

    def _check_complete(self):
        """Everything the department needs is there."""
        self.ensure_one()
        needed = ("fault_id", "description", "department", "responsible_id")
        missing = [
            self._fields[name]._description_string(self.env)
            for name in needed
            if not self[name]
        ]
        if missing:
            raise UserError(
                self.env._(
                    "%(report)s cannot be sent; these are missing: %(fields)s.",
                    report=self.name,
                    fields=", ".join(missing),
                )
            )

    def action_answer(self):
        """Open the answer of the department."""
        self._check_flow_state("sent")
        self._check_may_answer()
        return self._open_step("answer")

    def _check_may_answer(self):
        """Only the responsible answers, or who leads the report.

        :raise AccessError: somebody else
        """
        if self._is_reviewer():
            return
        other = self.filtered(lambda r: r.responsible_id != self.env.user)[:1]
        if other:
            raise AccessError(
                self.env._(
                    "%(report)s is answered by %(user)s.",
                    report=other.name,
                    user=other.responsible_id.name or "?",
                )
            )

    def _answer(self, answer, root_cause, measures, date_measures=False):
        """Record the answer of the department, on the day of the company.

        :param date_measures: day from which the measures are in force
        :raise UserError: an empty answer, or a report that is not sent
        """
        self.ensure_one()
        self._check_may_answer()
        self.check_access("read")
        # The responsible may read the report, and write this one thing.
        report_sudo = self.sudo()
        report_sudo.lock_for_update(allow_referencing=True)
        report_sudo._check_flow_state("sent")
        if not (answer or "").strip() or not (root_cause or "").strip():
            raise UserError(
                self.env._(
                    "%(report)s: an answer needs the root cause and what the "
                    "department says about it.",
                    report=self.name,
                )
            )
        report_sudo._write_flow(
            {
                "state": "answered",
                "answer": answer.strip(),
                "root_cause": root_cause.strip(),
                "measures": (measures or "").strip() or False,
                "date_measures": date_measures,
                "answered_by_id": self.env.uid,
                "date_answer": self.company_id._get_aftersales_today(),
            }
        )
        self._close_activities()
        report_sudo._ask_effect_check()

    def _ask_effect_check(self):
        """Ask who sent the report to look whether the measures work."""
        for report in self.filtered("sent_by_id.active"):
            report.activity_schedule(
                self._TASK_ACTIVITY,
                summary=self.env._("Check the effect of the measures"),
                date_deadline=report.date_measures or None,
                user_id=report.sent_by_id.id,
            )

    def action_check_effect(self):
        """Open the check of the effect."""
        self._check_reviewer()
        self._check_flow_state("answered")
        return self._open_step("effect")

    def _check_effect(self, effect, note):
        """Close a report whose measures work, or hand it back.

        :param effect: ``effective`` or ``not_effective``
        :param note: what was looked at
        :raise UserError: who answered checks himself, or nothing was looked at
        """
        self.ensure_one()
        self._check_reviewer()
        self.lock_for_update(allow_referencing=True)
        self._check_flow_state("answered")
        self.env["aftersales.approval"]._check_other_person(
            self, self.answered_by_id | self.responsible_id
        )
        note = self._check_reason_given(note)
        vals = {"effect": effect, "effect_note": note}
        decision = "approved"
        if effect == "effective":
            vals |= {
                "state": "closed",
                "closed_by_id": self.env.uid,
                "date_closed": self.company_id._get_aftersales_today(),
            }
        else:
            decision = "rejected"
            vals |= self._prepare_next_round()
        self._write_flow(vals)
        self.env["aftersales.approval"]._log(self, "effect", decision, note)
        self._close_activities()
        self._plan_activities()

    def _prepare_next_round(self):
        """Values of a report that goes back; its answer stays in the messages."""
        self.message_post(
            body=self.env._(
                "The measures had no effect. The answer was: %(answer)s",
                answer=self.answer,
            )
        )
        names = ("answer", "root_cause", "measures", "date_measures")
        return {
            **dict.fromkeys((*names, "answered_by_id", "date_answer"), False),
            "state": "sent",
            "round_count": self.round_count + 1,
        }

    def action_reject(self):
        """Ask for the reason, then reject."""
        self._check_reviewer()
        self._check_flow_state("new", "sent")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_reject")

    def _reject(self, reason):
        """Reject reports that are none; they count for no threshold any more."""
        self._check_reviewer()
        self._check_flow_state("new", "sent")
        self._write_flow(
            {"state": "rejected", "reject_reason": self._check_reason_given(reason)}
        )
        self._close_activities()

    def action_reopen(self):
        """Take rejected reports up again.

        :raise UserError: another report on the same fault took their place
        """
        self._check_reviewer()
        self._check_flow_state("rejected")
        self._write_flow({"state": "new", "reject_reason": False})

    def _open_step(self, kind):
        """Dialog of a step with more than a reason."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "aftersales.quality.step",
            "view_mode": "form",
            "target": "new",
            "context": {"default_report_id": self.id, "default_kind": kind},
        }

    def action_view_repeats(self):
        """Open the reports on the same fault of the same model."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Same Fault on the Same Model"),
            "res_model": self._name,
            "view_mode": "list,form,pivot,graph",
            "domain": [
                ("product_tmpl_id", "=", self.product_tmpl_id.id),
                ("fault_id", "=", self.fault_id.id),
                ("company_id", "=", self.company_id.id),
            ],
        }


class AftersalesApproval(models.Model):
    """Checks of the effect of measures."""

    _inherit = "aftersales.approval"

    gate = fields.Selection(
        selection_add=[("effect", "Effect of the Measures")],
        ondelete={"effect": "cascade"},
    )
