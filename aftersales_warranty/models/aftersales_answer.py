from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..tools import escalation as kernel

#: Answers looked at for one suggestion.
CANDIDATES = 200


class AftersalesAnswer(models.Model):
    """An answer that helps again: by model and fault, approved before it is reused.

    The steps are in ``aftersales_answer_flow.py``.
    """

    _name = "aftersales.answer"
    _description = "Technical Answer"
    _inherit = [
        "aftersales.author.mixin",
        "aftersales.flow.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "used_count desc, id desc"
    _rec_names_search = ["name", "symptom"]
    _check_company_auto = True

    name = fields.Char("Title", required=True, tracking=True, index="trigram")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("review", "In Review"),
            ("approved", "Approved"),
            ("withdrawn", "Withdrawn"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    product_id = fields.Many2one(
        "product.product",
        "Model",
        index="btree_not_null",
        check_company=True,
        tracking=True,
        help="Empty: every model of the category.",
    )
    product_categ_id = fields.Many2one(
        "product.category",
        "Product Category",
        compute="_compute_product_categ_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
    )
    fault_id = fields.Many2one(
        "aftersales.fault", index="btree_not_null", ondelete="restrict", tracking=True
    )
    symptom = fields.Text(help="How the fault shows, and what was measured.")
    text = fields.Text("Answer", required=True)
    file_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_answer_file_rel",
        "answer_id",
        "attachment_id",
        "Files",
        copy=False,
    )
    author_id = fields.Many2one(
        "res.users",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        default=lambda self: self.env.user,
    )
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_approved = fields.Date("Approved on", readonly=True, copy=False)
    escalation_ids = fields.One2many("aftersales.escalation", "new_answer_id")
    is_open_to_user = fields.Boolean(
        compute="_compute_is_open_to_user",
        search="_search_is_open_to_user",
        help="People of the portal read answers only if they belong to a point.",
    )
    use_ids = fields.One2many("aftersales.answer.use", "answer_id", readonly=True)
    used_count = fields.Integer("Times Used", compute="_compute_votes", store=True)
    helpful_count = fields.Integer("Helped", compute="_compute_votes", store=True)
    unhelpful_count = fields.Integer(
        "Did Not Help", compute="_compute_votes", store=True
    )

    _suggest_idx = models.Index("(company_id, fault_id) WHERE state = 'approved'")

    _FLOW_FIELDS = frozenset(("state", "author_id", "approved_by_id", "date_approved"))
    #: What was approved.
    _CONTENT_FIELDS = frozenset(
        (
            "name",
            "company_id",
            "product_id",
            "product_categ_id",
            "fault_id",
            "symptom",
            "text",
            "file_ids",
        )
    )

    @api.depends("product_id")
    def _compute_product_categ_id(self):
        for answer in self:
            answer.product_categ_id = (
                answer.product_id.categ_id or answer.product_categ_id
            )

    @api.depends("use_ids.is_helpful")
    def _compute_votes(self):
        for answer in self:
            votes = answer.use_ids.mapped("is_helpful")
            answer.used_count = len(votes)
            answer.helpful_count = votes.count("yes")
            answer.unhelpful_count = votes.count("no")

    @api.depends_context("uid")
    def _compute_is_open_to_user(self):
        user = self.env.user
        self.is_open_to_user = bool(not user.share or user._get_aftersales_point_ids())

    def _search_is_open_to_user(self, operator, value):
        if operator != "in":
            return NotImplemented
        user = self.env.user
        if not user.share or user._get_aftersales_point_ids():
            return Domain.TRUE
        return Domain.FALSE

    @api.constrains("product_id", "product_categ_id", "fault_id")
    def _check_findable(self):
        """An answer that fits nothing is never found again."""
        for answer in self:
            if not (answer.product_id or answer.product_categ_id or answer.fault_id):
                raise ValidationError(
                    self.env._(
                        "“%(answer)s”: choose the model, the category or the fault, so "
                        "that it is found again.",
                        answer=answer.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Bind the files that were uploaded for the new answers."""
        answers = super().create(vals_list)
        answers._bind_files()
        return answers

    def write(self, vals):
        """Keep what was approved as it is.

        :raise UserError: naming the answer and the way out
        """
        if not self._is_flow() and self._CONTENT_FIELDS & set(vals):
            frozen = self.filtered(lambda answer: answer.state != "draft")[:1]
            if frozen:
                raise UserError(
                    self.env._(
                        "“%(answer)s” is in review or approved and stays as it is. "
                        "Revise it first.",
                        answer=frozen.name,
                    )
                )
            self._note_author()
        res = super().write(vals)
        if "file_ids" in vals:
            self._bind_files()
        return res

    def _bind_files(self):
        """Files that were uploaded before the record existed belong to it."""
        for answer in self:
            answer.file_ids._bind_uploads(answer)

    def _copy_files(self, files):
        """Take copies of files, which are read by whoever reads the answer."""
        self.ensure_one()
        copies_sudo = self.env["ir.attachment"].sudo()
        for file_sudo in files.sudo():
            copies_sudo |= file_sudo.copy(
                {"res_model": self._name, "res_id": self.id, "name": file_sudo.name}
            )
        self.sudo().file_ids |= copies_sudo

    def _get_frozen_attachments(self):
        """Files of what was approved."""
        return self.filtered(lambda answer: answer.state == "approved").file_ids

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        kept = self.filtered(lambda a: a.state == "approved" or a.used_count)[:1]
        if kept:
            raise UserError(
                self.env._(
                    "“%(answer)s” is approved or was used. Withdraw it instead.",
                    answer=kept.name,
                )
            )

    @api.model
    def _suggest(self, records):
        """Approved answers that fit, best first: ``{record: answers}``.

        One query, whatever the number of records.

        :param records: orders or escalations: ``product_id, fault_id, company_id``
        """
        products, faults = records.product_id, records.fault_id
        categs = products.categ_id
        fits = Domain("product_id", "in", products.ids)
        fits |= Domain("fault_id", "in", faults.ids)
        answers = self.search(
            Domain("state", "=", "approved")
            & Domain("company_id", "in", records.company_id.ids)
            & fits
            # What is said of another kind of product does not fit.
            & (
                Domain("product_id", "in", [*products.ids, False])
                | Domain("product_categ_id", "in", categs.ids)
            ),
            limit=CANDIDATES,
        )
        return {
            record: self.browse(
                kernel.rank_answers(
                    [
                        answer._to_kernel(record)
                        for answer in answers
                        if answer.company_id == record.company_id
                    ]
                )
            )
            for record in records
        }

    def _to_kernel(self, record):
        """The answer as the ranking wants it, against a job."""
        self.ensure_one()
        product = record.product_id
        categ, fault = self.product_categ_id, self.fault_id
        return kernel.AnswerFacts(
            key=self.id,
            same_product=bool(product) and self.product_id == product,
            same_fault=bool(fault) and fault == record.fault_id,
            same_categ=bool(categ) and categ == product.categ_id,
            helpful=self.helpful_count,
            unhelpful=self.unhelpful_count,
            used=self.used_count,
        )
