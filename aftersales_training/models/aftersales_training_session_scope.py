from odoo import api, fields, models
from odoo.fields import Domain


class AftersalesTrainingSession(models.Model):
    """Whom a session concerns: the region of its host, and who takes part."""

    _inherit = "aftersales.training.session"

    is_user_region = fields.Boolean(
        compute="_compute_is_user_region",
        search="_search_is_user_region",
        help="Held for everybody or in the region of the user, or the user teaches or "
        "takes part.",
    )

    @api.depends_context("uid")
    @api.depends("service_point_id", "trainer_ids", "attendee_ids")
    def _compute_is_user_region(self):
        found = self.search(self._get_region_domain() & Domain("id", "in", self.ids))
        for session in self:
            session.is_user_region = session._origin in found

    def _search_is_user_region(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._get_region_domain()

    @api.model
    def _get_region_domain(self):
        """Sessions that concern the current user; record rules build on it.

        The host may lie below one of the user's units, above it, or in the same
        regional centre.
        """
        user = self.env.user
        points = self.env["aftersales.service.point"].sudo()
        own = points.browse(user._get_aftersales_point_ids())
        above = {int(i) for p in own for i in (p.parent_path or "").split("/") if i}
        person = user.partner_id
        return (
            self._get_host_domain(sorted(above))
            | Domain("service_point_id", "child_of", own.ids)
            | Domain("trainer_ids.user_id", "=", user.id)
            | Domain("attendee_ids", "any!", Domain("person_id", "=", person.id))
        )
