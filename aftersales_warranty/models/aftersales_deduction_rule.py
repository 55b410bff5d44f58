from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools import deductions as kernel
from ..tools.settlement import from_minor, to_minor
from .aftersales_part_return import OWED_STATES
from .aftersales_part_return_result import TIMED

#: States of an old part that may be charged: not sent yet, or sent too late.
CHARGED_STATES = (*OWED_STATES, "shipped", "received", "inspected", "done")


class AftersalesDeductionRule(models.Model):
    """What a point is charged for an old part that comes late or not at all.

    The rule of the nearest product category counts, then the general one.  It
    holds for parts due from its first day on; nobody is charged backwards.

    A missing part costs no more than its claim line was approved at, nor more than
    the point still has of it.  A fee for lateness is owed beside the line, and a
    penalty that the agreement names is an entry of its own kind.
    """

    _name = "aftersales.deduction.rule"
    _description = "Deduction Rule"
    _inherit = ["mail.thread"]
    _order = "kind, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        [("part_late", "Old Part Late"), ("part_missing", "Old Part Missing")],
        required=True,
        default="part_late",
        tracking=True,
    )
    categ_id = fields.Many2one(
        "product.category", "Product Category", index="btree_not_null", tracking=True
    )
    date_from = fields.Date(
        "For Parts Due from",
        required=True,
        default=fields.Date.context_today,
        tracking=True,
    )
    date_to = fields.Date("For Parts Due until", tracking=True)
    days = fields.Integer(
        "Days of Grace",
        default=0,
        required=True,
        tracking=True,
        help="Days after the due date in which nothing is charged.",
    )
    basis = fields.Selection(
        [("fixed", "Fixed Amount"), ("share", "Share of the Claim Line")],
        required=True,
        default="fixed",
        tracking=True,
        help="Without a claim line the share is of the list price of the part.",
    )
    amount = fields.Monetary(
        tracking=True,
        help="For a missing part at most the approved amount of its claim line. What "
        "the agreement asks for beyond that is a penalty.",
    )
    share = fields.Float("Share %", digits=(5, 2), tracking=True, aggregator=None)
    amount_limit = fields.Monetary(
        "Highest Deduction", tracking=True, help="0: no limit."
    )

    _figures = models.Constraint(
        "CHECK (days >= 0 AND amount_limit >= 0 AND (basis = 'share' AND share > 0 "
        "AND share <= 100 OR basis = 'fixed' AND amount > 0))",
        "A deduction needs an amount above zero or a share up to 100 %, and no "
        "negative days or limit.",
    )
    _dates_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A deduction rule cannot end before it starts.",
    )

    def _applies_to(self, part):
        """Whether the rule is one for this old part."""
        self.ensure_one()
        categ = part.product_id.categ_id
        path = categ.parent_path or ""
        return (
            self.company_id == part.company_id
            and self.date_from <= part.date_due
            and (not self.date_to or part.date_due <= self.date_to)
            and (not self.categ_id or path.startswith(self.categ_id.parent_path))
        )

    def _find_for(self, part):
        """The rule of each kind for an old part: ``{kind: rule}``."""
        found = {}
        ranked = self.sorted(lambda r: -len(r.categ_id.parent_path or ""))
        for rule in ranked:
            if rule.kind not in found and rule._applies_to(part):
                found[rule.kind] = rule
        return found

    def _charge(self, value, currency, day):
        """Deduction by the rule, as a positive amount.

        :param value: worth of the part in ``currency``
        """
        self.ensure_one()
        digits = currency.decimal_places

        def convert(amount):
            return to_minor(
                self.currency_id._convert(amount, currency, self.company_id, day),
                digits,
            )

        minor = kernel.charge(
            self.basis,
            convert(self.amount),
            Decimal(str(round(self.share, 2))),
            to_minor(value, digits),
            convert(self.amount_limit),
        )
        return float(from_minor(minor, digits))


