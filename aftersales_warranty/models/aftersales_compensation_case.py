from odoo import api, fields, models


def count_by_link(records, field_name):
    """Compensations by their own link to the records: ``{id: count}``."""
    groups = records.env["aftersales.compensation"]._read_group(
        [(field_name, "in", records.ids)], [field_name], ["__count"]
    )
    return {record.id: count for record, count in groups}


class AftersalesCaseMixin(models.AbstractModel):
    """Every case of the suite offers the compensation of its customer."""

    _inherit = "aftersales.case.mixin"

    @api.depends_context("uid")
    def _compute_case_compensation(self):
        Compensation = self.env["aftersales.compensation"]
        readable = Compensation.has_access("read")
        counts = self._count_compensations() if readable else {}
        creatable = Compensation.has_access("create")
        for case in self:
            case.can_compensate = creatable
            case.compensation_count = counts.get(case.id, 0)

    def _count_compensations(self):
        """Compensations of each case that the user may read: ``{id: count}``."""
        groups = self.env["aftersales.compensation"]._read_group(
            [("case_model", "=", self._name), ("case_id", "in", self.ids)],
            ["case_id"],
            ["__count"],
        )
        return dict(groups)

    def _get_compensation_domain(self):
        """Compensations of the case; extension point."""
        self.ensure_one()
        return [("case_model", "=", self._name), ("case_id", "=", self.id)]

    def _get_compensation_vals(self):
        """What a compensation takes over from the case; extension point."""
        vals = super()._get_compensation_vals()
        for name in ("company_id", "partner_id", "service_point_id", "product_id"):
            if name in self._fields and self[name]:
                vals[name] = self[name].id
        order = self["order_id"] if "order_id" in self._fields else None
        if order:
            vals["order_id"] = order.id
        return {**vals, "case_model": self._name, "case_id": self.id}

    def action_propose_compensation(self):
        """Open a new compensation with what the case knows."""
        self.ensure_one()
        vals = self._get_compensation_vals()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Compensation"),
            "res_model": "aftersales.compensation",
            "view_mode": "form",
            "context": {f"default_{name}": value for name, value in vals.items()},
        }

    def action_view_compensations(self):
        """Open the compensations of the case."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Compensations of %(case)s", case=self.display_name),
            "res_model": "aftersales.compensation",
            "view_mode": "list,form",
            "domain": self._get_compensation_domain(),
            "context": {"create": False},
        }


class AftersalesCompensation(models.Model):
    """The recall campaign that a compensation belongs to."""

    _inherit = "aftersales.compensation"

    campaign_id = fields.Many2one(
        "aftersales.campaign",
        compute="_compute_campaign_id",
        store=True,
        index="btree_not_null",
        help="Where the case is a campaign, or one of its affected units.",
    )

    @api.depends("case_model", "case_id")
    def _compute_campaign_id(self):
        for model, compensations in self.grouped("case_model").items():
            cases = self.env["aftersales.campaign"]
            if model in ("aftersales.campaign", "aftersales.campaign.unit"):
                cases = self.env[model].browse(compensations.mapped("case_id"))
            found = {case.id: case for case in cases.exists()}
            for compensation in compensations:
                case = found.get(compensation.case_id)
                if case and case._name == "aftersales.campaign.unit":
                    case = case.campaign_id
                compensation.campaign_id = case


class AftersalesServiceOrder(models.Model):
    """Customers are compensated for what went wrong with a job."""

    _name = "aftersales.service.order"
    _inherit = ["aftersales.service.order", "aftersales.case.mixin"]

    def _count_compensations(self):
        return count_by_link(self, "order_id")

    def _get_compensation_domain(self):
        return [("order_id", "=", self.id)]

    def _get_compensation_vals(self):
        """An order is linked by its own field."""
        self.ensure_one()
        return {
            "order_id": self.id,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
        }


class AftersalesRegistration(models.Model):
    """Customers are compensated for what a unit did."""

    _name = "aftersales.registration"
    _inherit = ["aftersales.registration", "aftersales.case.mixin"]

    def _count_compensations(self):
        return count_by_link(self, "registration_id")

    def _get_compensation_domain(self):
        return [("registration_id", "=", self.id)]

    def _get_compensation_vals(self):
        """A unit is linked by its own field."""
        self.ensure_one()
        return {
            "registration_id": self.id,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "product_id": self.product_id.id,
        }


class AftersalesReturn(models.Model):
    """Customers are compensated beside a return."""

    _name = "aftersales.return"
    _inherit = ["aftersales.return", "aftersales.case.mixin"]

    def _count_compensations(self):
        return count_by_link(self, "return_id")

    def _get_compensation_domain(self):
        return [("return_id", "=", self.id)]

    def _get_compensation_vals(self):
        """A return is linked by its own field."""
        self.ensure_one()
        return {
            "return_id": self.id,
            "order_id": self.order_id.id,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "service_point_id": self.service_point_id.id,
        }
