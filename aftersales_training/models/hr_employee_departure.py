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
        elif vals.get("active"):
            self._get_aftersales_posts()._reopen_departed()
        return result

    def _end_aftersales_posts(self, day=None):
        """End the running staff lines of these people.

        :param day: last day; default: today in the company of the line
        """
        self._get_aftersales_posts()._end_on(day)

    def _get_aftersales_posts(self):
        """Staff lines of these people, to be changed with them."""
        # Who may let an employee go need not be allowed to edit the network.
        Staff = self.env["aftersales.staff"].sudo()
        return Staff.search([("employee_id", "in", self.ids)])
