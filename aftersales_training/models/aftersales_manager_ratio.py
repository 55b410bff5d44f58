from odoo import api, fields, models
from odoo.exceptions import UserError

# A frozen record only learns later that its alert is over.
FREE_FIELDS = {"date_closed"}


class AftersalesManagerRatio(models.Model):
    """Share of certified service managers as it was on a day, kept as evidence.

    The figures of any day come from :meth:`_get_ratio`; the records of this
    model are snapshots that nobody changes.
    """

    _name = "aftersales.manager.ratio"
    _description = "Manager Ratio"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date desc, company_id, service_point_id, id desc"
    _check_company_auto = True

    date = fields.Date(required=True, readonly=True, index=True)
    kind = fields.Selection(
        [
            ("month_end", "Month End"),
            ("alert", "Fell Below"),
            ("warning", "About to Fall Below"),
            ("evidence", "Kept as Evidence"),
        ],
        required=True,
        readonly=True,
        default="evidence",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Unit",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Centre or point with everything below it; empty: the whole company.",
    )
    unit_name = fields.Char(
        "Name of the Unit", readonly=True, help="As it was on the day of recording."
    )
    percent = fields.Float("Rule (%)", digits=(5, 2), readonly=True, aggregator=None)
    minimum = fields.Integer("At Least", readonly=True, aggregator=None)
    absence = fields.Selection(
        selection="_selection_absence", string="On Long Leave", readonly=True
    )
    rule_source = fields.Char(
        readonly=True, help="Standard, law or decision behind the rule."
    )
    managers = fields.Integer(readonly=True)
    holders = fields.Integer("Certified", readonly=True)
    required = fields.Integer(readonly=True)
    shortfall = fields.Integer(readonly=True)
    ratio = fields.Float(
        "Share",
        digits=(7, 6),
        readonly=True,
        aggregator="avg",
        help="Certified ÷ managers; 0 where there is no manager.",
    )
    is_met = fields.Boolean("Met", readonly=True)
    date_under = fields.Date(
        "Falls Below On",
        readonly=True,
        help="As known on the day of recording, unless certificates are renewed.",
    )
    date_closed = fields.Date(
        "Met Again On", readonly=True, help="Day on which the alert was over."
    )
    line_ids = fields.One2many(
        "aftersales.manager.ratio.line", "ratio_id", "People", readonly=True
    )
    difference = fields.Text("Records Today", compute="_compute_difference")

    _month_end_uniq = models.UniqueIndex(
        "(company_id, COALESCE(service_point_id, 0), date) WHERE kind = 'month_end'",
        "This month end has been recorded already.",
    )
    _open_alert_uniq = models.UniqueIndex(
        "(company_id, COALESCE(service_point_id, 0)) "
        "WHERE kind = 'alert' AND date_closed IS NULL",
        "There is an open alert for this unit already.",
    )
    _open_warning_uniq = models.UniqueIndex(
        "(company_id, COALESCE(service_point_id, 0)) "
        "WHERE kind = 'warning' AND date_closed IS NULL",
        "There is an open warning for this unit already.",
    )

    @api.depends("unit_name", "date")
    def _compute_display_name(self):
        for record in self:
            record.display_name = f"{record.unit_name} {record.date}"

    @api.depends("line_ids", "managers", "holders", "required")
    def _compute_difference(self):
        for record in self:
            record.difference = record._describe_difference()

    @api.model
    def _selection_absence(self):
        Rule = self.env["aftersales.ratio.rule"]
        return Rule._fields["absence"]._description_selection(self.env)

    def write(self, vals):
        """Refuse every change of evidence; an alert may learn that it is over.

        :raise UserError: always, but for the day on which an alert closed
        """
        if set(vals) - FREE_FIELDS:
            raise UserError(
                self.env._("A recorded manager ratio is evidence and cannot change.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        raise UserError(self.env._("A recorded manager ratio is evidence and stays."))

    def action_view_managers(self):
        """Open the people who were counted."""
        name = self.env._("Service Managers")
        return self._get_line_action(name, [])

    def action_view_holders(self):
        """Open the certified people who were counted."""
        name = self.env._("Certified Managers")
        return self._get_line_action(name, [("is_holder", "=", True)])

    def _get_line_action(self, name, domain):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "aftersales.manager.ratio.line",
            "view_mode": "list",
            "domain": [("ratio_id", "=", self.id), *domain],
        }
