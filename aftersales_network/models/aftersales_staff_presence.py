from odoo import fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class AftersalesStaff(models.Model):
    """Where people work today: at their own unit, posted or lent."""

    _inherit = "aftersales.staff"

    posting_ids = fields.One2many("aftersales.staff.posting", "staff_id")
    present_point_id = fields.Many2one(
        "aftersales.service.point",
        "Works Today At",
        compute="_compute_present_point_id",
        search="_search_present_point_id",
        help="The own unit, or the one the person is posted or lent to today.",
    )

    def _compute_present_point_id(self):
        away = self._get_posted_points()
        for staff in self:
            staff.present_point_id = away.get(staff._origin, staff.service_point_id)

    def _search_present_point_id(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        today = self.env.company._get_aftersales_today()
        running = self.env["aftersales.staff.posting"]._get_running_domain(today, today)
        # Who may read the people may know where they are: no rules on postings.
        received = running & Domain("to_point_id", operator, value)
        here = Domain("posting_ids", "any!", received)
        away = Domain("posting_ids", "any!", running)
        return here | (Domain("service_point_id", operator, value) & ~away)

    def _runs_on(self, day):
        """Whether the staff line holds on a day, wherever the person works."""
        self.ensure_one()
        return self.date_from <= day and (not self.date_to or self.date_to >= day)

    def _get_posted_points(self):
        """Unit of the people who are posted or lent today: ``{staff: point}``."""
        today = self.env.company._get_aftersales_today()
        Posting = self.env["aftersales.staff.posting"]
        # Who reads the person may know where to find him.
        postings_sudo = Posting.sudo().search_fetch(
            Posting._get_running_domain(today, today)
            & Domain("staff_id", "in", self.ids),
            ["staff_id", "to_point_id"],
        )
        return {
            p.staff_id.sudo(False): p.to_point_id.sudo(False) for p in postings_sudo
        }

    def write(self, vals):
        res = super().write(vals)
        if "service_point_id" in vals:
            self._check_postings_of_move()
        return res

    def _check_postings_of_move(self):
        """Somebody who is posted or lent does not change his own unit.

        :raise ValidationError: naming the person
        """
        posted = self.sudo().posting_ids.filtered(
            lambda p: (
                p.state == "confirmed"
                and p.from_point_id != p.staff_id.service_point_id
            )
        )[:1]
        if posted:
            raise ValidationError(
                self.env._(
                    "%(posting)s is confirmed from %(unit)s. End it before the person "
                    "moves to another unit.",
                    posting=posted.display_name,
                    unit=posted.from_point_id.display_name,
                )
            )
