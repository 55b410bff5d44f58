from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

OFFICER = "aftersales_network.group_training_officer"
HEAD = "aftersales_network.group_head"


class AftersalesApproval(models.Model):
    """Gate of grades that are granted by exception."""

    _inherit = "aftersales.approval"

    gate = fields.Selection(
        selection_add=[("grade", "Technical Grade")], ondelete={"grade": "cascade"}
    )


class AftersalesTechnicalGradeAward(models.Model):
    """Steps of an award: granted by rule, or by exception with four eyes."""

    _inherit = "aftersales.technical.grade.award"

    def action_grant(self):
        """Grant by rule and write down each condition with its figures.

        A promotion ends the grade that the person held the day before.

        :raise UserError: a condition is not met
        """
        self._check_group(OFFICER)
        self._check_flow_state("draft")
        self._check_not_own()
        found = self._check_rule()
        for award in self:
            missing = [c for c in found[award] if not c.is_met]
            if missing:
                raise UserError(
                    self.env._(
                        "%(award)s is not granted by rule:\n%(conditions)s\nAsk for an "
                        "exception with a reason, or wait until the rule is met.",
                        award=award.display_name,
                        conditions=award.grade_id._describe(missing),
                    )
                )
        for award in self:
            award._grant(found[award])

    def action_request_exception(self):
        """Ask for the reason of an exception."""
        self._check_group(OFFICER)
        return self.env["aftersales.reason.wizard"]._open_for(
            self, "_request_exception"
        )

    def action_approve_exception(self):
        """Approve an exception that somebody else asked for.

        :raise UserError: the same person asked for it, or it is the own grade
        """
        self._check_group(HEAD)
        self._check_flow_state("exception")
        self._check_not_own()
        found = self._check_rule()
        Approval = self.env["aftersales.approval"]
        for award in self:
            Approval._check_four_eyes(award, ["submit"])
            Approval._log(award, "grade", "approved", award.reason)
            award._grant(found[award])
        self.activity_unlink(["mail.mail_activity_data_todo"])

    def action_reject_exception(self):
        """Ask why the exception is refused."""
        self._check_group(HEAD)
        return self.env["aftersales.reason.wizard"]._open_for(self, "_reject_exception")

    def action_withdraw(self):
        """Ask why the grade is taken back."""
        self._check_group(OFFICER, HEAD)
        return self.env["aftersales.reason.wizard"]._open_for(self, "_withdraw")

    def action_demote(self):
        """Ask why the person goes back to the grade below."""
        self._check_group(OFFICER, HEAD)
        return self.env["aftersales.reason.wizard"]._open_for(self, "_demote")

    def _request_exception(self, reason):
        """Hand the award to the head of service with the reason."""
        self._check_group(OFFICER)
        self._check_flow_state("draft")
        self._check_not_own()
        self._write_flow(
            {
                "state": "exception",
                "is_exception": True,
                "reason": reason,
                "requested_by_id": self.env.uid,
                "date_requested": fields.Datetime.now(),
            }
        )
        for award in self:
            self.env["aftersales.approval"]._log(award, "submit", "approved", reason)
        self._ask_head(self.env._("Grade by exception: approve or refuse"))

    def _reject_exception(self, reason):
        """Refuse the exception; the award stays as history."""
        self._check_group(HEAD)
        self._check_flow_state("exception")
        self._check_not_own()
        for award in self:
            self.env["aftersales.approval"]._check_four_eyes(award, ["submit"])
            self.env["aftersales.approval"]._log(award, "grade", "rejected", reason)
        self._write_flow({"state": "rejected", "end_reason": reason})
        self.activity_unlink(["mail.mail_activity_data_todo"])

    def _withdraw(self, reason):
        """End the grade with today, with the reason."""
        self._check_group(OFFICER, HEAD)
        self._check_flow_state("granted")
        self._check_not_own()
        for company, awards in self.grouped("company_id").items():
            awards._end(company._get_aftersales_today(), reason)

    def _demote(self, reason):
        """End the grade and give the one below from the following day on."""
        self._check_group(OFFICER, HEAD)
        self._check_flow_state("granted")
        self._check_not_own()
        for award in self:
            below = award.grade_id._get_previous(award.company_id)
            if not below:
                raise UserError(
                    self.env._(
                        "%(award)s: there is no grade below. Withdraw it instead.",
                        award=award.display_name,
                    )
                )
            today = award.company_id._get_aftersales_today()
            award._end(today, reason)
            start = max(award.date_to, today) + timedelta(days=1)
            # The lower grade follows from the step, not from its rule.
            lower = self.create(award._prepare_lower_vals(below, start))
            lower._write_flow(
                {
                    "state": "granted",
                    "granted_by_id": self.env.uid,
                    "evidence": self.env._(
                        "Demotion from %(grade)s: %(reason)s",
                        grade=award.grade_id.name,
                        reason=reason,
                    ),
                }
            )

    def _prepare_lower_vals(self, grade, date_from):
        """Values of the award that follows a demotion."""
        self.ensure_one()
        return {
            "employee_id": self.employee_id.id,
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "grade_id": grade.id,
            "date_from": date_from,
        }

    def _end(self, day, reason):
        """Set the last day; an award that starts later ends on its first day."""
        for award in self:
            award._write_flow(
                {
                    "state": "withdrawn",
                    "date_to": max(day, award.date_from),
                    "end_reason": reason,
                }
            )
        self.flush_recordset()

    def _grant(self, conditions):
        """Freeze the evidence and end the grade held before."""
        self.ensure_one()
        before = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("person_key", "=", self.person_key),
                ("role_id", "=", self.role_id.id),
                ("state", "=", "granted"),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", self.date_from),
            ]
        )
        for held in before:
            if held.date_from >= self.date_from:
                raise UserError(
                    self.env._(
                        "%(held)s holds from %(start)s already. Choose a later date "
                        "for %(award)s, or withdraw the other one.",
                        held=held.display_name,
                        start=held.date_from,
                        award=self.display_name,
                    )
                )
        before._write_flow(
            {
                "date_to": self.date_from - timedelta(days=1),
                "end_reason": self.env._(
                    "Promoted to %(grade)s", grade=self.grade_id.name
                ),
            }
        )
        # The database must know of the end before the next grade starts.
        before.flush_recordset()
        self._write_flow(
            {
                "state": "granted",
                "granted_by_id": self.env.uid,
                "evidence": self._describe_evidence(conditions),
            }
        )

    def _describe_evidence(self, conditions):
        """Text that is frozen: date, rule or exception, conditions, certificates."""
        self.ensure_one()
        head = (
            self.env._("By exception on %(date)s", date=self.date_from)
            if self.is_exception
            else self.env._("By rule on %(date)s", date=self.date_from)
        )
        parts = [head, self.grade_id._describe(conditions)]
        parts += [
            f"– {certificate.display_name} ({certificate.date_issue} – "
            f"{certificate.date_expiry or '∞'})"
            for certificate in self._get_evidence_certificates()
        ]
        if self.is_exception:
            parts.append(self.env._("Reason: %(reason)s", reason=self.reason))
        return "\n".join(part for part in parts if part)

    def _get_evidence_certificates(self):
        """Valid certificates of the person that the grade asks for."""
        self.ensure_one()
        certificate_sudo = self.env["aftersales.certificate"].sudo()
        mine = [
            "|",
            ("holder_employee_id", "=", self.employee_id.id or 0),
            ("person_id", "=", self.person_id.id or 0),
            ("type_id", "in", self.grade_id.certificate_type_ids.ids),
        ]
        valid = certificate_sudo._get_valid_domain(self.date_from)
        return certificate_sudo.search([*mine, *valid])

    def _check_group(self, *groups):
        """Refuse a step to whoever is in none of the groups."""
        if self.env.su or any(self.env.user.has_group(group) for group in groups):
            self.check_access("write")
            return
        raise AccessError(
            self.env._(
                "HR training officers grant technical grades; the head of service "
                "approves exceptions."
            )
        )

    def _check_not_own(self):
        """Nobody decides on the own grade."""
        for award in self:
            if not self.env.su and award._is_person(self.env.user):
                raise UserError(
                    self.env._(
                        "%(award)s is your own grade. Somebody else has to decide.",
                        award=award.display_name,
                    )
                )

    def _get_application_start(self):
        """Decisions since this moment count for the four eyes."""
        self.ensure_one()
        return self.date_requested or self.create_date
