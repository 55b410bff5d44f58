from odoo import api, fields, models
from odoo.tools import SQL

SOURCES = [
    ("card", "Evaluation Card"),
    ("callback", "Call-Back"),
    ("survey", "Survey"),
    ("complaint", "Customer Complaint"),
]
#: Answers of 4 and 5 count as satisfied, 1 and 2 as dissatisfied.
SATISFIED_FROM = 4
DISSATISFIED_TO = 2
PROMOTER_FROM = 9
PASSIVE_FROM = 7


class AftersalesSatisfaction(models.Model):
    """One answer of a customer, whatever way it came.

    Evidence: the card, the call-back, the survey and the complaint record it by
    :meth:`_record`; people only name the cause afterwards.
    """

    _name = "aftersales.satisfaction"
    _description = "Satisfaction Answer"
    _inherit = ["aftersales.flow.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True

    source = fields.Selection(SOURCES, required=True, readonly=True)
    date = fields.Date(required=True, readonly=True, help="Day of the answer.")
    score = fields.Integer(
        readonly=True, aggregator="avg", help="1 (bad) to 5 (very good); 0: not asked."
    )
    is_satisfied = fields.Boolean(
        "Satisfied", compute="_compute_is_satisfied", store=True, precompute=True
    )
    is_dissatisfied = fields.Boolean("Dissatisfied", readonly=True)
    dissatisfied_rate = fields.Float(
        "Dissatisfied (%)",
        compute="_compute_dissatisfied_rate",
        store=True,
        precompute=True,
        aggregator="avg",
        help="100 for a dissatisfied answer, else 0: its mean is the share of them.",
    )
    recommend = fields.Selection(
        [(str(number), str(number)) for number in range(11)],
        "Would Recommend",
        readonly=True,
        help="0 (never) to 10 (certainly); empty: not asked.",
    )
    recommend_kind = fields.Selection(
        [("promoter", "Promoter"), ("passive", "Passive"), ("detractor", "Detractor")],
        "Recommendation",
        compute="_compute_recommend_kind",
        store=True,
        precompute=True,
    )
    cause_id = fields.Many2one(
        "aftersales.dissatisfaction.cause",
        "Cause of Dissatisfaction",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    comment = fields.Text(readonly=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, index="btree_not_null"
    )
    order_id = fields.Many2one(
        "aftersales.service.order",
        readonly=True,
        index="btree_not_null",
        check_company=True,
        ondelete="cascade",
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point", readonly=True, index=True, check_company=True
    )
    technician_id = fields.Many2one(
        "aftersales.staff", readonly=True, index="btree_not_null", check_company=True
    )
    product_categ_id = fields.Many2one(
        "product.category", "Product Category", readonly=True, index="btree_not_null"
    )
    survey_input_id = fields.Many2one(
        "survey.user_input", readonly=True, index="btree_not_null", ondelete="set null"
    )
    res_model = fields.Char("Document Type", readonly=True)
    res_id = fields.Many2oneReference(
        "Document", model_field="res_model", readonly=True
    )

    _FLOW_FIELDS = frozenset(
        (
            "source",
            "date",
            "score",
            "is_dissatisfied",
            "recommend",
            "comment",
            "company_id",
            "partner_id",
            "order_id",
            "service_point_id",
            "technician_id",
            "product_categ_id",
            "survey_input_id",
            "res_model",
            "res_id",
        )
    )

    _score_range = models.Constraint(
        "CHECK (score BETWEEN 0 AND 5)", "A score lies between 1 and 5."
    )
    _document_uniq = models.UniqueIndex(
        "(source, res_model, res_id) WHERE res_id IS NOT NULL",
        "This document has given its answer already.",
    )
    _period_idx = models.Index("(company_id, date, service_point_id)")

    @api.depends("score")
    def _compute_is_satisfied(self):
        for answer in self:
            answer.is_satisfied = answer.score >= SATISFIED_FROM

    @api.depends("is_dissatisfied")
    def _compute_dissatisfied_rate(self):
        for answer in self:
            answer.dissatisfied_rate = 100.0 if answer.is_dissatisfied else 0.0

    @api.depends("recommend")
    def _compute_recommend_kind(self):
        for answer in self:
            answer.recommend_kind = answer._get_recommend_kind()

    @api.depends("source", "date", "score")
    def _compute_display_name(self):
        labels = dict(self._fields["source"]._description_selection(self.env))
        for answer in self:
            parts = [labels.get(answer.source), answer.score and f"{answer.score}/5"]
            answer.display_name = " ".join(part for part in parts if part)

    def _read_group_select(self, aggregate_spec, query):
        """The mean score leaves out answers that were not asked for a score."""
        if aggregate_spec == "score:avg":
            score = self._field_to_sql(self._table, "score", query)
            return SQL("AVG(NULLIF(%s, 0))", score)
        return super()._read_group_select(aggregate_spec, query)

    def _get_recommend_kind(self):
        """Group of the net promoter score; False where it was not asked."""
        self.ensure_one()
        if not self.recommend:
            return False
        number = int(self.recommend)
        if number >= PROMOTER_FROM:
            return "promoter"
        return "passive" if number >= PASSIVE_FROM else "detractor"

    @api.model
    def _record(self, vals_list):
        """Record answers; a document that answered before has its answer renewed.

        The only way in, for every source.  Point, technician, customer, product
        category and company follow from the order where they are not given;
        ``is_dissatisfied`` follows from the score.  Constant number of queries.

        :param vals_list: values of answers; ``source`` is required
        :return: the answers, in the order given
        """
        rows = [self._prepare_answer_vals(vals) for vals in vals_list]
        known = self._find_answers(rows)
        fresh = [row for row in rows if self._get_document_key(row) not in known]
        created = iter(self.sudo().create(fresh))
        answers = self.browse()
        for row in rows:
            answer_sudo = known.get(self._get_document_key(row))
            if answer_sudo:
                answer_sudo.write(row)
            answers |= (answer_sudo or next(created)).sudo(False)
        return answers

    @api.model
    def _get_document_key(self, vals):
        """Document behind an answer; ``None`` where there is none."""
        if not vals.get("res_id"):
            return None
        return vals["source"], vals["res_model"], vals["res_id"]

    @api.model
    def _find_answers(self, rows):
        """Answers that the documents gave before, as superuser, by document."""
        keys = {key for row in rows if (key := self._get_document_key(row))}
        if not keys:
            return {}
        sources, models_, ids = zip(*keys, strict=True)
        found_sudo = self.sudo().search(
            [
                ("source", "in", list(set(sources))),
                ("res_model", "in", list(set(models_))),
                ("res_id", "in", list(ids)),
            ]
        )
        return {
            (answer.source, answer.res_model, answer.res_id): answer
            for answer in found_sudo
        }

    @api.model
    def _prepare_answer_vals(self, vals):
        """Fill in what follows from the order, the score and the day."""
        order_sudo = (
            self.env["aftersales.service.order"].sudo().browse(vals.get("order_id"))
        )
        filled = {**self._prepare_order_vals(order_sudo), **vals}
        company = self.env["res.company"].browse(
            filled.setdefault("company_id", self.env.company.id)
        )
        filled.setdefault("date", company._get_aftersales_today())
        if "is_dissatisfied" not in filled:
            filled["is_dissatisfied"] = 0 < filled.get("score", 0) <= DISSATISFIED_TO
        return filled

    @api.model
    def _prepare_order_vals(self, order_sudo):
        """What an answer takes over from its order."""
        if not order_sudo:
            return {}
        return {
            "company_id": order_sudo.company_id.id,
            "partner_id": order_sudo.partner_id.id,
            "service_point_id": order_sudo.service_point_id.id,
            "technician_id": order_sudo.technician_id.id,
            "product_categ_id": order_sudo.product_id.categ_id.id,
        }

    def action_complain(self):
        """Open a new complaint about what the customer said."""
        self.ensure_one()
        channel = self.source if self.source in ("card", "callback") else "web"
        return {
            "type": "ir.actions.act_window",
            "res_model": "aftersales.complaint",
            "view_mode": "form",
            "context": {
                "default_order_id": self.order_id.id,
                "default_partner_id": self.partner_id.id,
                "default_service_point_id": self.service_point_id.id,
                "default_channel": channel,
                "default_cause_id": self.cause_id.id,
                "default_description": self.comment,
            },
        }

    def action_open_document(self):
        """Window action on the document behind the answer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }
