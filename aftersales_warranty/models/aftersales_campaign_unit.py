from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools import serials
from .aftersales_campaign import LIVE_STATES

#: States in which a unit still waits for its remedy.
OPEN_STATES = ("open", "notified", "booked")
#: States that a person ended without the remedy.
ENDED_STATES = ("refused", "unreachable", "scrapped")


class AftersalesCampaignUnit(models.Model):
    """One affected unit of a campaign and what became of it."""

    _name = "aftersales.campaign.unit"
    _description = "Affected Unit"
    _inherit = ["aftersales.flow.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "campaign_id desc, id"
    _rec_names_search = ["serial", "campaign_id", "partner_id"]
    _check_company_auto = True

    campaign_id = fields.Many2one(
        "aftersales.campaign",
        "Recall Campaign",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="campaign_id.company_id", store=True, index=True, precompute=True
    )
    campaign_state = fields.Selection(
        related="campaign_id.state",
        string="State of the Campaign",
        store=True,
        precompute=True,
    )
    state = fields.Selection(
        [
            ("open", "Open"),
            ("notified", "Notified"),
            ("booked", "Order Made"),
            ("done", "Remedied"),
            ("refused", "Refused by the Owner"),
            ("unreachable", "Not Reached"),
            ("scrapped", "Scrapped"),
        ],
        default="open",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    registration_id = fields.Many2one(
        "aftersales.registration",
        "Registered Unit",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    lot_id = fields.Many2one(
        "stock.lot",
        "Serial or Lot in Stock",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    product_id = fields.Many2one(
        "product.product", required=True, index=True, check_company=True
    )
    serial = fields.Char("Serial Number", required=True, index="trigram")
    serial_key = fields.Char(
        compute="_compute_serial_key", store=True, precompute=True, index=True
    )
    source = fields.Selection(
        [("range", "Range"), ("list", "List"), ("hand", "By Hand")],
        default="hand",
        required=True,
        readonly=True,
        copy=False,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Owner",
        compute="_compute_partner_id",
        store=True,
        compute_sudo=True,
        index="btree_not_null",
        check_company=True,
    )
    area_id = fields.Many2one(
        "aftersales.area",
        compute="_compute_partner_id",
        store=True,
        compute_sudo=True,
        index="btree_not_null",
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        compute="_compute_service_point_id",
        store=True,
        compute_sudo=True,
        index="btree_not_null",
        check_company=True,
        help="The point that has the order; before that, the one responsible for the "
        "area of the owner, where it is only one.",
    )
    order_ids = fields.One2many(
        "aftersales.service.order", "campaign_unit_id", "Orders"
    )
    order_id = fields.Many2one(
        "aftersales.service.order",
        "Service Order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    notice_ids = fields.One2many("aftersales.campaign.notice", "unit_id", "Notices")
    date_notified = fields.Date("Notified on", readonly=True, copy=False)
    notice_wanted = fields.Selection(
        [("first", "First Notice"), ("reminder", "Reminder")],
        "Notice to Send",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    is_order_wanted = fields.Boolean("Order to Make", readonly=True, copy=False)
    date_booked = fields.Date("Order Made on", readonly=True, copy=False)
    date_done = fields.Date("Remedied on", readonly=True, copy=False, index=True)
    ended_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_ended = fields.Date("Ended on", readonly=True, copy=False)
    end_reason = fields.Text("Reason", readonly=True, copy=False)
    is_open = fields.Boolean(
        "Waits for Its Remedy", compute="_compute_is_open", search="_search_is_open"
    )

    _serial_uniq = models.UniqueIndex(
        "(campaign_id, product_id, serial_key)",
        "This unit is part of the campaign already.",
    )
    _unit_uniq = models.UniqueIndex(
        "(campaign_id, registration_id) WHERE registration_id IS NOT NULL",
        "This unit is part of the campaign already.",
    )
    _open_idx = models.Index(
        "(serial_key, product_id) WHERE state IN ('open', 'notified', 'booked') "
        "AND campaign_state IN ('running', 'closing')"
    )
    _notice_idx = models.Index("(id) WHERE notice_wanted IS NOT NULL")
    _order_idx = models.Index("(id) WHERE is_order_wanted IS TRUE")

    _FLOW_FIELDS = frozenset(
        (
            "state",
            "source",
            "order_id",
            "date_notified",
            "notice_wanted",
            "is_order_wanted",
            "date_booked",
            "date_done",
            "ended_by_id",
            "date_ended",
            "end_reason",
        )
    )
    _FIXED_FIELDS = frozenset(
        ("campaign_id", "product_id", "serial", "lot_id", "registration_id")
    )

    @api.depends("serial")
    def _compute_serial_key(self):
        for unit in self:
            unit.serial_key = serials.key(unit.serial) or unit.serial

    @api.depends("registration_id.partner_id")
    def _compute_partner_id(self):
        """The owner of today is told, whoever bought the unit."""
        owners = self.registration_id.partner_id
        areas = self.env["aftersales.area"]._match_partners(owners)
        for unit in self:
            owner = unit.registration_id.partner_id
            unit.partner_id = owner
            unit.area_id = areas.get(owner.id, False)

    # Orders tell their unit themselves when their point changes.
    @api.depends("area_id", "order_id")
    def _compute_service_point_id(self):
        for company, units in self.grouped("company_id").items():
            areas = units.area_id.with_context(allowed_company_ids=company.ids)
            points = areas._get_single_points()
            for unit in units:
                planned = points.get(unit.area_id.id, False)
                unit.service_point_id = unit.order_id.service_point_id or planned

    @api.depends("state", "campaign_state")
    def _compute_is_open(self):
        for unit in self:
            unit.is_open = (
                unit.state in OPEN_STATES and unit.campaign_state in LIVE_STATES
            )

    def _search_is_open(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._get_open_domain()

    @api.depends("serial", "campaign_id.name")
    def _compute_display_name(self):
        for unit in self:
            parts = (unit.serial or "", unit.campaign_id.name or "")
            unit.display_name = " – ".join(filter(None, parts))

    @api.model
    def _get_open_domain(self):
        """Units that wait for their remedy."""
        return Domain("state", "in", OPEN_STATES) & Domain(
            "campaign_state", "in", LIVE_STATES
        )

    @api.model_create_multi
    def create(self, vals_list):
        """Complete units from what is known of them.

        :raise UserError: the campaign is over
        """
        self._fill_units(vals_list)
        units = super().create(vals_list)
        over = units.filtered(
            lambda u: u.campaign_id.state not in ("draft", *LIVE_STATES)
        )[:1]
        if over:
            raise UserError(
                self.env._(
                    "%(campaign)s is over and takes no more units.",
                    campaign=over.campaign_id.name,
                )
            )
        return units

    @api.model
    def _fill_units(self, vals_list):
        """Take product and serial from the registered unit or the lot, in place."""
        Unit = self.env["aftersales.registration"]
        units = Unit.browse(
            {v["registration_id"] for v in vals_list if v.get("registration_id")}
        )
        units.check_access("read")
        known = {unit.id: unit for unit in units}
        for vals in vals_list:
            unit = known.get(vals.get("registration_id"))
            if unit:
                vals["product_id"], vals["serial"] = unit.product_id.id, unit.serial
            elif vals.get("serial"):
                vals["serial"] = serials.clean(vals["serial"])

    @api.ondelete(at_uninstall=False)
    def _unlink_except_touched(self):
        kept = self.filtered(
            lambda u: u.campaign_state != "draft" and u.state != "open"
        )[:1]
        if kept:
            raise UserError(
                self.env._(
                    "%(unit)s was told or worked on and stays in the campaign.",
                    unit=kept.display_name,
                )
            )

    @api.model
    def _count_by_campaign(self, campaigns):
        """Units of campaigns by state, one query: ``{campaign_id: {state: count}}``.

        Everybody counts all units, whichever point they belong to.
        """
        counts = {}
        rows = self.sudo()._read_group(
            [("campaign_id", "in", campaigns.ids)],
            ["campaign_id", "state"],
            ["__count"],
        )
        for campaign, state, count in rows:
            counts.setdefault(campaign.id, {})[state] = count
        return counts

    # -- who is affected ---------------------------------------------------------

    @api.model
    def _find_open(self, units):
        """Open rows of registered units, one query: ``{unit_id: rows}``.

        A unit is found by product and serial, so that one that was sold after the
        search of the range is known as well.
        """
        keys = [key for key in units.mapped("serial_key") if key]
        if not keys:
            return {}
        # Whoever handles the unit must know, whichever point it belongs to.
        rows = self.sudo().search_fetch(
            self._get_open_domain()
            & Domain("serial_key", "in", keys)
            & Domain("product_id", "in", units.product_id.ids)
            & Domain("company_id", "in", units.company_id.ids),
            ["campaign_id", "serial_key", "product_id", "company_id", "state"],
            order="id",
        )
        by_key = rows.grouped(lambda r: (r.company_id, r.product_id, r.serial_key))
        found = {
            unit.id: by_key.get((unit.company_id, unit.product_id, unit.serial_key))
            for unit in units
        }
        return {unit_id: row for unit_id, row in found.items() if row}

    @api.model
    def _find_open_by_serial(self, requests):
        """Open rows of typed serials, one query.

        :param requests: ``[(serial, product, company), …]``; product may be empty
        :return: ``{index: rows}`` with the indexes that have some
        """
        keys = [serials.key(serial) for serial, _product, _company in requests]
        wanted = [key for key in keys if key]
        if not wanted:
            return {}
        rows = self.sudo().search(
            self._get_open_domain() & Domain("serial_key", "in", wanted), order="id"
        )
        result = {}
        for index, (key, request) in enumerate(zip(keys, requests, strict=True)):
            _serial, product, company = request
            found = rows.filtered(
                lambda r, key=key, product=product, company=company: (
                    r.serial_key == key
                    and r.company_id.id == company.id
                    and (not product or r.product_id.id == product.id)
                )
            )
            if found:
                result[index] = found
        return result

    def _get_notice_text(self):
        """What whoever handles the unit has to know of the campaign."""
        self.ensure_one()
        campaign_sudo = self.campaign_id.sudo()
        values = {
            "campaign": campaign_sudo.name,
            "title": campaign_sudo.title,
            "remedy": campaign_sudo.remedy or "",
        }
        if campaign_sudo.kind == "safety":
            return self.env._(
                "Open recall %(campaign)s: %(title)s. %(remedy)s", **values
            ).strip()
        return self.env._(
            "Open campaign %(campaign)s: %(title)s. %(remedy)s", **values
        ).strip()


class AftersalesArea(models.Model):
    """Who works in an area, where it is one point alone."""

    _inherit = "aftersales.area"

    def _get_single_points(self):
        """The one point responsible for each area today: ``{area_id: point_id}``.

        The lines of the area itself count before those of the areas above it; an
        area with several points is left out.
        """
        points = self._load_points(self.env["aftersales.area.assignment"])
        result = {}
        for area in self.filtered("parent_path"):
            path = [int(i) for i in area.parent_path.strip("/").split("/")]
            found = next((points[i] for i in reversed(path) if i in points), ())
            if len(found) == 1:
                result[area.id] = found.id
        return result
