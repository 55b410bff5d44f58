import base64

from odoo import models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.aftersales_network.models.portal_form import PORTAL_MAX_FILES

#: States of an order in which its point has the unit in hand.
REPORTABLE = ("accepted", "in_progress", "waiting_part", "done")


class AftersalesCounterfeitCase(models.Model):
    _name = "aftersales.counterfeit.case"
    _inherit = ["aftersales.counterfeit.case", "aftersales.portal.form.mixin"]

    def _ask_reviewer(self):
        """Give the case to a technical reviewer of its company."""
        self._portal_ask(
            "aftersales_network.group_technical_reviewer",
            self.env._("Suspected counterfeit to check"),
        )


class AftersalesServiceOrder(models.Model):
    """People of a point report a suspicious unit from the page of their order."""

    _inherit = "aftersales.service.order"

    def _portal_get_counterfeit(self):
        """Open case on the serial or from this order, as superuser; may be empty."""
        self.ensure_one()
        Case_sudo = self.env["aftersales.counterfeit.case"].sudo()
        asked = [(self.serial, self.product_id, self.company_id)]
        found = Case_sudo._find_open_by_serial(asked).get(0, Case_sudo)
        return found or Case_sudo.search(
            [("order_id", "=", self.id), ("state", "!=", "cleared")], limit=1
        )

    def _portal_can_report_counterfeit(self):
        """Whether the page offers the report."""
        self.ensure_one()
        return self.state in REPORTABLE and not self._portal_get_counterfeit()

    def _portal_report_counterfeit(self, post, photos):
        """Open a case about the unit of the order, with what the point saw.

        The controller checked that the user belongs to the point of the order.

        :param post: ``serial``, ``findings`` and ``seller`` as typed
        :param photos: content of the uploaded photos as bytes
        :return: the case, as superuser
        :raise ValidationError: a value or a photo that cannot be taken
        :raise UserError: an order that is not worked on, or a case that is open
        """
        self.ensure_one()
        # Two windows at once make one case.
        self.lock_for_update(allow_referencing=True)
        Case_sudo = self.env["aftersales.counterfeit.case"].sudo()
        vals = Case_sudo._portal_read(("serial", "findings", "seller"), post)
        self._portal_check_report(vals, photos)
        Case_sudo._portal_check_count(len(photos), PORTAL_MAX_FILES)
        case_sudo = Case_sudo.create(
            {
                **vals,
                "company_id": self.company_id.id,
                "product_id": self.product_id.id,
                "partner_id": self.partner_id.id,
                "service_point_id": self.service_point_id.id,
                "order_id": self.id,
                "date": self.company_id._get_aftersales_today(),
            }
        )
        self.env["aftersales.counterfeit.photo"].sudo().create(
            [
                {"case_id": case_sudo.id, "image": base64.b64encode(photo)}
                for photo in photos
            ]
        )
        case_sudo._ask_reviewer()
        return case_sudo

    def _portal_check_report(self, vals, photos):
        """Refuse a report that lacks something, or comes at the wrong time.

        :raise ValidationError: naming what is missing
        :raise UserError: naming the order or the case
        """
        if self.state not in REPORTABLE:
            raise UserError(
                self.env._(
                    "%(order)s is not worked on by your point; nothing can be "
                    "reported there.",
                    order=self.name,
                )
            )
        if not vals.get("serial"):
            raise ValidationError(
                self.env._("Enter the serial number as it stands on the unit.")
            )
        if not vals.get("findings"):
            raise ValidationError(self.env._("Write what makes the unit suspicious."))
        if not photos:
            raise ValidationError(
                self.env._("Add at least one photo, best of the serial plate.")
            )
        Case_sudo = self.env["aftersales.counterfeit.case"].sudo()
        asked = [(vals["serial"], self.product_id, self.company_id)]
        if case := Case_sudo._find_open_by_serial(asked).get(0):
            raise UserError(case._get_notice())
