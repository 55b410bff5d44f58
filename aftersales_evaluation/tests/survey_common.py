from datetime import datetime

from odoo.fields import Command

from .common import MARCH, EvaluationCommon


class SurveyCommon(EvaluationCommon):
    """A set of three items in two dimensions, on a scale from 1 to 7."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Dimension = cls.env["aftersales.servqual.dimension"]
        cls.dim_a, cls.dim_b = Dimension.create(
            [
                {"name": "Dim A", "code": "T-A", "sequence": 1},
                {"name": "Dim B", "code": "T-B", "sequence": 2, "heading": "About B"},
            ]
        )
        cls.servqual = cls._create_servqual()

    @classmethod
    def _create_servqual(cls, **vals):
        places = (("a1", cls.dim_a), ("a2", cls.dim_a), ("b1", cls.dim_b))
        return cls.env["aftersales.servqual.set"].create(
            {
                "name": "Short Set",
                "low_label": "no",
                "high_label": "yes",
                "item_ids": [
                    Command.create(
                        {
                            "code": code,
                            "dimension_id": dimension.id,
                            "expectation": f"Expect {code}",
                            "perception": f"Perceive {code}",
                        }
                    )
                    for code, dimension in places
                ],
                **vals,
            }
        )

    @classmethod
    def _create_people(cls, count):
        return cls.env["res.partner"].create(
            [
                {"name": f"Person {number}", "email": f"person{number}@example.com"}
                for number in range(count)
            ]
        )

    @classmethod
    def _create_campaign(cls, people=None, **vals):
        """A draft of the head about March; by default of three customers."""
        if people is None:
            people = cls._create_people(3)
        return (
            cls.env["aftersales.survey.campaign"]
            .with_user(cls.user_head)
            .create(
                {
                    "name": "Spring Survey",
                    "group": "customer",
                    "source": "contacts",
                    "partner_ids": [Command.set(people.ids)],
                    "set_id": cls.servqual.id,
                    "date_from": MARCH[0],
                    "date_to": MARCH[1],
                    **vals,
                }
            )
        )

    @classmethod
    def _start(cls, campaign):
        campaign.action_start()
        campaign.invitation_ids.filtered(
            lambda invitation: invitation.send_state == "waiting"
        ).sudo()._send_safely("invite")
        return campaign

    @classmethod
    def _answer(cls, invitation, expected, perceived, points=(), is_done=True):
        """Answer as a respondent does; 0 leaves a row blank."""
        user_input = invitation.sudo().user_input_id
        survey = user_input.survey_id
        for question in survey.question_ids.filtered("servqual_part"):
            if question.servqual_part == "weight":
                place = (cls.dim_a, cls.dim_b).index(question.servqual_dimension_id)
                answer = str(points[place]) if points else ""
            else:
                marks = expected
                if question.servqual_part == "perception":
                    marks = perceived
                answer = cls._get_scale_answer(question, marks)
            user_input._save_lines(question, answer)
        user_input._mark_in_progress()
        if is_done:
            user_input._mark_done()
        return user_input

    @classmethod
    def _get_scale_answer(cls, question, marks):
        mark = marks[("a1", "a2", "b1").index(question.servqual_item_id.code)]
        return str(mark) if mark else ""

    @classmethod
    def _figures(cls, campaign, kind):
        """``{dimension or item: (n, E, P, gap, weight)}`` of a campaign."""
        rows = campaign.result_ids.filtered(lambda row: row.kind == kind)
        return {
            row.item_id.code or row.dimension_id.code or kind: (
                row.respondent_count,
                row.expectation,
                row.perception,
                row.gap,
                row.weight,
            )
            for row in rows
        }

    @classmethod
    def _create_done_order(cls, partner, point=None, day=10, **vals):
        """A job of a customer that was finished in March."""
        return cls.env["aftersales.service.order"].create(
            {
                "partner_id": partner.id,
                "product_id": cls.product.id,
                "service_type_id": cls.type_repair.id,
                "service_point_id": (point or cls.point).id,
                "complaint": "Does not cool",
                "state": "done",
                "date_request": datetime(2026, 3, 2, 8, 0),
                "date_end": datetime(2026, 3, day, 8, 0),
                **vals,
            }
        )
