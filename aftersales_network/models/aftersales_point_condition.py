from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare, formatLang

#: Gates at which the figures of an application are no longer changed.
FIXED_STATES = ("technical_review", "head_approval")
#: States in which a proof may still be exchanged.
OPEN_STATES = ("prospect", "rejected", "applied", "centre_review")


def adopt_attachments(records, name):
    """Bind fresh files to their record, so that its readers may open them.

    :param records: records of one model
    :param name: many2many field to ``ir.attachment``
    """
    for record in records:
        loose = record[name].filtered(lambda a: not a.res_id)
        # Only files the user uploaded himself: others stay with their owner.
        mine = loose._filtered_access("write")
        if mine:
            mine.write({"res_model": record._name, "res_id": record.id})


class AftersalesPointCondition(models.Model):
    """One set-up condition at one service point: value, proof, waiver.

    Lines are made by :meth:`_sync_conditions` of the point only.
    """

    _name = "aftersales.point.condition"
    _description = "Condition of a Service Point"
    _inherit = ["aftersales.flow.mixin", "aftersales.scope.mixin"]
    _order = "service_point_id, sequence, id"
    _check_company_auto = True

    service_point_id = fields.Many2one(
        "aftersales.service.point", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="service_point_id.company_id", store=True, index=True, precompute=True
    )
    condition_id = fields.Many2one(
        "aftersales.condition",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    category = fields.Selection(
        related="condition_id.category", store=True, precompute=True
    )
    sequence = fields.Integer(
        related="condition_id.sequence", store=True, precompute=True
    )
    check_kind = fields.Selection(related="condition_id.check_kind")
    source_field = fields.Selection(related="condition_id.source_field")
    requirement = fields.Char(compute="_compute_requirement")
    value = fields.Float(
        compute="_compute_value",
        store=True,
        readonly=False,
        precompute=True,
        digits=(12, 2),
        aggregator=None,
        help="The measured figure; for yes or no: 1 or 0.",
    )
    is_yes = fields.Boolean(
        "Fulfilled", compute="_compute_is_yes", inverse="_inverse_is_yes"
    )
    proof_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_point_condition_proof_rel",
        "line_id",
        "attachment_id",
    )
    is_met = fields.Boolean("Met", compute="_compute_is_met", store=True)
    is_applicable = fields.Boolean(
        "Applies", compute="_compute_is_applicable", store=True
    )
    is_waived = fields.Boolean("Waived", readonly=True)
    waived_by_id = fields.Many2one("res.users", "Waived by", readonly=True)
    waiver_date = fields.Datetime("Waived on", readonly=True)
    waiver_reason = fields.Text(readonly=True)
    status = fields.Selection(
        [
            ("open", "Missing"),
            ("waived", "Waived"),
            ("met", "Met"),
            ("none", "Not Asked for"),
        ],
        compute="_compute_status",
        store=True,
    )

    _FLOW_FIELDS = frozenset(
        (
            "service_point_id",
            "condition_id",
            "is_waived",
            "waived_by_id",
            "waiver_date",
            "waiver_reason",
        )
    )

    _point_condition_uniq = models.UniqueIndex(
        "(service_point_id, condition_id)",
        "A condition is asked for once at each service point.",
    )

    @api.depends("condition_id.name", "service_point_id.name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = (
                f"{line.service_point_id.name or ''}: {line.condition_id.name or ''}"
            )

    @api.depends("condition_id.minimum", "condition_id.unit", "check_kind")
    @api.depends_context("lang")
    def _compute_requirement(self):
        kinds = dict(
            self.condition_id._fields["check_kind"]._description_selection(self.env)
        )
        for line in self:
            line.requirement = (
                self.env._("at least %(minimum)s", minimum=line._get_minimum_text())
                if line.check_kind == "number"
                else kinds.get(line.check_kind)
            )

    @api.depends(
        "condition_id.source_field",
        "service_point_id.office_area",
        "service_point_id.workshop_area",
        "service_point_id.store_area",
        "service_point_id.technician_headcount",
        "service_point_id.vehicle_count",
        "service_point_id.years_in_trade",
        "service_point_id.photo_ids",
        "service_point_id.registration_number",
        "service_point_id.legal_form",
    )
    def _compute_value(self):
        for line in self:
            source = line.condition_id.source_field
            line.value = line._read_source(source) if source else line.value

    def _read_source(self, source):
        """Figure of a field of the registration form; a filled text counts 1."""
        self.ensure_one()
        value = self.service_point_id[source]
        if isinstance(value, models.BaseModel):
            return len(value)
        return value if isinstance(value, (int, float)) else float(bool(value))

    @api.depends("value")
    def _compute_is_yes(self):
        for line in self:
            line.is_yes = bool(line.value)

    def _inverse_is_yes(self):
        for line in self.filtered(lambda x: x.is_yes != bool(x.value)):
            line.value = float(line.is_yes)

    @api.depends(
        "value",
        "proof_ids",
        "condition_id.check_kind",
        "condition_id.minimum",
        "condition_id.proof_required",
    )
    def _compute_is_met(self):
        for line in self:
            line.is_met = line._is_value_enough() and line._is_proof_enough()

    @api.depends(
        "condition_id.active",
        "condition_id.company_id",
        "condition_id.tier",
        "condition_id.for_own",
        "condition_id.for_authorized",
        "condition_id.for_retailer",
        "condition_id.for_franchise",
        "condition_id.for_dispatch",
        "condition_id.level_ids",
        "service_point_id.company_id",
        "service_point_id.tier",
        "service_point_id.kind",
        "service_point_id.level_id",
    )
    def _compute_is_applicable(self):
        for line in self:
            line.is_applicable = line.condition_id._applies_to(line.service_point_id)

    @api.depends("is_met", "is_waived", "is_applicable")
    def _compute_status(self):
        for line in self:
            if not line.is_applicable:
                line.status = "none"
            elif line.is_met:
                line.status = "met"
            else:
                line.status = "waived" if line.is_waived else "open"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        adopt_attachments(lines, "proof_ids")
        return lines

    def write(self, vals):
        edited = {"value", "is_yes", "proof_ids"} & set(vals)
        changed = edited - {"is_yes"}
        if edited and not self._is_flow():
            self._check_editable(edited)
        before = {line: line._get_failure_text() for line in self if changed}
        res = super().write(vals)
        if changed:
            adopt_attachments(self, "proof_ids")
            self._log_changes(before)
        return res

    def _check_editable(self, names):
        """Refuse figures that the registration form gives, or that are reviewed.

        :param names: names of the fields that are to be written
        :raise UserError: naming the condition and the way out
        """
        for line in self:
            if line.source_field and names - {"proof_ids"}:
                raise UserError(
                    self.env._(
                        "The value of “%(condition)s” comes from the registration form "
                        "of %(point)s. Change it there.",
                        condition=line.condition_id.name,
                        point=line.service_point_id.display_name,
                    )
                )
            if line.service_point_id.state in FIXED_STATES:
                raise UserError(
                    self.env._(
                        "%(point)s is past the centre review; its conditions are "
                        "fixed. Reject the application to have it mended.",
                        point=line.service_point_id.display_name,
                    )
                )

    def _get_frozen_attachments(self):
        """Proofs on which the reviewers decide, or have decided."""
        return self.filtered(
            lambda x: x.service_point_id.state not in OPEN_STATES
        ).proof_ids

    def _log_changes(self, before):
        """Show changed conditions in the chatter of their points.

        :param before: ``{line: text of what was missing}``
        """
        bodies = {}
        for line in self:
            text = self.env._(
                "Condition “%(condition)s”: %(state)s",
                condition=line.condition_id.name,
                state=line._get_failure_text() or self.env._("met"),
            )
            if before.get(line) != line._get_failure_text():
                point = line.service_point_id.id
                bodies.setdefault(point, []).append(text)
        if bodies:
            points = self.service_point_id.browse(bodies)
            points.sudo()._message_log_batch(
                {point: Markup("<br/>").join(texts) for point, texts in bodies.items()}
            )

    def _is_value_enough(self):
        """Whether the value alone fulfils the condition."""
        self.ensure_one()
        kind = self.condition_id.check_kind
        if kind == "number":
            minimum = self.condition_id.minimum
            return float_compare(self.value, minimum, precision_digits=2) >= 0
        return kind == "document" or bool(self.value)

    def _is_proof_enough(self):
        """Whether no proof is needed, or one is there."""
        self.ensure_one()
        condition = self.condition_id
        needed = condition.proof_required or condition.check_kind == "document"
        return not needed or bool(self.proof_ids)

    def _get_minimum_text(self):
        """Minimum with its unit, in the user's number format."""
        self.ensure_one()
        return self._format(self.condition_id.minimum)

    def _format(self, figure):
        """A figure of this condition with its unit, without idle zeros."""
        digits = 0 if float(figure).is_integer() else 2
        text = formatLang(self.env, figure, digits=digits)
        return f"{text} {self.condition_id.unit or ''}".strip()

    def _get_failure_text(self):
        """What is missing, with value and minimum; empty when it is met."""
        self.ensure_one()
        name = self.condition_id.name
        if not self._is_value_enough():
            if self.condition_id.check_kind == "yes_no":
                return self.env._("%(name)s is not fulfilled", name=name)
            return self.env._(
                "%(name)s is %(value)s, at least %(minimum)s needed",
                name=name,
                value=self._format(self.value),
                minimum=self._get_minimum_text(),
            )
        if not self._is_proof_enough():
            return self.env._("%(name)s lacks its proof", name=name)
        return ""

    def _get_waiver_text(self):
        """Who waived the condition and why, with what is missing."""
        self.ensure_one()
        return self.env._(
            "%(failure)s – waived by %(user)s: %(reason)s",
            failure=self._get_failure_text(),
            user=self.waived_by_id.sudo().name,
            reason=self.waiver_reason,
        )

    def action_ask_waive(self):
        """Ask for the reason, then waive."""
        return self.env["aftersales.reason.wizard"]._open_for(self, "action_waive")

    def action_ask_revoke(self):
        """Ask for the reason, then take the waiver back."""
        return self.env["aftersales.reason.wizard"]._open_for(
            self, "action_revoke_waiver"
        )

    def action_waive(self, reason):
        """Accept the point without these conditions.

        :param reason: text, required
        :raise AccessError: anybody but head and technical reviewer
        :raise UserError: the own application, or no reason
        """
        self._decide_waiver("approved", reason)
        self._write_flow(
            {
                "is_waived": True,
                "waived_by_id": self.env.uid,
                "waiver_date": fields.Datetime.now(),
                "waiver_reason": reason.strip(),
            }
        )

    def action_revoke_waiver(self, reason):
        """Take waivers back; the decision before stays in the approvals.

        :param reason: text, required
        """
        self._decide_waiver("rejected", reason)
        self._write_flow(
            {
                "is_waived": False,
                "waived_by_id": False,
                "waiver_date": False,
                "waiver_reason": False,
            }
        )

    def _decide_waiver(self, decision, reason):
        """Check who decides on a waiver and record it with the reason."""
        self.service_point_id._check_waiver_role()
        for line in self:
            point = line.service_point_id
            point._check_not_own_application()
            if not (reason or "").strip():
                raise UserError(
                    self.env._(
                        "Give a reason for the waiver of “%(condition)s”.",
                        condition=line.condition_id.name,
                    )
                )
            self.env["aftersales.approval"]._log(line, "waiver", decision, reason)
            label = (
                self.env._("Condition waived")
                if decision == "approved"
                else self.env._("Waiver taken back")
            )
            point.message_post(
                body=Markup("%s: %s<br/>%s") % (label, line.condition_id.name, reason)
            )
