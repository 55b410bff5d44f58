from odoo import models
from odoo.exceptions import ValidationError


class AftersalesResource(models.Model):
    """Equipment named by an applicant is a line of the register of resources."""

    _name = "aftersales.resource"
    _inherit = ["aftersales.resource", "aftersales.portal.form.mixin"]

    def _portal_check_twin(self, vals):
        """One line for one thing: the register refuses a second one.

        :raise ValidationError: naming the resource
        """
        key = ((vals["name"] or "").casefold(), vals.get("category") or "tool")
        if any(((r.name or "").casefold(), r.category) == key for r in self):
            raise ValidationError(
                self.env._(
                    "%(resource)s is in the list already. Change its quantity.",
                    resource=vals["name"],
                )
            )
