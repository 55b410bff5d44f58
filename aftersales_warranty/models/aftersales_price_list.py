import base64
from datetime import timedelta

from reportlab.graphics import renderSVG
from reportlab.graphics.barcode import createBarcodeDrawing

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import ormcache

from odoo.addons.aftersales_network.models.aftersales_grade import GRADES
from odoo.addons.aftersales_network.models.flow import FLOW

PUBLISHED = ("published", "replaced")
#: What a published version says, and nobody changes.
CONTENT = {"name", "company_id", "currency_id", "country_id", "area_id", "grade"}
CONTENT |= {"date_from", "date_end", "reason", "note", "line_ids"}


class AftersalesPriceList(models.Model):
    """One version of the listed price ranges of a company.

    Frozen once it is published: a charge is held against the version that was
    in force on the day of the request.  A change is a new version.
    """

    _name = "aftersales.price.list"
    _description = "Service Price List"
    _inherit = ["aftersales.flow.mixin", "mail.thread"]
    _order = "date_from desc, version desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    country_id = fields.Many2one(
        "res.country", help="Only for customers in this country; empty: everywhere."
    )
    area_id = fields.Many2one(
        "aftersales.area",
        index="btree_not_null",
        check_company=True,
        help="Only in this area and those below it; empty: everywhere.",
    )
    grade = fields.Selection(
        GRADES, "Area Grade", help="Only in areas of this grade; empty: in all."
    )
    date_from = fields.Date(
        "Effective from", required=True, default=fields.Date.context_today
    )
    date_end = fields.Date(
        "Effective until",
        copy=False,
        help="Last day; empty: until another version replaces it.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("published", "Published"), ("replaced", "Replaced")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    version = fields.Integer(default=1, readonly=True, copy=False)
    origin_id = fields.Many2one(
        "aftersales.price.list",
        "First Version",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    reason = fields.Text("Reason for the Change", copy=False)
    note = fields.Text(
        "Text for Customers",
        translate=True,
        help="Printed above the prices, for example what they include.",
    )
    date_published = fields.Datetime("Published on", readonly=True, copy=False)
    published_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    line_ids = fields.One2many("aftersales.price.list.line", "price_list_id", copy=True)
    line_count = fields.Integer(compute="_compute_line_count")
    is_in_force = fields.Boolean(
        "In Force", compute="_compute_is_in_force", search="_search_is_in_force"
    )

    _FLOW_FIELDS = frozenset(
        ("state", "version", "origin_id", "date_published", "published_by_id")
    )

    _dates_order = models.Constraint(
        "CHECK (date_end IS NULL OR date_end >= date_from)",
        "A price list cannot end before it starts.",
    )
    _version_uniq = models.UniqueIndex(
        "(COALESCE(origin_id, id), version)", "This version number exists already."
    )
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (company_id WITH =, (COALESCE(country_id, 0)) WITH =, "
        "(COALESCE(area_id, 0)) WITH =, (COALESCE(grade, '')) WITH =, "
        "daterange(date_from, date_end, '[]') WITH &&) WHERE (state <> 'draft')",
        "Another published price list holds for the same customers in that period.",
    )

    @api.depends("line_ids")
    def _compute_line_count(self):
        for price_list in self:
            price_list.line_count = len(price_list.line_ids)

    @api.depends("state", "date_from", "date_end", "company_id")
    def _compute_is_in_force(self):
        for price_list in self:
            day = price_list.company_id._get_aftersales_today()
            price_list.is_in_force = price_list._holds_on(day)

    def _holds_on(self, day):
        """Whether the version is the published one on a day."""
        self.ensure_one()
        return bool(
            self.state in PUBLISHED
            and self.date_from
            and self.date_from <= day
            and (not self.date_end or day <= self.date_end)
        )

    @api.model
    def _get_in_force_domain(self, day):
        """Domain of the versions that hold on a day."""
        return (
            Domain("state", "in", PUBLISHED)
            & Domain("date_from", "<=", day)
            & (Domain("date_end", "=", False) | Domain("date_end", ">=", day))
        )

    def _search_is_in_force(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._get_in_force_domain(self.env.company._get_aftersales_today())

    @api.depends("name", "version")
    def _compute_display_name(self):
        for price_list in self:
            price_list.display_name = f"{price_list.name or ''} v{price_list.version}"

    @api.model
    def get_import_templates(self):
        """Spreadsheet with the columns of a list and its lines."""
        return [
            {
                "label": self.env._("Import Template for Price Lists"),
                "template": "/aftersales_warranty/static/xls/price_list.xlsx",
            }
        ]

    # -- versions --------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        price_lists = super().create(vals_list)
        self.env.registry.clear_cache()
        return price_lists

    def write(self, vals):
        is_step = self.env.context.get("aftersales_flow") is FLOW
        if not is_step and CONTENT & set(vals):
            self._check_draft()
        if vals.get("active") is False:
            self._check_not_in_force()
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        self._check_draft()

    def copy_data(self, default=None):
        """Name copies, unless the copy is a new version."""
        default = default or {}
        vals_list = super().copy_data(default)
        if "origin_id" not in default and "name" not in default:
            for price_list, vals in zip(self, vals_list, strict=True):
                vals["name"] = self.env._("%(name)s (copy)", name=price_list.name)
        return vals_list

    def _check_draft(self):
        """Refuse a change of a version that is or was published.

        :raise UserError: naming the version and the way out
        """
        frozen = self.filtered(lambda p: p.state != "draft")[:1]
        if frozen:
            raise UserError(
                self.env._(
                    "Price list %(list)s is published and cannot be changed. Make a "
                    "new version instead.",
                    list=frozen.display_name,
                )
            )

    def _check_not_in_force(self):
        """Refuse to archive what charges are held against."""
        current = self.filtered(lambda p: p.state == "published")[:1]
        if current:
            raise UserError(
                self.env._(
                    "Price list %(list)s is published. Withdraw it before you "
                    "archive it.",
                    list=current.display_name,
                )
            )

    def _get_family(self):
        """All versions of the list."""
        self.ensure_one()
        first = self.origin_id or self
        domain = Domain("id", "=", first.id) | Domain("origin_id", "=", first.id)
        return self.with_context(active_test=False).search(domain)

    def action_new_version(self):
        """Copy the version into a draft, ready for the changed prices.

        :raise UserError: a draft of the list exists already
        """
        self.ensure_one()
        family = self._get_family()
        draft = family.filtered(lambda p: p.state == "draft")[:1]
        if draft:
            raise UserError(
                self.env._(
                    "%(list)s is a draft already. Change or delete that one.",
                    list=draft.display_name,
                )
            )
        values = {
            "name": self.name,
            "origin_id": (self.origin_id or self).id,
            "version": max(family.mapped("version")) + 1,
            "date_from": self.company_id._get_aftersales_today(),
        }
        new = self.with_context(aftersales_flow=FLOW).copy(values)
        return new.with_env(self.env)._get_records_action()

    def action_publish(self):
        """Freeze drafts; the earlier version ends on the day before.

        :raise ValidationError: no line, no reason, or dates that do not follow
        """
        self._check_draft()
        for price_list in self:
            price_list._check_can_publish()
            price_list._end_earlier()
        self._write_flow(
            {
                "state": "published",
                "date_published": fields.Datetime.now(),
                "published_by_id": self.env.uid,
            }
        )
        self._refresh_orders()

    def _check_can_publish(self):
        """Refuse to publish an empty list or a change without its reason."""
        self.ensure_one()
        if not self.line_ids:
            raise ValidationError(
                self.env._(
                    "Price list %(list)s has no lines. Add at least one.",
                    list=self.display_name,
                )
            )
        if self.version > 1 and not (self.reason or "").strip():
            raise ValidationError(
                self.env._(
                    "Say why version %(list)s changes the prices.",
                    list=self.display_name,
                )
            )

    def _end_earlier(self):
        """End the version that the new one replaces.

        :raise ValidationError: a published version starts on the day or later
        """
        self.ensure_one()
        earlier = self._get_family().filtered(
            lambda p: p.state == "published" and p._reaches(self.date_from)
        )
        later = earlier.filtered(lambda p: p.date_from >= self.date_from)[:1]
        if later:
            raise ValidationError(
                self.env._(
                    "%(list)s must start after %(earlier)s, which starts on %(date)s.",
                    list=self.display_name,
                    earlier=later.display_name,
                    date=later.date_from,
                )
            )
        last = self.date_from - timedelta(days=1)
        earlier._write_flow({"state": "replaced", "date_end": last})
        earlier.flush_recordset()

    def _reaches(self, day):
        """Whether the version would still hold on a day."""
        self.ensure_one()
        return not self.date_end or self.date_end >= day

    def action_withdraw(self):
        """Ask for the reason, then end published versions."""
        self._check_flow_state("published")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_withdraw")

    def _withdraw(self, reason):
        """End published versions today, without a successor.

        :param reason: why, for the chatter
        """
        self._check_flow_state("published")
        for price_list in self:
            today = price_list.company_id._get_aftersales_today()
            last = max(today, price_list.date_from)
            price_list._write_flow({"state": "replaced", "date_end": last})
            price_list.message_post(body=reason)
        self._refresh_orders()

    def _refresh_orders(self):
        """Hold the lines of open orders against the lists as they are now."""
        self.env.registry.clear_cache()
        start = min(self.mapped("date_from"), default=None)
        if not start:
            return
        Line_sudo = self.env["aftersales.service.order.line"].sudo()
        lines = Line_sudo.search(
            Domain("company_id", "in", self.company_id.ids)
            & Domain("order_id.state", "not in", ("closed", "cancelled"))
            & Domain("order_id.date_request", ">=", start - timedelta(days=1))
        )
        names = ("price_line_id", "range_min", "range_max", "range_unit")
        for name in names:
            self.env.add_to_compute(lines._fields[name], lines)
        # What follows from the range is not marked by the lines above.
        lines.modified(names)

    # -- look-up ---------------------------------------------------------------

    @api.model
    @ormcache("company_id")
    def _get_catalogue(self, company_id):
        """Published versions of a company, ready for the calculation.

        :return: tuple of dicts ``id, country, area, grade, start, stop, currency,
            entries``
        """
        price_lists = (
            self.sudo()
            .with_context(active_test=False)
            .search([("company_id", "=", company_id), ("state", "in", PUBLISHED)])
        )
        names = price_lists.line_ids._get_operation_names()
        return tuple(
            {
                "id": price_list.id,
                "country": price_list.country_id.id,
                "area": price_list.area_id.id,
                "grade": price_list.grade,
                "start": price_list.date_from,
                "stop": price_list.date_end,
                "currency": price_list.currency_id.id,
                "entries": tuple(
                    line._to_kernel(names.get(line.id, frozenset()))
                    for line in price_list.line_ids
                ),
            }
            for price_list in price_lists
        )

    @api.model
    def _get_lists_for(self, company, day, country, area, grade):
        """Versions that hold for a customer on a day, the most special first.

        :param day: day of the request in the company's time zone
        :return: list of the dicts of :meth:`_get_catalogue`
        """
        path = area._get_ancestor_ids() if area else []
        found = []
        for facts in self._get_catalogue(company.id):
            fits = (
                facts["start"] <= day
                and (not facts["stop"] or day <= facts["stop"])
                and (not facts["country"] or facts["country"] == country.id)
                and (not facts["area"] or facts["area"] in path)
                and (not facts["grade"] or facts["grade"] == grade)
            )
            if fits:
                # The path runs upwards: the nearer area is the more special one.
                near = len(path) - path.index(facts["area"]) if facts["area"] else 0
                rank = (near, bool(facts["grade"]), bool(facts["country"]))
                found.append((rank, facts))
        found.sort(key=lambda item: item[0], reverse=True)
        return [facts for _rank, facts in found]

    # -- publication -----------------------------------------------------------

    def _get_public_url(self):
        """Address of the page where everybody reads the prices in force."""
        company = self.company_id[:1] or self.env.company
        return f"{company.get_base_url()}/service-prices?company={company.id}"

    def _get_public_qr(self):
        """The address as a QR code: an SVG image for the printed list."""
        drawing = createBarcodeDrawing(
            "QR", value=self._get_public_url(), width=120, height=120, barLevel="M"
        )
        svg = renderSVG.drawToString(drawing)
        return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"

    def action_open_public_page(self):
        """Open the public page in the browser."""
        url = self._get_public_url()
        return {"type": "ir.actions.act_url", "url": url, "target": "new"}

    def _get_sections(self, text="", categ_id=None):
        """Lines by category of the unit, for page and print.

        :param text: part of a category, product or operation; empty: everything
        :param categ_id: only this category and those below it
        :return: list of (category name, [line, …])
        """
        lines = self.line_ids._filter_public(text, categ_id)
        by_categ = lines.grouped("categ_id")
        return [
            (categ.complete_name or self.env._("All Products"), by_categ[categ])
            for categ in sorted(by_categ, key=lambda c: c.complete_name or "")
        ]
