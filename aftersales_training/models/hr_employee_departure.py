from odoo import models


class HrEmployee(models.Model):
    """Whoever leaves the company leaves the posts in the service network."""

    _inherit = "hr.employee"

    def write(self, vals):
        """End the posts on the day of departure, or today when archived.

        The departure wizard archives first and writes the day afterwards; it marks
        that with ``no_wizard``, and the day decides.
        """
        result = super().write(vals)
        if vals.get("departure_date"):
            self._end_aftersales_posts(self[:1].departure_date)
        elif vals.get("active") is False and not self.env.context.get("no_wizard"):
            self._end_aftersales_posts()
        return result

    def _end_aftersales_posts(self, day=None):
        """End the running staff lines of these people.

        :param day: last day; default: today in the company of the line
        """
        # Who may let an employee go need not be allowed to edit the network.
        Staff = self.env["aftersales.staff"].sudo()
        Staff.search([("employee_id", "in", self.ids)])._end_on(day)
