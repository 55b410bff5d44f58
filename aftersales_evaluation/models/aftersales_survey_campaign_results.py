from fractions import Fraction

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import servqual as kernel

STARTED = ("in_progress", "done")


class AftersalesSurveyCampaign(models.Model):
    """What the answers of a campaign add up to."""

    _inherit = "aftersales.survey.campaign"

    invited_count = fields.Integer("Invited", compute="_compute_counts")
    unreachable_count = fields.Integer(
        "Unreachable",
        compute="_compute_counts",
        help="People without an address, or whose invitation failed.",
    )
    started_count = fields.Integer("Answers Begun", compute="_compute_counts")
    done_count = fields.Integer("Answers Finished", compute="_compute_counts")
    response_rate = fields.Float(
        "Response Rate (%)",
        compute="_compute_counts",
        digits=(16, 2),
        help="Finished answers per person who was sent an invitation.",
    )
    counted_count = fields.Integer(
        "Respondents Counted",
        readonly=True,
        copy=False,
        help="Respondents behind the result.",
    )
    incomplete_count = fields.Integer(
        "Left out as Incomplete",
        readonly=True,
        copy=False,
        help="Respondents who began but answered too few items in full.",
    )
    weights_refused_count = fields.Integer(
        "Points Refused",
        readonly=True,
        copy=False,
        help="Respondents whose points do not add up to 100: their answers count, "
        "their weights do not.",
    )
    date_counted = fields.Datetime("Counted at", readonly=True, copy=False)

    _FLOW_FIELDS = frozenset(
        ("counted_count", "incomplete_count", "weights_refused_count", "date_counted")
    )

    @api.depends("invitation_ids.send_state", "invitation_ids.answer_state")
    def _compute_counts(self):
        groups = self.env["aftersales.survey.invitation"]._read_group(
            [("campaign_id", "in", self._origin.ids)],
            ["campaign_id", "send_state", "answer_state"],
            ["__count"],
        )
        counts = {}
        for campaign, sent, answer, count in groups:
            counts.setdefault(campaign.id, []).append((sent, answer, count))
        for campaign in self:
            campaign._set_counts(counts.get(campaign._origin.id, []))

    def _set_counts(self, rows):
        """Counters of one campaign from (send state, answer state, number)."""
        sent = sum(row[2] for row in rows if row[0] == "sent")
        done = sum(row[2] for row in rows if row[1] == "done")
        self.invited_count = sum(row[2] for row in rows)
        self.unreachable_count = sum(
            row[2] for row in rows if row[0] in ("unreachable", "failed")
        )
        self.started_count = sum(row[2] for row in rows if row[1] in STARTED)
        self.done_count = done
        rate = Fraction(done * 100, max(sent, done)) if done else 0
        self.response_rate = float(kernel.rounded(rate))

    def action_refresh(self):
        """Count the answers so far; a closed campaign keeps its result."""
        self._lock("running")
        self.check_access("write")
        self._refresh_results()

    def _refresh_results(self):
        """Replace the figures of campaigns by those of today's answers."""
        answers = self._read_answers()
        # Results are nobody's to write: they follow from the answers.
        Result_sudo = self.env["aftersales.servqual.result"].sudo()
        Result_sudo.search([("campaign_id", "in", self.ids)]).unlink()
        vals_list = []
        for campaign in self:
            result = campaign._evaluate(answers.get(campaign.survey_id.id, []))
            vals_list += campaign._prepare_result_vals(result)
            campaign._write_flow(
                {
                    "counted_count": result.counted,
                    "incomplete_count": result.incomplete,
                    "weights_refused_count": result.weights_refused,
                    "date_counted": fields.Datetime.now(),
                }
            )
        Result_sudo.create(vals_list)

    def _evaluate(self, respondents):
        """Result of this campaign for some respondents."""
        self.ensure_one()
        return kernel.evaluate(
            respondents,
            self.set_id._get_kernel_items(),
            self.set_id.scale_min,
            self.set_id.scale_max,
            Fraction(self.min_share, 100),
            self.variant,
        )

    def _read_answers(self):
        """Answers of everybody who began: ``{survey id: [Respondent]}``."""
        surveys_sudo = self.survey_id.sudo()
        inputs_sudo = (
            self.env["survey.user_input"]
            .sudo()
            .search_fetch(
                [
                    ("survey_id", "in", surveys_sudo.ids),
                    ("state", "in", STARTED),
                    ("test_entry", "=", False),
                ],
                ["survey_id"],
                order="id",
            )
        )
        people = inputs_sudo._read_servqual()
        result = {}
        for user_input in inputs_sudo:
            person = people.get(user_input.id, kernel.Respondent())
            result.setdefault(user_input.survey_id.id, []).append(person)
        return result

    def _prepare_result_vals(self, result):
        """Rows of the figures that somebody answered, in the order of the set."""
        rows = [
            ("total", False, False, result.total),
            ("weighted", False, False, result.weighted),
            *(
                ("dimension", dimension_id, False, figure)
                for dimension_id, figure in result.dimensions.items()
            ),
            *(
                ("item", item.dimension, item.key, result.items[item.key])
                for item in self.set_id._get_kernel_items()
            ),
        ]
        return [
            self._prepare_figure_vals(place, *row)
            for place, row in enumerate(rows)
            if row[3].count
        ]

    def _prepare_figure_vals(self, sequence, kind, dimension_id, item_id, figure):
        """Values of one row."""
        return {
            "campaign_id": self.id,
            "sequence": sequence,
            "kind": kind,
            "dimension_id": dimension_id,
            "item_id": item_id,
            "respondent_count": figure.count,
            "expectation": kernel.rounded(figure.expectation or 0, 4),
            "perception": kernel.rounded(figure.perception, 4),
            "gap": kernel.rounded(figure.gap or 0, 4),
            "weight": kernel.rounded(figure.weight or 0),
        }


