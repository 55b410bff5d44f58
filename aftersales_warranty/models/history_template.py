from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.history_rows import Component, Mapping

ROLES = [
    ("number", "Row Number"),
    ("case_date", "Date of the Case"),
    ("region", "Region"),
    ("state", "State"),
    ("city", "City"),
    ("area_kind", "Urban or Rural"),
    ("profile", "Customer Profile"),
    ("category", "Product Category"),
    ("product", "Product Type"),
    ("component", "Component"),
    ("value", "Claim Value"),
    ("point", "Service Point Code"),
    ("age", "Product Age in Days"),
    ("channel", "Purchased From"),
    ("call_minutes", "Minutes of the Call"),
    ("purpose", "Purpose"),
    ("fraud", "Fraud Label"),
]


class AftersalesHistoryTemplate(models.Model):
    """How the columns of a file of old cases are read.

    Saved once for a kind of file, so that the next file of that kind needs no
    mapping.  Cases are keyed by template and row number.
    """

    _name = "aftersales.history.template"
    _description = "History Template"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, help="Short mark that stands in the serials of imported units."
    )
    active = fields.Boolean(default=True)
    country_id = fields.Many2one("res.country", required=True, ondelete="restrict")
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        ondelete="restrict",
        default=lambda self: self.env.company.currency_id,
        help="Currency of the claim values.",
    )
    decimal_mark = fields.Selection(
        [(".", "Point (1,234.5)"), (",", "Comma (1.234,5)")],
        required=True,
        default=".",
    )
    max_value = fields.Float(
        "Largest Claim Value",
        default=10_000_000.0,
        help="A row with a larger value is refused as a typing error.",
    )
    max_mb = fields.Integer("Largest File (MB)", default=50)
    repair_type_id = fields.Many2one(
        "aftersales.service.type",
        "Type of Repairs",
        required=True,
        ondelete="restrict",
        domain="[('kind', '=', 'repair')]",
        default=lambda self: self._default_service_type("repair"),
    )
    consultation_type_id = fields.Many2one(
        "aftersales.service.type",
        "Type of Consultations",
        required=True,
        ondelete="restrict",
        domain="[('kind', '=', 'consultation')]",
        default=lambda self: self._default_service_type("consultation"),
    )
    column_ids = fields.One2many(
        "aftersales.history.column", "template_id", copy=True, string="Columns"
    )
    word_ids = fields.One2many(
        "aftersales.history.word", "template_id", copy=True, string="Words"
    )
    alias_ids = fields.One2many(
        "aftersales.history.alias", "template_id", copy=True, string="Known Spellings"
    )
    note = fields.Text(translate=True)

    _code_uniq = models.UniqueIndex(
        "(code)", "The code of a history template must be unique."
    )
    _limits_positive = models.Constraint(
        "CHECK (max_value > 0 AND max_mb BETWEEN 1 AND 2000)",
        "The largest value and the largest file of a template must be above zero.",
    )

    def _default_service_type(self, kind):
        return self.env["aftersales.service.type"].search(
            [("kind", "=", kind)], limit=1
        )

    @api.constrains("column_ids")
    def _check_roles(self):
        for template in self:
            missing = template._get_mapping().missing_roles()
            if missing:
                labels = dict(
                    self.env["aftersales.history.column"]
                    ._fields["role"]
                    ._description_selection(self.env)
                )
                raise ValidationError(
                    self.env._(
                        "Template %(name)s gives no column for: %(roles)s.",
                        name=template.name,
                        roles=", ".join(labels[role] for role in missing),
                    )
                )

    def _get_mapping(self):
        """The template as the kernel's plain :class:`Mapping`."""
        self.ensure_one()
        columns = {c.role: c.name or "" for c in self.column_ids if not c.is_component}
        words = {"purpose": {}, "channel": {}, "profile": {}}
        for word in self.word_ids:
            words[word.kind][word.name.casefold()] = word._get_value()
        return Mapping(
            columns=columns,
            components=tuple(
                Component(column.name, column.code, column.product_word)
                for column in self.column_ids
                if column.is_component
            ),
            purposes=words["purpose"],
            channels=words["channel"],
            profiles=words["profile"],
            aliases={
                (alias.role or "", alias.name.casefold()): alias.replacement
                for alias in self.alias_ids
            },
            decimal_mark=self.decimal_mark,
            places=self.currency_id.decimal_places,
            max_value=Decimal(str(self.max_value)).normalize() + Decimal(0),
        )


