"""Guard of fields that only a document's own steps may change."""

from odoo import models
from odoo.exceptions import UserError

#: Marks writes of the steps: a caller by RPC can send any context key, but never
#: this very object.
FLOW = object()


class AftersalesFlowMixin(models.AbstractModel):
    """Protects the fields named in ``_FLOW_FIELDS`` against plain writes.

    The readonly attribute of a field binds only the web client; state and
    responsibility must not be set by RPC or import either.  Steps write with
    :meth:`_write_flow`; the superuser (imports, data files) is free.
    """

    _name = "aftersales.flow.mixin"
    _description = "Guarded Steps"

    _FLOW_FIELDS = frozenset(("state",))

    def _is_flow(self):
        """Whether the caller is a step of the document or the superuser."""
        return self.env.su or self.env.context.get("aftersales_flow") is FLOW

    def _write_flow(self, vals):
        """Write guarded fields from a step; the user's rights still hold."""
        return self.with_context(aftersales_flow=FLOW).write(vals)

    def write(self, vals):
        if not self._is_flow():
            self._check_flow_values(vals)
        return super().write(vals)

    def _check_flow_values(self, vals):
        """Refuse guarded fields in ``vals``.

        :raise UserError: naming the first guarded field
        """
        guarded = sorted(self._FLOW_FIELDS & set(vals))
        if guarded:
            label = self._fields[guarded[0]]._description_string(self.env)
            raise UserError(
                self.env._(
                    "“%(field)s” of %(record)s changes only by its buttons.",
                    field=label,
                    record=self[:1].display_name or self._description,
                )
            )

    def _check_flow_create(self, vals_list):
        """Refuse guarded values on creation, unless they are the defaults."""
        if self._is_flow():
            return
        defaults = self.default_get(list(self._FLOW_FIELDS))
        for vals in vals_list:
            self.browse()._check_flow_values(
                {
                    name: value
                    for name, value in vals.items()
                    if name in self._FLOW_FIELDS and value != defaults.get(name, False)
                }
            )
