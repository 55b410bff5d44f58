from odoo import models
from odoo.exceptions import UserError


class AftersalesRatioDashboard(models.TransientModel):
    """What the dashboard opens, keeps and proposes."""

    _inherit = "aftersales.ratio.dashboard"

    def action_view_managers(self):
        """Open the service managers of the date."""
        name = self.env._("Service Managers")
        return self._get_staff_action(name, self.manager_staff_ids)

    def action_view_holders(self):
        """Open the certified managers of the date."""
        name = self.env._("Certified Managers")
        return self._get_staff_action(name, self.holder_staff_ids)

    def action_view_open(self):
        """Open the managers whom a certificate would help."""
        name = self.env._("Managers without Certificate")
        return self._get_staff_action(name, self.open_staff_ids)

    def action_view_expiring(self):
        """Open the certificates behind the figure, the next to expire first."""
        self.ensure_one()
        found = self.holder_staff_ids._get_certificates(self._get_counting_domain())
        certificates = self.env["aftersales.certificate"].union(*found.values())
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Certificates That Count"),
            "res_model": "aftersales.certificate",
            "view_mode": "list,calendar,form",
            "domain": [("id", "in", certificates.ids)],
        }

    def action_view_curve(self):
        """Open recorded month ends and the forecast as a graph."""
        self.ensure_one()
        self._check_scope()
        rows, _days = self._get_curve()
        lines = self.env["aftersales.ratio.forecast"].create(
            [{**row, "dashboard_id": self.id} for row in self._get_history() + rows]
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Course of the Manager Ratio"),
            "res_model": "aftersales.ratio.forecast",
            "view_mode": "graph,list",
            "domain": [("id", "in", lines.ids)],
        }

    def action_view_snapshots(self):
        """Open the recorded figures of this unit."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Recorded Ratios"),
            "res_model": "aftersales.manager.ratio",
            "view_mode": "list,graph,pivot,form",
            "domain": list(self._get_snapshot_domain()),
        }

    def action_keep_evidence(self):
        """Store today's answer for this date and unit; nobody changes it later."""
        self.ensure_one()
        self._check_scope()
        self.env["aftersales.manager.ratio"]._check_evidence_reader()
        if self.date > self.company_id._get_aftersales_today():
            raise UserError(self.env._("A future date is a forecast, not evidence."))
        # Nobody has the right to create evidence with figures of his own.
        ratio_sudo = self.env["aftersales.manager.ratio"].sudo()
        snapshot = ratio_sudo._create_snapshot(
            self.date, self.company_id, self.service_point_id
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "aftersales.manager.ratio",
            "res_id": snapshot.id,
            "view_mode": "form",
        }

    def _get_staff_action(self, name, staff):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "aftersales.staff",
            "view_mode": "list,form",
            "domain": [("id", "in", staff.ids), ("active", "in", (True, False))],
        }

    # Evidence

    def action_print_evidence(self):
        """Print the figures with the people behind them as a PDF."""
        self.ensure_one()
        self._check_scope()
        self.env["aftersales.manager.ratio"]._check_evidence_reader()
        report = self.env.ref("aftersales_training.action_report_ratio_dashboard")
        return report.report_action(self)

    def action_export_evidence(self):
        """Download the same as a spreadsheet."""
        self.ensure_one()
        self._check_scope()
        Ratio = self.env["aftersales.manager.ratio"]
        Ratio._check_evidence_reader()
        return Ratio._get_evidence_download(self)

    def _get_evidence(self):
        """The evidence of an answer that is not recorded; see the recorded one."""
        self.ensure_one()
        self._check_scope()
        Ratio = self.env["aftersales.manager.ratio"].sudo()
        Ratio._check_evidence_reader()
        figures = Ratio._get_ratio(self.date, **self._get_scope_args())
        people = Ratio._get_people_vals(self.date, self.company_id, [figures])
        holders = set(figures["holder_ids"])
        rows = [
            {**people[staff_id], "is_holder": staff_id in holders}
            for staff_id in figures["manager_ids"]
        ]
        return Ratio._prepare_evidence(
            {
                **Ratio._prepare_base_vals(self.date, self.company_id, "evidence"),
                **figures,
                "company": self.company_id,
                "unit_name": self.service_point_id.display_name or self.company_id.name,
            },
            rows,
        )

    # Training

    def action_create_training_needs(self):
        """Record a training need for as many managers as heads are missing.

        Where nobody is missing today, for as many as will be missing when
        certificates run out within the forecast.  The course is the one that
        prepares for a certificate that counts, where one is known.  Who has such
        a need already does not get a second one.

        :raise UserError: where nobody is missing or nobody is left to train
        """
        self.ensure_one()
        self._check_scope()
        heads = self.shortfall or self._get_missing_heads()
        if not heads:
            raise UserError(
                self.env._("Nobody is missing on this date or in the next two years.")
            )
        staff = self.open_staff_ids[:heads]
        if not staff:
            raise UserError(
                self.env._(
                    "Every manager here is certified. Renew the certificates that "
                    "run out."
                )
            )
        Need = self.env["aftersales.training.need"].with_company(self.company_id)
        needs = Need._propose_for_ratio(staff, self._get_preparing_course(), heads)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Proposed Training"),
            "res_model": "aftersales.training.need",
            "view_mode": "list,form",
            "domain": [("id", "in", needs.ids)],
        }

    def _get_missing_heads(self):
        """The most heads that will be missing within the forecast."""
        rows, _days = self._get_curve()
        return max((row["required"] - row["holders"] for row in rows), default=0)
