from odoo import fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.aftersales_network.tools.portal_form import IMAGE_TYPES

#: States of an order in which its point may know of something abnormal.
REPORTABLE = ("accepted", "in_progress", "waiting_part", "done", "closed")


class AftersalesServiceOrder(models.Model):
    """Something abnormal on the unit is reported from the order."""

    _inherit = "aftersales.service.order"

    quality_report_ids = fields.One2many(
        "aftersales.quality.report", "order_id", "Quality Reports"
    )
    quality_report_count = fields.Integer(compute="_compute_quality_report_count")

    def _compute_quality_report_count(self):
        Report = self.env["aftersales.quality.report"]
        counts = {}
        if Report.has_access("read"):
            counts = dict(
                Report._read_group(
                    [("order_id", "in", self.ids)], ["order_id"], ["__count"]
                )
            )
        for order in self:
            order.quality_report_count = counts.get(order._origin, 0)

    def action_report_quality(self):
        """Write a quality report with what the order knows, and open it.

        :raise UserError: an order without product, or one reported already
        """
        self.ensure_one()
        self._check_reportable()
        report = self.env["aftersales.quality.report"].create({"order_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": report.name,
            "res_model": report._name,
            "res_id": report.id,
            "view_mode": "form",
        }

    def _check_reportable(self, fault=None):
        """Refuse a report without model, or a second one on the same fault.

        :param fault: fault that is reported, default that of the order
        :raise UserError: naming the order, and the report that is there
        """
        self.ensure_one()
        if not self.product_id:
            raise UserError(
                self.env._(
                    "%(order)s names no product; a quality report needs the model.",
                    order=self.name,
                )
            )
        fault = self.fault_id if fault is None else fault
        # Who reports may not see what others reported.
        twin_sudo = (
            self.env["aftersales.quality.report"]
            .sudo()
            .search(
                Domain("order_id", "=", self.id)
                & Domain("fault_id", "=", fault.id)
                & Domain("state", "!=", "rejected"),
                limit=1,
            )
        )
        if twin_sudo:
            raise UserError(
                self.env._(
                    "%(order)s: %(report)s is on this fault already.",
                    order=self.name,
                    report=twin_sudo.name,
                )
            )

    def action_view_quality_reports(self):
        """Open the quality reports of the order."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Quality Reports"),
            "res_model": "aftersales.quality.report",
            "view_mode": "list,form",
            "domain": [("order_id", "=", self.id)],
        }

    # -- portal --------------------------------------------------------------------

    def _portal_can_report_quality(self):
        """Whether the page of the order offers the report."""
        self.ensure_one()
        return self.state in REPORTABLE and bool(self.product_id)

    def _portal_report_quality(self, post, photos):
        """Take a quality report of the point in.

        The controller checked that the user belongs to the point of the order.

        :param post: ``fault_id``, ``description``, ``cause``, ``batch``, ``severity``
        :param photos: list of ``(name, content)``
        :return: the report, as superuser
        :raise ValidationError: a value or a photo that cannot be taken
        :raise UserError: an order at which nothing is reported
        """
        self.ensure_one()
        if self.state not in REPORTABLE:
            raise UserError(
                self.env._(
                    "%(order)s is not worked on by your point; nothing can be "
                    "reported there.",
                    order=self.name,
                )
            )
        # Two windows at once make one report.
        self.lock_for_update(allow_referencing=True)
        Report_sudo = self.env["aftersales.quality.report"].sudo()
        names = ("fault_id", "description", "cause", "batch", "severity")
        vals = Report_sudo._portal_read(names, post)
        if not vals.get("fault_id"):
            raise ValidationError(self.env._("Choose the fault."))
        if not vals.get("description"):
            raise ValidationError(self.env._("Write what is abnormal."))
        self._check_reportable(self.env["aftersales.fault"].browse(vals["fault_id"]))
        report_sudo = Report_sudo.create({**vals, "order_id": self.id})
        if photos:
            report_sudo._portal_attach("attachment_ids", photos, IMAGE_TYPES)
        return report_sudo
