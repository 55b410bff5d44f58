"""Courses, sessions, exams and the training plan of the demo story."""

from datetime import date, datetime, time, timedelta

#: question → answers, the first one is right
QUESTIONS = {
    "What is done before the refrigerant circuit is opened?": [
        "The refrigerant is recovered",
        "The unit is filled up",
        "The fan is taken out",
    ],
    "Which reading says that the compressor winding is broken?": [
        "No continuity between two terminals",
        "The same resistance on all terminals",
        "A current below the rated one",
    ],
    "When is the nitrogen pressure test over?": [
        "When the pressure has held for the stated time",
        "When the pressure gauge moves",
        "When the customer agrees",
    ],
}
#: Where demo material would lie; reserved for examples by RFC 2606.
MATERIAL_URL = "https://training.lanhai.example/material"


class Training:
    """One year of training: a plan, three courses, sessions with results."""

    def __init__(self, env, users, stock):
        self.env = env
        self.users = users
        self.hr = env(user=users["hr"])
        self.head = env(user=users["head"])
        self.today = date.today()
        technicians = self._find_staff("technician")
        on_portal = technicians.filtered("user_id")
        #: The technician with a login comes first: his exam is still to be sat.
        self.technicians = on_portal | technicians
        self.managers = env["aftersales.staff"].search(
            [("is_manager", "=", True), ("partner_id", "!=", False)], order="id"
        )
        self.cooling = stock["ac"].categ_id

    def _find_staff(self, code):
        return self.env["aftersales.staff"].search(
            [("role_id.code", "=", code), ("date_to", "=", False)], order="id"
        )

    def run(self):
        """Build the courses and the year; returns the courses by key."""
        self._add_certificate_type()
        self.trainer = self._add_trainer()
        self.courses = self._add_courses()
        self._require_training()
        plan = self._add_plan()
        self._hold_past_sessions(plan)
        self._open_coming_sessions(plan)
        self._add_needs(self.courses["manager"], self.managers[7:9])
        return self.courses

    # Courses

    def _add_certificate_type(self):
        self.kind = self.env["aftersales.certificate.type"].create(
            {
                "name": "Refrigeration Technician (Company)",
                "code": "COMPANY-COOL",
                "validity_months": 24,
                "renewal_rule": "refresher",
                "is_issuer_required": False,
                "confidence": "proposal",
            }
        )

    def _add_trainer(self):
        """The technical reviewer teaches; approved for what he teaches."""
        employee = self.env["hr.employee"].create(
            {"name": self.users["reviewer"].name, "user_id": self.users["reviewer"].id}
        )
        return self.env["aftersales.trainer"].create(
            {
                "employee_id": employee.id,
                "fee_hour": 180,
                "approval_ids": [
                    (
                        0,
                        0,
                        {
                            "content_type": content,
                            "date_from": self.today - timedelta(days=300),
                            "date_to": self.today + timedelta(days=430),
                            "approved_by_id": self.users["hr"].id,
                        },
                    )
                    for content in ("technical", "communication", "business")
                ],
            }
        )

    def _add_exam(self):
        Survey = self.env["survey.survey"]
        return Survey.create(
            {
                "title": "Refrigerant Circuit",
                "lang_ids": False,
                "certification": True,
                "scoring_type": "scoring_with_answers",
                "scoring_success_min": 60,
                "access_mode": "token",
                "users_login_required": False,
                "question_and_page_ids": [
                    (
                        0,
                        0,
                        {
                            "title": title,
                            "question_type": "simple_choice",
                            "sequence": number,
                            "constr_mandatory": True,
                            "suggested_answer_ids": [
                                (
                                    0,
                                    0,
                                    {
                                        "value": answer,
                                        "is_correct": answer == answers[0],
                                        "answer_score": 10
                                        if answer == answers[0]
                                        else 0,
                                        "sequence": place,
                                    },
                                )
                                for place, answer in enumerate(answers)
                            ],
                        },
                    )
                    for number, (title, answers) in enumerate(QUESTIONS.items())
                ],
            }
        )

    def _add_courses(self):
        rows = {
            "cooling": {
                "name": "Refrigerant Circuit of Split Units",
                "code": "T-COOL",
                "content_type": "technical",
                "hours": 8,
                "seats": 12,
                "survey_id": self._add_exam().id,
                "attempts_limit": 3,
                "certificate_type_id": self.kind.id,
                "product_category_ids": [(6, 0, self.cooling.ids)],
            },
            "talk": {
                "name": "Talking with the Customer at the Door",
                "code": "C-DOOR",
                "content_type": "communication",
                "hours": 4,
                "seats": 16,
            },
            "manager": {
                "name": "Preparation for the Manager Certificate",
                "code": "B-ASM",
                "content_type": "business",
                "hours": 16,
                "seats": 10,
            },
        }
        courses = {}
        for key, values in rows.items():
            course = self.hr["aftersales.training.course"].create(values)
            course.sudo().trainer_ids = self.trainer
            material = self.hr["aftersales.training.material"].create(
                {
                    "name": f"Handbook {values['code']}",
                    "version": "2.1",
                    "course_id": course.id,
                    "url": f"{MATERIAL_URL}/{values['code'].lower()}",
                    "date_from": self.today - timedelta(days=200),
                }
            )
            material.action_publish()
            courses[key] = course.sudo()
        return courses

    def _require_training(self):
        """Technicians of a point have passed the course before it is active."""
        self.env["aftersales.training.requirement"].create(
            {
                "course_id": self.courses["cooling"].id,
                "role_id": self.technicians[:1].role_id.id,
                "company_id": self.env.company.id,
                "tier": "point",
                "before_activation": True,
                "note": "Circuits are opened by trained people only.",
            }
        )

    # Plan

    def _add_plan(self):
        year = self.today.year
        rows = [
            ("cooling", self.technicians[:6], "MTTR", 7),
            ("talk", self.technicians[6:12], "COMPR", 4),
            ("manager", self.managers[3:7], "RATIO", 10),
        ]
        goals = {
            "cooling": "Every leak is found and repaired on the first visit.",
            "talk": "Prices and waiting times are said before the work starts.",
            "manager": "Two more managers pass the certificate of the chamber.",
        }
        plan = self.hr["aftersales.training.plan"].create(
            {
                "kind": "yearly",
                "year": year,
                "goal": "First-visit repairs rise, and the 10 % rule is met again.",
                "budget": 60000,
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "course_id": self.courses[key].id,
                            "planned_people": len(people),
                            "trainee_ids": [(6, 0, people.ids)],
                            "trainer_ids": [(6, 0, self.trainer.ids)],
                            "goal": goals[key],
                            "metric_code": metric,
                            "goal_value": target,
                            "cost_planned": 15000,
                            "enquiry": "Asked at the visits of the last quarter.",
                            "analysis": "Leaks come back within a month."
                            if key == "cooling"
                            else "Complaints name prices that nobody had said.",
                        },
                    )
                    for key, people, metric, target in rows
                ],
            }
        )
        for line in plan.line_ids:
            line.material_ids = line.course_id.material_ids
            line.action_measure_before()
            self._add_needs(line.course_id, line.trainee_ids, plan_line_id=line.id)
        plan.action_submit()
        plan.with_user(self.users["head"]).action_approve()
        plan.action_start()
        return plan

    # Sessions

    def _add_session(self, key, days, plan_line=None, **values):
        """A session from nine o'clock on, some days from today."""
        start = datetime.combine(self.today + timedelta(days=days), time(1))
        course = self.courses[key]
        return self.hr["aftersales.training.session"].create(
            {
                "course_id": course.id,
                "date_start": start,
                "date_stop": start + timedelta(days=course.hours // 9, hours=8)
                if course.hours > 8
                else start + timedelta(hours=course.hours),
                "trainer_ids": [(6, 0, self.trainer.ids)],
                "plan_line_id": plan_line.id if plan_line else False,
                **values,
            }
        )

    def _enter(self, session, staff):
        """Register people with a seat each."""
        partners = staff.partner_id
        employees = staff.filtered("employee_id").employee_id
        return session._register_people(employees=employees, partners=partners)

    def _hold_past_sessions(self, plan):
        lines = {line.course_id: line for line in plan.line_ids}
        done = self._add_session(
            "cooling", -24, plan_line=lines[self.courses["cooling"]]
        )
        people = self._enter(done, self.technicians[:6])
        done.action_open()
        done.action_start()
        here = people[:5]
        here.action_attended()
        done.action_done()
        for number, attendee in enumerate(here[1:]):
            self._sit_exam(attendee.sudo(), right=2 if number else 3)
        self._sit_exam(here.sudo()[-1], right=1)
        self._add_costs(done)
        talk = self._add_session("talk", -3, plan_line=lines[self.courses["talk"]])
        guests = self._enter(talk, self.technicians[6:12])
        talk.action_open()
        talk.action_start()
        guests.action_attended()
        talk.action_done()
        self._add_costs(talk)
        line = lines[self.courses["talk"]].with_env(self.hr)
        line.review = "Everybody attended; complaints about prices went down."
        line.action_measure_after()
        line.action_close()

    def _add_costs(self, session):
        Cost = self.hr["aftersales.training.cost"]
        for kind, text, amount in (
            ("room", "Room", 800),
            ("travel", "Travel of attendees", 2350),
        ):
            Cost.create(
                {
                    "session_id": session.id,
                    "kind": kind,
                    "name": text,
                    "amount": amount,
                }
            )

    def _sit_exam(self, attendee, right):
        """Hand in the exam of one person with that many right answers."""
        if not attendee._may_sit():
            return
        answer = attendee._get_or_start_exam()
        for number, question in enumerate(attendee.survey_id.question_ids):
            good = number < right
            choices = question.suggested_answer_ids
            chosen = choices.filtered(lambda c, good=good: c.is_correct == good)[:1]
            answer._save_lines(question, str(chosen.id))
        answer._mark_done()

    def _open_coming_sessions(self, plan):
        lines = {line.course_id: line for line in plan.line_ids}
        coming = self._add_session(
            "manager", 9, plan_line=lines[self.courses["manager"]], seats=3
        )
        self._enter(coming, self.managers[3:7])
        coming.action_open()
        again = self._add_session("cooling", 16)
        again.action_open()

    # Needs

    def _add_needs(self, course, staff, **values):
        """What people lack, each with a day by which they have learnt it."""
        self.hr["aftersales.training.need"].create(
            [
                {
                    "partner_id": person.partner_id.id,
                    "employee_id": person.employee_id.id,
                    "service_point_id": person.service_point_id.id,
                    "course_id": course.id,
                    "text": "Seen at the last visit to the point.",
                    "date_open": self.today - timedelta(days=60),
                    "date_due": self.today + timedelta(days=75),
                    **values,
                }
                for person in staff
            ]
        )
