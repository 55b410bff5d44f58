from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date


class AftersalesStaff(models.Model):
    """Leave of people who keep their post, and posts of people who left."""

    _inherit = "aftersales.staff"

    absence_ids = fields.One2many("aftersales.staff.absence", "staff_id", "Long Leave")
    date_departure_noted = fields.Date(
        "Departure Noted On",
        readonly=True,
        copy=False,
        help="Day on which the post ended by itself because the person left.",
    )
    has_left = fields.Boolean(
        "Person Has Left",
        compute="_compute_has_left",
        search="_search_has_left",
        help="The employee or contact is archived, but the post has no end that is "
        "over.",
    )

    _FLOW_FIELDS = frozenset(("date_departure_noted",))

    @api.depends("employee_id.active", "partner_id.active", "date_to", "active")
    def _compute_has_left(self):
        for staff in self:
            staff_sudo = staff.sudo()
            person = staff_sudo.employee_id or staff_sudo.partner_id
            company = staff.company_id or self.env.company
            today = company._get_aftersales_today()
            over = bool(staff.date_to and staff.date_to <= today)
            staff.has_left = bool(person) and not (
                person.active or over or not staff.active
            )

    def _search_has_left(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._get_aftersales_today()
        # A dispatcher may not read employees, but may know that a post is stale.
        gone = Domain("employee_id", "any!", [("active", "=", False)]) | Domain(
            "partner_id", "any!", [("active", "=", False)]
        )
        return (
            gone
            & Domain("active", "=", True)
            & (Domain("date_to", "=", False) | Domain("date_to", ">", today))
        )

    def action_end_departed(self):
        """End the posts of people who have left, on their last day or today."""
        self.check_access("write")
        for day, lines in (
            self.filtered("has_left")
            .grouped(lambda staff: staff.employee_id.sudo().departure_date or None)
            .items()
        ):
            lines._end_on(day)
        return True

    def _end_on(self, day=None):
        """End the lines that run beyond a day; one that starts later never ran.

        :param day: last day; default: today in the company of the line
        """
        by_day = defaultdict(self.browse)
        for staff in self:
            end = day or staff.company_id._get_aftersales_today()
            if not staff.date_to or staff.date_to > end:
                by_day[end] |= staff
        for end, lines in by_day.items():
            begun = lines.filtered(lambda s, end=end: s.date_from <= end)
            begun._end_departed(end)
            (lines - begun).write({"active": False})
            text = self.env._(
                "The person has left; the post ends on %(date)s.",
                date=format_date(self.env, end),
            )
            lines._message_log_batch(bodies=dict.fromkeys(lines.ids, text))

    def _end_departed(self, end):
        """End lines, and keep in mind which of them had no end of their own."""
        for company, lines in self.grouped("company_id").items():
            noted = lines.filtered(lambda s: not s.date_to or s.date_departure_noted)
            today = company._get_aftersales_today()
            noted._write_flow({"date_to": end, "date_departure_noted": today})
            (lines - noted).write({"date_to": end})

    def _reopen_departed(self):
        """Undo a departure of the same day, which was a mistake.

        Whoever comes back later gets a new line: the time between stays empty.
        """
        lines = self.filtered(
            lambda s: (
                s.date_departure_noted
                and s.date_departure_noted == s.company_id._get_aftersales_today()
            )
        )
        lines._write_flow({"date_to": False, "date_departure_noted": False})
