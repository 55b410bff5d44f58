from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.exceptions import UserError

from odoo.addons.aftersales_network.models.flow import FLOW


class AftersalesEvaluationCertificate(models.Model):
    """Steps of a certificate: into the register, suspended, withdrawn, renewed."""

    _inherit = "aftersales.evaluation.certificate"

    def action_register(self):
        """Take drafts into the register and plan their surveillances.

        :raise UserError: no draft, or the paper is missing
        """
        self.check_access("write")
        self._check_flow_state("draft")
        for record in self:
            if not record.file:
                raise UserError(
                    self.env._(
                        "Attach the scan of %(certificate)s before it goes into the "
                        "register.",
                        certificate=record.display_name,
                    )
                )
        self.env["aftersales.evaluation.surveillance"].create(
            [vals for record in self for vals in record._prepare_surveillances()]
        )
        self._write_flow({"state": "registered"})
        self.previous_id._close_reminders()
        return True

    def _prepare_surveillances(self):
        """Values of the checks of the years that are not planned yet."""
        self.ensure_one()
        planned = set(self.surveillance_ids.mapped("date_due"))
        vals_list, number = [], 1
        while self.surveillance_months:
            due = self.date_issue + relativedelta(
                months=number * self.surveillance_months
            )
            if due >= self.date_expiry:
                break
            if due not in planned:
                vals_list.append({"certificate_id": self.id, "date_due": due})
            number += 1
        return vals_list

    def action_suspend(self):
        """Ask why the certificate is suspended, then suspend it."""
        self._check_flow_state("registered")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_suspend")

    def _suspend(self, reason):
        """Take registered certificates out of force for a while."""
        self._check_flow_state("registered")
        self._write_flow({"state": "suspended", "state_reason": reason})

    def action_resume(self):
        """Put suspended certificates in force again."""
        self._check_flow_state("suspended")
        self._write_flow({"state": "registered", "state_reason": False})
        return True

    def action_withdraw(self):
        """Ask why the certificate is withdrawn, then withdraw it."""
        self._check_flow_state("registered", "suspended")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_withdraw")

    def _withdraw(self, reason):
        """End certificates before their time; they stay in the register."""
        self._check_flow_state("registered", "suspended")
        self._write_flow({"state": "withdrawn", "state_reason": reason})
        self._close_reminders()

    def action_renew(self):
        """Open the draft that renews the certificate from its expiry on.

        :raise UserError: a draft, or a renewal that exists already
        """
        self.ensure_one()
        self._check_flow_state("registered", "suspended", "withdrawn")
        if self.next_ids:
            raise UserError(
                self.env._(
                    "%(certificate)s is renewed by %(next)s already.",
                    certificate=self.display_name,
                    next=self.next_ids[:1].display_name,
                )
            )
        issue = self.date_expiry + relativedelta(days=1)
        draft = self.with_context(aftersales_flow=FLOW).copy(
            {
                "previous_id": self.id,
                "number": self.env._("%(number)s (renewal)", number=self.number),
                "date_issue": issue,
                "date_expiry": issue + relativedelta(years=3),
            }
        )
        return self.browse(draft.id)._get_records_action()
