from datetime import date

from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.aftersales_network.tests.common import CONTEXT

from .common import TrainingCommon

#: Day on which these tests run.
NOW = "2026-03-10 02:00:00"
TODAY = date(2026, 3, 10)


class PlansCommon(TrainingCommon):
    """Courses, people at two points, and one user per role, all in one company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Need = cls.env["aftersales.training.need"]
        cls.Plan = cls.env["aftersales.training.plan"]
        cls.Line = cls.env["aftersales.training.plan.line"]
        cls.Attendee = cls.env["aftersales.training.attendee"]
        cls.Session = cls.env["aftersales.training.session"]
        cls.course = cls._create_course("Diagnosis")
        cls.course_brand = cls._create_course("Brand", content_type="brand")
        for name, group in (
            ("officer", "training_officer"),
            ("chief", "head"),
            ("manager", "centre_manager"),
            ("checker", "auditor"),
            ("expert", "technical_reviewer"),
            ("clerk", "settlement_clerk"),
            ("desk", "dispatcher"),
        ):
            setattr(cls, name, cls._create_user(name, group))
        cls.firm_north.manager_id = cls.manager
        cls.employee = cls._create_employee("Li Na")
        cls.staff = cls._create_post(cls.employee, cls.firm_point, cls.role_technician)
        cls.contact = cls.env["res.partner"].create({"name": "Wang Wei"})
        cls.staff_south = cls._create_post(
            cls.contact, cls.firm_point_south, cls.role_technician
        )

    @classmethod
    def _create_user(cls, login, group):
        return new_test_user(
            cls.env,
            f"plans_{login}",
            groups=group if "." in group else f"aftersales_network.group_{group}",
            company_id=cls.firm.id,
            company_ids=[Command.set(cls.firm.ids)],
            context=CONTEXT,
        )

    @classmethod
    def _create_course(cls, name, **vals):
        return cls.env["aftersales.training.course"].create(
            {
                "name": name,
                "content_type": "technical",
                "company_id": cls.firm.id,
                "hours": 6,
                "seats": 10,
                **vals,
            }
        )

    @classmethod
    def _create_need(cls, person=None, **vals):
        if person:
            link = "employee_id" if person._name == "hr.employee" else "partner_id"
            vals[link] = person.id
        if "course_id" not in vals and "content_type" not in vals:
            vals["course_id"] = cls.course.id
        return cls.Need.create({"company_id": cls.firm.id, **vals})

    @classmethod
    def _pass(cls, person, day, course=None, session=None, passed=True, **vals):
        """Attendance of a person with its result, and what follows from it."""
        link = "employee_id" if person._name == "hr.employee" else "partner_id"
        result = {"result": "failed"}
        if passed:
            result = {"result": "passed", "is_passed": True, "date_passed": day}
        attendee = cls.Attendee.create(
            {
                link: person.id,
                "course_id": (course or cls.course).id,
                "session_id": session.id if session else False,
                "company_id": cls.firm.id,
                "state": "attended",
                "date_result": day,
                "hours": 6,
                **result,
                **vals,
            }
        )
        if passed:
            attendee._on_passed()
        return attendee

    @classmethod
    def _create_trainer(cls, name="Trainer"):
        partner = cls.env["res.partner"].create({"name": name})
        return cls.env["aftersales.trainer"].create(
            {"partner_id": partner.id, "company_id": cls.firm.id}
        )

    @classmethod
    def _create_material(cls, course=None):
        return cls.env["aftersales.training.material"].create(
            {"name": "Slides", "course_id": (course or cls.course).id}
        )

    @classmethod
    def _create_plan(cls, *lines, **vals):
        """A draft of the officer with these lines, one for the course by default."""
        lines = lines or ({},)
        return (
            cls.Plan.with_user(cls.officer)
            .create(
                {
                    "kind": "yearly",
                    "year": 2026,
                    "company_id": cls.firm.id,
                    "line_ids": [
                        Command.create(
                            {
                                "course_id": cls.course.id,
                                "planned_people": 2,
                                "goal": "Finds the fault at the first visit",
                                **line,
                            }
                        )
                        for line in lines
                    ],
                    **vals,
                }
            )
            .sudo()
        )

    @classmethod
    def _approve(cls, plan):
        plan.with_user(cls.officer).action_submit()
        plan.with_user(cls.chief).action_approve()
        return plan

    @classmethod
    def _create_session(cls, line, state="draft", **vals):
        return cls.Session.create(
            {
                "course_id": line.course_id.id,
                "company_id": cls.firm.id,
                "plan_line_id": line.id,
                "date_start": "2026-03-05 01:00:00",
                "date_stop": "2026-03-05 07:00:00",
                "state": state,
                **vals,
            }
        )
