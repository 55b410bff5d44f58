from odoo import api, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

#: What a customer types.
LODGED_FIELDS = ("subject", "description")
#: Complaints of one customer that may be open at the same time on the portal.
MAX_OPEN = 20
#: Orders of the customer that a complaint can be about.
MAX_ORDERS = 50
#: States in which the customer reads our answer.
ANSWERED_STATES = ("responded", "closed")


class AftersalesComplaint(models.Model):
    """Complaints that customers lodge and follow on the portal."""

    _name = "aftersales.complaint"
    _inherit = ["aftersales.complaint", "aftersales.portal.form.mixin"]

    @api.model
    def _portal_get_own_domain(self):
        """Documents of the customer, or of the company he belongs to.

        :raise AccessError: nobody is logged in
        """
        user = self.env.user
        if user._is_public():
            raise AccessError(self.env._("Log in to see your complaints."))
        # The own contact is the key, whatever it may read.
        partner = user.partner_id.sudo().commercial_partner_id
        return Domain("partner_id", "child_of", partner.id)

    @api.model
    def _portal_get_orders(self):
        """Jobs of the customer that a complaint can be about, newest first.

        :return: orders as superuser
        """
        domain = self._portal_get_own_domain() & Domain("state", "!=", "cancelled")
        Order_sudo = self.env["aftersales.service.order"].sudo()
        return Order_sudo.search(domain, order="id desc", limit=MAX_ORDERS)

    @api.model
    def _portal_lodge(self, post):
        """Take a complaint of the customer himself.

        :param post: form with subject, description and, if chosen, order_id
        :return: the complaint as superuser
        :raise ValidationError: something is missing or too much
        """
        domain = self._portal_get_own_domain()
        vals = self._portal_read(LODGED_FIELDS, post)
        self._portal_check_required(vals, LODGED_FIELDS)
        # The customer's own documents, found by his contact.
        complaints_sudo = self.sudo()
        running = complaints_sudo.search_count(domain & Domain("state", "!=", "closed"))
        self._portal_check_count(running + 1, MAX_OPEN)
        complaint_sudo = complaints_sudo.with_context(
            mail_create_nosubscribe=True
        ).create({**vals, **self._portal_prepare_origin(post.get("order_id"))})
        complaint_sudo._portal_tell_responsible()
        return complaint_sudo

    @api.model
    def _portal_prepare_origin(self, order_id):
        """What a complaint from the portal is about, and who takes care of it.

        :param order_id: one of the customer's own jobs as text; others are left out
        """
        order_sudo = self._portal_get_orders().filtered(
            lambda order: str(order.id) == order_id
        )
        company = order_sudo.company_id or self.env.company
        # Portal people read no severities; the first of the company is assumed.
        severity_sudo = (
            self.env["aftersales.complaint.severity"]
            .sudo()
            .search(Domain("company_id", "in", (company.id, False)), limit=1)
        )
        return {
            "channel": "web",
            "company_id": company.id,
            "severity_id": severity_sudo.id,
            "order_id": order_sudo.id,
            "partner_id": (order_sudo.partner_id or self.env.user.partner_id).id,
            "user_id": self._portal_get_responsible(order_sudo, company).id,
        }

    def _portal_tell_responsible(self):
        """Put the complaint on the list of the one who answers for it."""
        self.ensure_one()
        if self.user_id:
            due = self.company_id._get_aftersales_today(self.date_answer_due)
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Acknowledge the complaint from the portal"),
                date_deadline=due,
                user_id=self.user_id.id,
            )

    @api.model
    def _portal_check_required(self, vals, names):
        """Refuse a form with an empty field.

        :raise ValidationError: naming the first empty field
        """
        for name in names:
            if not vals.get(name):
                label = self._fields[name]._description_string(self.env)
                raise ValidationError(
                    self.env._("Please fill in “%(field)s”.", field=label)
                )

    @api.model
    def _portal_get_responsible(self, order_sudo, company):
        """Manager of the centre of the job, else a head of service."""
        point_sudo = order_sudo.service_point_id
        manager = point_sudo._get_supervisor() if point_sudo else self.env["res.users"]
        heads = company._get_aftersales_people("aftersales_network.group_head")
        return (manager | heads)[:1]

    def _portal_get_answer(self):
        """Our answer, once it was given; the steps before are internal."""
        self.ensure_one()
        return self.response if self.state in ANSWERED_STATES else ""
