from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .aftersales_condition import DRAFT_STATES

#: Roles that may accept a point without one of its conditions.
WAIVER_GROUPS = (
    "aftersales_network.group_head",
    "aftersales_network.group_technical_reviewer",
)


class AftersalesServicePoint(models.Model):
    """Set-up conditions of a point, which block its application until met."""

    _inherit = "aftersales.service.point"

    condition_ids = fields.One2many("aftersales.point.condition", "service_point_id")
    condition_open_count = fields.Integer(
        "Conditions Missing", compute="_compute_condition_counts"
    )
    condition_waived_count = fields.Integer(
        "Conditions Waived", compute="_compute_condition_counts"
    )

    @api.depends("condition_ids.status")
    def _compute_condition_counts(self):
        for point in self:
            status = point.condition_ids.mapped("status")
            point.condition_open_count = status.count("open")
            point.condition_waived_count = status.count("waived")

    @api.model_create_multi
    def create(self, vals_list):
        points = super().create(vals_list)
        points.filtered(lambda p: p.state in DRAFT_STATES)._sync_conditions()
        return points

    def write(self, vals):
        res = super().write(vals)
        if {"kind", "tier", "level_id", "company_id"} & set(vals):
            self.filtered(
                lambda p: p.state in DRAFT_STATES or p.condition_ids
            )._sync_conditions()
        return res

    def action_sync_conditions(self):
        """Ask for every condition that applies now."""
        self.check_access("write")
        self._sync_conditions()

    def _sync_conditions(self):
        """Create the missing condition lines, drop untouched ones that do not apply.

        :return: the new lines
        """
        Condition = self.env["aftersales.condition"].sudo()
        conditions = Condition.search(
            [("company_id", "in", [False, *self.company_id.ids])]
        )
        lines_sudo = self.sudo().condition_ids
        lines_sudo.filtered(
            lambda x: (
                not x.is_applicable
                and not x.proof_ids
                and not x.is_waived
                and (x.source_field or not x.value)
            )
        ).unlink()
        known = {
            (x.service_point_id.id, x.condition_id.id) for x in lines_sudo.exists()
        }
        return lines_sudo.create(
            [
                {"service_point_id": point.id, "condition_id": condition.id}
                for point in self
                for condition in conditions
                if (point.id, condition.id) not in known
                and condition._applies_to(point)
            ]
        ).with_env(self.env)

    def _get_submission_blockers(self):
        """Each failed condition with its value and minimum."""
        blockers = super()._get_submission_blockers()
        missing = self.condition_ids.filtered(lambda x: x.status == "open")
        return blockers + [line._get_failure_text() for line in missing]

    def action_submit(self):
        """Submit; conditions are brought up to date first.

        :raise UserError: who waived a condition is not the one who submits
        """
        self._sync_conditions()
        for point in self:
            waived = point.condition_ids.filtered(
                lambda x: x.is_waived and x.waived_by_id == self.env.user
            )[:1]
            if waived:
                raise UserError(
                    self.env._(
                        "You waived “%(condition)s” of %(point)s. Somebody else must "
                        "submit the application.",
                        condition=waived.condition_id.name,
                        point=point.display_name,
                    )
                )
        return super().action_submit()

    def _prepare_gate(self, gate, comment):
        """A condition that failed since the submission stops every gate."""
        missing = self.condition_ids.filtered(lambda x: x.status == "open")
        if missing:
            raise UserError(
                self.env._(
                    "%(point)s cannot pass this gate: %(reasons)s. Have it mended, or "
                    "waived by the head or a technical reviewer.",
                    point=self.display_name,
                    reasons=", ".join(x._get_failure_text() for x in missing),
                )
            )
        return super()._prepare_gate(gate, comment)

    def _check_waiver_role(self):
        """Only head and technical reviewer waive conditions.

        :raise AccessError: naming the roles
        """
        user = self.env.user
        if not any(user.has_group(group) for group in WAIVER_GROUPS):
            names = [self.env.ref(group).sudo().name for group in WAIVER_GROUPS]
            raise AccessError(
                self.env._(
                    "A condition is waived by the roles %(roles)s only.",
                    roles=", ".join(names),
                )
            )
