import base64

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError


class AftersalesWithdrawal(models.Model):
    """Clearance and the end of the cooperation, in one transaction."""

    _inherit = "aftersales.withdrawal"

    clearance = fields.Json("Still Open", compute="_compute_clearance")

    @api.depends("state")
    def _compute_clearance(self):
        for withdrawal in self:
            withdrawal.clearance = (
                withdrawal.service_point_id._get_clearance()
                if withdrawal.id and withdrawal.state in ("clearing", *self._GATES)
                else []
            )

    def action_open_blocker(self, label):
        """Open the records of one line of the clearance list."""
        self.ensure_one()
        return self.service_point_id.action_open_blocker(label)

    def action_close(self):
        """End the cooperation once nothing is open any more.

        Assignments, agreements, staff lines and portal access end today; the
        notice is filed and mailed.

        :raise AccessError: anybody but the head of service
        :raise UserError: who filed, somebody else closes at this moment, or
            naming every blocker of every installed module
        """
        self.service_point_id._check_group("aftersales_network.group_head")
        for withdrawal in self:
            withdrawal._lock_for_closing()
            withdrawal._check_flow_state("clearing")
            withdrawal._check_not_filer()
            point = withdrawal.service_point_id
            point._check_blockers(point._get_clearance_blockers())
        for withdrawal in self:
            withdrawal._close()

    def _lock_for_closing(self):
        """Take the rows of document and point; two people cannot close at once.

        :raise UserError: somebody else closes at this moment
        """
        self.ensure_one()
        try:
            self.service_point_id.lock_for_update()
            self.lock_for_update()
        except LockError as error:
            raise UserError(
                self.env._(
                    "Somebody else is working on the end of %(point)s at this moment. "
                    "Reload the page and look again.",
                    point=self.service_point_id.display_name,
                )
            ) from error
        self.invalidate_recordset(["state"])
        self.service_point_id.invalidate_recordset(["state"])

    def _close(self):
        """Close one withdrawal whose clearance is empty."""
        self.ensure_one()
        point = self.service_point_id
        # After the end the point's people are nobody's any more.
        partners = point._get_authorised_partners() | point.partner_id
        Approval = self.env["aftersales.approval"]
        Approval._log(self, "close", "approved")
        Approval._log(point, "close", "approved", self.name)
        point._end_cooperation()
        self._write_flow(
            {
                "state": "closed",
                "date_closed": self.company_id._get_aftersales_today(),
                "closed_by_id": self.env.uid,
            }
        )
        self._file_notice(partners)

    def _file_notice(self, partners):
        """Make the termination notice, keep it and mail it to the point."""
        self.ensure_one()
        content, extension = (
            self.env["ir.actions.report"]
            .sudo()
            ._render_qweb_pdf(
                "aftersales_network.action_report_withdrawal_notice", self.ids
            )
        )
        filename = f"{self.name.replace('/', '-')}.{extension}"
        self._write_flow(
            {"notice_file": base64.b64encode(content), "notice_filename": filename}
        )
        lang = self.service_point_id.partner_id.lang or self.env.lang
        this = self.sudo()
        this.activity_ids.filtered("automated").action_feedback()
        this.message_post(
            body=self.with_context(lang=lang).env._(
                "The cooperation with %(point)s has ended. The notice is attached.",
                point=self.service_point_id.name,
            ),
            partner_ids=(partners | this._get_filer_partners()).ids,
            attachments=[(filename, content)],
            subtype_xmlid="mail.mt_comment",
        )