class AftersalesSettlement(models.Model):
    """Deductions that follow from rules."""

    _inherit = "aftersales.settlement"

    @api.model
    def _collect_deductions(self, points, date_to):
        """Charge the points once for what happened until ``date_to``."""
        entries = self._prepare_deductions(points, date_to)
        added = self.env["aftersales.point.adjustment"]._add_once(entries)
        self._mark_charged_parts(added)
        return added

    @api.model
    def _mark_charged_parts(self, entries):
        """Note on old parts that the settlement counted their lateness.

        A result of the part at the same moment writes the same row: one of both
        starts anew and sees the other.
        """
        # Who settles need not write old parts.
        Part_sudo = self.env["aftersales.part.return"].sudo()
        mine = entries.sudo().filtered(lambda e: e.res_model == Part_sudo._name)
        for kind, group in mine.grouped("kind").items():
            parts_sudo = Part_sudo.browse(group.mapped("res_id"))
            parts_sudo._write_flow({"time_source": kind})

    @api.model
    def _prepare_deductions(self, points, date_to):
        """Entries for :meth:`_add_once` that follow from rules.

        Extension point: other sources of deductions add theirs.

        :return: list of dicts
        """
        # Rules and old parts are read for the run, whoever starts it.
        Rule_sudo = self.env["aftersales.deduction.rule"].sudo()
        rules_sudo = Rule_sudo.search(
            [("company_id", "in", points.company_id.ids), ("date_from", "<=", date_to)]
        )
        if not rules_sudo:
            return []
        parts_sudo = self._find_charged_parts(points, rules_sudo, date_to)
        entries = []
        for part_sudo in parts_sudo:
            entry = self._prepare_part_deduction(part_sudo, rules_sudo, date_to)
            if entry:
                entries.append(entry)
        return entries

    @api.model
    def _find_charged_parts(self, points, rules_sudo, date_to):
        """Old parts, as superuser, that may have to be charged."""
        Part_sudo = self.env["aftersales.part.return"].sudo()
        Entry_sudo = self.env["aftersales.point.adjustment"].sudo()
        charged = Entry_sudo._search(
            Domain("res_model", "=", Part_sudo._name)
            & Domain("kind", "=", "part_missing")
            & Domain("source_ref", "!=", False)
        )
        late = Entry_sudo._search(
            Domain("res_model", "=", Part_sudo._name)
            & Domain("kind", "=", "part_late")
            & Domain("source_ref", "!=", False)
        )
        owed = Domain("state", "in", OWED_STATES)
        sent_late = Domain("is_in_time", "=", False) & Domain(
            "date_shipped", "!=", False
        )
        return Part_sudo.search(
            Domain("service_point_id", "in", points.ids)
            & Domain("duty", "=", "return")
            & Domain("state", "in", CHARGED_STATES)
            & Domain("date_due", "<", date_to)
            & Domain("date_due", ">=", min(rules_sudo.mapped("date_from")))
            & (owed | sent_late)
            & Domain("time_source", "!=", "result")
            & ~Domain("id", "in", charged.subselect("res_id"))
            & (owed | ~Domain("id", "in", late.subselect("res_id"))),
            order="id",
        )

    @api.model
    def _prepare_part_deduction(self, part_sudo, rules_sudo, date_to):
        """Entry of one old part, or ``None`` where no rule charges it."""
        rules = rules_sudo._find_for(part_sudo)
        today = min(date_to, part_sudo.company_id._get_aftersales_today())
        sent = part_sudo.date_shipped
        late = kernel.days_late(part_sudo.date_due, sent, today)
        kind = kernel.classify(
            late,
            bool(sent),
            rules["part_late"].days if "part_late" in rules else None,
            rules["part_missing"].days if "part_missing" in rules else None,
        )
        if not kind or (kind == "part_missing" and not self._is_part_paid(part_sudo)):
            return None
        if self._is_time_counted(part_sudo):
            return None
        line_sudo = part_sudo.claim_line_id
        currency = line_sudo.currency_id or part_sudo.company_id.currency_id
        value = (
            line_sudo.amount_approved if line_sudo else self._get_part_value(part_sudo)
        )
        amount = rules[kind]._charge(value, currency, today)
        if kind == "part_missing" and line_sudo:
            amount = min(amount, self._get_highest_deduction(line_sudo))
        if not amount:
            return None
        return {
            "service_point_id": part_sudo.service_point_id.id,
            "currency_id": currency.id,
            "kind": kind,
            "amount": -amount,
            "date": today,
            "reason": self._get_part_reason(part_sudo, kind, late),
            "res_model": part_sudo._name,
            "res_id": part_sudo.id,
            "claim_line_id": line_sudo.id,
        }

    @api.model
    def _get_highest_deduction(self, line_sudo):
        """What the missing part of a line may cost at most.

        An audit or the inspection may have taken back of the same money.
        """
        return min(line_sudo.amount_approved, max(0, line_sudo._get_net_settled()))

    @api.model
    def _is_part_paid(self, part_sudo):
        """Whether the line of a missing part was settled.

        A line that still waits for its part is not paid at all; charging it as well
        would take the money twice.
        """
        line_sudo = part_sudo.claim_line_id
        return not line_sudo or any(line_sudo.settlement_line_ids.mapped("is_live"))

    @api.model
    def _is_time_counted(self, part_sudo):
        """Whether the claim line was cut because the part came late or never."""
        return any(
            result.event in TIMED and result.effect != "none"
            for result in part_sudo.result_ids
        )

    @api.model
    def _get_part_value(self, part_sudo):
        """Worth of an old part that no claim line stands behind."""
        return part_sudo.quantity * part_sudo.product_id.lst_price

    @api.model
    def _get_part_reason(self, part_sudo, kind, late):
        """What the statement says about the deduction."""
        values = {
            "part": part_sudo.display_name,
            "day": format_date(self.env, part_sudo.date_due),
            "count": late,
        }
        if kind == "part_missing":
            return self.env._(
                "Old part %(part)s, due on %(day)s, did not arrive", **values
            )
        return self.env._(
            "Old part %(part)s, due on %(day)s, days late: %(count)s", **values
        )
