from odoo import models
from odoo.exceptions import UserError

from ..tools import portal_form


class AftersalesPointCondition(models.Model):
    """Value and proof of a condition, as an applicant gives them."""

    _name = "aftersales.point.condition"
    _inherit = ["aftersales.point.condition", "aftersales.portal.form.mixin"]


class AftersalesServicePoint(models.Model):
    _inherit = "aftersales.service.point"

    def _get_application_gaps(self):
        """Conditions of the network that are not met yet."""
        gaps = super()._get_application_gaps()
        missing = self.condition_ids.filtered(lambda x: x.status == "open")
        gaps["conditions"] = [line._get_failure_text() for line in missing]
        return gaps

    def _portal_get_files(self):
        """The proofs belong to the application as well."""
        return super()._portal_get_files() | self.condition_ids.proof_ids

    def _portal_save_condition(self, post, files=()):
        """Give the value and the proofs of one condition.

        A value that the registration form gives is not taken from here.

        :param files: list of ``(name, content)``
        """
        point_sudo = self._portal_open()
        line = point_sudo.condition_ids.filtered(
            lambda x: x.is_applicable and str(x.id) == str(post.get("line_id"))
        )
        if not line:
            raise UserError(self.env._("This condition is not asked for any more."))
        vals = line._portal_read(["value"], post)
        if vals and not line.source_field and line.check_kind != "document":
            line.value = vals["value"]
        if files:
            line._portal_attach("proof_ids", files, portal_form.DOCUMENT_TYPES)
