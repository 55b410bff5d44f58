from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import clean_context

from odoo.addons.aftersales_network.models.flow import FLOW, HEAD_GROUP

#: Kinds that follow from the sign of what somebody typed.
SIGN_KINDS = ("award", "penalty")
#: Kinds that a person may enter; the others belong to their source.
TYPED_KINDS = (*SIGN_KINDS, "other")


class AftersalesPointAdjustment(models.Model):
    """What an addition or deduction is for, and the one source it came from.

    The documents that deduct or add (old parts, audits, appeals) do it through
    :meth:`_add_once`; the key of the source is unique in the database, so that two
    of them at once, or a second run, never charge a point twice.
    """

    _inherit = "aftersales.point.adjustment"

    state = fields.Selection(
        selection_add=[("waived", "Waived")], ondelete={"waived": "set default"}
    )
    kind = fields.Selection(
        [
            ("award", "Award"),
            ("penalty", "Penalty"),
            ("part_late", "Old Part Late"),
            ("part_missing", "Old Part Missing"),
            ("charge_back", "Charge-Back"),
            ("appeal", "Appeal"),
            ("correction", "Correction of an Amount"),
            ("carry", "Carried Forward"),
            ("other", "Other"),
        ],
        compute="_compute_kind",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
    )
    claim_line_id = fields.Many2one(
        "aftersales.claim.line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    source_ref = fields.Char(
        "Key of the Source",
        readonly=True,
        copy=False,
        help="Made once for each source; empty where somebody typed the entry.",
    )
    waiver_reason = fields.Text(readonly=True, copy=False)
    waived_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, index="btree_not_null"
    )

    _FLOW_FIELDS = frozenset(
        (
            "state",
            "claim_line_id",
            "source_ref",
            "waiver_reason",
            "waived_by_id",
        )
    )
    #: Decided by the source of an entry.
    _SOURCE_FIELDS = frozenset(
        (
            "service_point_id",
            "amount",
            "currency_id",
            "kind",
            "date",
            "reason",
            "res_model",
            "res_id",
        )
    )

    _source_once = models.UniqueIndex(
        "(source_ref) WHERE source_ref IS NOT NULL",
        "This source made its entry for the settlement already.",
    )

    @api.depends("amount")
    def _compute_kind(self):
        for adjustment in self:
            if not adjustment.kind or adjustment.kind in SIGN_KINDS:
                adjustment.kind = "award" if adjustment.amount > 0 else "penalty"

    @api.model_create_multi
    def create(self, vals_list):
        """Leave the kinds of documents to their documents.

        :raise UserError: naming the entry
        """
        entries = super().create(vals_list)
        if not self._is_flow():
            entries._check_typed_kind()
        return entries

    def write(self, vals):
        """What has a source is changed by the source."""
        if not self._is_flow() and self._SOURCE_FIELDS & set(vals):
            self._check_no_source()
        res = super().write(vals)
        if "kind" in vals and not self._is_flow():
            self._check_typed_kind()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_source(self):
        if not self._is_flow():
            self._check_no_source()

    # -- guards ----------------------------------------------------------------

    def _check_typed_kind(self):
        """Refuse a kind that only its document makes.

        :raise UserError: naming the entry
        """
        wrong = self.filtered(lambda a: a.kind not in TYPED_KINDS)[:1]
        if wrong:
            raise UserError(
                self.env._(
                    "“%(reason)s” of %(point)s: entries of this kind are made by their "
                    "document. Enter an award, a penalty or another entry.",
                    reason=wrong.reason,
                    point=wrong.service_point_id.display_name,
                )
            )

    def _check_no_source(self):
        """Refuse to change by hand what a document charged.

        :raise UserError: naming the entry and the way out
        """
        bound = self.filtered("source_ref")[:1]
        if bound:
            raise UserError(
                self.env._(
                    "“%(reason)s” of %(point)s comes from its source and stays as it "
                    "is. Have it waived, or enter another one beside it.",
                    reason=bound.reason,
                    point=bound.service_point_id.display_name,
                )
            )

    def _check_open(self):
        res = super()._check_open()
        waived = self.filtered(lambda a: a.state == "waived")[:1]
        if waived and not self._is_flow():
            raise UserError(
                self.env._(
                    "“%(reason)s” of %(point)s was waived and cannot be changed. Enter "
                    "a new adjustment instead.",
                    reason=waived.reason,
                    point=waived.service_point_id.display_name,
                )
            )
        return res

    # -- waiver ----------------------------------------------------------------

    def action_waive(self):
        """Ask for the reason, then let entries fall.

        :raise AccessError: not the head of service
        """
        self._check_can_waive()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_waive")

    def _waive(self, reason):
        """Let open entries fall; they are never made again.

        :raise UserError: no reason, not open, or part of a settlement
        """
        self._check_can_waive()
        self.lock_for_update()
        reason = self._check_reason_given(reason)
        self._check_flow_state("open")
        self._check_not_collected()
        self._write_flow(
            {"state": "waived", "waiver_reason": reason, "waived_by_id": self.env.uid}
        )

    def _check_can_waive(self):
        """Refuse a waiver by anybody but the head of service.

        :raise AccessError: naming the role
        """
        if not self.env.user.has_group(HEAD_GROUP):
            raise AccessError(
                self.env._("Only the head of service waives a deduction or award.")
            )

    def _check_not_collected(self):
        """Refuse to take an entry away from a live settlement.

        :raise UserError: naming the settlement
        """
        line = self.env["aftersales.settlement.line"].search(
            Domain("adjustment_id", "in", self.ids) & Domain("is_live", "=", True),
            limit=1,
        )
        if line:
            raise UserError(
                self.env._(
                    "“%(reason)s” is part of settlement %(settlement)s. Collect that "
                    "one anew without it first, or let the point dispute it.",
                    reason=line.adjustment_id.reason,
                    settlement=line.settlement_id.name,
                )
            )

    # -- once per source -------------------------------------------------------

    @api.model
    def _add_once(self, vals_list):
        """Charge or credit points, each source once.

        :param vals_list: dicts with ``service_point_id``, ``kind``, ``amount``
            (signed, negative deducts), ``reason``, ``res_model`` and ``res_id`` of
            the source; optional ``key`` where one source makes several entries,
            ``date``, ``currency_id`` and ``claim_line_id``.  Amounts of zero make
            no entry.
        :return: the entries of these sources, new or already there
        """
        prepared = {}
        for vals in vals_list:
            entry = self._prepare_once_vals(vals)
            if entry["amount"]:
                prepared.setdefault(entry["source_ref"], entry)
        # What a source charges is nobody's to write; the caller checked his step.
        Entry_sudo = self.sudo().with_context(
            **clean_context(self.env.context), aftersales_flow=FLOW
        )
        known_sudo = Entry_sudo.search([("source_ref", "in", list(prepared))])
        for entry_sudo in known_sudo:
            prepared.pop(entry_sudo.source_ref)
        entries_sudo = known_sudo | Entry_sudo.create(list(prepared.values()))
        return entries_sudo.with_env(self.env)

    @api.model
    def _prepare_once_vals(self, vals):
        """Values of one entry, with the key of its source."""
        point_sudo = (
            self.env["aftersales.service.point"].sudo().browse(vals["service_point_id"])
        )
        company = point_sudo.company_id
        currency = self.env["res.currency"].browse(
            vals.get("currency_id") or company.currency_id.id
        )
        parts = (vals["kind"], vals["res_model"], vals["res_id"], vals.get("key"))
        return {
            "service_point_id": point_sudo.id,
            "kind": vals["kind"],
            "currency_id": currency.id,
            "amount": currency.round(vals["amount"]),
            "date": vals.get("date") or company._get_aftersales_today(),
            "reason": vals["reason"],
            "res_model": vals["res_model"],
            "res_id": vals["res_id"],
            "claim_line_id": vals.get("claim_line_id"),
            "source_ref": ":".join(str(part) for part in parts if part),
        }
