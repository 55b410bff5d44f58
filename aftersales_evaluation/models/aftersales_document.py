from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, is_html_empty

from odoo.addons.aftersales_network.models.aftersales_agreement import IN_FORCE_STATES

STATUSES = [
    ("draft", "Draft"),
    ("review", "In Review"),
    ("coming", "Approved, Not Yet in Force"),
    ("effective", "In Force"),
    ("replaced", "Replaced"),
    ("retired", "Retired"),
]


class AftersalesDocument(models.Model):
    """One version of a service rule or standard.

    Draft, review and approval by somebody else are steps; whether a version is in
    force or was replaced follows from the dates and is never stored. Source:
    GB/T 27922, 5.1.4.1: rules for every activity, issued as company documents.
    """

    _name = "aftersales.document"
    _description = "Controlled Document"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "code, version desc, id"
    _rec_names_search = ["code", "name"]
    _check_company_auto = True

    name = fields.Char("Title", required=True, tracking=True)
    code = fields.Char(
        "Number", required=True, index=True, tracking=True, help="Such as QW-SV-012."
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    kind = fields.Selection(
        [
            ("manual", "Service Manual"),
            ("installation", "Installation"),
            ("repair", "Repair"),
            ("return", "Return and Exchange"),
            ("post", "Post"),
            ("information", "Customer Information"),
            ("safety", "Safety"),
            ("complaint", "Complaints"),
            ("contingency", "Contingency Plan"),
            ("law", "Law"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
        index=True,
        tracking=True,
    )
    version = fields.Integer(default=1, required=True, readonly=True, copy=False)
    previous_id = fields.Many2one(
        "aftersales.document",
        "Replaces",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    next_ids = fields.One2many("aftersales.document", "previous_id", "Replaced by")
    owner_id = fields.Many2one(
        "res.users",
        "Author",
        required=True,
        index=True,
        tracking=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    editor_ids = fields.Many2many(
        "res.users",
        "aftersales_document_editor_rel",
        "document_id",
        "user_id",
        readonly=True,
        copy=False,
        help="Everybody who wrote on this version; none of them approves it.",
    )
    body = fields.Html("Text")
    file = fields.Binary(attachment=True, copy=False)
    filename = fields.Char("File Name", copy=False)
    change_note = fields.Text(
        "What Is New", help="What readers of the former version have to know."
    )
    indicator_ids = fields.Many2many(
        "aftersales.indicator",
        "aftersales_document_indicator_rel",
        "document_id",
        "indicator_id",
        "Clauses",
        help="Clauses of the indicator sets that this document answers.",
    )
    role_ids = fields.Many2many(
        "aftersales.staff.role",
        "aftersales_document_role_rel",
        "document_id",
        "role_id",
        "For Roles",
        help="Whom it is for; empty: every role.",
    )
    unit_ids = fields.Many2many(
        "aftersales.service.point",
        "aftersales_document_unit_rel",
        "document_id",
        "service_point_id",
        "For Units",
        check_company=True,
        help="Units with everything below them; empty: every unit.",
    )
    service_type_ids = fields.Many2many(
        "aftersales.service.type",
        "aftersales_document_service_type_rel",
        "document_id",
        "service_type_id",
        "For Services",
        help="Only units that do one of these services by their agreement; empty: "
        "every unit. Units without an agreement do every service.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("review", "In Review"),
            ("approved", "Approved"),
            ("retired", "Retired"),
        ],
        "Step",
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
    )
    status = fields.Selection(
        STATUSES, compute="_compute_status", search="_search_status"
    )
    date_effective = fields.Date("In Force from", copy=False, index=True, tracking=True)
    date_retired = fields.Date("Retired on", readonly=True, copy=False)
    retire_reason = fields.Text("Why It Was Retired", readonly=True, copy=False)
    submitted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    submitted_on = fields.Datetime(readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_on = fields.Datetime(readonly=True, copy=False)
    is_for_user = fields.Boolean(
        "For Me", compute="_compute_is_for_user", search="_search_is_for_user"
    )

    _FLOW_FIELDS = frozenset(
        (
            "version",
            "previous_id",
            "editor_ids",
            "state",
            "date_retired",
            "retire_reason",
            "submitted_by_id",
            "submitted_on",
            "approved_by_id",
            "approved_on",
            "date_reminded",
        )
    )
    _SCOPE_FIELDS = frozenset(("company_id",))
    #: What readers confirm; fixed from the submission on.
    _CONTENT_FIELDS = frozenset(
        (
            "name",
            "code",
            "company_id",
            "kind",
            "owner_id",
            "body",
            "file",
            "filename",
            "change_note",
            "indicator_ids",
            "role_ids",
            "unit_ids",
            "service_type_ids",
            "date_effective",
        )
    )

    _version_uniq = models.UniqueIndex(
        "(company_id, code, version)",
        "This number has that version already. Take another number, or make a new "
        "version of the document in force.",
    )
    _previous_uniq = models.UniqueIndex(
        "(previous_id) WHERE previous_id IS NOT NULL",
        "This version has a new one already.",
    )

    # -- what holds today ------------------------------------------------------------

    @api.depends(
        "state",
        "date_effective",
        "date_retired",
        "next_ids.state",
        "next_ids.date_effective",
    )
    def _compute_status(self):
        for document in self:
            document.status = document._get_status()

    def _get_status(self):
        """Status on today's date in the company's zone."""
        if self.state != "approved":
            return self.state
        today = self.company_id._get_aftersales_today()
        if not self.date_effective or self.date_effective > today:
            return "coming"
        # Who is replaced does not have to see the version that replaces.
        later = self.sudo().next_ids.filtered(
            lambda d: (
                d.state in ("approved", "retired")
                and d.date_effective
                and d.date_effective <= today
            )
        )
        return "replaced" if later else "effective"

    @api.model
    def _search_status(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = self._get_status_domains(self.env.company._get_aftersales_today())
        return Domain.OR(domains[name] for name in value if name in domains)

    @api.model
    def _get_status_domains(self, today):
        """What each status means on a day: ``{status: Domain}``."""
        approved = Domain("state", "=", "approved")
        started = Domain("date_effective", "<=", today)
        replaced = Domain(
            "next_ids", "any!", Domain("state", "in", ("approved", "retired")) & started
        )
        steps = ("draft", "review", "retired")
        return {
            **{step: Domain("state", "=", step) for step in steps},
            "coming": approved & ~started,
            "effective": approved & started & ~replaced,
            "replaced": approved & started & replaced,
        }

    @api.depends_context("uid")
    def _compute_is_for_user(self):
        rows = self._get_audience(self.env.uid, self._origin)
        mine = {row["document_id"] for row in rows}
        for document in self:
            document.is_for_user = document._origin.id in mine

    @api.model
    def _search_is_for_user(self, operator, value):
        if operator != "in":
            return NotImplemented
        rows = self._get_audience(self.env.uid)
        return Domain("id", "in", list({row["document_id"] for row in rows}))

    # -- audience --------------------------------------------------------------------

    @api.model
    def _get_audience(self, user_id=None, documents=None):
        """Present people that documents are for, whatever the documents' state.

        Plain SQL, because record rules are built on it.

        :param user_id: only the staff lines of this user
        :param documents: only these; else all
        :return: list of ``{"document_id", "staff_id", "user_id"}``
        """
        condition = SQL("s.user_id = %s", user_id) if user_id else SQL("TRUE")
        if documents is not None:
            ids = tuple(documents.ids) or (0,)
            condition = SQL("%s AND d.id IN %s", condition, ids)
        self.env["aftersales.staff"].flush_model()
        self.env["aftersales.service.point"].flush_model(["parent_path", "state"])
        self.env["aftersales.agreement"].flush_model(["state", "service_point_id"])
        self.env["aftersales.agreement.scope"].flush_model()
        self.env["aftersales.document"].flush_model()
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT d.id AS document_id, s.id AS staff_id, s.user_id
                  FROM aftersales_document d %s
                 WHERE %s
                """,
                self._get_audience_join(),
                condition,
            )
        )

    @api.model
    def _get_audience_join(self):
        """SQL that joins staff ``s`` at points ``p`` to the documents ``d``."""
        return SQL(
            """
            JOIN aftersales_staff s ON s.company_id = d.company_id
                 AND s.active AND s.date_from <= %(today)s
                 AND (s.date_to IS NULL OR s.date_to >= %(today)s)
            JOIN aftersales_service_point p ON p.id = s.service_point_id
                 AND p.state NOT IN ('closed', 'rejected')
                 AND (NOT EXISTS (SELECT FROM aftersales_document_role_rel r
                                   WHERE r.document_id = d.id)
                      OR EXISTS (SELECT FROM aftersales_document_role_rel r
                                  WHERE r.document_id = d.id
                                    AND r.role_id = s.role_id))
                 AND (NOT EXISTS (SELECT FROM aftersales_document_unit_rel u
                                   WHERE u.document_id = d.id)
                      OR EXISTS (SELECT FROM aftersales_document_unit_rel u
                                   JOIN aftersales_service_point up
                                     ON up.id = u.service_point_id
                                  WHERE u.document_id = d.id
                                    AND p.parent_path LIKE up.parent_path || '%%'))
                 AND (NOT EXISTS (SELECT FROM aftersales_document_service_type_rel t
                                   WHERE t.document_id = d.id)
                      OR NOT EXISTS (SELECT FROM aftersales_agreement a
                                      WHERE a.service_point_id = p.id
                                        AND a.state IN %(in_force)s)
                      OR EXISTS (
                          SELECT FROM aftersales_agreement a
                            LEFT JOIN aftersales_agreement_scope l
                                   ON l.agreement_id = a.id
                           WHERE a.service_point_id = p.id
                             AND a.state IN %(in_force)s
                             AND (l.service_type_id IS NULL OR l.service_type_id IN (
                                  SELECT t.service_type_id
                                    FROM aftersales_document_service_type_rel t
                                   WHERE t.document_id = d.id))))
            """,
            today=self.env.company._get_aftersales_today(),
            in_force=IN_FORCE_STATES,
        )

    # -- guards ----------------------------------------------------------------------

    @api.depends("code", "name", "version")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for document in self:
            document.display_name = self.env._(
                "%(code)s %(title)s (version %(version)s)",
                code=document.code or "",
                title=document.name or "",
                version=document.version,
            )

    @api.model_create_multi
    def create(self, vals_list):
        """Note who wrote the text."""
        documents = super().create(vals_list)
        documents._note_editor()
        return documents

    def write(self, vals):
        """Keep the content of what was submitted, and note who changed drafts."""
        content = self._CONTENT_FIELDS & set(vals)
        if content and not self._is_flow():
            self._check_draft()
        if not vals.get("active", True) and not self._is_flow():
            self._check_archivable()
        result = super().write(vals)
        if content and not self._is_flow():
            self._note_editor()
        return result

    def _note_editor(self):
        """Remember the current user as an author of these versions."""
        # Who wrote the text is evidence and follows from writing it.
        for document_sudo in self.sudo():
            document_sudo.editor_ids |= self.env.user

    def _check_draft(self):
        """Refuse to change what was handed in for review.

        :raise UserError: naming the document and the way out
        """
        fixed = self.filtered(lambda d: d.state != "draft")[:1]
        if fixed:
            raise UserError(
                self.env._(
                    "%(document)s is not a draft any more and stays as it is. Send it "
                    "back from review, or make a new version.",
                    document=fixed.display_name,
                )
            )

    def _check_archivable(self):
        """Refuse to put away what is reviewed or holds: readers would lose it.

        :raise UserError: naming the document and the way out
        """
        kept = self.filtered(lambda d: d.status in ("review", "coming", "effective"))
        if kept:
            raise UserError(
                self.env._(
                    "%(document)s is in review or holds. Send it back, replace or "
                    "retire it; then it can be archived.",
                    document=kept[:1].display_name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        self._check_draft()

    def _check_content(self):
        """A document says something, in its text or as a file.

        :raise UserError: an empty document
        """
        for document in self:
            if is_html_empty(document.body) and not document.file:
                raise UserError(
                    self.env._(
                        "%(document)s has neither text nor file.",
                        document=document.display_name,
                    )
                )
