from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

REFRESH_DAYS = 7


class AftersalesCertificate(models.Model):
    """Where the holder works, and until when."""

    _inherit = "aftersales.certificate"

    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Unit",
        compute="_compute_posting",
        store=True,
        compute_sudo=True,
        index="btree_not_null",
        help="Unit at which the holder works today, or worked last.",
    )
    date_holder_left = fields.Date(
        "Holder Left On",
        compute="_compute_posting",
        store=True,
        compute_sudo=True,
        help="Last day of the holder: the departure of the employee, or the end of "
        "the last service post.",
    )
    is_holder_left = fields.Boolean("Holder Left", compute="_compute_is_holder_left")

    @api.depends(
        "company_id",
        "holder_employee_id.active",
        "holder_employee_id.current_version_id.departure_date",
        "holder_partner_id.active",
        "holder_employee_id.aftersales_staff_ids.active",
        "holder_employee_id.aftersales_staff_ids.date_from",
        "holder_employee_id.aftersales_staff_ids.date_to",
        "holder_employee_id.aftersales_staff_ids.service_point_id",
        "person_id.aftersales_staff_ids.active",
        "person_id.aftersales_staff_ids.date_from",
        "person_id.aftersales_staff_ids.date_to",
        "person_id.aftersales_staff_ids.service_point_id",
    )
    def _compute_posting(self):
        for certificate in self.with_context(active_test=False):
            lines = certificate.holder_employee_id.aftersales_staff_ids
            lines |= certificate.person_id.aftersales_staff_ids
            # An archived line without an end was a mistake.
            lines = lines.filtered(lambda line: line.active or line.date_to)
            today = certificate.company_id._get_aftersales_today()
            certificate.service_point_id = lines._get_main_line(
                certificate.company_id, today
            ).service_point_id
            certificate.date_holder_left = certificate._get_leaving_day(lines, today)

    def _get_leaving_day(self, lines, today):
        """Last day of the holder, ``False`` for somebody who stays.

        An archived person without any date left on the day it was noticed.
        """
        employee, contact = self.holder_employee_id, self.holder_partner_id
        ends = lines.mapped("date_to")
        last = max(ends) if ends and all(ends) else False
        departure = employee.current_version_id.departure_date
        if departure:
            return min(departure, last or departure)
        if last or (employee or contact).active:
            return last
        return self.date_holder_left or today

    @api.depends("date_holder_left", "company_id")
    def _compute_is_holder_left(self):
        for certificate in self:
            left = certificate.date_holder_left
            today = certificate.company_id._get_aftersales_today()
            certificate.is_holder_left = bool(left) and left < today

    def _check_may_hold(self):
        """Refuse certificates that were issued after their holder left.

        :raise UserError: naming the certificate, the holder and both days
        """
        res = super()._check_may_hold()
        for certificate in self:
            left = certificate.date_holder_left
            if left and certificate.date_issue > left:
                raise UserError(
                    self.env._(
                        "%(certificate)s was issued on %(issued)s, after %(holder)s "
                        "left on %(left)s. Correct the day of issue, or the departure "
                        "or service post of the holder.",
                        certificate=certificate.display_name,
                        issued=certificate.date_issue,
                        holder=certificate.holder_name,
                        left=left,
                    )
                )
        return res

    @api.model
    def _refresh_postings(self):
        """Follow service posts that began or ended with the passing of a day."""
        today = fields.Date.context_today(self)
        since = today - timedelta(days=REFRESH_DAYS)
        Staff = self.env["aftersales.staff"].with_context(active_test=False)
        lines = Staff.search(
            (Domain("date_from", ">=", since) & Domain("date_from", "<=", today))
            | (Domain("date_to", ">=", since) & Domain("date_to", "<=", today))
        )
        moved = self.search(
            Domain("holder_employee_id", "in", lines.employee_id.ids)
            | Domain("person_id", "in", lines.partner_id.ids)
        )
        self.env.add_to_compute(self._fields["service_point_id"], moved)
        moved.flush_recordset(["service_point_id"])


class AftersalesStaff(models.Model):
    _inherit = "aftersales.staff"

    def _get_main_line(self, company, today):
        """The line that tells where a person works: present, else the latest."""
        own = self.filtered(lambda line: line.company_id == company)

        def rank(line):
            ended = line.date_to and line.date_to < today
            present = line.date_from <= today and not ended
            return present, line.date_from, line.id

        return max(own, key=rank, default=self.browse())
