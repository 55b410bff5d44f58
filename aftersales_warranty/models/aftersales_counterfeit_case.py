from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools import serials

OPEN_STATES = ("suspected", "confirmed")


class AftersalesCounterfeitCase(models.Model):
    """A unit at the counter that may be no genuine one.

    While the case is suspected or confirmed, nothing is returned and nothing is
    claimed on its serial.
    """

    _name = "aftersales.counterfeit.case"
    _description = "Counterfeit Case"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"
    _rec_names_search = ["name", "serial"]
    _check_company_auto = True

    name = fields.Char(
        "Number", required=True, readonly=True, copy=False, default="/", index="trigram"
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    state = fields.Selection(
        [
            ("suspected", "Suspected"),
            ("confirmed", "Confirmed"),
            ("cleared", "Cleared"),
        ],
        default="suspected",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    serial = fields.Char("Serial Number", required=True, index="trigram")
    serial_key = fields.Char(
        compute="_compute_serial_key", store=True, precompute=True, index=True
    )
    product_id = fields.Many2one(
        "product.product",
        "Product Claimed",
        index="btree_not_null",
        check_company=True,
        help="What the unit pretends to be. Empty: the serial is blocked for every "
        "product.",
    )
    registration_id = fields.Many2one(
        "aftersales.registration",
        "Registered Unit",
        compute="_compute_registration_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        help="Genuine unit that carries the same serial.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Brought by",
        index="btree_not_null",
        check_company=True,
        tracking=True,
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point", index="btree_not_null", check_company=True
    )
    order_id = fields.Many2one(
        "aftersales.service.order",
        "Service Order",
        index="btree_not_null",
        check_company=True,
    )
    date = fields.Date(
        "Found on",
        required=True,
        default=lambda self: self.env.company._get_aftersales_today(),
    )
    seller = fields.Char("Bought from", help="Where the customer says he bought it.")
    findings = fields.Text(help="What makes the unit suspicious.")
    photo_ids = fields.One2many("aftersales.counterfeit.photo", "case_id")
    reported_by_id = fields.Many2one(
        "res.users",
        "Reported by",
        readonly=True,
        copy=False,
        default=lambda self: self.env.user,
        index="btree_not_null",
    )
    decided_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_decision = fields.Date("Decided on", readonly=True, copy=False)
    decision_note = fields.Text("Decision", readonly=True, copy=False, tracking=True)

    # One open case a serial; a product of its own may have one more.
    _serial_uniq = models.UniqueIndex(
        "(company_id, serial_key, COALESCE(product_id, 0)) "
        "WHERE state IN ('suspected', 'confirmed')",
        "An open counterfeit case holds this serial already.",
    )

    _FLOW_FIELDS = frozenset(
        ("state", "reported_by_id", "decided_by_id", "date_decision", "decision_note")
    )
    #: What the block rests on; a wrong case is cleared and a new one written.
    _FIXED_FIELDS = frozenset(("name", "serial", "product_id", "company_id"))

    @api.depends("serial")
    def _compute_serial_key(self):
        for case in self:
            case.serial_key = serials.key(case.serial)

    @api.depends("serial_key", "product_id", "company_id")
    def _compute_registration_id(self):
        # Read at every point: the same serial stands on another unit somewhere.
        units = (
            self.env["aftersales.registration"]
            .sudo()
            .search_fetch(
                Domain("serial_key", "in", self.mapped("serial_key"))
                & Domain("company_id", "in", self.company_id.ids),
                ["serial_key", "product_id", "company_id", "state"],
                order="id",
            )
        )
        for case in self:
            mine = units.filtered(
                lambda unit, case=case: (
                    unit.serial_key == case.serial_key
                    and unit.company_id == case.company_id
                    and (not case.product_id or unit.product_id == case.product_id)
                )
            )
            live = mine.filtered(lambda unit: unit.state == "active")
            case.registration_id = (live or mine)[-1:]

    @api.constrains("serial")
    def _check_serial(self):
        empty = self.filtered(lambda case: not case.serial_key)[:1]
        if empty:
            raise UserError(
                self.env._(
                    "“%(serial)s” is no serial number: it has neither letters nor "
                    "digits.",
                    serial=empty.serial,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, self._name)
        for vals in vals_list:
            vals["serial"] = serials.clean(vals.get("serial")) or vals.get("serial")
        return super().create(vals_list)

    def write(self, vals):
        """Facts of a decided case stay as they were judged."""
        facts = {"findings", "photo_ids", "seller", "date", "partner_id", "order_id"}
        if facts & set(vals) and not self._is_flow():
            self._check_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        raise UserError(
            self.env._(
                "%(case)s is evidence and cannot be deleted. Clear it instead.",
                case=self[:1].name,
            )
        )

    def _check_open(self):
        """Refuse a change of cases that were decided.

        :raise UserError: naming the case
        """
        decided = self.filtered(lambda case: case.state != "suspected")[:1]
        if decided:
            raise UserError(
                self.env._(
                    "%(case)s is decided; its facts do not change any more.",
                    case=decided.name,
                )
            )

    # -- the block ---------------------------------------------------------------

    @api.model
    def _find_open(self, units):
        """Open cases on units: ``{unit: case}``; one query."""
        requests = [(u.serial, u.product_id, u.company_id) for u in units]
        found = self._find_open_by_serial(requests)
        return {unit: found[i] for i, unit in enumerate(units) if i in found}

    @api.model
    def _find_open_by_serial(self, requests):
        """Open cases on serials, one query.

        :param requests: list of ``(serial, product, company)``; a request
            without product meets the cases of every product
        :return: ``{index of the request: case}``
        """
        keys = [serials.key(serial) for serial, _product, _company in requests]
        if not any(keys):
            return {}
        cases = self.search_fetch(
            Domain("serial_key", "in", [key for key in keys if key])
            & Domain("state", "in", OPEN_STATES),
            ["name", "serial_key", "product_id", "company_id", "state"],
        )
        by_key = cases.grouped("serial_key")
        found = {}
        for index, (_serial, product, company) in enumerate(requests):
            mine = by_key.get(keys[index], cases[:0]).filtered(
                lambda case, company=company, product=product: (
                    case.company_id == company
                    and (not product or case.product_id in (product, product[:0]))
                )
            )
            if mine:
                found[index] = mine[0]
        return found

    def _get_notice(self):
        """Sentence about the case for whoever handles the serial."""
        self.ensure_one()
        if self.state == "confirmed":
            return self.env._(
                "Case %(case)s: a counterfeit with this serial is confirmed.",
                case=self.name,
            )
        return self.env._(
            "Case %(case)s: suspected counterfeit with this serial.", case=self.name
        )
