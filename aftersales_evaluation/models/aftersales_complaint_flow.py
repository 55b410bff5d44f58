from odoo import fields, models
from odoo.exceptions import UserError

#: Complaint answers and solutions need these before the customer is answered.
RESPONSE_FIELDS = ("verdict", "cause_id", "measure", "response")
#: What was lodged, about whom: it counts for the point that it is about.
LODGED_FIELDS = ("subject", "description", "order_id", "service_point_id")
LODGED_FIELDS += ("partner_id", "product_id", "is_safety", "assessment")


class AftersalesComplaint(models.Model):
    """Steps: receive, acknowledge, assess, investigate, respond, close (ISO 10002)."""

    _inherit = "aftersales.complaint"

    def action_acknowledge(self):
        """The customer got his first answer: the complaint is in hand."""
        self._check_flow_state("received")
        now = fields.Datetime.now()
        self._write_flow({"state": "acknowledged", "date_acknowledged": now})

    def action_assess(self):
        """Severity, safety and urgency are judged.

        :raise UserError: naming the complaint without an assessment
        """
        self._check_flow_state("acknowledged")
        self._check_filled("assessment", "user_id")
        self._write_flow({"state": "assessed"})

    def action_investigate(self):
        """The cause is looked for."""
        self._check_flow_state("assessed")
        self._write_flow({"state": "investigating"})

    def action_respond(self):
        """Decision and measure were told to the customer.

        :raise UserError: decision, cause, measure or answer is missing
        """
        self._check_flow_state("investigating")
        self._check_filled(*RESPONSE_FIELDS)
        self._write_flow(
            {"state": "responded", "date_responded": fields.Datetime.now()}
        )

    def action_close(self):
        """Close with the customer's consent; without it a reason is asked.

        :raise UserError: the customer was not asked
        """
        self._check_flow_state("responded")
        self._check_filled("consent")
        against = self.filtered(lambda complaint: complaint.consent != "agreed")
        (self - against)._close()
        if against:
            against._check_may_overrule()
            return self.env["aftersales.reason.wizard"]._open_for(
                against, "_close_without_consent"
            )
        return True

    def _close_without_consent(self, reason):
        """Close although the customer does not agree.

        :param reason: why nothing more can be done
        """
        self._check_flow_state("responded")
        self._check_filled("consent")
        self._check_may_overrule()
        self._close(reason.strip())

    def _close(self, reason=False):
        """Close the complaints, and what was escalated about them."""
        self._write_flow(
            {
                "state": "closed",
                "date_closed": fields.Datetime.now(),
                "close_reason": reason,
            }
        )
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])

    def _check_may_overrule(self):
        """Only the head of service closes against the customer.

        :raise UserError: naming the complaint
        """
        if not self.env.su and not self.env.user.has_group(
            "aftersales_network.group_head"
        ):
            raise UserError(
                self.env._(
                    "%(complaint)s: the customer does not agree. The head of service "
                    "decides whether it is closed all the same.",
                    complaint=self[:1].name,
                )
            )

    def action_reopen(self):
        """Ask why, then take up a complaint again."""
        self._check_flow_state("responded", "closed")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_reopen")

    def _reopen(self, reason):
        """Take up complaints again; the deadline stays what it was."""
        self._check_flow_state("responded", "closed")
        for complaint in self:
            complaint._write_flow(
                {
                    "state": "investigating",
                    "date_closed": False,
                    "date_responded": False,
                    "close_reason": False,
                    "reopen_count": complaint.reopen_count + 1,
                }
            )
            complaint.consent = False
            complaint.message_post(body=reason)

    def _on_not_solved(self, comment):
        """A call-back found that the fault is not solved."""
        self.ensure_one()
        note = self.env._(
            "The customer says in a call-back that the fault is not solved. "
            "%(comment)s",
            comment=comment or "",
        )
        if self.state in ("responded", "closed"):
            self._reopen(note)
        else:
            self.message_post(body=note)

    def _check_filled(self, *names):
        """Refuse a step while fields it rests on are empty.

        :raise UserError: naming the complaint and the first empty field
        """
        for complaint in self:
            empty = next((name for name in names if not complaint[name]), None)
            if empty:
                raise UserError(
                    self.env._(
                        "%(complaint)s: fill in “%(field)s” first.",
                        complaint=complaint.name,
                        field=self._fields[empty]._description_string(self.env),
                    )
                )

    def write(self, vals):
        """What the customer said and was told stays as it was.

        :raise UserError: whom it is about, decision or answer of a closed complaint
        """
        frozen = {*RESPONSE_FIELDS, *LODGED_FIELDS, "severity_id", "consent", "cause"}
        if frozen & set(vals) and not self._is_flow():
            self._check_flow_state(
                "received", "acknowledged", "assessed", "investigating", "responded"
            )
        return super().write(vals)
