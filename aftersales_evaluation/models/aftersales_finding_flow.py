import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import date_utils, format_date

from odoo.addons.aftersales_network.models.flow import HEAD_GROUP
from odoo.addons.aftersales_network.tools.portal_form import IMAGE_TYPES

_logger = logging.getLogger(__name__)


class AftersalesFinding(models.Model):
    """Steps of a finding, its reminders and what repeated failure leads to."""

    _inherit = "aftersales.finding"

    can_correct = fields.Boolean(compute="_compute_can_correct")

    @api.depends("state", "owner_id")
    @api.depends_context("uid")
    def _compute_can_correct(self):
        for finding in self:
            finding.can_correct = finding.state == "open" and finding._is_answerable()

    def _is_answerable(self):
        """Whether the user answers for the correction."""
        user = self.env.user
        return self.env.su or user == self.owner_id or user.has_group(HEAD_GROUP)

    def _plan_activities(self):
        """Without a mail: the reminder writes it when it is time."""
        quiet = self.with_context(mail_activity_quick_update=True)
        return super(AftersalesFinding, quiet)._plan_activities()

    def _filter_to_do(self):
        """An owner belongs to the audited and learns of it as late as the point."""
        return super()._filter_to_do().filtered("is_released")

    def _announce(self):
        """Tell of findings that an unannounced audit kept to itself until now."""
        self._plan_activities()
        self._propose_suspensions()

    def action_ask_correct(self):
        """Ask for cause, correction and proof, then hand them in.

        :raise AccessError: anybody but owner and head of service
        """
        self.ensure_one()
        self._check_flow_state("open")
        self._check_answerable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Correction of %(finding)s", finding=self.name),
            "res_model": "aftersales.finding.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_finding_id": self.id},
        }

    def _check_answerable(self):
        """Refuse the answer of whoever does not own the finding.

        :raise AccessError: naming the finding and its owner
        """
        self.check_access("read")
        for finding in self:
            if not finding._is_answerable():
                raise AccessError(
                    self.env._(
                        "%(finding)s is answered by its owner %(owner)s or the head "
                        "of service.",
                        finding=finding.name,
                        owner=finding.owner_id.name,
                    )
                )

    def _correct(self, vals):
        """Take the answer of the owner or the point; the caller checked who asks.

        :param vals: ``correction`` and, if known, ``cause``
        :raise UserError: no correction
        """
        self._check_flow_state("open")
        if not (vals.get("correction") or "").strip():
            raise UserError(
                self.env._(
                    "%(finding)s: write down what was done about it.",
                    finding=self[:1].name,
                )
            )
        # Owners and points have no right to write on findings but this step.
        self.sudo()._write_flow(
            {
                **vals,
                "state": "corrected",
                "corrected_by_id": self.env.uid,
                "date_corrected": fields.Datetime.now(),
            }
        )
        self._close_activities()
        self._ask_verification()

    def _ask_verification(self):
        """Ask whoever raised each finding, else a head, to look at the correction."""
        for finding in self.sudo():
            heads = finding.company_id._get_aftersales_people(HEAD_GROUP)
            people = finding.auditor_id.filtered("active") | heads
            people -= finding.owner_id | finding.corrected_by_id
            if people:
                finding.activity_schedule(
                    self._TASK_ACTIVITY,
                    summary=self.env._("Verify the correction"),
                    user_id=people[0].id,
                )

    def _portal_correct(self, post, files=()):
        """The point answers on the portal; the controller checked whose point.

        :param post: the form, with ``correction`` and ``cause``
        :param files: list of ``(name, content)``; pictures only
        """
        self.ensure_one()
        self._check_flow_state("open")
        vals = self._portal_read(("correction", "cause"), post)
        self._correct(vals)
        if files:
            self._portal_attach("photo_ids", files, IMAGE_TYPES)

    def _get_frozen_attachments(self):
        """Proof of what was handed in."""
        return self.filtered(lambda f: f.state != "open").photo_ids

    def action_ask_verify(self):
        """Ask how it was verified, then close."""
        self._check_flow_state("corrected")
        self._check_independent()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_verify")

    def _check_independent(self):
        """Nobody verifies what he owns, corrected or works at.

        :raise UserError: naming the finding
        """
        if self.env.su:
            return
        for finding in self:
            # Nobody escapes because he may not read a line.
            point_sudo = finding.sudo().service_point_id
            people = finding.owner_id | finding.former_owner_ids
            people |= finding.corrected_by_id
            people |= point_sudo.manager_id | point_sudo.staff_ids.user_id
            self.env["aftersales.approval"]._check_other_person(finding, people)

    def _verify(self, text):
        """Confirm that the correction helps; never by whoever answers for it.

        :param text: how it was verified
        :raise UserError: not corrected yet, own finding, or no text
        """
        self._check_flow_state("corrected")
        self._check_independent()
        self._check_reason_given(text)
        self._write_flow(
            {
                "state": "verified",
                "verification": text,
                "verified_by_id": self.env.uid,
                "date_verified": fields.Datetime.now(),
            }
        )
        self._close_activities()

    def action_ask_send_back(self):
        """Ask what is missing, then open the finding again."""
        self._check_flow_state("corrected")
        self._check_independent()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_send_back")

    def _send_back(self, reason):
        """The correction does not help: the finding is open again.

        :param reason: what is missing, for owner and point
        """
        self._check_flow_state("corrected")
        self._check_independent()
        self._check_reason_given(reason)
        for finding in self:
            finding._write_flow(
                {
                    "state": "open",
                    "verification": reason,
                    "corrected_by_id": False,
                    "date_corrected": False,
                    "sent_back_count": finding.sent_back_count + 1,
                }
            )
            finding.message_post(body=reason)
        self._close_activities()
        self._plan_activities()

    def action_ask_withdraw(self):
        """Ask for the reason, then withdraw a finding that was wrong."""
        self._check_flow_state("open", "corrected")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_withdraw")

    def _withdraw(self, reason):
        """Take back findings that were wrong; they count as no earlier case.

        :param reason: kept with the findings
        :raise UserError: the user answers for the finding himself
        """
        self._check_flow_state("open", "corrected")
        self._check_independent()
        self._check_reason_given(reason)
        self._write_flow({"state": "cancelled", "verification": reason})
        self._close_activities()
        self._recount_later()

    def _recount_later(self):
        """Count the earlier cases of findings of the same clauses again."""
        # Later ones may belong to others; counting them changes nothing else.
        Finding_sudo = self.env["aftersales.finding"].sudo()
        later = Finding_sudo.search(
            Domain("service_point_id", "in", self.service_point_id.ids)
            & Domain("clause", "in", [clause for clause in self.mapped("clause")])
        )
        self.env.add_to_compute(later._fields["repeat_count"], later)

    def _propose_suspensions(self):
        """Propose the suspension of points that failed a clause too often.

        The number of failures is data of the company; zero never proposes.
        """
        for finding in self.filtered("is_released"):
            limit = finding.company_id.aftersales_finding_suspend_count
            if limit and finding.repeat_count + 1 >= limit:
                finding.service_point_id._propose_suspension(
                    self.env._(
                        "%(clause)s failed repeatedly, cases: %(count)s, last "
                        "%(finding)s.",
                        clause=finding.clause,
                        count=finding.repeat_count + 1,
                        finding=finding.name,
                    ),
                    finding,
                )

    @api.model
    def _cron_remind(self, limit=200):
        """Remind owners before the due date, and tell superiors after it."""
        upcoming = self._get_to_remind(limit)
        upcoming._run_each("_remind")
        overdue = self._get_to_escalate(limit - len(upcoming))
        overdue._run_each("_escalate")
        done = len(upcoming | overdue)
        self.env["ir.cron"]._commit_progress(done, remaining=int(done >= limit))

    def _get_to_remind(self, limit):
        """Open findings that are due soon and whose owner was not told yet.

        What an unannounced audit still hides is told to nobody.
        """
        by_today = self.env["res.company"]._get_aftersales_by_today()
        domains = [
            Domain("company_id", "=", company.id)
            & Domain(
                "date_due",
                "<=",
                date_utils.add(day, days=company.aftersales_finding_remind_days),
            )
            for day, companies in by_today.items()
            for company in companies
        ]
        domain = Domain("state", "=", "open") & Domain("date_reminded", "=", False)
        domain &= Domain("is_released", "=", True)
        return self.search(domain & Domain.OR(domains), limit=limit)

    def _get_to_escalate(self, limit):
        """Overdue findings of which no superior was told yet."""
        by_today = self.env["res.company"]._get_aftersales_by_today()
        domains = [
            Domain("company_id", "in", companies.ids) & Domain("date_due", "<", day)
            for day, companies in by_today.items()
        ]
        domain = Domain("state", "in", ("open", "corrected"))
        domain &= Domain("date_escalated", "=", False)
        domain &= Domain("is_released", "=", True)
        return self.search(domain & Domain.OR(domains), limit=max(limit, 0))

    def _run_each(self, step):
        """Take a step for each finding; one that fails does not stop the others."""
        for finding in self:
            try:
                with self.env.cr.savepoint():
                    getattr(finding, step)()
            except Exception:  # one bad finding never stops the others
                self.env.invalidate_all()
                _logger.exception("Finding %s: %s failed", finding.name, step)

    def _remind(self):
        """Write to the owner that the finding is due soon."""
        finding = self.with_context(lang=self.owner_id.lang)
        finding.message_notify(
            partner_ids=self.owner_id.partner_id.ids,
            subject=finding.env._("Finding %(finding)s is due", finding=self.name),
            body=finding.env._(
                "%(finding)s at %(point)s is due on %(day)s.",
                finding=self.name,
                point=self.service_point_id.name or self.company_id.name,
                day=format_date(finding.env, self.date_due),
            ),
        )
        self._write_flow({"date_reminded": self._get_company_today()})

    def _get_company_today(self):
        return self.company_id._get_aftersales_today()

    def _escalate(self):
        """Put an overdue finding on the list of the superior of its owner."""
        heads = self.company_id._get_aftersales_people(HEAD_GROUP)
        superior = self.service_point_id and self.service_point_id._get_supervisor()
        people = (superior or heads) | heads
        superior = (people - self.owner_id)[:1]
        if superior:
            finding = self.with_context(lang=superior.lang)
            finding.activity_schedule(
                self._TASK_ACTIVITY,
                summary=finding.env._(
                    "Overdue finding of %(owner)s", owner=self.owner_id.name
                ),
                user_id=superior.id,
            )
        self._write_flow({"date_escalated": self._get_company_today()})
