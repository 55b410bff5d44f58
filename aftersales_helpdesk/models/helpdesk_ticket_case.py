from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from .res_company import CASE_HOURS

#: Tickets that one run of the job escalates at once.
BATCH = 200
HIGH = "2"


class HelpdeskTicket(models.Model):
    """A case is followed to its result, and the customer learns of it.

    Source: every consultation and complaint, by whatever channel, is answered in
    time; a case ends with its result and the notice to the customer, and one that
    is late goes to the next higher person.
    """

    _inherit = "helpdesk.ticket"

    aftersales_kind = fields.Selection(
        [
            ("consultation", "Consultation"),
            ("complaint", "Complaint"),
            ("fault", "Fault"),
        ],
        "Kind of Case",
        default="fault",
        required=True,
        tracking=True,
    )
    aftersales_date_due = fields.Datetime(
        "Answer by",
        compute="_compute_aftersales_date_due",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        index=True,
        tracking=True,
        help="From then on the case is overdue and goes to the next higher person.",
    )
    aftersales_is_overdue = fields.Boolean(
        "Overdue",
        compute="_compute_aftersales_is_overdue",
        search="_search_aftersales_is_overdue",
    )
    aftersales_date_escalated = fields.Datetime(
        "Escalated on", readonly=True, copy=False
    )
    aftersales_result = fields.Text(
        "Result",
        copy=False,
        tracking=True,
        help="What was found and done, in words for the customer.",
    )
    aftersales_notice = fields.Selection(
        [
            ("email", "E-Mail"),
            ("phone", "Phone"),
            ("letter", "Letter"),
            ("visit", "In Person"),
            ("portal", "Portal"),
        ],
        "Customer Told by",
        copy=False,
        tracking=True,
    )
    aftersales_date_notice = fields.Datetime(
        "Customer Told on", readonly=True, copy=False
    )

    # -- in time ---------------------------------------------------------------

    @api.depends("company_id")
    def _compute_aftersales_date_due(self):
        for ticket in self:
            hours = ticket.company_id.aftersales_case_hours or CASE_HOURS
            start = ticket.create_date or fields.Datetime.now()
            ticket.aftersales_date_due = ticket.aftersales_date_due or (
                start + timedelta(hours=hours)
            )

    @api.depends("aftersales_date_due", "stage_id.closed")
    def _compute_aftersales_is_overdue(self):
        now = fields.Datetime.now()
        for ticket in self:
            due = ticket.aftersales_date_due
            ticket.aftersales_is_overdue = bool(due and due < now and not ticket.closed)

    @api.model
    def _search_aftersales_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = Domain("aftersales_date_due", "<", fields.Datetime.now())
        return late & Domain("stage_id.closed", "=", False)

    @api.model
    def _get_escalation_domain(self):
        """Overdue cases that nobody higher knows of yet; extension point."""
        return Domain("aftersales_is_overdue", "=", True) & Domain(
            "aftersales_date_escalated", "=", False
        )

    @api.model
    def _cron_escalate(self):
        """Give overdue cases to the next higher person, a batch a transaction."""
        self.env["ir.cron"]._aftersales_work_off(
            self,
            self._get_escalation_domain(),
            "_escalate",
            BATCH,
            order="aftersales_date_due, id",
        )

    def _escalate(self):
        """Remind the leader of the team, or a head of service, and raise priority."""
        self.write({"aftersales_date_escalated": fields.Datetime.now()})
        low = self.filtered(lambda ticket: (ticket.priority or "0") < HIGH)
        low.write({"priority": HIGH})
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            [values for ticket in self if (values := ticket._prepare_escalation_vals())]
        )

    def _prepare_escalation_vals(self):
        """Values of the activity about an overdue case; empty without a person."""
        self.ensure_one()
        person = self._get_escalation_user()
        if not person:
            return {}
        reader = self.with_context(lang=person.lang)
        return {
            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "user_id": person.id,
            "summary": reader.env._("Overdue case"),
            "date_deadline": self.company_id._get_aftersales_today(),
            "automated": True,
        }

    def _get_escalation_user(self):
        """Next higher person: leader of the team unless it is his case."""
        self.ensure_one()
        leader = self.team_id.user_id
        if leader and leader != self.user_id:
            return leader
        heads = self.company_id._get_aftersales_people("aftersales_network.group_head")
        return heads[:1]

    # -- result and notice -----------------------------------------------------

    @api.constrains("stage_id", "aftersales_result", "aftersales_notice")
    def _check_aftersales_result(self):
        """A case ends with its result and the notice to the customer.

        A duplicate is answered by its original.

        :raise ValidationError: naming the case and what is missing
        """
        for ticket in self:
            if not ticket.closed or ticket.duplicate_id:
                continue
            if not (ticket.aftersales_result or "").strip():
                raise ValidationError(
                    self.env._(
                        "%(ticket)s cannot be closed without a result. Write on the "
                        "tab Result what was found and done.",
                        ticket=ticket.display_name,
                    )
                )
            if not ticket.aftersales_notice:
                raise ValidationError(
                    self.env._(
                        "%(ticket)s cannot be closed before the customer knows the "
                        "result. Send it, or say on the tab Result how the customer "
                        "was told.",
                        ticket=ticket.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Note when the customer of a logged case was told."""
        return super().create([self._date_notice(vals) for vals in vals_list])

    def write(self, vals):
        """Note when the customer was told; the end of a case ends its reminders.

        :raise AccessError: a customer closes a case of somebody else
        """
        vals = self._date_notice(vals)
        closing = self._get_closing(vals)
        if closing and self.env.user.share:
            self._check_own_case()
            for ticket in closing:
                ticket._close_by_customer()
        result = super().write(vals)
        if closing:
            # What was to be done about the delay is done.
            closing.sudo().activity_unlink(
                ["mail.mail_activity_data_todo"], only_automated=True
            )
        return result

    @api.model
    def _date_notice(self, vals):
        """Values with the time at which the customer was told."""
        if "aftersales_notice" not in vals:
            return vals
        told = fields.Datetime.now() if vals["aftersales_notice"] else False
        return {**vals, "aftersales_date_notice": told}

    def _get_closing(self, vals):
        """Open cases that these values close."""
        stage = self.env["helpdesk.ticket.stage"].browse(vals.get("stage_id"))
        if not stage.sudo().closed:
            return self.browse()
        return self.filtered(lambda ticket: not ticket.closed)

    def _check_own_case(self):
        """A customer closes own cases only.

        :raise AccessError: naming the case
        """
        own = self.env.user.partner_id.commercial_partner_id
        foreign = self.filtered(lambda t: t.commercial_partner_id != own)[:1]
        if foreign:
            raise AccessError(
                self.env._(
                    "Case %(number)s is not yours to close.", number=foreign.number
                )
            )

    def _close_by_customer(self):
        """The customer says that the case is settled, so he knows."""
        self.ensure_one()
        closed = self.env._("Closed by the customer.")
        self.write(
            {
                "aftersales_result": self.aftersales_result or closed,
                "aftersales_notice": self.aftersales_notice or "portal",
            }
        )

    def action_send_result(self):
        """Mail the result to the customer and close the case.

        :raise UserError: no result, no address, or no stage that closes
        """
        self.check_access("write")
        for ticket in self:
            ticket._check_can_send()
            stage = ticket._get_closing_stage()
            ticket._send_result()
            ticket.write({"aftersales_notice": "email", "stage_id": stage.id})

    def _check_can_send(self):
        self.ensure_one()
        if not (self.aftersales_result or "").strip():
            raise UserError(
                self.env._(
                    "%(ticket)s has no result yet. Write on the tab Result what was "
                    "found and done.",
                    ticket=self.display_name,
                )
            )
        if not (self.partner_id.email or self.partner_email):
            raise UserError(
                self.env._(
                    "The customer of %(ticket)s has no e-mail address. Tell him by "
                    "another way and say so on the tab Result.",
                    ticket=self.display_name,
                )
            )

    def _get_closing_stage(self):
        """First stage of the team that closes a case.

        :raise UserError: the team has none
        """
        self.ensure_one()
        stage = self.team_id._get_applicable_stages().filtered("closed")[:1]
        if not stage:
            raise UserError(
                self.env._(
                    "Team %(team)s has no stage that closes a case. Add one first.",
                    team=self.team_id.display_name or "",
                )
            )
        return stage

    def _send_result(self):
        """Post the result to the customer, in words typed for him."""
        self.ensure_one()
        reader = self.with_context(lang=self.partner_id.lang or self.env.lang)
        lines = Markup("<br/>").join(self.aftersales_result.strip().splitlines())
        self.message_post(
            subject=reader.env._("Result of your case %(number)s", number=self.number),
            body=Markup("<p>%s</p>") % lines,
            partner_ids=self.partner_id.ids,
            outgoing_email_to=(False if self.partner_id.email else self.partner_email),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
