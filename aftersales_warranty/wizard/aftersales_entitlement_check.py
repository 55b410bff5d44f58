from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.aftersales_fault_group import FAULT_CLASSES


class AftersalesEntitlementCheck(models.TransientModel):
    """Answers what the holder of a unit may ask for on a date."""

    _name = "aftersales.entitlement.check"
    _description = "Entitlement Check"

    @api.model
    def _default_date(self):
        return self.env.company._get_aftersales_today()

    text = fields.Char(
        "Serial Number", help="Type or scan the serial, or choose the unit below."
    )
    registration_id = fields.Many2one(
        "aftersales.registration",
        "Registered Unit",
        compute="_compute_registration_id",
        # Only units and rights that the person asking may see.
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    candidate_ids = fields.Many2many(
        "aftersales.registration", compute="_compute_candidate_ids"
    )
    warning = fields.Char(compute="_compute_candidate_ids")
    order_id = fields.Many2one("aftersales.service.order", readonly=True)
    date = fields.Date(required=True, default=lambda self: self._default_date())
    fault_class = fields.Selection(
        FAULT_CLASSES, help="Empty: no fault is stated, as for a change of mind."
    )
    fault_group_id = fields.Many2one(
        "aftersales.fault.group",
        help="Assembly or kind of failure, where the law names one.",
    )
    fault_id = fields.Many2one(
        "aftersales.fault",
        "Coded Fault",
        help="By it repairs of the same fault are counted.",
    )
    has_usage = fields.Boolean("Usage Known")
    usage = fields.Float(help="Kilometres, hours or cycles so far.")
    model_available = fields.Boolean(
        "Same Model Available",
        default=True,
        help="Whether the same model can be had for an exchange.",
    )
    partner_id = fields.Many2one(related="registration_id.partner_id")
    product_id = fields.Many2one(related="registration_id.product_id")
    country_id = fields.Many2one(related="registration_id.country_id")
    date_sale = fields.Date(related="registration_id.date_sale")
    date_delivery = fields.Date(related="registration_id.date_delivery")
    state = fields.Selection(related="registration_id.state")
    history = fields.Text(compute="_compute_history")
    rule_gap = fields.Char(compute="_compute_rule_gap", compute_sudo=False)
    line_ids = fields.One2many(
        "aftersales.entitlement.check.line",
        "check_id",
        "Entitlements",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
    )

    @api.depends("text")
    def _compute_registration_id(self):
        Unit = self.env["aftersales.registration"]
        for check in self:
            if not check.text:
                check.registration_id = check.registration_id
                continue
            units = Unit._find_by_serial(check.text)
            live = units.filtered(lambda unit: unit.state == "active")
            check.registration_id = (live or units)[:1] if len(live) < 2 else False

    @api.depends("registration_id.display_name")
    def _compute_display_name(self):
        for check in self:
            unit = check.registration_id
            check.display_name = (
                unit.display_name if unit else self.env._("Check Entitlements")
            )

    @api.depends("text", "registration_id")
    def _compute_candidate_ids(self):
        Unit = self.env["aftersales.registration"]
        for check in self:
            units = Unit._find_by_serial(check.text) if check.text else Unit
            check.candidate_ids = units
            check.warning = False
            if check.text and not units:
                check.warning = self.env._(
                    "No unit is registered under %(serial)s. Check the serial, or "
                    "register the unit first.",
                    serial=check.text,
                )
            elif not check.registration_id and units:
                check.warning = self.env._(
                    "Several units have this serial. Choose the one that is meant."
                )

    @api.depends("registration_id", "date")
    def _compute_history(self):
        for check in self:
            unit = check.registration_id._origin
            check.history = unit and check.date and check._get_history_text(unit)

    @api.depends("registration_id.country_id")
    def _compute_rule_gap(self):
        for check in self:
            unit = check.registration_id._origin
            check.rule_gap = unit and unit._get_rule_gap()

    def _get_history_text(self, unit):
        """The counters of a unit in lines, as the rules count them."""
        self.ensure_one()
        found = unit._get_history_summary(self.date)[unit.id]
        lines = [
            self.env._(
                "Repairs: %(repairs)s; days in repair: %(repair)s, waiting for "
                "parts: %(waiting)s, by whole visits: %(visit)s.",
                repairs=found["repairs"],
                repair=found["repair_days"],
                waiting=found["waiting_days"],
                visit=found["visit_days"],
            )
        ]
        groups = self.env["aftersales.entitlement.rule"]._get_texts()["groups"]
        for label, counts in (
            (self.env._("Repairs"), found["by_group"]),
            (self.env._("Replaced assemblies"), found["assemblies"]),
        ):
            lines += [
                f"{label}: {groups.get(code, code)} × {count}"
                for code, count in sorted(counts.items())
            ]
        label = self.env._("Replaced parts")
        parts_sudo = self.env["product.template"].sudo().browse(found["parts"])
        lines += [
            f"{label}: {part.name} × {found['parts'][part.id]}" for part in parts_sudo
        ]
        return "\n".join(lines)

    @api.depends(
        "registration_id",
        "date",
        "fault_class",
        "fault_group_id",
        "fault_id",
        "has_usage",
        "usage",
        "model_available",
    )
    def _compute_line_ids(self):
        for check in self:
            unit = check.registration_id._origin
            found = []
            # A half-typed figure is no reason to break the form.
            if unit and check.date and not (check.has_usage and check.usage < 0):
                found = unit._get_entitlements(
                    check.date,
                    check._get_fault(),
                    check.usage if check.has_usage else None,
                    check.model_available,
                )
            check.line_ids = [
                Command.clear(),
                *(
                    Command.create(check._prepare_line_vals(number, item))
                    for number, item in enumerate(found)
                ),
            ]

    @api.model
    def _open(self, values):
        """Action that opens the answer to a question.

        :param values: field values of the question
        """
        check = self.create({key: value for key, value in values.items() if value})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Entitlements"),
            "res_model": self._name,
            "res_id": check.id,
            "view_mode": "form",
            "target": "current",
        }

    def _get_fault(self):
        """What is stated, the most exact of the three."""
        self.ensure_one()
        return (
            self.fault_id._origin or self.fault_group_id._origin or self.fault_class
        ) or None

    @api.constrains("usage", "has_usage")
    def _check_usage(self):
        if any(check.has_usage and check.usage < 0 for check in self):
            raise UserError(self.env._("The usage of a unit cannot be negative."))

    def _prepare_line_vals(self, number, item):
        """Values of one line for one entitlement."""
        is_law = item["rule"]._name == "aftersales.entitlement.rule"
        return {
            "sequence": number,
            "type": item["type"],
            "allowed": item["allowed"],
            "has_fee": item["fee"] is not None,
            "fee": item["fee"] or 0.0,
            "currency_id": item["currency"].id,
            "arithmetic": item["arithmetic"],
            "rule_id": item["rule"].id if is_law else False,
            "name": item["rule"].sudo().display_name if item["rule"] else False,
            "source": item["source"],
            "confidence": item["confidence"] or False,
            "reason": item["reason"],
            "chooser": item["chooser"],
            "freight": item["freight"] or False,
            **{
                f"date_{name}": item[f"{name}_deadline"]
                for name in ("reply", "completion", "refund", "delay")
            },
            "refund_days": item["refund_days"],
            "refund_start": item["refund_start"] or False,
            "date_end": item["deadline"],
            "date_proof": item["proof_until"],
        }


