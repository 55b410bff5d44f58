from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class AftersalesDocumentReading(models.Model):
    """One person's confirmation of having read one version.

    Evidence: written by the confirmation alone, never changed. Unit and role are
    those of that day.
    """

    _name = "aftersales.document.reading"
    _description = "Read Confirmation"
    _order = "date desc, id desc"
    _rec_name = "document_id"

    document_id = fields.Many2one(
        "aftersales.document",
        "Controlled Document",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        related="document_id.company_id", store=True, index=True, precompute=True
    )
    user_id = fields.Many2one(
        "res.users",
        "Reader",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    date = fields.Datetime(
        "Confirmed on", required=True, readonly=True, default=fields.Datetime.now
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Unit",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    role_id = fields.Many2one(
        "aftersales.staff.role", readonly=True, ondelete="restrict"
    )

    _reader_uniq = models.UniqueIndex(
        "(document_id, user_id)", "You have confirmed this version already."
    )


class AftersalesDocument(models.Model):
    """Who has confirmed a version, and how many of those it is for."""

    _inherit = "aftersales.document"

    reading_ids = fields.One2many(
        "aftersales.document.reading", "document_id", "Read Confirmations"
    )
    is_read = fields.Boolean("Read by Me", compute="_compute_is_read")
    needs_reading = fields.Boolean(
        "I Have to Read It",
        compute="_compute_is_read",
        search="_search_needs_reading",
    )
    reader_count = fields.Integer(
        "Readers", compute="_compute_readers", help="People that it is for today."
    )
    read_count = fields.Integer("Have Confirmed", compute="_compute_readers")
    read_percent = fields.Float(
        "Confirmed (%)", compute="_compute_readers", digits=(5, 1)
    )

    @api.depends("reading_ids", "status")
    @api.depends_context("uid")
    def _compute_is_read(self):
        mine = (
            self.env["aftersales.document.reading"]
            .sudo()
            .search([("document_id", "in", self.ids), ("user_id", "=", self.env.uid)])
        )
        for document in self:
            document.is_read = document._origin in mine.document_id
            document.needs_reading = (
                not document.is_read
                and document.status == "effective"
                and document.is_for_user
            )

    @api.model
    def _search_needs_reading(self, operator, value):
        if operator != "in":
            return NotImplemented
        read = Domain("reading_ids", "any!", Domain("user_id", "=", self.env.uid))
        return (
            Domain("status", "=", "effective")
            & Domain("is_for_user", "=", True)
            & ~read
        )

    @api.depends("reading_ids", "role_ids", "unit_ids", "service_type_ids")
    def _compute_readers(self):
        figures = self._get_reader_figures()
        for document in self:
            readers, read = figures.get(document._origin.id, (0, 0))
            document.reader_count = readers
            document.read_count = read
            document.read_percent = 100 * read / readers if readers else 0

    def _get_reader_figures(self):
        """People of the audience and those who confirmed: ``{id: (all, read)}``.

        Somebody with two posts counts once; somebody without an account counts and
        cannot have confirmed.
        """
        readings_sudo = self.env["aftersales.document.reading"].sudo()
        done = set(
            readings_sudo._read_group(
                [("document_id", "in", self.ids)], ["document_id", "user_id"]
            )
        )
        done = {(document.id, user.id) for document, user in done}
        people = {}
        for row in self._get_audience(documents=self._origin):
            person = row["user_id"] or -row["staff_id"]
            people.setdefault(row["document_id"], set()).add(person)
        return {
            document_id: (
                len(persons),
                sum((document_id, person) in done for person in persons),
            )
            for document_id, persons in people.items()
        }

    def action_confirm_reading(self):
        """Confirm that the current user has read these versions; once is enough.

        :raise UserError: a version that is not in force
        """
        self.check_access("read")
        self._check_readable()
        self._confirm_reading(self.env.user)

    def _portal_confirm_reading(self, user):
        """The same for a user of the portal, whose reading right was checked.

        :param user: who confirms
        """
        self._check_readable()
        self._confirm_reading(user)

    def _check_readable(self):
        """Only what is in force is confirmed.

        :raise UserError: naming the version and its status
        """
        wrong = self.filtered(lambda d: d.status != "effective")[:1]
        if wrong:
            raise UserError(
                self.env._(
                    "%(document)s is not in force (%(status)s); there is nothing to "
                    "confirm.",
                    document=wrong.display_name,
                    status=wrong._get_status_text(),
                )
            )

    def _confirm_reading(self, user):
        """Write the evidence for one user; an older one stays as it is."""
        # Readers have no right to write; this record is all they add.
        readings_sudo = self.env["aftersales.document.reading"].sudo()
        known = readings_sudo.search(
            [("document_id", "in", self.ids), ("user_id", "=", user.id)]
        )
        fresh = self - known.document_id.with_env(self.env)
        posts = self._get_posts(user)
        readings_sudo.create(
            [
                {
                    "document_id": document.id,
                    "user_id": user.id,
                    "service_point_id": posts.get(document.id, posts[0])[0],
                    "role_id": posts.get(document.id, posts[0])[1],
                }
                for document in fresh
            ]
        )
        self.sudo().activity_unlink(
            ["aftersales_evaluation.mail_activity_type_read"], user_id=user.id
        )

    def _get_posts(self, user):
        """Unit and role in which a user reads: ``{document_id: (unit, role)}``.

        Under 0 the one of a reader whom the document is not meant for.
        """
        Staff = self.env["aftersales.staff"].sudo()
        rows = self._get_audience(user.id, self)
        lines = Staff.browse([row["staff_id"] for row in rows])
        posts = {
            row["document_id"]: (line.service_point_id.id, line.role_id.id)
            for row, line in zip(rows, lines, strict=True)
        }
        posts[0] = (False, False)
        return posts

    def action_view_readers(self):
        """Open who has to read the version and who has."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Readers of %(document)s", document=self.display_name),
            "res_model": "aftersales.document.reader",
            "view_mode": "pivot,list",
            "domain": [("document_id", "=", self.id)],
        }
