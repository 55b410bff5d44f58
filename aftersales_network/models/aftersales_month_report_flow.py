from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, LockError, UserError
from odoo.fields import Domain

from .aftersales_month_report import REPORTING_STATES
from .flow import FLOW


class AftersalesMonthReport(models.Model):
    """Steps of the report, its reminders and the job that drafts it."""

    _inherit = "aftersales.month.report"

    def action_submit(self):
        """Hand the report to the centre, once; its figures are frozen then.

        :raise UserError: not a draft any more, the month still runs, or
            somebody else submits it at this moment
        """
        self.check_access("write")
        self._lock_draft()
        for report in self:
            report._check_month_over()
        self._rebuild()
        self._write_flow(
            {
                "state": "submitted",
                "submitted_by_id": self.env.uid,
                "date_submitted": fields.Datetime.now(),
            }
        )
        self._notify_submitted()

    def _lock_draft(self):
        """Take the rows, then look at the state: two people may submit at once."""
        try:
            self.lock_for_update(allow_referencing=True)
        except LockError as error:
            raise UserError(
                self.env._(
                    "%(report)s is being submitted by somebody else at this moment.",
                    report=self[:1].name,
                )
            ) from error
        self.invalidate_recordset(["state"])
        done = self.filtered(lambda r: r.state != "draft")[:1]
        if done:
            raise UserError(
                self.env._(
                    "%(report)s was already submitted by %(user)s. A report is "
                    "submitted once; the centre may return it for a correction.",
                    report=done.name,
                    user=done.sudo().submitted_by_id.name or "",
                )
            )

    def _check_month_over(self):
        self.ensure_one()
        today = self.company_id._get_aftersales_today()
        if self.month >= today.replace(day=1):
            raise UserError(
                self.env._(
                    "%(report)s: the month still runs. Submit the report after its "
                    "last day.",
                    report=self.name,
                )
            )

    def _get_deciders(self):
        """Manager of the centre that gets the report; may be empty."""
        self.ensure_one()
        manager = (
            self.centre_id.manager_id or self.service_point_id.parent_id.manager_id
        )
        return manager.filtered(lambda user: user.active and not user.share)

    def _notify_submitted(self):
        """Ask the centres to look at the reports; reminders are settled."""
        # The point's people neither read nor write the centre's activities.
        reports_sudo = self.sudo()
        reports_sudo._close_activities()
        groups = reports_sudo.grouped(lambda r: r._get_deciders() - r.submitted_by_id)
        for user, reports in groups.items():
            if user:
                reports.activity_schedule(
                    "aftersales_network.activity_month_report",
                    summary=self.env._("Look at the monthly report"),
                    user_id=user.id,
                )

    def _close_activities(self):
        self.activity_unlink(["aftersales_network.activity_month_report"])

    def _check_can_decide(self, *states):
        """Only centre or head decide, on a report somebody else submitted.

        :raise AccessError: another role
        :raise UserError: wrong state, or the own report
        """
        user = self.env.user
        if not user.has_group(
            "aftersales_network.group_centre_manager"
        ) and not user.has_group("aftersales_network.group_head"):
            raise AccessError(
                self.env._("Monthly reports are decided by the centre or the head.")
            )
        labels = dict(self._fields["state"]._description_selection(self.env))
        for report in self:
            if report.state not in states:
                raise UserError(
                    self.env._(
                        "%(report)s is in state “%(state)s”; this step is not "
                        "possible there.",
                        report=report.name,
                        state=labels[report.state],
                    )
                )
            if report.submitted_by_id == user:
                raise UserError(
                    self.env._(
                        "You submitted %(report)s. Somebody else must decide it.",
                        report=report.name,
                    )
                )

    def action_accept(self):
        """Accept submitted reports."""
        self._check_can_decide("submitted")
        for report in self:
            self.env["aftersales.approval"]._log(report, "month_report", "approved")
        self._write_flow({"state": "accepted", **self._prepare_decision_vals()})
        self._close_activities()

    @api.model
    def _prepare_decision_vals(self):
        return {"decided_by_id": self.env.uid, "date_decided": fields.Datetime.now()}

    def action_ask_return(self):
        """Ask for the reason, then return the report for a correction."""
        self._check_can_decide("submitted", "accepted")
        return self.env["aftersales.reason.wizard"]._open_for(self, "action_return")

    def action_return(self, reason):
        """Return reports; each gets its next revision as a draft.

        :param reason: text for the point, required
        :return: the new drafts
        """
        self._check_can_decide("submitted", "accepted")
        if not (reason or "").strip():
            raise UserError(
                self.env._(
                    "Give a reason why %(report)s comes back.", report=self[:1].name
                )
            )
        for report in self:
            self.env["aftersales.approval"]._log(
                report, "month_report", "rejected", reason
            )
        self._write_flow(
            {
                "state": "returned",
                "return_reason": reason,
                **self._prepare_decision_vals(),
            }
        )
        self._close_activities()
        # The index on point and month must see the state before the next insert.
        self.flush_recordset()
        revisions = self._create_revisions()
        self._tell_returned(reason)
        return revisions

    def _create_revisions(self):
        """Draft the next revision of each report."""
        return self.with_context(aftersales_flow=FLOW).create(
            [
                {
                    "service_point_id": report.service_point_id.id,
                    "month": report.month,
                    "revision": report.revision + 1,
                    "previous_id": report.id,
                    "note_quality": report.note_quality,
                    "note_competitor": report.note_competitor,
                    "note_needs": report.note_needs,
                }
                for report in self
            ]
        )

    def _tell_returned(self, reason):
        """Write to whoever submitted, with the reason."""
        for report in self:
            report.message_post(
                body=self.env._("Returned for a correction: %(reason)s", reason=reason),
                partner_ids=report.sudo().submitted_by_id.partner_id.ids,
            )

    @api.model
    def _get_reporting_domain(self, month):
        """Points that owe a report for ``month``; extension point.

        A point whose probation starts later had nothing to report yet.
        """
        joined = Domain("date_probation_start", "=", False)
        joined |= Domain("date_probation_start", "<=", month + relativedelta(day=31))
        return (
            Domain("tier", "=", "point")
            & Domain("state", "in", REPORTING_STATES)
            & Domain("company_id", "=", self.env.company.id)
            & joined
        )

    @api.model
    def _draft_month(self, month, limit=None):
        """Draft the reports of ``month`` that do not exist yet.

        :return: the new reports
        """
        points = self.env["aftersales.service.point"].search(
            self._get_reporting_domain(month)
            & Domain("month_report_ids", "not any", [("month", "=", month)]),
            limit=limit,
        )
        return self.create(
            [{"service_point_id": point.id, "month": month} for point in points]
        )

    @api.model
    def action_open_missing(self):
        """List the reports that are overdue, after drafting any that lacks."""
        if self.has_access("create"):
            self._draft_month(self._get_due_month(self.env.company))
        return self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_network.aftersales_month_report_action_missing"
        )

    @api.model
    def _cron_month_reports(self, batch=200):
        """Draft last month's reports, refresh drafts, remind of missing ones."""
        Cron = self.env["ir.cron"]
        for company in self.env["res.company"].sudo().search([("active", "=", True)]):
            Report = self.with_company(company)
            while drafts := Report._draft_month(Report._get_last_month(), batch):
                if not Cron._commit_progress(len(drafts)):
                    return
            while missing := Report.search(Report._get_remind_domain(), limit=batch):
                missing._remind_missing()
                if not Cron._commit_progress(len(missing)):
                    return

    @api.model
    def _get_remind_domain(self):
        """Overdue reports that nobody was reminded of."""
        return (
            Domain("is_missing", "=", True)
            & Domain("is_reminded", "=", False)
            & Domain("company_id", "=", self.env.company.id)
        )

    def _remind_missing(self):
        """Plan an activity for the centre of each missing report, once."""
        for user, reports in self.grouped(lambda r: r._get_deciders()).items():
            if user:
                reports.activity_schedule(
                    "aftersales_network.activity_month_report",
                    summary=self.env._("The monthly report is missing"),
                    user_id=user.id,
                )
        self._write_flow({"is_reminded": True})

    def _get_fingerprint(self):
        """Text that changes with the figures; compared before submission."""
        self.ensure_one()
        return f"{self.count_total}/{self.count_on_time}/{self.amount_total:.2f}"

    def _portal_save(self, post):
        """Keep the remarks typed on the portal."""
        self.ensure_one()
        self._check_editable({"note_quality": True})
        notes = ("note_quality", "note_competitor", "note_needs")
        self.write(self._portal_read(notes, post))

    def _portal_submit(self, post):
        """Keep the remarks and submit what the person has seen.

        :return: text where the figures changed since they were shown, else False
        """
        self.ensure_one()
        self._lock_draft()
        self._portal_save(post)
        self._rebuild()
        if post.get("fingerprint") != self._get_fingerprint():
            return self.env._(
                "Orders changed since you opened the page. Look at the new figures, "
                "then submit again."
            )
        self.action_submit()
        return False


class AftersalesApproval(models.Model):
    _inherit = "aftersales.approval"

    gate = fields.Selection(
        selection_add=[("month_report", "Monthly Report")],
        ondelete={"month_report": "cascade"},
    )