class AftersalesServqualSet(models.Model):
    _inherit = "aftersales.servqual.set"

    def _get_kernel_items(self):
        """Items for the arithmetic, dimension after dimension."""
        self.ensure_one()
        items = self.item_ids.sorted(
            lambda item: (item.dimension_id.sequence, item.dimension_id.id)
        )
        return [
            kernel.Item(item.id, item.dimension_id.id, item.is_reversed)
            for item in items
        ]


class SurveyUserInput(models.Model):
    _inherit = "survey.user_input"

    def _read_servqual(self):
        """Mapped answers of these inputs, by one query: ``{id: Respondent}``."""
        people = {}
        for input_id, part, item_id, dimension_id, value in self._query_servqual():
            person = people.setdefault(input_id, kernel.Respondent())
            if part == "weight":
                person.weights[dimension_id] = value
            elif item_id:
                answers = (
                    person.expectations if part == "expectation" else person.perceptions
                )
                answers[item_id] = int(value)
        return people

    def _query_servqual(self):
        """Rows of (input, part, item, dimension, value) of answered questions.

        A matrix gives the mark of the column that was chosen in an item's row, a
        scale its value, a number box its number.
        """
        if not self:
            return []
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT line.user_input_id,
                       question.servqual_part,
                       COALESCE(place.servqual_item_id, question.servqual_item_id),
                       question.servqual_dimension_id,
                       CASE line.answer_type
                            WHEN 'suggestion' THEN mark.servqual_mark
                            WHEN 'scale' THEN line.value_scale
                            ELSE line.value_numerical_box
                       END
                  FROM survey_user_input_line line
                  JOIN survey_question question ON question.id = line.question_id
             LEFT JOIN survey_question_answer place ON place.id = line.matrix_row_id
             LEFT JOIN survey_question_answer mark ON mark.id = line.suggested_answer_id
                 WHERE line.user_input_id IN %(inputs)s
                   AND question.servqual_part IS NOT NULL
                   AND line.skipped IS NOT TRUE
                   AND line.answer_type IN ('suggestion', 'scale', 'numerical_box')
              ORDER BY line.id
                """,
                inputs=tuple(self.ids),
            )
        )


class AftersalesSurveyInvitation(models.Model):
    _inherit = "aftersales.survey.invitation"

    def _record_satisfaction(self):
        """Hand finished answers of customers to the register of satisfaction.

        The mark of five is the mean of a customer's perceptions, rescaled; it counts
        where enough items were answered for the campaign's own result.
        """
        customers = self.filtered(lambda invitation: invitation.group == "customer")
        people = customers.user_input_id._read_servqual()
        vals_list = []
        for invitation in customers:
            person = people.get(invitation.user_input_id.id, kernel.Respondent())
            found = invitation.campaign_id._evaluate([person]).total
            if found.count:
                vals_list.append(invitation._prepare_satisfaction_vals(found))
        self.env["aftersales.satisfaction"]._record(vals_list)

    def _prepare_satisfaction_vals(self, figure):
        """Values of the satisfaction answer of one customer."""
        servqual = self.campaign_id.set_id
        score = kernel.rescale(
            figure.perception, servqual.scale_min, servqual.scale_max
        )
        return {
            "source": "survey",
            "score": score,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "order_id": self.order_id.id,
            "service_point_id": self.service_point_id.id,
            "survey_input_id": self.user_input_id.id,
            "res_model": self._name,
            "res_id": self.id,
        }
