from odoo import api, fields, models


class AftersalesAgreementIssueWizard(models.TransientModel):
    """Makes the draft agreement of a point from a template."""

    _name = "aftersales.agreement.issue.wizard"
    _description = "Make an Agreement"
    _check_company_auto = True

    service_point_id = fields.Many2one(
        "aftersales.service.point",
        required=True,
        ondelete="cascade",
        domain=(
            "[('kind', 'in', ('authorized', 'retailer', 'franchise')),"
            " ('state', 'in', ('probation', 'active', 'suspended'))]"
        ),
    )
    company_id = fields.Many2one(related="service_point_id.company_id")
    kind = fields.Selection(related="service_point_id.kind")
    template_id = fields.Many2one(
        "aftersales.agreement.template",
        required=True,
        compute="_compute_template_id",
        store=True,
        readonly=False,
        check_company=True,
        domain="[('kind', 'in', (kind, False))]",
    )
    date_start = fields.Date(required=True, default=fields.Date.context_today)
    date_end = fields.Date(compute="_compute_date_end", store=True, readonly=False)

    @api.depends("service_point_id")
    def _compute_template_id(self):
        Template = self.env["aftersales.agreement.template"]
        for wizard in self:
            point = wizard.service_point_id
            wizard.template_id = Template._find_for(point) if point else Template

    @api.depends("template_id", "date_start")
    def _compute_date_end(self):
        for wizard in self:
            start, template = wizard.date_start, wizard.template_id
            wizard.date_end = start and template and template._get_date_end(start)

    def action_confirm(self):
        """Make the draft and open it.

        :raise UserError: the point is not admitted or needs no agreement
        """
        self.ensure_one()
        self.template_id._check_point(self.service_point_id)
        agreement = self.env["aftersales.agreement"].create(
            self.template_id._prepare_agreement_vals(
                self.service_point_id, self.date_start, self.date_end
            )
        )
        return agreement._get_records_action()
