from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class AftersalesPromise(models.Model):
    """Versions of a promise: a new one takes the place of the published one."""

    _inherit = "aftersales.promise"

    version = fields.Integer(default=1, required=True, readonly=True, copy=False)
    previous_id = fields.Many2one(
        "aftersales.promise",
        "Replaces",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    next_ids = fields.One2many("aftersales.promise", "previous_id", "Replaced by")
    version_count = fields.Integer(compute="_compute_version_count")
    centre_id = fields.Many2one(
        "aftersales.service.point",
        "Region",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('tier', '=', 'centre')]",
        help="Centre whose region the promise is made for; empty: everywhere.",
    )

    _FLOW_FIELDS = frozenset(("version", "previous_id"))

    _previous_uniq = models.UniqueIndex(
        "(previous_id) WHERE previous_id IS NOT NULL",
        "This version has a new one already.",
    )

    @api.depends("name", "version")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for promise in self:
            promise.display_name = (
                self.env._(
                    "%(promise)s (version %(version)s)",
                    promise=promise.name,
                    version=promise.version,
                )
                if promise.version > 1
                else promise.name
            )

    @api.depends("previous_id", "next_ids")
    def _compute_version_count(self):
        for promise in self:
            promise.version_count = len(promise._get_versions())

    def _get_versions(self):
        """Every version of the promise, the oldest first."""
        self.ensure_one()
        first = self
        while first.previous_id:
            first = first.previous_id
        versions, last = first, first.next_ids
        while last:
            versions |= last
            last = last.next_ids
        return versions

    def action_new_version(self):
        """Draft the next version of a promise that was published.

        :raise UserError: a promise that has a next version already
        """
        self.ensure_one()
        self.check_access("write")
        self._check_flow_state("published", "withdrawn")
        if self.next_ids:
            raise UserError(
                self.env._(
                    "“%(promise)s” has the version %(version)s already. Go on with "
                    "that one.",
                    promise=self.name,
                    version=self.next_ids.version,
                )
            )
        today = self.company_id._get_aftersales_today()
        draft = self.copy({"date_from": today, "date_to": False, "name": self.name})
        draft._write_flow({"version": self.version + 1, "previous_id": self.id})
        return draft._get_records_action()

    def action_view_versions(self):
        """List every version of the promise."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Versions of %(promise)s", promise=self.name),
            "res_model": self._name,
            "view_mode": "list,form",
            "domain": [("id", "in", self._get_versions().ids)],
            "context": {"active_test": False},
        }

    def action_publish(self):
        """Publish drafts and withdraw the versions that they replace.

        :raise UserError: a new version before its first day
        """
        self._check_first_day()
        result = super().action_publish()
        for promise in self.filtered("previous_id"):
            promise._replace_previous()
        return result

    def _check_first_day(self):
        """The old version holds until the new one does, with no day between."""
        for promise in self.filtered("previous_id"):
            today = promise.company_id._get_aftersales_today()
            if promise.date_from > today and promise.previous_id.state == "published":
                raise UserError(
                    self.env._(
                        "“%(promise)s” holds from %(date)s on; until then its former "
                        "version does. Publish it on that day.",
                        promise=promise.display_name,
                        date=format_date(self.env, promise.date_from),
                    )
                )

    def _replace_previous(self):
        """Withdraw the former version and hand over what refers to it."""
        self.ensure_one()
        old = self.previous_id
        if old.state == "published":
            old._withdraw(
                self.env._("Replaced by version %(version)s", version=self.version)
            )

    # -- region ----------------------------------------------------------------------

    def _get_points(self):
        """Points of the region, where the promise is made for one."""
        points = super()._get_points()
        if len(self) == 1 and self.centre_id:
            path = self.centre_id.sudo().parent_path
            points = points.filtered(lambda p: (p.parent_path or "").startswith(path))
        return points

    def _update_field_translations(self, field_name, *args, **kwargs):
        """Refuse another wording in any language once customers were told.

        :raise UserError: see :meth:`_check_unpublished`
        """
        if field_name in self._PROMISED and not self._is_flow():
            self._check_unpublished()
        return super()._update_field_translations(field_name, *args, **kwargs)


class AftersalesPromiseValue(models.Model):
    _inherit = "aftersales.promise.value"

    @api.model
    def _prepare_vals_list(self, promise, month, values, subtrees):
        """Count only the region of a promise that is made for one."""
        if promise.centre_id:
            region = set(subtrees.get(promise.centre_id.id, ()))
            subtrees = {
                key: [point_id for point_id in ids if point_id in region]
                for key, ids in subtrees.items()
                if not key or key in region
            }
        return super()._prepare_vals_list(promise, month, values, subtrees)
