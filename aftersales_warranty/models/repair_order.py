from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import ormcache

from ..tools import cover as kernel

#: Who sees what a repair costs; the warehouse works without money.
MONEY_GROUPS = ",".join(
    f"aftersales_network.group_{name}"
    for name in ("service", "settlement_clerk", "auditor")
)
#: Where a unit comes from once its repair has begun.
BINDING_FIELDS = frozenset(
    (
        "aftersales_registration_id",
        "aftersales_order_id",
        "aftersales_return_line_id",
        "product_id",
        "lot_id",
    )
)


class RepairOrder(models.Model):
    """Binds the repair at the bench to the registered unit and its origin.

    A bound repair follows the rules of after-sales: cover per line, inspection by
    another person, repair guarantee.  All other repairs stay as Odoo makes them.
    """

    _name = "repair.order"
    _inherit = ["repair.order", "aftersales.flow.mixin"]

    aftersales_registration_id = fields.Many2one(
        "aftersales.registration",
        "Registered Unit",
        compute="_compute_aftersales_registration_id",
        store=True,
        readonly=False,
        copy=False,
        index="btree_not_null",
        check_company=True,
        tracking=True,
        domain="[('product_id', '=?', product_id)]",
    )
    aftersales_order_id = fields.Many2one(
        "aftersales.service.order",
        "Service Order",
        index="btree_not_null",
        copy=False,
        check_company=True,
        tracking=True,
    )
    aftersales_return_line_id = fields.Many2one(
        "aftersales.return.line",
        "Return Line",
        index="btree_not_null",
        copy=False,
        check_company=True,
    )
    aftersales_return_id = fields.Many2one(
        related="aftersales_return_line_id.return_id", string="Return"
    )
    aftersales_service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Service Point",
        compute="_compute_aftersales_service_point_id",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        help="The point that does the repair; empty: the company itself.",
    )
    aftersales_is_bound = fields.Boolean(
        "After-Sales Repair",
        compute="_compute_aftersales_is_bound",
        store=True,
        help="The repair belongs to a registered unit, a service order or a return.",
    )
    aftersales_is_stock_unit = fields.Boolean(
        "Unit of the Company",
        compute="_compute_aftersales_is_stock_unit",
        store=True,
        help="The customer has been refunded or has another unit; this one goes back "
        "to stock.",
    )
    aftersales_serial = fields.Char(
        "Serial Number",
        compute="_compute_aftersales_serial",
        store=True,
        index="btree_not_null",
    )
    aftersales_service_type_id = fields.Many2one(
        "aftersales.service.type",
        "Service Type",
        compute="_compute_aftersales_service_type_id",
        store=True,
        readonly=False,
        copy=False,
        domain="[('kind', '=', 'repair')]",
        help="Decides about the items of the inspection and the repair guarantee.",
    )
    aftersales_date_request = fields.Date(
        "Requested on",
        default=fields.Date.context_today,
        copy=False,
        help="The cover of this day decides about each line.",
    )
    aftersales_fault_id = fields.Many2one(
        "aftersales.fault",
        "Fault",
        compute="_compute_aftersales_fault_id",
        store=True,
        readonly=False,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    aftersales_date_start = fields.Datetime("Started on", readonly=True, copy=False)
    aftersales_date_end = fields.Datetime("Finished on", readonly=True, copy=False)
    aftersales_repair_days = fields.Integer(
        "Days in Repair", compute="_compute_aftersales_repair_days", store=True
    )

    _FLOW_FIELDS = frozenset(("aftersales_date_start", "aftersales_date_end"))

    @api.depends("lot_id", "product_id", "company_id")
    def _compute_aftersales_registration_id(self):
        units = self._find_aftersales_units()
        for repair in self:
            kept = repair.aftersales_registration_id
            if kept.product_id != repair.product_id:
                kept = kept.browse()
            # A unit without serial in stock was chosen by hand.
            if not repair.lot_id or kept.lot_id == repair.lot_id:
                repair.aftersales_registration_id = kept
            else:
                repair.aftersales_registration_id = units.get(
                    (repair.company_id, repair.lot_id)
                )

    def _find_aftersales_units(self):
        """Units that customers have, by company and lot; one query.

        :return: ``{(company, lot): registration}``
        """
        if not self.lot_id:
            return {}
        units = self.env["aftersales.registration"].search_fetch(
            Domain("lot_id", "in", self.lot_id.ids)
            & Domain("company_id", "in", self.company_id.ids)
            & Domain("state", "in", ("active", "closed")),
            ["lot_id", "company_id", "state"],
            order="id",
        )
        # A live registration of a serial beats an older closed one.
        ranked = units.sorted(lambda unit: unit.state == "active")
        return {(unit.company_id, unit.lot_id): unit for unit in ranked}

    @api.depends("aftersales_order_id", "aftersales_return_line_id")
    def _compute_aftersales_service_point_id(self):
        for repair in self:
            repair.aftersales_service_point_id = (
                repair.aftersales_order_id.service_point_id
                or repair.aftersales_return_line_id.service_point_id
                or repair.aftersales_service_point_id
            )

    @api.depends(
        "aftersales_registration_id",
        "aftersales_order_id",
        "aftersales_return_line_id",
    )
    def _compute_aftersales_is_bound(self):
        for repair in self:
            repair.aftersales_is_bound = bool(
                repair.aftersales_registration_id
                or repair.aftersales_order_id
                or repair.aftersales_return_line_id
            )

    @api.depends("aftersales_return_line_id.resolution")
    def _compute_aftersales_is_stock_unit(self):
        for repair in self:
            line = repair.aftersales_return_line_id
            repair.aftersales_is_stock_unit = bool(line) and line.resolution != "repair"

    @api.depends("lot_id.name", "aftersales_registration_id.serial")
    def _compute_aftersales_serial(self):
        for repair in self:
            unit = repair.aftersales_registration_id
            repair.aftersales_serial = repair.lot_id.name or unit.serial

    @api.depends("aftersales_is_bound", "aftersales_order_id")
    def _compute_aftersales_service_type_id(self):
        Type = self.env["aftersales.service.type"]
        usual = Type.search([("kind", "=", "repair")], limit=1)
        for repair in self:
            asked = repair.aftersales_order_id.service_type_id
            kept = repair.aftersales_service_type_id
            if asked.kind == "repair":
                kept = asked
            repair.aftersales_service_type_id = (
                (kept or usual) if repair.aftersales_is_bound else kept
            )

    @api.depends("aftersales_order_id.fault_id")
    def _compute_aftersales_fault_id(self):
        for repair in self:
            repair.aftersales_fault_id = (
                repair.aftersales_order_id.fault_id or repair.aftersales_fault_id
            )

    @api.depends("aftersales_date_start", "aftersales_date_end")
    def _compute_aftersales_repair_days(self):
        for repair in self:
            repair.aftersales_repair_days = kernel.days_between(
                repair.aftersales_date_start, repair.aftersales_date_end
            )

    @api.model
    @ormcache()
    def _get_calculated_fields(self):
        """Only the fields of after-sales; Odoo's own are its own affair."""
        names = super()._get_calculated_fields()
        return frozenset(name for name in names if name.startswith("aftersales_"))

    @api.model_create_multi
    def create(self, vals_list):
        repairs = super().create(vals_list)
        repairs.filtered("aftersales_is_bound")._check_aftersales_day()
        repairs.filtered(
            lambda r: r.aftersales_is_bound and r.state == "done"
        )._check_aftersales_ready()
        return repairs

    def write(self, vals):
        bound = self.filtered("aftersales_is_bound")
        bound._check_aftersales_binding(vals)
        if vals.get("state") == "done":
            bound._check_aftersales_ready()
        res = super().write(vals)
        now_bound = self.filtered("aftersales_is_bound")
        judged = now_bound if "aftersales_date_request" in vals else now_bound - bound
        judged._check_aftersales_day()
        if vals.get("state") == "under_repair":
            bound._on_aftersales_start()
        elif vals.get("state") == "done":
            bound._on_aftersales_done()
        return res

    def action_repair_done(self):
        """Nothing moves before the rules of after-sales are kept."""
        self.filtered("aftersales_is_bound")._check_aftersales_ready()
        return super().action_repair_done()

    def _check_aftersales_binding(self, vals):
        """Keep the unit of a repair that has begun.

        :raise UserError: naming the repair
        """
        if not BINDING_FIELDS & set(vals) or self._is_flow():
            return
        begun = self.filtered(lambda r: r.state in ("under_repair", "done"))
        for repair in begun:
            if repair._changes_binding(vals):
                raise UserError(
                    self.env._(
                        "%(repair)s has begun; its unit cannot change any more. Cancel "
                        "it and take the other unit in with a new repair.",
                        repair=repair.name,
                    )
                )

    def _check_aftersales_day(self):
        """Only managers enter a repair that was asked for on another day.

        The day decides the cover; nobody slips back before the end of a period.

        :raise AccessError: naming the repair
        """
        managers = ("group_centre_manager", "group_head")
        user = self.env.user
        if (
            self.env.su
            or self._is_flow()
            or any(user.has_group(f"aftersales_network.{name}") for name in managers)
        ):
            return
        for repair in self.sudo():
            order = repair.aftersales_order_id
            days = {
                repair._get_aftersales_today(),
                repair._get_aftersales_today(repair.create_date),
                fields.Date.context_today(repair),
                repair.aftersales_return_line_id.date_request,
                order.date_request and repair._get_aftersales_today(order.date_request),
                False,
            }
            if repair.aftersales_date_request not in days:
                raise AccessError(
                    self.env._(
                        "%(repair)s: only a centre manager or the head of service "
                        "enters a repair that was requested on another day.",
                        repair=repair.name,
                    )
                )

    def _changes_binding(self, vals):
        """Whether ``vals`` name another unit or origin than the repair has."""
        self.ensure_one()
        return any(
            self[name] and self[name].id != vals[name]
            for name in BINDING_FIELDS & set(vals)
        )

    # Not on product and lot: both make the unit anew, which is checked then.
    @api.constrains("aftersales_registration_id")
    def _check_aftersales_unit(self):
        """The unit is the one that is named, and a registered serial stays bound.

        :raise UserError: naming the serial and the way out
        """
        for repair in self:
            unit, lot = repair.aftersales_registration_id, repair.lot_id
            wrong_lot = lot and unit.lot_id and lot != unit.lot_id
            if unit and (unit.product_id != repair.product_id or wrong_lot):
                raise UserError(
                    self.env._(
                        "%(repair)s: %(unit)s is not the unit to repair. Choose the "
                        "product and serial of the unit, or another unit.",
                        repair=repair.name,
                        unit=unit.display_name,
                    )
                )
        loose = self.filtered(lambda r: r.lot_id and not r.aftersales_registration_id)
        found = loose.sudo()._find_aftersales_units()
        for repair in loose:
            unit_sudo = found.get((repair.company_id, repair.lot_id))
            if unit_sudo:
                raise UserError(
                    self.env._(
                        "%(repair)s: serial %(serial)s is registered, so the repair "
                        "belongs to %(unit)s. Choose it as the registered unit.",
                        repair=repair.name,
                        serial=repair.lot_id.name,
                        unit=unit_sudo.display_name,
                    )
                )

    def _check_aftersales_ready(self):
        """Check everything that the end of a bound repair needs; extension point.

        :raise UserError: naming the repair and what is missing
        """

    def _on_aftersales_start(self):
        """Work on bound repairs begins; extension point."""
        fresh = self.filtered(lambda r: not r.aftersales_date_start)
        fresh._write_flow({"aftersales_date_start": fields.Datetime.now()})

    def _on_aftersales_done(self):
        """Bound repairs are finished; extension point."""
        self._write_flow({"aftersales_date_end": fields.Datetime.now()})

    def _get_aftersales_today(self, moment=None):
        """Calendar day of a moment in the time zone of the company."""
        self.ensure_one()
        return self.company_id._get_aftersales_today(moment)
