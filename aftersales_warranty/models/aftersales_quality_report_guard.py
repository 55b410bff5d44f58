from odoo import api, models
from odoo.exceptions import UserError

#: What is reported; it rests from the moment the department has it.
FACTS = frozenset(
    (
        *("product_id", "registration_id", "lot_id", "serial", "batch", "order_id"),
        *("fault_id", "description", "cause", "attachment_ids", "date_failure"),
        *("service_point_id", "company_id", "date"),
    )
)


class AftersalesQualityReport(models.Model):
    """What keeps a report as it was sent."""

    _inherit = "aftersales.quality.report"

    def write(self, vals):
        """What a department works on does not change under its hands."""
        if FACTS & set(vals) and not self._is_flow():
            self._check_facts_editable()
        if not self._is_flow():
            self._check_addressee_editable(vals)
        res = super().write(vals)
        if "attachment_ids" in vals:
            self._bind_files()
        return res

    def _bind_files(self):
        """Photos that were uploaded before the report existed belong to it."""
        for report in self:
            report.attachment_ids._bind_uploads(report)

    def _check_facts_editable(self):
        """Refuse a change of what was sent.

        :raise UserError: naming the report
        """
        sent = self.filtered(lambda r: r.state != "new")[:1]
        if sent:
            raise UserError(
                self.env._(
                    "%(report)s was sent; what it states does not change any more. "
                    "Write further findings into the messages.",
                    report=sent.name,
                )
            )

    def _check_addressee_editable(self, vals):
        """Refuse another addressee, day or severity by whom it is not up to.

        :raise UserError: naming the report
        """
        if not {"department", "responsible_id", "date_due", "severity"} & set(vals):
            return
        ended = self.filtered(lambda r: r.state not in ("new", "sent"))[:1]
        if ended:
            raise UserError(
                self.env._(
                    "%(report)s is answered or rejected; who answers it until when "
                    "does not change any more.",
                    report=ended.name,
                )
            )
        sent = self.filtered(lambda r: r.state == "sent")[:1]
        if sent and not self._is_reviewer():
            raise UserError(
                self.env._(
                    "%(report)s is with the department. A technical reviewer changes "
                    "who answers it until when.",
                    report=sent.name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        kept = self.filtered(lambda r: r.state != "new" or r.alert_ids)[:1]
        if kept:
            raise UserError(
                self.env._(
                    "%(report)s is evidence and cannot be deleted. Reject it with a "
                    "reason instead.",
                    report=kept.name,
                )
            )

    def _get_frozen_attachments(self):
        """Photos of what was sent."""
        return self.filtered(lambda r: r.state != "new").attachment_ids
