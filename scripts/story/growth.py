"""Competition, grades, experts, mentoring and responsibilities of the demo story."""

from datetime import date, timedelta

#: entrants' points in theory and practice, best first
POINTS = ((92, 88), (85, 90), (85, 90), (78, 81), (64, 72))


class Growth:
    """What makes people better once they know their trade."""

    def __init__(self, env, users, points, courses):
        self.env = env
        self.users = users
        self.hr = env(user=users["hr"])
        self.points = points
        self.courses = courses
        self.today = date.today()
        self.technicians = env["aftersales.staff"].search(
            [("role_id.code", "=", "technician"), ("date_to", "=", False)], order="id"
        )

    def run(self):
        """Build all of it."""
        self._hold_competition()
        self._grant_grades()
        self._ask_expert()
        self._pair_units()
        self._share_out_responsibility()

    def _hold_competition(self):
        """A competition that is over, and one that takes entrants."""
        judge = self.users["reviewer"]
        competition = self.hr["aftersales.competition"].create(
            {
                "name": "Technicians' Day",
                "date_from": self.today - timedelta(days=12),
                "date_to": self.today,
                "judge_ids": [(6, 0, judge.ids)],
                "discipline_ids": [
                    (
                        0,
                        0,
                        {
                            "name": name,
                            "kind": kind,
                            "maximum": 100,
                            "weight": weight,
                            "tie_order": order,
                        },
                    )
                    for name, kind, weight, order in (
                        ("Written Test", "theory", 40, 2),
                        ("Leak Search", "practice", 60, 1),
                    )
                ],
                "award_rule_ids": [
                    (0, 0, {"rank": rank, "name": name, "amount": amount})
                    for rank, name, amount in (
                        (1, "Gold", 3000),
                        (2, "Silver", 1500),
                        (4, "Bronze", 800),
                    )
                ],
            }
        )
        competition.action_open()
        for staff in self.technicians[: len(POINTS)]:
            self.hr["aftersales.competition.entrant"].create(
                {
                    "competition_id": competition.id,
                    "partner_id": staff.partner_id.id,
                    "employee_id": staff.employee_id.id,
                }
            )
        competition.action_start()
        for entrant, marks in zip(
            competition.entrant_ids.sorted("id"), POINTS, strict=True
        ):
            scores = competition.score_ids.filtered(
                lambda score, entrant=entrant: score.entrant_id == entrant
            ).sorted(lambda score: score.discipline_id.kind, reverse=True)
            for score, points in zip(scores, marks, strict=True):
                score.with_user(judge).write({"points": points})
        competition.action_score()
        competition.with_user(self.users["head"]).action_close()

    def _grant_grades(self):
        """A ladder of two rungs; whoever meets the rule is on it."""
        role = self.technicians[:1].role_id
        Grade = self.env["aftersales.technical.grade"]
        first = Grade.create(
            {
                "name": "Technician, Grade 1",
                "role_id": role.id,
                "sequence": 1,
                "months_in_role": 6,
                "course_ids": [(6, 0, self.courses["cooling"].ids)],
                "certificate_type_ids": [
                    (6, 0, self.courses["cooling"].certificate_type_id.ids)
                ],
            }
        )
        Grade.create(
            {
                "name": "Technician, Grade 2",
                "role_id": role.id,
                "sequence": 2,
                "months_in_role": 36,
                "months_in_grade": 12,
                "certificate_type_ids": [
                    (6, 0, self.courses["cooling"].certificate_type_id.ids)
                ],
            }
        )
        holders = self.env["aftersales.certificate"].search(
            [("type_id", "=", self.courses["cooling"].certificate_type_id.id)],
            order="id",
        )
        for certificate in holders[:2]:
            award = self.hr["aftersales.technical.grade.award"].create(
                {
                    "grade_id": first.id,
                    "partner_id": certificate.holder_partner_id.id,
                    "employee_id": certificate.holder_employee_id.id,
                }
            )
            award.action_grant()

    def _ask_expert(self):
        """A retired designer who knows compressors, asked from an order."""
        order = self.env["aftersales.service.order"].search(
            [("product_id", "!=", False), ("technician_id", "!=", False)],
            order="id desc",
            limit=1,
        )
        retired = self.env["res.partner"].create(
            {"name": "Prof. Tang Wen", "email": "tang.wen@experts.example"}
        )
        expert = self.hr["aftersales.expert"].create(
            {
                "partner_id": retired.id,
                "kind": "retired",
                "product_categ_ids": [(6, 0, order.product_id.categ_id.ids)],
                "profile": "Designed the compressors of three series.",
                "fee_hour": 260,
                "date_consent": self.today - timedelta(days=90),
            }
        )
        use = self.env["aftersales.expert.use"].with_user(self.users["dispatcher"])
        question = use.create(
            {
                "expert_id": expert.id,
                "order_id": order.id,
                "subject": "Compressor stops after ten minutes",
                "question": "Pressure and current are as stated. What is left?",
            }
        )
        question.sudo().write(
            {
                "answer": "The protector of the winding drifts with age: measure it "
                "warm, not cold.",
                "hours": 0.5,
            }
        )
        question.with_user(self.users["hr"]).action_answer()
        question.write({"rating": 5})
        question.action_close()

    def _pair_units(self):
        """A good point helps a new one."""
        pair = self.hr["aftersales.mentoring"].create(
            {
                "kind": "unit",
                "mentor_point_id": self.points["Guangzhou East Service"].id,
                "trainee_point_id": self.points["Nanning Green City Service"].id,
                "date_from": self.today - timedelta(days=45),
                "date_to": self.today + timedelta(days=45),
                "goal": "Orders are closed on the promised day.",
                "metric_code": "CLOSE",
                "metric_target": 95,
                "responsible_id": self.users["centre"].id,
            }
        )
        pair.action_start()
        self.hr["aftersales.mentoring.meeting"].create(
            {
                "mentoring_id": pair.id,
                "date": self.today - timedelta(days=20),
                "topic": "How the day is planned",
                "hours": 3,
            }
        )

    def _share_out_responsibility(self):
        """The certified manager leads the service of the own centre."""
        holders = self.env["aftersales.manager.ratio"]._get_ratio(self.today)
        for staff in self.env["aftersales.staff"].browse(holders["holder_ids"]):
            self.hr["aftersales.responsibility"].create(
                {
                    "staff_id": staff.id,
                    "kind": "unit",
                    "service_point_id": staff.service_point_id.id,
                    "is_lead": True,
                    "description": "Guides the service work of the unit.",
                }
            )
