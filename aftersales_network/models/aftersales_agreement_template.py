from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..tools import placeholders

#: What a template's text may name; filled by ``_get_placeholder_values``.
PLACEHOLDERS = (
    "number",
    "version",
    "company",
    "point",
    "point_code",
    "partner",
    "partner_address",
    "registration_number",
    "centre",
    "date_start",
    "date_end",
    "notice_days",
    "brands",
    "areas",
    "services",
    "products",
    "labour_rate",
    "parts_markup",
    "travel_rate",
    "inspection_fee",
)


class AftersalesAgreementTemplate(models.Model):
    """Text, default scope and default rates of one kind of agreement."""

    _name = "aftersales.agreement.template"
    _description = "Agreement Template"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        selection="_get_kinds",
        string="Kind of Point",
        help="Empty: for every kind of point.",
    )
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for every company."
    )
    body = fields.Html(
        "Text",
        translate=True,
        help="Placeholders such as {{ point }} are filled in when the agreement "
        "is issued. The page “Placeholders” lists them.",
    )
    brands = fields.Char(translate=True, help="Brands the point may serve.")
    duration_months = fields.Integer(
        "Duration (Months)", default=12, help="0: open end."
    )
    notice_days = fields.Integer("Notice (Days)", default=30)
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    labour_rate = fields.Monetary("Labour Rate per Hour")
    parts_markup = fields.Float("Parts Mark-up %")
    travel_rate = fields.Monetary("Travel Rate per km")
    inspection_fee = fields.Monetary()
    scope_ids = fields.One2many("aftersales.agreement.template.scope", "template_id")

    _positive = models.Constraint(
        "CHECK (duration_months >= 0 AND notice_days >= 0 AND labour_rate >= 0 AND "
        "parts_markup >= 0 AND travel_rate >= 0 AND inspection_fee >= 0)",
        "Duration, notice and rates of a template cannot be negative.",
    )

    @api.model
    def _get_kinds(self):
        """Kinds of point, as on the point itself."""
        kind = self.env["aftersales.service.point"]._fields["kind"]
        return kind._description_selection(self.env)

    @api.constrains("body")
    def _check_placeholders(self):
        for template in self:
            template._check_known_placeholders(template.body)

    @api.model
    def _check_known_placeholders(self, html):
        """Refuse names that nobody fills in.

        :raise ValidationError: naming them and those that exist
        """
        wrong = placeholders.unknown(html, PLACEHOLDERS)
        if wrong:
            raise ValidationError(
                self.env._(
                    "Nobody fills in the placeholder “%(wrong)s”. Use one of: "
                    "%(known)s.",
                    wrong=", ".join(wrong),
                    known=", ".join(PLACEHOLDERS),
                )
            )

    @api.model
    def _find_for(self, point):
        """First template for the kind of the point."""
        return self.search(
            Domain("kind", "in", (point.kind, False))
            & Domain("company_id", "in", (point.company_id.id, False)),
            order="kind, sequence, id",
            limit=1,
        )

    def _get_date_end(self, date_start):
        """Last day of an agreement that starts on ``date_start``; False: open."""
        self.ensure_one()
        if not self.duration_months:
            return False
        next_start = fields.Date.add(date_start, months=self.duration_months)
        return fields.Date.subtract(next_start, days=1)

    def _prepare_agreement_vals(self, point, date_start, date_end):
        """Values of a draft agreement of ``point`` from this template."""
        self.ensure_one()
        lang = point.partner_id.lang or self.env.lang
        translated = self.with_context(lang=lang)
        return {
            "service_point_id": point.id,
            "template_id": self.id,
            "date_start": date_start,
            "date_end": date_end,
            "body_source": translated.body,
            "brands": translated.brands,
            "notice_days": self.notice_days,
            "currency_id": self.currency_id.id,
            "labour_rate": self.labour_rate,
            "parts_markup": self.parts_markup,
            "travel_rate": self.travel_rate,
            "inspection_fee": self.inspection_fee,
            "scope_ids": [
                (0, 0, vals) for vals in self._prepare_scope_vals(point, date_start)
            ],
        }

    def _prepare_scope_vals(self, point, date_start):
        """Scope lines: the template's services in the areas of the point.

        A line and an assignment meet where one product category holds the
        other; the narrower of the two is entrusted.
        """
        self.ensure_one()
        Assignment = self.env["aftersales.area.assignment"]
        running = Assignment.search(
            Domain("service_point_id", "=", point.id)
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", date_start)),
        )
        lines = self.scope_ids or self.scope_ids.new({})
        pairs = [(line, area) for line in lines for area in running or [Assignment]]
        found = {}
        for line, assignment in pairs:
            categ = self._narrow(line.product_categ_id, assignment.product_categ_id)
            if categ is not None and (assignment or line.service_type_id or categ):
                key = (line.service_type_id.id, categ.id, assignment.area_id.id)
                found[key] = {
                    "service_type_id": key[0],
                    "product_categ_id": key[1],
                    "area_id": key[2],
                }
        return list(found.values())

    @api.model
    def _narrow(self, one, other):
        """The narrower of two product categories, ``None`` where none holds both."""
        if not one or not other:
            return one or other
        if one.parent_path.startswith(other.parent_path):
            return one
        return other if other.parent_path.startswith(one.parent_path) else None

    def _check_point(self, point):
        """Refuse an agreement before the head approved, or where none is needed.

        :raise UserError: naming the point and the way out
        """
        if not point._needs_agreement():
            raise UserError(
                self.env._(
                    "%(point)s is a unit of our own and needs no agreement.",
                    point=point.display_name,
                )
            )
        point._check_admitted()


class AftersalesAgreementTemplateScope(models.Model):
    """What a template entrusts: a service type for a product category."""

    _name = "aftersales.agreement.template.scope"
    _description = "Agreement Template Scope"
    _order = "template_id, id"

    template_id = fields.Many2one(
        "aftersales.agreement.template", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="template_id.company_id", store=True, index=True
    )
    service_type_id = fields.Many2one(
        "aftersales.service.type", help="Empty: every service."
    )
    product_categ_id = fields.Many2one(
        "product.category", "Product Category", help="Empty: every product."
    )