class AftersalesEntitlementCheckLine(models.TransientModel):
    """One right in the answer: given or not, why, by which rule, at what price."""

    _name = "aftersales.entitlement.check.line"
    _description = "Entitlement"
    _order = "sequence, id"

    check_id = fields.Many2one(
        "aftersales.entitlement.check", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer()
    type = fields.Selection("_selection_type", "Entitlement")
    allowed = fields.Boolean()
    name = fields.Char("Rule")
    rule_id = fields.Many2one("aftersales.entitlement.rule", "Legal Rule")
    source = fields.Char()
    confidence = fields.Selection("_selection_confidence")
    reason = fields.Text()
    has_fee = fields.Boolean()
    fee = fields.Monetary()
    currency_id = fields.Many2one("res.currency")
    arithmetic = fields.Char("Calculation")
    chooser = fields.Selection(
        [("consumer", "Consumer"), ("trader", "Trader")], "Chosen by"
    )
    freight = fields.Selection(
        [("trader", "Trader"), ("consumer", "Consumer")], "Transport Paid by"
    )
    date_end = fields.Date("Last Day")
    date_reply = fields.Date("Reply until")
    date_completion = fields.Date("Complete until")
    date_refund = fields.Date("Refund until")
    refund_days = fields.Integer("Refund in (days)")
    refund_start = fields.Selection("_selection_refund_start", "Refund Counted from")
    date_delay = fields.Date(
        "Refusal from", help="Without action until then the law takes it for a refusal."
    )
    date_proof = fields.Date(
        "Trader Proves until",
        help="Until then the trader has to prove that the unit was in order.",
    )

    def _selection_type(self):
        return self.env["aftersales.entitlement.rule"]._selection_type()

    def _selection_confidence(self):
        return self.env["aftersales.entitlement.rule"]._selection_confidence()

    def _selection_refund_start(self):
        field = self.env["aftersales.entitlement.rule"]._fields["refund_start"]
        return field._description_selection(self.env)
