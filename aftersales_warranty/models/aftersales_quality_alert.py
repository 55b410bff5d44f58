from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import format_date, mute_logger

#: Days after which somebody should have looked at an alert.
DUE_DAYS = 7


class AftersalesQualityAlert(models.Model):
    """A fault of a model that came up more often than its threshold allows.

    Written by the count itself, once within the days of the threshold; the
    responsible settles it with what was done.
    """

    _name = "aftersales.quality.alert"
    _description = "Quality Alert"
    _inherit = [
        "aftersales.owner.task",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"
    _rec_names_search = ["name", "batch"]
    _check_company_auto = True

    name = fields.Char(
        "Number", required=True, readonly=True, copy=False, default="/", index="trigram"
    )
    threshold_id = fields.Many2one(
        "aftersales.quality.threshold",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    state = fields.Selection(
        [("open", "Open"), ("done", "Settled")],
        default="open",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    date = fields.Date("Raised on", required=True, readonly=True, index=True)
    date_from = fields.Date("Failures since", required=True, readonly=True)
    date_quiet = fields.Date(
        "Silent until",
        required=True,
        readonly=True,
        help="Until then the same fault raises no second alert of this threshold.",
    )
    date_due = fields.Date("Due Date", required=True, tracking=True)
    owner_id = fields.Many2one(
        "res.users", "Responsible", tracking=True, index="btree_not_null"
    )
    product_tmpl_id = fields.Many2one(
        "product.template",
        "Model",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    fault_id = fields.Many2one(
        "aftersales.fault",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    batch = fields.Char("Production Batch", readonly=True, index="btree_not_null")
    failure_count = fields.Integer("Failures", readonly=True)
    unit_count = fields.Float(
        "Units in Use",
        readonly=True,
        digits=(16, 2),
        aggregator=None,
        help="Counted only where the threshold is a share.",
    )
    share = fields.Float(
        "Failures in % of the Units", readonly=True, digits=(6, 3), aggregator="avg"
    )
    order_ids = fields.Many2many(
        "aftersales.service.order",
        "aftersales_quality_alert_order_rel",
        "alert_id",
        "order_id",
        "Service Orders",
        readonly=True,
        copy=False,
    )
    report_ids = fields.Many2many(
        "aftersales.quality.report",
        "aftersales_quality_alert_report_rel",
        "alert_id",
        "report_id",
        "Quality Reports",
        readonly=True,
        copy=False,
    )
    order_count = fields.Integer(compute="_compute_counts")
    report_count = fields.Integer(compute="_compute_counts")
    result = fields.Text("What Was Done", readonly=True, copy=False, tracking=True)
    date_done = fields.Date("Settled on", readonly=True, copy=False)

    _TASK_ACTIVITY = "aftersales_warranty.activity_quality_alert"
    _FLOW_FIELDS = frozenset(
        (
            *("state", "result", "date_done", "threshold_id", "company_id", "date"),
            *("date_from", "date_quiet", "product_tmpl_id", "fault_id", "batch"),
            *("failure_count", "unit_count", "share", "order_ids", "report_ids"),
        )
    )
    _FIXED_FIELDS = frozenset(("name",))

    # Two counts at once must not raise the same alert twice.
    _once_in_window = models.Constraint(
        "EXCLUDE USING gist (threshold_id WITH =, product_tmpl_id WITH =, "
        "fault_id WITH =, COALESCE(batch, '') WITH =, "
        "daterange(date, date_quiet, '[]') WITH &&)",
        "This threshold raised an alert on the same fault within its days already.",
    )

    def _compute_counts(self):
        for alert in self:
            # What lies behind counts whole; opened, it is under the reader's rights.
            alert_sudo = alert.sudo()
            alert.order_count = len(alert_sudo.order_ids)
            alert.report_count = len(alert_sudo.report_ids)

    @api.depends("name", "product_tmpl_id", "fault_id")
    def _compute_display_name(self):
        for alert in self:
            parts = (alert.name, alert.product_tmpl_id.name, alert.fault_id.name)
            alert.display_name = " · ".join(filter(None, parts))

    @api.model_create_multi
    def create(self, vals_list):
        """Number the alerts."""
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, self._name)
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        raise UserError(
            self.env._(
                "%(alert)s is evidence and cannot be deleted. Settle it instead.",
                alert=self[:1].name,
            )
        )

    @api.model
    def _raise_hits(self, threshold, hits, today):
        """Raise the alerts of one threshold that are not silent.

        :param hits: list of ``tools.quality_alert.Hit``
        :return: the new alerts
        """
        alerts = self.browse()
        if not hits:
            return alerts
        silent = self.search_fetch(
            Domain("threshold_id", "=", threshold.id)
            & Domain("date_quiet", ">=", today),
            ["product_tmpl_id", "fault_id", "batch"],
        )
        known = {(a.product_tmpl_id.id, a.fault_id.id, a.batch or None) for a in silent}
        for hit in hits:
            if (hit.model, hit.fault, hit.batch) not in known:
                alerts |= self._raise_hit(threshold, hit, today)
        return alerts

    @api.model
    def _raise_hit(self, threshold, hit, today):
        """Raise one alert; none where another transaction was faster."""
        vals = self._prepare_hit_vals(threshold, hit, today)
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                alert = self.create(vals)
                alert.flush_recordset()
        except psycopg2.errors.ExclusionViolation:
            return self.browse()
        return alert

    @api.model
    def _prepare_hit_vals(self, threshold, hit, today):
        """Values of the alert of a hit."""
        company = threshold.company_id
        owner = threshold.user_id or company._get_aftersales_people(
            "aftersales_network.group_technical_reviewer"
        )
        orders = [event.key for event in hit.events if event.key > 0]
        alone = [-event.key for event in hit.events if event.key < 0]
        reports = self.env["aftersales.quality.report"].search(
            (Domain("order_id", "in", orders) & Domain("state", "!=", "rejected"))
            | Domain("id", "in", alone)
        )
        return {
            "threshold_id": threshold.id,
            "company_id": company.id,
            "date": today,
            "date_from": today - timedelta(days=threshold.days - 1),
            "date_quiet": today + timedelta(days=threshold.days - 1),
            "date_due": today + timedelta(days=DUE_DAYS),
            "owner_id": owner[:1].id,
            "product_tmpl_id": hit.model,
            "fault_id": hit.fault,
            "batch": hit.batch,
            "failure_count": len(hit.events),
            "unit_count": hit.units or 0.0,
            "share": hit.share or 0.0,
            "order_ids": [Command.set(orders)],
            "report_ids": [Command.set(reports.ids)],
        }

    def action_settle(self):
        """Ask what was done, then settle the alert."""
        self._check_flow_state("open")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_settle_alert")

    def _settle_alert(self, result):
        """Settle open alerts with what was done."""
        self.check_access("write")
        self._check_flow_state("open")
        self._report_done(result)

    def action_report(self):
        """Write a quality report on the whole matter of the alert."""
        self.ensure_one()
        variant = self.product_tmpl_id.product_variant_ids[:1]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Quality Report"),
            "res_model": "aftersales.quality.report",
            "view_mode": "form",
            "context": {
                "default_product_id": variant.id,
                "default_fault_id": self.fault_id.id,
                "default_batch": self.batch,
                "default_alert_id": self.id,
                "default_company_id": self.company_id.id,
                "default_severity": "major",
                "default_description": self.env._(
                    "%(alert)s: %(count)s failures since %(date)s.",
                    alert=self.name,
                    count=self.failure_count,
                    date=format_date(self.env, self.date_from),
                ),
            },
        }

    def action_view_orders(self):
        """Open the service orders that were counted."""
        return self._get_behind_action("aftersales.service.order", "order_ids")

    def action_view_reports(self):
        """Open the quality reports that were counted."""
        return self._get_behind_action("aftersales.quality.report", "report_ids")

    def _get_behind_action(self, model, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self._fields[name]._description_string(self.env),
            "res_model": model,
            "view_mode": "list,form",
            "domain": [("id", "in", self.sudo()[name].ids)],
        }
