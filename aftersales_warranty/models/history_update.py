import psycopg2

from odoo import models
from odoo.fields import Command

from ..tools.history_rows import Issue
from .history_load import UNDECIDED_STATES


class AftersalesHistoryImport(models.Model):
    """A corrected file: what differs from the first import is brought in line."""

    _inherit = "aftersales.history.import"

    def _update_safely(self, result, case_id, known):
        """Update one case as a whole or not at all: ``(result, issues, case id)``."""
        record = self.env["aftersales.history.case"].browse(case_id)
        differences = self._get_differences(record, result.case)
        decided = self._get_decided_issue(record)
        if decided and differences:
            return "refused", [decided], None
        try:
            with self.env.cr.savepoint():
                if differences:
                    self._update_case(record, result.case, known)
                else:
                    record.write(self._prepare_label_vals(result.case))
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            # As in creating: the reason goes into the report, the others go on.
            known.forget()
            return "refused", [self._get_issue(error)], None
        issues = differences or [Issue.make("label_updated")]
        return "changed", [*issues, *result.changes, *result.remarks], case_id

    def _get_differences(self, record, case):
        """Issues that name each changed field with its old and new value."""
        before, after = record.content or {}, self._get_content(case)
        labels = dict(
            self.env["aftersales.history.column"]
            ._fields["role"]
            ._description_selection(self.env)
        )
        return [
            Issue.make(
                "updated",
                field=labels[name],
                before=before.get(name) or "–",
                after=value or "–",
            )
            for name, value in after.items()
            if (before.get(name) or "") != value
        ]

    def _get_decided_issue(self, record):
        """Why a case may not change any more, or None."""
        claim = record.claim_id
        if not claim or claim.state in UNDECIDED_STATES:
            return None
        states = dict(claim._fields["state"]._description_selection(self.env))
        return Issue.make("decided", claim=claim.name, state=states[claim.state])

    def _update_case(self, record, case, known):
        """Bring every document of a case in line with the corrected row."""
        self._learn([case], known)
        registration, order = record.registration_id, record.order_id
        registration.partner_id.write(self._prepare_customer_vals(case, known))
        vals = self._prepare_registration_vals(case, registration.partner_id, known)
        registration.write({**vals, "serial": registration.serial})
        vals = self._prepare_order_vals(case, registration, known)
        order.write({**vals, "line_ids": [Command.clear(), *vals["line_ids"]]})
        claim = self._replace_claim(record, case, known)
        record.write({**self._prepare_case_vals(case, known), "claim_id": claim.id})
        self.env.flush_all()

    def _replace_claim(self, record, case, known):
        """The claim as the corrected row wants it: changed, new or gone.

        A claim that was cancelled by hand stays as it is.
        """
        order, old = record.order_id, record.claim_id
        wanted = case.purpose == "claim"
        if old.state == "cancelled":
            return old
        if old and (not wanted or old.service_point_id != order.service_point_id):
            old._change_state("cancelled")
            # The new claim of the same parts is written before a later flush.
            self.env.flush_all()
            old = self.env["aftersales.claim"]
        if not wanted:
            return old
        if not old:
            return self._create_claims({order: case}, known)[order]
        if old.state != "draft":
            old._change_state("sent_back")
        lines = self._prepare_claim_line_vals(case, known)
        old.write(
            {"line_ids": [Command.clear(), *(Command.create(vals) for vals in lines)]}
        )
        old._compute_from_order()
        self._submit_claims({old: case})
        return old