class AftersalesHistoryColumn(models.Model):
    """One column of the file and the role it plays."""

    _name = "aftersales.history.column"
    _description = "History Column"
    _order = "template_id, sequence, id"

    template_id = fields.Many2one(
        "aftersales.history.template", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(
        "Column", help="Heading in the file; empty: the column without a heading."
    )
    role = fields.Selection(ROLES, required=True)
    is_component = fields.Boolean(compute="_compute_is_component")
    code = fields.Char("Component Code")
    product_word = fields.Char(
        "Component Of", help="Product type, as written in the file."
    )
    product_id = fields.Many2one(
        "product.product",
        "Part",
        help="Empty: a part is made at the first import.",
    )

    _component_complete = models.Constraint(
        "CHECK (role != 'component' OR (name IS NOT NULL AND code IS NOT NULL"
        " AND product_word IS NOT NULL))",
        "A component column needs its heading, a code and a product type.",
    )
    _role_uniq = models.UniqueIndex(
        "(template_id, role) WHERE role != 'component'",
        "Each role but the component may have one column only.",
    )
    _name_uniq = models.UniqueIndex(
        "(template_id, COALESCE(name, ''))",
        "A column stands only once in a template.",
    )

    @api.depends("role")
    def _compute_is_component(self):
        for column in self:
            column.is_component = column.role == "component"

    def _get_part_name(self):
        """Name of the part that is made for the component."""
        self.ensure_one()
        return self.env._(
            "%(product)s component %(code)s",
            product=self.product_word,
            code=self.code,
        )


class AftersalesHistoryWord(models.Model):
    """What a word of the file means: a purpose, a channel, a kind of customer."""

    _name = "aftersales.history.word"
    _description = "History Word"
    _order = "template_id, kind, id"

    template_id = fields.Many2one(
        "aftersales.history.template", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [
            ("purpose", "Purpose"),
            ("channel", "Purchased From"),
            ("profile", "Customer Profile"),
        ],
        required=True,
    )
    name = fields.Char("Word in the File", required=True)
    purpose = fields.Selection(
        [
            ("claim", "Repair with a Claim"),
            ("complaint", "Repair after a Complaint"),
            ("other", "Consultation"),
        ]
    )
    channel = fields.Selection("_selection_channel")
    profile = fields.Selection([("business", "Business"), ("personal", "Personal")])

    _meaning_given = models.Constraint(
        "CHECK ((kind = 'purpose' AND purpose IS NOT NULL)"
        " OR (kind = 'channel' AND channel IS NOT NULL)"
        " OR (kind = 'profile' AND profile IS NOT NULL))",
        "Say what each word of the file means.",
    )
    _word_uniq = models.UniqueIndex(
        "(template_id, kind, lower(name))", "A word stands only once for each kind."
    )

    @api.model
    def _selection_channel(self):
        """The channels of a registration, whatever modules added to them."""
        return (
            self.env["aftersales.registration"]
            ._fields["channel"]
            ._description_selection(self.env)
        )

    def _get_value(self):
        """The code that the word stands for."""
        self.ensure_one()
        return self[self.kind]


class AftersalesHistoryAlias(models.Model):
    """Another spelling of a known name, replaced and reported at the import."""

    _name = "aftersales.history.alias"
    _description = "History Spelling"
    _order = "template_id, name, id"

    template_id = fields.Many2one(
        "aftersales.history.template", required=True, index=True, ondelete="cascade"
    )
    role = fields.Selection(
        [
            ("region", "Region"),
            ("state", "State"),
            ("city", "City"),
            ("category", "Product Category"),
            ("product", "Product Type"),
        ],
        help="Empty: in every column with names.",
    )
    name = fields.Char("In the File", required=True)
    replacement = fields.Char("Correct Name", required=True)

    _alias_uniq = models.UniqueIndex(
        "(template_id, COALESCE(role, ''), lower(name))",
        "A spelling stands only once for each column.",
    )
