from odoo import fields, models


class AftersalesSurveyInvitation(models.Model):
    """One person asked by a campaign, and how far the answer got.

    Made and moved on by the campaign alone; the link to answer stays in the mail.
    """

    _name = "aftersales.survey.invitation"
    _description = "Survey Invitation"
    _order = "campaign_id desc, id"
    _check_company_auto = True

    campaign_id = fields.Many2one(
        "aftersales.survey.campaign", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="campaign_id.company_id", store=True, index=True
    )
    group = fields.Selection(related="campaign_id.group", store=True)
    name = fields.Char("Person")
    email = fields.Char("E-Mail")
    partner_id = fields.Many2one(
        "res.partner", "Contact", index="btree_not_null", ondelete="set null"
    )
    department_id = fields.Many2one("hr.department", index="btree_not_null")
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
    )
    order_id = fields.Many2one(
        "aftersales.service.order",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
    )
    user_input_id = fields.Many2one(
        "survey.user_input",
        "Answer Sheet",
        index="btree_not_null",
        ondelete="set null",
    )
    answer_state = fields.Selection(
        related="user_input_id.state", string="Answered", store=True
    )
    send_state = fields.Selection(
        [
            ("waiting", "To Be Sent"),
            ("sent", "Sent"),
            ("unreachable", "No Address"),
            ("failed", "Not Sent"),
        ],
        "Invitation",
        required=True,
        default="waiting",
        index=True,
    )
    date_sent = fields.Date("Sent on")
    date_last = fields.Date("Last Written on")
    reminder_count = fields.Integer("Reminders")

    _partner_uniq = models.UniqueIndex(
        "(campaign_id, partner_id) WHERE partner_id IS NOT NULL",
        "This contact is invited already.",
    )
    _email_uniq = models.UniqueIndex(
        "(campaign_id, email) WHERE email IS NOT NULL",
        "This address is invited already.",
    )
    _input_uniq = models.UniqueIndex(
        "(user_input_id) WHERE user_input_id IS NOT NULL",
        "This answer belongs to another invitation.",
    )
    _queue_idx = models.Index("(campaign_id) WHERE send_state = 'waiting'")

    def _get_answer_url(self):
        """Link that answers the survey for this person alone; for his mail only."""
        self.ensure_one()
        # The rights on invitations do not let anybody read the key in it.
        input_sudo = self.sudo().user_input_id
        return f"{input_sudo.survey_id.get_base_url()}{input_sudo.get_start_url()}"
