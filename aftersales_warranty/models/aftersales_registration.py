from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.aftersales_network.models.flow import FLOW, without_guarded_defaults


class AftersalesRegistration(models.Model):
    """A sold unit: who has it, since when, and under which policy version.

    Made by the delivery of a serial; units that never were in our stock carry
    their serial as text. Counters of repairs come from the service orders.
    """

    _name = "aftersales.registration"
    _description = "Registered Unit"
    _inherit = ["aftersales.flow.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_sale desc, id desc"
    _rec_names_search = ["serial", "product_id", "partner_id"]
    _check_company_auto = True

    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    state = fields.Selection(
        [
            ("active", "Active"),
            ("returned", "Returned"),
            ("exchanged", "Exchanged"),
            ("closed", "Closed"),
        ],
        default="active",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    product_id = fields.Many2one(
        "product.product", required=True, index=True, check_company=True, tracking=True
    )
    lot_id = fields.Many2one(
        "stock.lot",
        "Serial in Stock",
        index="btree_not_null",
        check_company=True,
        domain="[('product_id', '=', product_id)]",
    )
    serial = fields.Char(
        "Serial Number",
        compute="_compute_serial",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index="trigram",
        tracking=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Owner",
        index="btree_not_null",
        check_company=True,
        tracking=True,
    )
    country_id = fields.Many2one(
        "res.country",
        "Jurisdiction",
        compute="_compute_country_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    channel = fields.Selection(
        [
            ("shop", "Shop"),
            ("dealer", "Dealer"),
            ("direct", "Manufacturer"),
            ("distance", "Internet or Distance"),
        ],
        required=True,
        default="shop",
    )
    price = fields.Monetary("Price Paid")
    date_sale = fields.Date("Sold on", tracking=True, index=True)
    date_delivery = fields.Date("Delivered on", tracking=True)
    date_installation = fields.Date("Installed on", tracking=True)
    date_factory = fields.Date("Left the Factory on")
    date_restart = fields.Date(
        "Period Restarts on", help="Day of an exchange: all periods start anew."
    )
    date_closed = fields.Date("Closed on", readonly=True, copy=False)
    policy_version_id = fields.Many2one(
        "aftersales.policy.version",
        compute="_compute_policy_version_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        tracking=True,
        domain="[('state', '!=', 'draft')]",
    )
    picking_id = fields.Many2one(
        "stock.picking", "Delivery", readonly=True, copy=False, index="btree_not_null"
    )
    replaces_id = fields.Many2one(
        "aftersales.registration",
        readonly=True,
        copy=False,
        check_company=True,
        index="btree_not_null",
    )
    order_ids = fields.One2many("aftersales.service.order", "registration_id")
    claim_ids = fields.One2many("aftersales.claim", "registration_id")
    order_count = fields.Integer(compute="_compute_history")
    claim_count = fields.Integer(compute="_compute_history")
    repair_count = fields.Integer("Repairs", compute="_compute_history")
    repair_days = fields.Integer("Days in Repair", compute="_compute_history")
    waiting_days = fields.Integer("Days Waiting for Parts", compute="_compute_history")
    date_cover_end = fields.Date(
        "Covered until",
        compute="_compute_date_cover_end",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    cover_revision = fields.Integer(
        compute="_compute_date_cover_end",
        store=True,
        precompute=True,
        help="State of the rules that the cover was calculated with.",
    )
    days_left = fields.Integer(compute="_compute_days_left", search="_search_days_left")
    is_in_cover = fields.Boolean(
        "In Cover", compute="_compute_days_left", search="_search_is_in_cover"
    )

    _serial_uniq = models.UniqueIndex(
        "(company_id, product_id, serial) WHERE state = 'active'",
        "This serial is registered already. Open the existing unit instead.",
    )
    _lot_uniq = models.UniqueIndex(
        "(lot_id) WHERE lot_id IS NOT NULL AND state = 'active'",
        "This serial is registered already. Open the existing unit instead.",
    )
    _price_positive = models.Constraint(
        "CHECK (price >= 0)", "The price of a unit cannot be negative."
    )
    _dates_order = models.Constraint(
        "CHECK (date_installation IS NULL OR date_sale IS NULL "
        "OR date_installation >= date_sale)",
        "A unit cannot be installed before it was sold.",
    )

    _FLOW_FIELDS = frozenset(
        ("state", "date_closed", "date_cover_end", "cover_revision", "replaces_id")
    )
    #: Only those who make the promise change its terms for one unit.
    _PROMISE_FIELDS = frozenset(("date_restart", "policy_version_id"))

    @api.depends("lot_id")
    def _compute_serial(self):
        for unit in self:
            unit.serial = unit.lot_id.name or unit.serial

    @api.depends("partner_id", "company_id")
    def _compute_country_id(self):
        for unit in self:
            # The law of the sale holds, wherever the owner moves later.
            kept = unit._origin.id and unit.country_id
            unit.country_id = (
                kept or unit.partner_id.country_id or unit.company_id.country_id
            )

    # Not on the country: a unit keeps the version that it was sold under.
    @api.depends("product_id", "date_sale", "company_id")
    def _compute_policy_version_id(self):
        Version = self.env["aftersales.policy.version"]
        for unit in self:
            unit.policy_version_id = Version._pick_version(
                unit.product_id,
                unit.date_sale or unit.date_delivery,
                unit.company_id.id,
                unit.country_id.id,
            )

    def _compute_history(self):
        orders, found = self._count_orders(), self._get_counters()
        claims = self._count_claims()
        for unit in self:
            counters = found.get(unit._origin.id, {})
            unit.order_count = orders.get(unit._origin, 0)
            unit.repair_count = counters.get("repairs", 0)
            unit.repair_days = counters.get("repair_days", 0)
            unit.waiting_days = counters.get("waiting_days", 0)
            unit.claim_count = claims.get(unit._origin, 0)

    @api.depends(
        "policy_version_id",
        "date_sale",
        "date_delivery",
        "date_installation",
        "date_factory",
        "date_restart",
        "country_id",
        "channel",
        "product_id",
        "order_ids.state",
        "order_ids.repair_days",
        "order_ids.waiting_days",
    )
    def _compute_date_cover_end(self):
        for unit, date_end in self._evaluate_whole_unit():
            unit.date_cover_end = date_end
            unit.cover_revision = unit.company_id.sudo().aftersales_cover_revision

    @api.depends("date_cover_end", "state")
    def _compute_days_left(self):
        today = self.env.company._get_aftersales_today()
        for unit in self:
            end = unit.date_cover_end
            is_open = bool(end) and unit.state == "active"
            unit.days_left = max(0, (end - today).days) if is_open else 0
            unit.is_in_cover = is_open and end >= today

    def _search_days_left(self, operator, value):
        if operator not in ("<", "<=", ">", ">="):
            return NotImplemented
        day = self.env.company._get_aftersales_today() + timedelta(days=int(value))
        return Domain("state", "=", "active") & Domain("date_cover_end", operator, day)

    def _search_is_in_cover(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._search_days_left(">=", 0)

    @api.depends("serial", "product_id.display_name")
    def _compute_display_name(self):
        for unit in self:
            product = unit.product_id.display_name or ""
            unit.display_name = f"{unit.serial or ''} ({product})"

    @api.constrains("product_id", "lot_id")
    def _check_lot_product(self):
        for unit in self.filtered("lot_id"):
            if unit.lot_id.product_id != unit.product_id:
                raise UserError(
                    self.env._(
                        "Serial %(serial)s belongs to %(product)s.",
                        serial=unit.lot_id.name,
                        product=unit.lot_id.product_id.display_name,
                    )
                )

    @api.onchange("lot_id")
    def _onchange_lot_id(self):
        for unit in self.filtered("lot_id"):
            unit.product_id = unit.lot_id.product_id

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("lot_id"):
                vals.pop("serial", None)
            elif vals.get("serial"):
                vals["serial"] = vals["serial"].strip()
        cleaned = self
        if not self._can_change_promise():
            cleaned = without_guarded_defaults(self, self._PROMISE_FIELDS)
            for vals in vals_list:
                for name in self._PROMISE_FIELDS & set(vals):
                    del vals[name]
        return super(AftersalesRegistration, cleaned).create(vals_list)

    def write(self, vals):
        if self._PROMISE_FIELDS & set(vals) and not self._can_change_promise():
            raise AccessError(
                self.env._(
                    "Only the head of service changes the policy version of a unit or "
                    "restarts its periods."
                )
            )
        return super().write(vals)

    def _can_change_promise(self):
        """Whether the user may set other terms for a unit than its policy."""
        groups = ("aftersales_network.group_head", "aftersales_network.group_admin")
        return self._is_flow() or any(self.env.user.has_group(x) for x in groups)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.filtered(lambda u: u.order_count or u.claim_count)[:1]
        if used:
            raise UserError(
                self.env._(
                    "%(unit)s has orders or claims and cannot be deleted. Archive it "
                    "instead.",
                    unit=used.display_name,
                )
            )

    def _count_claims(self):
        """Number of claims per unit: ``{unit: count}``."""
        if not self.ids or not self.env["aftersales.claim"].has_access("read"):
            return {}
        return dict(
            self.env["aftersales.claim"]._read_group(
                [("registration_id", "in", self.ids)], ["registration_id"], ["__count"]
            )
        )

    def action_close(self):
        """End the cover of units that are no longer in use."""
        self._close("closed", self.env.company._get_aftersales_today())

    def action_reopen(self):
        """Take a closed unit into cover again; a returned one stays closed."""
        wrong = self.filtered(lambda u: u.state != "closed")[:1]
        if wrong:
            raise UserError(
                self.env._(
                    "%(unit)s was not closed by hand and cannot be opened again.",
                    unit=wrong.display_name,
                )
            )
        self._write_flow({"state": "active", "date_closed": False})

    def _close(self, state, date):
        """End units on a date: returned, exchanged or closed."""
        live = self.filtered(lambda u: u.state == "active")
        live._write_flow({"state": state, "date_closed": date})
        # The unique index must see it before the serial is registered again.
        live.flush_recordset(["state"])

    def _exchange(self, values):
        """Replace the unit by another serial; all periods start anew.

        :param values: lot or serial (and product) of the new unit
        :return: the registration of the new unit
        """
        self.ensure_one()
        today = self.env.company._get_aftersales_today()
        self._close("exchanged", today)
        new = self.with_context(aftersales_flow=FLOW).create(
            {
                "product_id": self.product_id.id,
                "company_id": self.company_id.id,
                "currency_id": self.currency_id.id,
                "partner_id": self.partner_id.id,
                "channel": self.channel,
                "price": self.price,
                "date_sale": self.date_sale,
                "date_delivery": today,
                "date_restart": today,
                "replaces_id": self.id,
                **values,
            }
        )
        return new.with_env(self.env)

    def action_view_orders(self):
        """Open the service orders of the unit."""
        return self._get_history_action(
            "aftersales.service.order", self.env._("Service Orders")
        )

    def action_view_claims(self):
        """Open the claims for the unit."""
        return self._get_history_action("aftersales.claim", self.env._("Claims"))

    def _get_history_action(self, model, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "list,form",
            "domain": [("registration_id", "=", self.id)],
            "context": {
                "default_registration_id": self.id,
                "default_product_id": self.product_id.id,
                "default_partner_id": self.partner_id.id,
                "default_serial": self.serial,
            },
        }
