from odoo import api, fields, models
from odoo.exceptions import UserError


class AftersalesApproval(models.Model):
    """Decision of one person at one gate of any document.

    The line is document independent (``res_model``/``res_id``); admission,
    withdrawal, level changes and waivers all write here.  Lines are evidence:
    they are created by the document's own actions and never changed.
    """

    _name = "aftersales.approval"
    _description = "Approval"
    _order = "date desc, id desc"

    res_model = fields.Char("Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Document", model_field="res_model", required=True, readonly=True
    )
    gate = fields.Selection(
        [
            ("submit", "Submission"),
            ("centre", "Centre Review"),
            ("technical", "Technical Review"),
            ("head", "Head Approval"),
            ("activate", "Activation"),
            ("suspend", "Suspension"),
            ("close", "Closing"),
        ],
        required=True,
        readonly=True,
    )
    decision = fields.Selection(
        [("approved", "Approved"), ("rejected", "Rejected")],
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one(
        "res.users",
        "Decided by",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.user,
    )
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    comment = fields.Text(readonly=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        readonly=True,
        index="btree_not_null",
        help="Point of the document; who may see it sees the decision.",
    )

    _document_idx = models.Index("(res_model, res_id)")

    @api.depends("gate", "decision")
    @api.depends_context("lang")
    def _compute_display_name(self):
        gates = dict(self._fields["gate"]._description_selection(self.env))
        decisions = dict(self._fields["decision"]._description_selection(self.env))
        for line in self:
            parts = gates.get(line.gate), decisions.get(line.decision)
            line.display_name = ": ".join(filter(None, parts))

    @api.model
    def _log(self, record, gate, decision, comment=False):
        """Write the decision of the current user on ``record``.

        :param record: one record with ``company_id``
        :return: the new line
        """
        record.check_access("write")
        return self.sudo().create(
            {
                "res_model": record._name,
                "res_id": record.id,
                "gate": gate,
                "decision": decision,
                "comment": comment,
                "user_id": self.env.uid,
                "company_id": record.company_id.id,
                "service_point_id": self._get_point(record).id,
            }
        )

    @api.model
    def _get_point(self, record):
        """Service point that a document belongs to; may be empty."""
        Point = self.env["aftersales.service.point"]
        if record._name == Point._name:
            return record
        return record.service_point_id if "service_point_id" in record else Point

    @api.model
    def _check_other_person(self, record, people):
        """Four eyes: nobody decides on what he did or answers for himself.

        :param people: users who may not decide on the record
        :raise UserError: naming the record
        """
        if self.env.user in people:
            raise UserError(
                self.env._(
                    "You worked on %(record)s yourself, or answer for it. Four-eyes: "
                    "another person must decide.",
                    record=record.display_name,
                )
            )

    @api.model
    def _check_four_eyes(self, record, gates):
        """Refuse a second decision by the same person on ``record``.

        :param gates: gates whose decider must differ from the current user
        :raise UserError: naming the gate already decided by this user
        """
        line_sudo = self.sudo().search(
            [
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("gate", "in", gates),
                ("decision", "=", "approved"),
                ("date", ">=", record._get_application_start()),
                ("user_id", "=", self.env.uid),
            ],
            limit=1,
        )
        if line_sudo:
            gate = dict(self._fields["gate"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(record)s: you already acted at the gate “%(gate)s”. "
                    "Four-eyes: another person must decide this gate.",
                    record=record.display_name,
                    gate=gate[line_sudo.gate],
                )
            )
