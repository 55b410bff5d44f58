from odoo import api, fields, models
from odoo.exceptions import UserError


class AftersalesCrisisStatement(models.Model):
    """What we say about a crisis: drafted, approved by somebody else, published."""

    _name = "aftersales.crisis.statement"
    _description = "Crisis Statement"
    _inherit = ["aftersales.flow.mixin", "aftersales.scope.mixin"]
    _order = "crisis_id, id"

    name = fields.Char("Subject", required=True)
    crisis_id = fields.Many2one(
        "aftersales.crisis", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="crisis_id.company_id", store=True, index=True, precompute=True
    )
    text = fields.Text("Wording", required=True)
    audience = fields.Selection(
        [
            ("public", "Public and Media"),
            ("customers", "Customers"),
            ("network", "Service Network"),
            ("authority", "Authorities"),
            ("internal", "Own People"),
        ],
        required=True,
        default="public",
    )
    channel = fields.Char(help="Where it is published, such as the website.")
    state = fields.Selection(
        [("draft", "Draft"), ("approved", "Approved"), ("published", "Published")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
    )
    drafter_ids = fields.Many2many(
        "res.users",
        "aftersales_crisis_statement_drafter_rel",
        "statement_id",
        "user_id",
        "Drafted by",
        readonly=True,
        copy=False,
        help="Everybody who worded it; none of them approves it.",
    )
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_on = fields.Datetime(readonly=True, copy=False)
    published_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    published_on = fields.Datetime(readonly=True, copy=False)

    _FLOW_FIELDS = frozenset(
        (
            "state",
            "drafter_ids",
            "approved_by_id",
            "approved_on",
            "published_by_id",
            "published_on",
        )
    )
    _SCOPE_FIELDS = frozenset(("crisis_id",))
    _WORDING_FIELDS = frozenset(("name", "crisis_id", "text", "audience", "channel"))

    @api.model_create_multi
    def create(self, vals_list):
        """Note who worded the draft."""
        statements = super().create(vals_list)
        statements.crisis_id._check_running()
        statements._note_drafter()
        return statements

    def write(self, vals):
        """Keep the wording of what was approved, and note who changed a draft."""
        wording = self._WORDING_FIELDS & set(vals) and not self._is_flow()
        if wording:
            self._check_draft()
        result = super().write(vals)
        if wording:
            self.crisis_id._check_running()
            self._note_drafter()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        self._check_draft()

    def _check_draft(self):
        """Refuse to change a statement that was approved.

        :raise UserError: naming the statement and the way out
        """
        self.crisis_id._check_running()
        fixed = self.filtered(lambda s: s.state != "draft")[:1]
        if fixed:
            raise UserError(
                self.env._(
                    "“%(statement)s” was approved and keeps its wording. Draft another "
                    "statement.",
                    statement=fixed.name,
                )
            )

    def _note_drafter(self):
        """Remember the current user among those who worded the statements."""
        # Who worded it is evidence and follows from wording it.
        for statement_sudo in self.sudo():
            statement_sudo.drafter_ids |= self.env.user

    def action_approve(self):
        """Approve the wording of somebody else.

        :raise UserError: the own wording
        """
        self.check_access("write")
        self._check_flow_state("draft")
        self.crisis_id._check_running()
        for statement in self:
            self.env["aftersales.approval"]._check_other_person(
                statement, statement.drafter_ids
            )
            self.env["aftersales.approval"]._log(
                statement, "crisis_statement", "approved"
            )
        self._write_flow(
            {
                "state": "approved",
                "approved_by_id": self.env.uid,
                "approved_on": fields.Datetime.now(),
            }
        )
        self._tell_crisis(self.env._("Statement approved"))

    def action_publish(self):
        """Note that approved statements are published at this moment."""
        self.check_access("write")
        self._check_flow_state("approved")
        self.crisis_id._check_running()
        self._write_flow(
            {
                "state": "published",
                "published_by_id": self.env.uid,
                "published_on": fields.Datetime.now(),
            }
        )
        self._tell_crisis(self.env._("Statement published"))

    def _tell_crisis(self, text):
        """Note a step on the timelines."""
        for statement in self:
            statement.crisis_id._note(f"{text}: {statement.name}")
