from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class AftersalesServiceSpecification(models.Model):
    """What a service type does differently for a product category.

    A category without differences of its own takes those of the nearest category
    above it. What a specification leaves empty is as in the specification above it,
    and in the end as in the service type.
    """

    _name = "aftersales.service.specification"
    _description = "Service Specification"
    _order = "service_type_id, product_categ_id, id"

    service_type_id = fields.Many2one(
        "aftersales.service.type", required=True, index=True, ondelete="cascade"
    )
    product_categ_id = fields.Many2one(
        "product.category",
        required=True,
        index=True,
        ondelete="cascade",
        help="With its subcategories, unless they have differences of their own.",
    )
    active = fields.Boolean(default=True)
    base_id = fields.Many2one(
        "aftersales.service.specification",
        "Builds on",
        compute="_compute_base_id",
        help="Differences of the nearest category above; empty: the service type.",
    )
    own_target_hours = fields.Float(help="0: as in what it builds on.")
    role_id = fields.Many2one(
        "aftersales.staff.role",
        "Required Role",
        help="Empty: as in what it builds on.",
    )
    qualification_type_id = fields.Many2one(
        "aftersales.service.type",
        "Qualified as for",
        help="People need what this service type asks for; empty: as in what it "
        "builds on.",
    )
    inspection = fields.Selection(
        [("yes", "Needed"), ("no", "Not Needed")],
        "Inspection before Hand-Over",
        help="Empty: as in what it builds on.",
    )
    step_mode = fields.Selection(
        [("add", "After the Other Steps"), ("replace", "Instead of the Other Steps")],
        "Own Steps",
        required=True,
        default="add",
    )
    step_ids = fields.One2many("aftersales.service.step", "specification_id", copy=True)
    check_ids = fields.One2many(
        "aftersales.service.check", "specification_id", "Inspection Items", copy=True
    )
    needed_parts = fields.Text(
        translate=True, help="What the technician takes with him."
    )
    order_count = fields.Integer(compute="_compute_order_count")

    _categ_uniq = models.UniqueIndex(
        "(service_type_id, product_categ_id) WHERE active",
        "This service type has differences for this category already.",
    )
    _hours_positive = models.Constraint(
        "CHECK (own_target_hours >= 0)", "Target hours cannot be negative."
    )

    @api.depends("service_type_id", "product_categ_id.parent_path", "active")
    def _compute_base_id(self):
        found = self._match([(s.service_type_id, s.product_categ_id) for s in self])
        for spec in self:
            parent = spec.product_categ_id.parent_id
            spec.base_id = found.get(spec.service_type_id.id, {}).get(parent.id)

    @api.depends("service_type_id.name", "product_categ_id.name")
    def _compute_display_name(self):
        for spec in self:
            spec.display_name = self.env._(
                "%(service)s: differences for %(category)s",
                service=spec.service_type_id.name or "",
                category=spec.product_categ_id.name or "",
            )

    def _compute_order_count(self):
        counts = dict(
            self.env["aftersales.service.order"]._read_group(
                [("specification_id", "in", self.ids)],
                ["specification_id"],
                ["__count"],
            )
        )
        for spec in self:
            spec.order_count = counts.get(spec._origin, 0)

    @api.constrains("qualification_type_id", "service_type_id")
    def _check_qualification_type(self):
        for spec in self:
            if spec.qualification_type_id == spec.service_type_id:
                raise ValidationError(
                    self.env._(
                        "%(specification)s: “Qualified as for” names its own service "
                        "type. Leave it empty.",
                        specification=spec.display_name,
                    )
                )

    @api.model
    def _match(self, pairs):
        """Specification of service types and categories; one query a batch.

        :param pairs: list of (service type, product category)
        :return: ``{type_id: {categ_id: specification}}`` for every category of the
            pairs and all those above them
        """
        types = self.env["aftersales.service.type"].union(*(t for t, _c in pairs))
        # An order of the portal takes its procedure without reading all of them.
        specs = self.sudo().search(Domain("service_type_id", "in", types.ids))
        own = {(s.service_type_id.id, s.product_categ_id.id): s for s in specs}
        result = {}
        if not own:
            return result
        for service_type, categ in pairs:
            by_categ = result.setdefault(service_type.id, {})
            spec = self.browse()
            for categ_id in (categ.sudo().parent_path or "").split("/"):
                if categ_id:
                    found = own.get((service_type.id, int(categ_id)))
                    spec = found.sudo(False) if found else spec
                    by_categ[int(categ_id)] = spec
        return result

    def _get_chain(self):
        """The specification and those it builds on, the nearest first."""
        spec, chain = self.sudo(), self.browse().sudo()
        while spec:
            chain |= spec
            spec = spec.base_id
        return chain

    def _get_value(self, name):
        """Nearest value that a specification or one above it sets, or falsy."""
        return next((spec[name] for spec in self._get_chain() if spec[name]), False)

    def _get_steps(self, base):
        """Written steps, where ``base`` are those of the service type."""
        steps = base
        for spec in reversed(self._get_chain()):
            if spec.step_mode == "replace" and spec.step_ids:
                steps = spec.step_ids
            else:
                steps |= spec.step_ids
        return steps

    def action_view_orders(self):
        """Open the orders that follow this specification."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "aftersales.service.order",
            "view_mode": "list,form",
            "domain": [("specification_id", "=", self.id)],
        }


class AftersalesServiceType(models.Model):
    _inherit = "aftersales.service.type"

    specification_ids = fields.One2many(
        "aftersales.service.specification",
        "service_type_id",
        "Differences per Product Category",
    )


class AftersalesServiceStep(models.Model):
    """A step belongs to the service type or to the differences for a category."""

    _inherit = "aftersales.service.step"

    specification_id = fields.Many2one(
        "aftersales.service.specification", index="btree_not_null", ondelete="cascade"
    )
    service_type_id = fields.Many2one(
        compute="_compute_service_type_id",
        store=True,
        readonly=False,
        precompute=True,
    )

    @api.depends("specification_id.service_type_id")
    def _compute_service_type_id(self):
        for step in self:
            own = step.specification_id.service_type_id
            step.service_type_id = own or step.service_type_id


class AftersalesServiceCheck(models.Model):
    """An inspection item may be one of the differences for a category."""

    _inherit = "aftersales.service.check"

    specification_id = fields.Many2one(
        "aftersales.service.specification", index="btree_not_null", ondelete="cascade"
    )
    service_type_id = fields.Many2one(
        compute="_compute_service_type_id",
        store=True,
        readonly=False,
        precompute=True,
    )

    @api.depends("specification_id.service_type_id")
    def _compute_service_type_id(self):
        for check in self:
            own = check.specification_id.service_type_id
            check.service_type_id = own or check.service_type_id


class AftersalesServiceOrder(models.Model):
    """The order follows the base specification or the differences for its goods."""

    _inherit = "aftersales.service.order"

    specification_id = fields.Many2one(
        "aftersales.service.specification",
        compute="_compute_specification_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    specification_note = fields.Char(
        "Specification Applied", compute="_compute_specification_note"
    )
    needed_parts = fields.Text(compute="_compute_specification_note")

    # Not on the category of the product: a running job keeps its procedure.
    @api.depends("service_type_id", "product_id")
    def _compute_specification_id(self):
        pairs = [
            (order.service_type_id, order.product_id.sudo().categ_id)
            for order in self
            if order.service_type_id and order.product_id
        ]
        found = self.env["aftersales.service.specification"]._match(pairs)
        for order in self:
            by_categ = found.get(order.service_type_id.id, {})
            order.specification_id = by_categ.get(order.product_id.sudo().categ_id.id)

    @api.depends("specification_id", "service_type_id")
    def _compute_specification_note(self):
        for order in self:
            spec_sudo = order.specification_id.sudo()
            order.needed_parts = spec_sudo._get_value("needed_parts")
            order.specification_note = (
                self.env._(
                    "Differences for %(category)s",
                    category=spec_sudo.product_categ_id.name,
                )
                if spec_sudo
                else self.env._("Base specification")
            )

    @api.depends("specification_id")
    def _compute_date_promised(self):
        return super()._compute_date_promised()

    @api.depends("specification_id.inspection")
    def _compute_needs_inspection(self):
        result = super()._compute_needs_inspection()
        for order in self.filtered("specification_id"):
            wanted = order.specification_id._get_value("inspection")
            if wanted:
                order.needs_inspection = wanted == "yes"
        return result

    def _search_needs_inspection(self, operator, value):
        if operator != "in":
            return NotImplemented
        specs_sudo = self.env["aftersales.service.specification"].sudo()
        specs_sudo = specs_sudo.with_context(active_test=False).search(
            Domain("id", "!=", False)
        )
        decided = specs_sudo.grouped(lambda s: s._get_value("inspection") or "")
        yes = decided.get("yes", specs_sudo.browse())
        no = decided.get("no", specs_sudo.browse())
        by_type = Domain("service_type_id.needs_inspection", "=", True)
        return Domain("specification_id", "in", yes.ids) | (
            by_type & Domain("specification_id", "not in", no.ids)
        )

    def write(self, vals):
        if not {"product_id", "lot_id"} & set(vals):
            return super().write(vals)
        before = {order: order.specification_id for order in self}
        res = super().write(vals)
        changed = self.filtered(lambda o: o.specification_id != before[o])
        changed._renew_steps()
        return res

    def _get_target_hours(self):
        """Hours of the specification, else of the service type."""
        own = self.specification_id._get_value("own_target_hours")
        return own or super()._get_target_hours()

    def _get_written_steps(self, service_type):
        """Steps of the service type with the differences for the goods."""
        base = super()._get_written_steps(service_type)
        return self.specification_id._get_steps(base)

    def _get_inspection_items(self):
        """Items of the service type and those for the goods."""
        items = super()._get_inspection_items()
        return items | self.specification_id._get_chain().check_ids

    def _get_wanted_role(self):
        """Role by the specification, else by the service type."""
        own = self.specification_id._get_value("role_id")
        return own or super()._get_wanted_role()

    def _get_qualification_type(self):
        """Service type whose qualifications the specification names."""
        own = self.specification_id._get_value("qualification_type_id")
        return own.sudo(False) if own else super()._get_qualification_type()
