from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..tools import serials

#: A customer cannot have bought a unit longer ago than this, in years.
OLDEST_YEARS = 15


class AftersalesRegistrationRequest(models.Model):
    """A customer asks to have a unit registered, or handed to somebody else.

    What leaves no doubt is approved by rule; everything else waits for a person.
    """

    _name = "aftersales.registration.request"
    _description = "Registration Request"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.portal.form.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "create_date desc, id desc"
    _rec_names_search = ["name", "serial", "partner_id"]
    _check_company_auto = True

    name = fields.Char(
        "Number", required=True, readonly=True, copy=False, default="/", index="trigram"
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    kind = fields.Selection(
        [("register", "Registration"), ("transfer", "Change of Owner")],
        required=True,
        default="register",
        index=True,
    )
    state = fields.Selection(
        [
            ("new", "New"),
            ("duplicate", "Already Registered"),
            ("approved", "Approved"),
            ("refused", "Refused"),
        ],
        default="new",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        check_company=True,
        tracking=True,
    )
    product_id = fields.Many2one(
        "product.product", index="btree_not_null", check_company=True, tracking=True
    )
    model_text = fields.Char("Model as Printed", help="What the customer typed.")
    serial = fields.Char("Serial Number", required=True, index="trigram")
    serial_key = fields.Char(
        compute="_compute_serial_key", store=True, precompute=True, index=True
    )
    date_sale = fields.Date("Bought on", required=True)
    dealer_name = fields.Char("Bought from")
    dealer_id = fields.Many2one(
        "res.partner", index="btree_not_null", check_company=True
    )
    channel = fields.Selection(
        selection=lambda self: (
            self.env["aftersales.registration"]
            ._fields["channel"]
            ._description_selection(self.env)
        ),
        required=True,
        default="dealer",
    )
    note = fields.Text()
    proof_ids = fields.Many2many("ir.attachment", string="Proof of Purchase")
    new_owner_name = fields.Char("New Owner")
    new_owner_email = fields.Char("E-Mail of the New Owner")
    new_owner_id = fields.Many2one(
        "res.partner", "Contact of the New Owner", check_company=True
    )
    registration_id = fields.Many2one(
        "aftersales.registration",
        "Unit",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
    )
    doubts = fields.Text(
        "To Clarify", readonly=True, copy=False, help="Why no rule approved it."
    )
    reason = fields.Text("Reason of the Refusal", readonly=True, copy=False)
    decided_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, help="Empty: approved by rule."
    )
    date_decision = fields.Date("Decided on", readonly=True, copy=False)

    # The same wish twice, also by two windows at once, is one request.
    _open_uniq = models.UniqueIndex(
        "(company_id, partner_id, kind, serial_key) "
        "WHERE state IN ('new', 'duplicate')",
        "You have asked for this already. We are looking into it.",
    )

    _FLOW_FIELDS = frozenset(
        (
            "state",
            "registration_id",
            "doubts",
            "reason",
            "decided_by_id",
            "date_decision",
        )
    )
    _FIXED_FIELDS = frozenset(("name", "company_id", "kind"))

    @api.depends("serial")
    def _compute_serial_key(self):
        for record in self:
            record.serial_key = serials.key(record.serial)

    @api.constrains("serial", "date_sale")
    def _check_facts(self):
        today = self.env.company._get_aftersales_today()
        for record in self:
            if not record.serial_key:
                raise ValidationError(
                    self.env._("The serial number needs letters or digits.")
                )
            if record.date_sale > today:
                raise ValidationError(
                    self.env._("The day of the purchase cannot lie in the future.")
                )
            if record.date_sale < today - relativedelta(years=OLDEST_YEARS):
                raise ValidationError(
                    self.env._(
                        "The day of the purchase lies more than %(years)s years back.",
                        years=OLDEST_YEARS,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, self._name)
        for vals in vals_list:
            vals["serial"] = serials.clean(vals.get("serial"))
        requests = super().create(vals_list)
        for record in requests.filtered(lambda r: not r.product_id):
            record.product_id = record._find_product()
        return requests

    def write(self, vals):
        """What was decided stays as it was."""
        facts = {"serial", "date_sale", "partner_id", "product_id", "proof_ids"}
        decided = self.filtered(lambda r: r.state in ("approved", "refused"))
        if facts & set(vals) and decided and not self._is_flow():
            raise UserError(
                self.env._(
                    "%(request)s is decided and does not change any more.",
                    request=decided[0].name,
                )
            )
        return super().write(vals)

    def _get_frozen_attachments(self):
        """Proofs of what was decided are evidence."""
        decided = self.sudo().filtered(lambda r: r.state in ("approved", "refused"))
        return decided.proof_ids

    # -- the rule ----------------------------------------------------------------

    def _find_product(self):
        """Product of a serial that we know, or of the model that was typed."""
        self.ensure_one()
        # The customer names his unit; what we know about it is ours to look up.
        Unit_sudo = self.env["aftersales.registration"].sudo()
        units = Unit_sudo._find_by_serial(self.serial, company=self.company_id)
        lots = Unit_sudo._find_lots_by_serial(self.serial, company=self.company_id)
        products = units.product_id | lots.product_id
        if len(products) == 1:
            return products
        text = (self.model_text or "").strip()
        found = self.env["product.product"]
        if text:
            found = found.sudo().search(
                Domain("company_id", "in", (self.company_id.id, False))
                & (
                    Domain("default_code", "=ilike", text)
                    | Domain("barcode", "=", text)
                ),
                limit=2,
            )
        return found if len(found) == 1 else found[:0]

    def _find_unit(self):
        """Live registration of the serial, as superuser."""
        self.ensure_one()
        units_sudo = (
            self.env["aftersales.registration"]
            .sudo()
            ._find_by_serial(self.serial, self.product_id or None, self.company_id)
        )
        return units_sudo.filtered(lambda u: u.state == "active")[:1]

    def _find_lot(self):
        """Serial in our stock, as superuser."""
        self.ensure_one()
        Unit_sudo = self.env["aftersales.registration"].sudo()
        return Unit_sudo._find_lots_by_serial(
            self.serial, self.product_id or None, self.company_id
        )[:1]

    def _is_foreign_unit(self, unit_sudo):
        """Whether a unit has an owner who is neither a dealer nor the customer."""
        self.ensure_one()
        owner = unit_sudo.partner_id.commercial_partner_id
        mine = self.partner_id.commercial_partner_id
        return bool(owner) and not unit_sudo.is_dealer_stock and owner != mine

    def _get_doubts(self):
        """Why no rule may approve the request; extension point.

        :return: list of sentences, empty where there is no doubt
        """
        self.ensure_one()
        if self.kind == "transfer":
            return [self.env._("A change of owner needs a person.")]
        unit_sudo, lot_sudo = self._find_unit(), self._find_lot()
        doubts = []
        if not self.product_id:
            doubts.append(self.env._("The product is not known."))
        if self._is_foreign_unit(unit_sudo):
            doubts.append(self.env._("The unit is registered to somebody else."))
        if not unit_sudo and not lot_sudo and not self._fits_pattern():
            doubts.append(self.env._("Nobody knows the serial."))
        return doubts + self._get_date_doubts(unit_sudo) + self._get_case_doubts()

    def _fits_pattern(self):
        """Whether the serial reads like the maker's and a proof is there."""
        self.ensure_one()
        # The pattern is none of the customer's business.
        pattern = self.product_id.sudo().aftersales_serial_pattern
        fits = pattern and serials.matches(self.serial, pattern)
        return bool(fits and self.sudo().proof_ids)

    def _get_date_doubts(self, unit_sudo):
        """Doubts about the day of the purchase."""
        self.ensure_one()
        days = self.company_id.sudo().aftersales_register_days
        today = self.env.company._get_aftersales_today()
        doubts = []
        if days and (today - self.date_sale).days > days:
            doubts.append(
                self.env._("The purchase lies more than %(days)s days back.", days=days)
            )
        earliest = unit_sudo.date_dealer or unit_sudo.date_factory
        if earliest and self.date_sale < earliest:
            doubts.append(
                self.env._("The purchase lies before the unit left our house.")
            )
        return doubts

    def _get_case_doubts(self):
        """Doubts about the unit itself."""
        self.ensure_one()
        request = (self.serial, self.product_id, self.company_id)
        # As above: a suspicion is ours to know.
        Case_sudo = self.env["aftersales.counterfeit.case"].sudo()
        found = Case_sudo._find_open_by_serial([request])
        return [found[0]._get_notice()] if found else []
