import ast

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools import email_normalize

from .aftersales_survey_campaign import SOURCES, USUAL_SOURCE


class AftersalesSurveyCampaign(models.Model):
    """Who is asked."""

    _inherit = "aftersales.survey.campaign"

    source = fields.Selection(
        SOURCES,
        "Recipients",
        compute="_compute_source",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    partner_ids = fields.Many2many("res.partner", string="Contacts")
    partner_domain = fields.Char("Filter of Contacts", default="[]")
    service_point_ids = fields.Many2many(
        "aftersales.service.point",
        string="Service Points",
        check_company=True,
        help="Empty: all points of the company.",
    )
    department_ids = fields.Many2many(
        "hr.department", string="Departments", check_company=True
    )
    user_ids = fields.Many2many(
        "res.users",
        "aftersales_survey_campaign_user_rel",
        "campaign_id",
        "user_id",
        string="Single People",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )

    @api.depends("group")
    def _compute_source(self):
        for campaign in self:
            campaign.source = USUAL_SOURCE.get(campaign.group, "contacts")

    @api.constrains("partner_domain")
    def _check_partner_domain(self):
        for campaign in self:
            campaign._get_filter_domain()

    def _get_filter_domain(self):
        """Domain of contacts as it was typed.

        :raise ValidationError: it is no domain of contacts
        """
        self.ensure_one()
        try:
            domain = Domain(ast.literal_eval(self.partner_domain or "[]"))
            domain.validate(self.env["res.partner"])
        except (ValueError, SyntaxError, TypeError) as error:
            raise ValidationError(
                self.env._(
                    "The filter of “%(campaign)s” is no filter of contacts.",
                    campaign=self.name,
                )
            ) from error
        return domain

    def _invite(self):
        """Add the people who were not invited yet; one input of the survey each.

        :return: the new invitations
        :raise UserError: nobody was found
        """
        self.ensure_one()
        rows = self._filter_new_recipients(self._get_recipients())
        if not rows and not self.invitation_ids:
            raise UserError(
                self.env._(
                    "“%(campaign)s” finds nobody to ask. Choose other recipients.",
                    campaign=self.name,
                )
            )
        reached = [row for row in rows if row["email"]]
        inputs = self._create_inputs(reached)
        for row, user_input in zip(reached, inputs, strict=True):
            row["user_input_id"] = user_input.id
        invitation_sudo = self.env["aftersales.survey.invitation"].sudo()
        return invitation_sudo.create(
            [self._prepare_invitation_vals(row) for row in rows]
        ).sudo(False)

    def _get_recipients(self):
        """People to ask: a list of rows with name, email and partner_id.

        Extension point: a source adds ``_get_recipients_<source>``.
        """
        self.ensure_one()
        return getattr(self, f"_get_recipients_{self.source}")()

    def _get_recipients_contacts(self):
        return self.partner_ids._prepare_survey_recipients()

    def _get_recipients_filter(self):
        domain = self._get_filter_domain()
        domain &= Domain("company_id", "in", (self.company_id.id, False))
        return self.env["res.partner"].search(domain)._prepare_survey_recipients()

    def _get_recipients_points(self):
        """The firms behind the service points, about themselves."""
        points = self.service_point_ids or self._get_working_points()
        rows = points.partner_id._prepare_survey_recipients()
        by_partner = {point.partner_id.id: point.id for point in points}
        for row in rows:
            row["service_point_id"] = by_partner[row["partner_id"]]
        return rows

    def _get_recipients_orders(self):
        """Customers whose jobs were finished in the period, by their last job."""
        metric = self.env["aftersales.metric"].with_company(self.company_id)
        start, stop = metric._get_utc_bounds(self.date_from, self.date_to)
        Order = self.env["aftersales.service.order"]
        domain = Order._get_done_domain() & Domain(
            "company_id", "=", self.company_id.id
        )
        domain &= Domain("date_end", ">=", start) & Domain("date_end", "<", stop)
        if self.service_point_ids:
            domain &= Domain("service_point_id", "in", self.service_point_ids.ids)
        groups = Order._read_group(domain, ["partner_id"], ["id:max"])
        orders = Order.browse(order_id for _partner, order_id in groups)
        by_partner = {order.partner_id.id: order for order in orders}
        rows = orders.partner_id._prepare_survey_recipients()
        for row in rows:
            order = by_partner[row["partner_id"]]
            row["order_id"] = order.id
            row["service_point_id"] = order.service_point_id.id
        return rows

    def _get_recipients_employees(self):
        """Single people, and everybody of the departments and those below."""
        # Heads of service choose departments, but read no contact data of employees.
        employees_sudo = self.env["hr.employee"].sudo()
        if self.department_ids:
            employees_sudo = employees_sudo.search(
                [
                    ("department_id", "child_of", self.department_ids.ids),
                    ("company_id", "=", self.company_id.id),
                ]
            )
        rows = [
            {
                "name": employee.name,
                "email": employee.work_email or employee.work_contact_id.email,
                "partner_id": (
                    employee.user_id.partner_id or employee.work_contact_id
                ).id,
                "department_id": employee.department_id.id,
            }
            for employee in employees_sudo
        ]
        # Whoever is in a department as well is asked as one of it.
        return rows + self.user_ids.partner_id._prepare_survey_recipients()

    def _get_working_points(self):
        return self.env["aftersales.service.point"].search(
            [("company_id", "=", self.company_id.id), ("state", "=", "active")]
        )

    def _filter_new_recipients(self, rows):
        """Drop people whom the campaign invited, by contact and by address."""
        invited = self.invitation_ids
        partners = set(invited.partner_id.ids)
        emails = set(invited.mapped("email"))
        kept = []
        for row in rows:
            row["email"] = email_normalize(row["email"]) or False
            if row["partner_id"] in partners or (row["email"] in emails - {False}):
                continue
            partners |= {row["partner_id"]} - {False}
            emails.add(row["email"])
            kept.append(row)
        return kept

    def _create_inputs(self, rows):
        """One not yet begun answer of the survey per person, as superuser."""
        inputs_sudo = self.env["survey.user_input"].sudo()
        survey_sudo = self.survey_id.sudo()
        questions = survey_sudo._prepare_user_input_predefined_questions()
        deadline = self._get_deadline_moment()
        return inputs_sudo.with_context(tracking_disable=True).create(
            [
                {
                    "survey_id": survey_sudo.id,
                    "partner_id": row["partner_id"],
                    "email": row["email"],
                    "nickname": row["name"],
                    "deadline": deadline,
                    # one pool of attempts per invitation
                    "invite_token": inputs_sudo._generate_invite_token(),
                    "predefined_question_ids": [Command.set(questions.ids)],
                }
                for row in rows
            ]
        )

    def _prepare_invitation_vals(self, row):
        """Values of the invitation of one person."""
        return {
            **row,
            "campaign_id": self.id,
            "send_state": "waiting" if row["email"] else "unreachable",
        }


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _prepare_survey_recipients(self):
        """Rows of recipients of a survey campaign."""
        return [
            {
                "name": partner.display_name,
                "email": partner.email,
                "partner_id": partner.id,
            }
            for partner in self
        ]
