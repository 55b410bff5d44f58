from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools import expert_match as kernel
from .aftersales_competition_award import MONEY

CONTACT = (
    "aftersales_network.group_training_officer,aftersales_network.group_dispatcher"
)


class AftersalesExpert(models.Model):
    """Somebody who can be asked: own people, outside consultants, retired ones."""

    _name = "aftersales.expert"
    _description = "Expert"
    _inherit = [
        "aftersales.scope.mixin",
        "aftersales.person.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "person_name, id"
    _rec_name = "person_name"
    _check_company_auto = True

    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        [("internal", "Own Staff"), ("outside", "Outside"), ("retired", "Retired")],
        required=True,
        default="internal",
        index=True,
        tracking=True,
    )
    user_id = fields.Many2one(
        "res.users",
        compute="_compute_user_id",
        store=True,
        compute_sudo=True,
        index="btree_not_null",
    )
    phone = fields.Char(compute="_compute_phone", compute_sudo=True, groups=CONTACT)
    product_categ_ids = fields.Many2many(
        "product.category", string="Product Categories"
    )
    product_ids = fields.Many2many(
        "product.product", string="Products", check_company=True
    )
    fault_ids = fields.Many2many("aftersales.fault", string="Faults")
    area_ids = fields.Many2many("aftersales.area", string="Regions")
    lang_ids = fields.Many2many("res.lang", string="Languages")
    profile = fields.Text(translate=True)
    fee_hour = fields.Monetary("Fee per Hour", groups=MONEY)
    availability = fields.Selection(
        [("available", "Available"), ("limited", "Limited"), ("away", "Away")],
        required=True,
        default="available",
        tracking=True,
    )
    date_consent = fields.Date(
        "Consent",
        help="Day on which an outside or retired person agreed that we keep these "
        "data.",
        tracking=True,
    )
    use_ids = fields.One2many("aftersales.expert.use", "expert_id")
    use_count = fields.Integer("Times Asked", compute="_compute_use_figures")
    open_count = fields.Integer("Open Questions", compute="_compute_use_figures")
    rating_avg = fields.Float(
        "Mean Rating", digits=(3, 2), compute="_compute_use_figures"
    )
    product_match_id = fields.Many2one(
        "product.product",
        "Knows Product",
        compute="_compute_product_match_id",
        search="_search_product_match_id",
        help="Finds who knows a product: by itself, or by its category or one above.",
    )

    _SCOPE_FIELDS = frozenset(("company_id",))

    _employee_once = models.UniqueIndex(
        "(company_id, employee_id) WHERE employee_id IS NOT NULL",
        "This person is already in the pool of experts.",
    )
    _partner_once = models.UniqueIndex(
        "(company_id, partner_id) WHERE partner_id IS NOT NULL",
        "This person is already in the pool of experts.",
    )
    _fee_positive = models.Constraint(
        "CHECK (fee_hour >= 0)", "A fee cannot be negative."
    )

    @api.depends("employee_id.user_id", "person_id.user_ids")
    def _compute_user_id(self):
        for expert in self:
            expert.user_id = expert.employee_id.user_id or expert.person_id.user_ids[:1]

    @api.depends("employee_id.work_phone", "partner_id.phone")
    def _compute_phone(self):
        for expert in self:
            expert.phone = expert.employee_id.work_phone or expert.partner_id.phone

    def _compute_use_figures(self):
        # Who may see an expert sees how often and how well he helped, whoever
        # asked; only the questions themselves are limited.
        Use = self.env["aftersales.expert.use"].sudo()
        mine = Domain("expert_id", "in", self.ids)
        asked = mine & Domain("state", "!=", "withdrawn")
        counts = dict(Use._read_group(asked, ["expert_id"], ["__count"]))
        open_ = dict(
            Use._read_group(
                mine & Domain("state", "=", "asked"), ["expert_id"], ["__count"]
            )
        )
        ratings = self._get_ratings()
        for expert in self:
            expert.use_count = counts.get(expert._origin, 0)
            expert.open_count = open_.get(expert._origin, 0)
            expert.rating_avg = float(ratings.get(expert._origin.id) or 0)

    def _compute_product_match_id(self):
        self.product_match_id = False

    def _search_product_match_id(self, operator, value):
        Product = self.env["product.product"]
        if operator == "in":
            products = Product.browse([key for key in value if isinstance(key, int)])
        elif operator == "any":
            products = Product.search(value)
        else:
            return NotImplemented
        return Domain("product_ids", "in", products.ids) | Domain(
            "product_categ_ids", "parent_of", products.categ_id.ids
        )

    @api.constrains("kind", "date_consent", "active")
    def _check_consent(self):
        for expert in self:
            if expert.active and expert.kind != "internal" and not expert.date_consent:
                raise ValidationError(
                    self.env._(
                        "%(name)s is not of the own staff: record the day of the "
                        "consent before keeping data in the pool.",
                        name=expert.person_name,
                    )
                )

    def action_view_uses(self):
        """Open the questions to this expert."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_training.aftersales_expert_use_action"
        )
        return {
            **action,
            "domain": [("expert_id", "=", self.id)],
            "context": {"default_expert_id": self.id},
        }

    def _get_ratings(self):
        """Exact mean rating: ``{expert id: Fraction}``; the unrated are missing."""
        Use = self.env["aftersales.expert.use"].sudo()
        rows = Use._read_group(
            Domain("expert_id", "in", self.ids) & Domain("rating", ">", 0),
            ["expert_id"],
            ["rating:sum", "__count"],
        )
        return {
            expert.id: kernel.Fraction(total, count) for expert, total, count in rows
        }

    def _get_fits(self, product=None, category=None, fault=None, area=None, lang=None):
        """Rank these experts for a question; constant queries.

        :return: list of ``tools.expert_match.Fit``, best first
        """
        category = category or (product.categ_id if product else None)
        wish = kernel.Wish(
            product=product.id if product else None,
            category_path=split_path(category),
            fault=fault.id if fault else None,
            area_path=split_path(area),
            language=lang.id if lang else None,
        )
        ratings = self._get_ratings()
        people = [
            kernel.Expert(
                key=expert.id,
                products=frozenset(expert.product_ids.ids),
                categories=frozenset(expert.product_categ_ids.ids),
                faults=frozenset(expert.fault_ids.ids),
                areas=frozenset(expert.area_ids.ids),
                languages=frozenset(expert.lang_ids.ids),
                rating=ratings.get(expert.id),
                open_questions=expert.open_count,
                is_available=expert.availability != "away",
            )
            for expert in self
        ]
        return kernel.rank(people, wish)


def split_path(record):
    """Ids from the root of a tree down to the record."""
    path = record.parent_path if record else ""
    return tuple(int(part) for part in (path or "").split("/") if part)
