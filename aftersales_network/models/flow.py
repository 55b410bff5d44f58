"""Guards of what only a document's own steps, or other people, may change."""

from odoo import api, models
from odoo.exceptions import LockError, UserError
from odoo.tools import ormcache

#: Who decides what nobody else may.
HEAD_GROUP = "aftersales_network.group_head"
#: Marks writes of the steps: a caller by RPC can send any context key, but never
#: this very object.
FLOW = object()


def lock_rows(records, name):
    """Take the rows of a step: two people cannot do it at once.

    :param name: name of the document, for the message
    :raise UserError: somebody else works on it at this moment
    """
    try:
        records.lock_for_update(allow_referencing=True)
    except LockError as error:
        raise UserError(
            records.env._(
                "Somebody else is working on %(name)s at this moment. Reload the page "
                "and look again.",
                name=name,
            )
        ) from error


def without_guarded_defaults(records, names):
    """Drop the context keys that would set guarded fields on creation.

    ``default_<field>`` in the context fills a field after every check of the
    values, and any RPC caller may send it.

    :param names: names of the guarded fields
    :return: the same records without those keys
    """
    keys = {f"default_{name}" for name in names}
    context = records.env.context
    if keys.isdisjoint(context):
        return records
    kept = {key: value for key, value in context.items() if key not in keys}
    return records.with_env(records.env(context=kept))


class AftersalesFigureMixin(models.AbstractModel):
    """Keeps callers from writing what the record calculates.

    A stored computed field takes any value that is written to it, and keeps it
    until something it depends on changes: a condition would be met, a spending
    unblocked or a line handed to another point by one call.  Names in
    ``_FIXED_FIELDS`` are given on creation and never written again.
    """

    _name = "aftersales.figure.mixin"
    _description = "Guarded Figures"

    _FIXED_FIELDS = frozenset()

    @api.model
    @ormcache()
    def _get_calculated_fields(self):
        """Names of the stored fields that nobody may type."""
        return frozenset(
            name
            for name, field in self._fields.items()
            if field.store and field.compute and field.readonly
        )

    def _may_write_figures(self):
        """Whether the caller is a step of the document or the superuser."""
        return self.env.su or self.env.context.get("aftersales_flow") is FLOW

    @api.model_create_multi
    def create(self, vals_list):
        names = self._get_calculated_fields()
        # Also for a step: it creates for a caller, whose context it still carries.
        cleaned = without_guarded_defaults(self, names)
        if not self._may_write_figures():
            vals_list = [
                {name: value for name, value in vals.items() if name not in names}
                for vals in vals_list
            ]
        return super(AftersalesFigureMixin, cleaned).create(vals_list)

    def write(self, vals):
        if not self._may_write_figures():
            self._check_figures(vals)
        return super().write(vals)

    def _check_figures(self, vals):
        """Refuse calculated fields in ``vals``.

        :raise UserError: naming the first of them
        """
        names = self._get_calculated_fields() | self._FIXED_FIELDS
        found = sorted(names & set(vals))
        if found:
            label = self._fields[found[0]]._description_string(self.env)
            raise UserError(
                self.env._(
                    "“%(field)s” of %(record)s is calculated and cannot be written. "
                    "Change what it follows from.",
                    field=label,
                    record=self[:1].display_name or self._description,
                )
            )


class AftersalesFlowMixin(models.AbstractModel):
    """Protects the fields named in ``_FLOW_FIELDS`` against plain writes.

    An extension of a model names only the fields it adds.

    The readonly attribute of a field binds only the web client; state and
    responsibility must not be set by RPC or import either.  Steps write with
    :meth:`_write_flow`; the superuser (imports, data files) is free.
    """

    _name = "aftersales.flow.mixin"
    _inherit = ["aftersales.figure.mixin"]
    _description = "Guarded Steps"

    _FLOW_FIELDS = frozenset(("state",))

    @classmethod
    def _get_flow_fields(cls):
        """Guarded fields that the model and each extension of it name."""
        named = [vars(base).get("_FLOW_FIELDS") for base in cls.mro()]
        found = [names for names in named if names]
        # Last comes the mixin; only a model that names none guards what it names.
        return frozenset().union(*(found[:-1] or found))

    def _is_flow(self):
        """Whether the caller is a step of the document or the superuser."""
        return self.env.su or self.env.context.get("aftersales_flow") is FLOW

    def _write_flow(self, vals):
        """Write guarded fields from a step; the user's rights still hold."""
        return self.with_context(aftersales_flow=FLOW).write(vals)

    @api.model_create_multi
    def create(self, vals_list):
        # Also for a step: it creates for a caller, whose context it still carries.
        cleaned = without_guarded_defaults(self, self._get_flow_fields())
        if not self._is_flow():
            cleaned._check_flow_create(vals_list)
        return super(AftersalesFlowMixin, cleaned).create(vals_list)

    def write(self, vals):
        if not self._is_flow():
            self._check_flow_values(vals)
        return super().write(vals)

    def _check_flow_state(self, *states):
        """Refuse a step outside the states it belongs to.

        :param states: values of ``state`` in which the step is possible
        :raise UserError: naming the record and its state
        """
        wrong = self.filtered(lambda record: record.state not in states)[:1]
        if wrong:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(record)s is in state “%(state)s”; this step is not possible "
                    "there.",
                    record=wrong.display_name,
                    state=labels[wrong.state],
                )
            )

    def _check_reason_given(self, reason):
        """Refuse a step without a reason.

        :return: the reason, without blanks around it
        :raise UserError: naming the record
        """
        reason = (reason or "").strip()
        if not reason:
            raise UserError(
                self.env._(
                    "Give a reason for this step on %(record)s.",
                    record=self[:1].display_name,
                )
            )
        return reason

    def _ask_head(self, summary):
        """Schedule a decision for a head of service other than the user.

        :param summary: what is to be decided, for the activity
        """
        heads = self.env.ref("aftersales_network.group_head").sudo().user_ids
        for record in self:
            head = heads.filtered(
                lambda user, company=record.company_id: (
                    company in user.company_ids and user != self.env.user
                )
            )[:1]
            if head:
                record.activity_schedule(
                    "mail.mail_activity_data_todo", summary=summary, user_id=head.id
                )

    def _check_flow_values(self, vals):
        """Refuse guarded fields in ``vals``.

        :raise UserError: naming the first guarded field
        """
        guarded = sorted(self._get_flow_fields() & set(vals))
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
        guarded = self._get_flow_fields()
        defaults = self.default_get(list(guarded))
        for vals in vals_list:
            self.browse()._check_flow_values(
                {
                    name: value
                    for name, value in vals.items()
                    if name in guarded
                    and (value or False) != (defaults.get(name) or False)
                }
            )


class AftersalesScopeMixin(models.AbstractModel):
    """Keeps a record inside the user's rights when it changes its owner.

    Record rules are checked before a write only; without a second look a user
    could hand a record over to a point or document he may not touch.
    """

    _name = "aftersales.scope.mixin"
    _inherit = ["aftersales.figure.mixin"]
    _description = "Guarded Scope"

    _SCOPE_FIELDS = frozenset(("service_point_id",))

    def write(self, vals):
        res = super().write(vals)
        if not self.env.su and self._SCOPE_FIELDS & set(vals):
            self.check_access("write")
        return res
