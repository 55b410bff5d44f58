from odoo import api, models
from odoo.fields import Domain


class AftersalesStaff(models.Model):
    _inherit = "aftersales.staff"

    @api.model
    def _get_units_of(self, records, on_date=None):
        """Unit where each person works on a day: ``{record: service point}``.

        A person with several posts belongs to the latest one.

        :param records: records with ``aftersales.person.mixin``
        :param on_date: default today
        """
        on_date = on_date or self.env.company._get_aftersales_today()
        employees, partners = records.employee_id, records.partner_id
        lines = self.sudo().search(
            self._get_present_domain(on_date)
            & (
                Domain("employee_id", "in", employees.ids)
                | Domain("partner_id", "in", partners.ids)
            ),
            order="date_from, id",
        )
        by_employee = {line.employee_id: line for line in lines if line.employee_id}
        by_partner = {line.partner_id: line for line in lines if line.partner_id}
        units = {}
        for record in records:
            line = by_employee.get(record.employee_id._origin) or by_partner.get(
                record.partner_id._origin
            )
            if line and line.company_id == (record.company_id or line.company_id):
                units[record] = line.service_point_id
        return units
