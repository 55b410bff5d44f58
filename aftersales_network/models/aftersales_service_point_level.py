from odoo import api, fields, models
from odoo.exceptions import UserError

from .aftersales_condition import DRAFT_STATES
from .flow import FLOW


class AftersalesServicePoint(models.Model):
    """Level of a point with its history.

    The level decides the settlement rate and the offered services, so it moves
    by an assessment or, with a reason, by the head of service.
    """

    _inherit = "aftersales.service.point"

    level_change_ids = fields.One2many(
        "aftersales.level.change", "service_point_id", "Level History"
    )
    level_change_count = fields.Integer(compute="_compute_level_change_count")

    @api.depends("level_change_ids")
    def _compute_level_change_count(self):
        for point in self:
            point.level_change_count = len(point.level_change_ids)

    @api.model_create_multi
    def create(self, vals_list):
        points = super().create(vals_list)
        points._log_level_changes({}, self.env._("First classification"))
        return points

    def write(self, vals):
        # The step writes its own history line.
        if "level_id" not in vals or self.env.context.get("aftersales_level") is FLOW:
            return super().write(vals)
        self._check_level_write(vals["level_id"])
        before = self._get_level_ids()
        res = super().write(vals)
        self._log_level_changes(before, self._get_silent_reason())
        return res

    def _get_level_ids(self):
        """Present levels: ``{point id: level id}``."""
        return {point.id: point.level_id.id for point in self}

    def _get_silent_reason(self):
        """Reason of a level that is set without a step: application or import."""
        if self.filtered(lambda p: p.state not in DRAFT_STATES):
            return self.env._("Set by import")
        return self.env._("Classification in the application")

    def _check_level_write(self, level_id):
        """Past its application a point changes its level by a step only.

        :raise UserError: naming the point and the way out
        """
        if self._is_flow():
            return
        fixed = self.filtered(
            lambda p: p.state not in DRAFT_STATES and p.level_id.id != level_id
        )[:1]
        if fixed:
            self._check_money_fields()
            raise UserError(
                self.env._(
                    "The level of %(point)s changes by an assessment, or by “Change "
                    "Level” with a reason.",
                    point=fixed.display_name,
                )
            )

    def _change_level(self, level, reason=None, source=None):
        """Move points to a level and keep why.

        :param level: ``aftersales.point.level``; empty takes the level away
        :param reason: text; required without a source
        :param source: record of the approved assessment that decided it
        :raise AccessError: without a source, anybody but the head of service
        :raise UserError: neither reason nor source
        """
        reason = (reason or "").strip()
        if not source:
            self._check_group("aftersales_network.group_head")
            if not reason:
                raise UserError(
                    self.env._(
                        "Give a reason for the new level of %(point)s, or change it by "
                        "an assessment.",
                        point=self[:1].display_name,
                    )
                )
        before = self._get_level_ids()
        self.with_context(aftersales_level=FLOW)._write_flow({"level_id": level.id})
        self._log_level_changes(before, reason or source.display_name, source)

    def _log_level_changes(self, before, reason, source=None):
        """One history line for each point whose level moved.

        :param before: ``{point id: level id}``; missing means no level
        """
        Level = self.env["aftersales.point.level"]
        self.env["aftersales.level.change"].sudo().create(
            [
                {
                    "service_point_id": point.id,
                    "date": point.company_id._get_aftersales_today(),
                    "old_level_id": before.get(point.id, False),
                    "level_id": point.level_id.id,
                    "old_coefficient": Level.browse(before.get(point.id)).coefficient,
                    "coefficient": point.level_id.coefficient,
                    "reason": reason,
                    "res_model": source._name if source else False,
                    "res_id": source.id if source else False,
                    "source_name": source.display_name if source else False,
                    "user_id": self.env.uid,
                }
                for point in self
                if point.level_id.id != before.get(point.id, False)
            ]
        )

    def action_view_level_changes(self):
        """Open the level history."""
        return self._get_related_action(
            "aftersales.level.change", self.env._("Level History"), "list,form"
        )

    def action_change_level(self):
        """Ask for the new level and the reason."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change Level"),
            "res_model": "aftersales.level.change.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_service_point_id": self.id},
        }
