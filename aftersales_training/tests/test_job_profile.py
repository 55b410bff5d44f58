from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import TrainingCommon


@tagged("post_install", "-at_install")
class TestJobProfile(TrainingCommon):
    """A role stores its requirement profile; the post shows it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = new_test_user(
            cls.env,
            "profile_officer",
            groups="aftersales_network.group_training_officer",
            company_id=cls.firm.id,
            company_ids=[(6, 0, cls.firm.ids)],
        )
        skill_type = cls.env["hr.skill.type"].create(
            {
                "name": "Service",
                "skill_ids": [
                    (0, 0, {"name": "Soldering"}),
                    (0, 0, {"name": "Listening"}),
                ],
                "skill_level_ids": [
                    (0, 0, {"name": "Basic", "level_progress": 30}),
                    (
                        0,
                        0,
                        {"name": "Good", "level_progress": 70, "default_level": True},
                    ),
                ],
            }
        )
        cls.soldering, cls.listening = skill_type.skill_ids.sorted("name", reverse=True)
        cls.role = cls.env["aftersales.staff.role"].create(
            {
                "name": "Bench Engineer",
                "code": "bench_engineer",
                "education": "college",
                "experience_years": 3,
                "skill_ids": [(6, 0, cls.soldering.ids)],
                "working_conditions": "Shifts",
                "profile": "<p>Repairs boards</p>",
                "hiring_channel_ids": [
                    (
                        6,
                        0,
                        cls.env.ref("aftersales_training.hiring_channel_school").ids,
                    )
                ],
            }
        )
        cls.Requirement.create(
            {"role_id": cls.role.id, "certificate_type_id": cls.type_technician.id}
        )
        cls.job = cls.env["hr.job"].create(
            {
                "name": "Engineer",
                "company_id": cls.firm.id,
                "aftersales_role_id": cls.role.id,
            }
        )

    def test_post_shows_the_profile(self):
        job = self.job.with_user(self.officer)
        self.assertEqual(job.aftersales_education, "college")
        self.assertEqual(job.aftersales_experience_years, 3)
        self.assertEqual(job.aftersales_skill_ids, self.soldering)
        self.assertEqual(job.aftersales_required_type_ids, self.type_technician)
        self.assertEqual(job.aftersales_working_conditions, "Shifts")
        self.assertEqual(
            job.aftersales_hiring_channel_ids.mapped("name"), ["Vocational schools"]
        )
        self.assertIn("Repairs boards", job.aftersales_profile)

    def test_both_forms_have_the_page(self):
        for ref in (
            "aftersales_network.hr_job_view_form_aftersales",
            "hr.view_hr_job_form",
        ):
            arch = (
                self.env["hr.job"]
                .with_user(self.officer)
                .get_view(self.env.ref(ref).id, "form")["arch"]
            )
            self.assertIn('name="aftersales_role_id"', arch)
            self.assertIn('name="aftersales_hiring_channel_ids"', arch)

    def test_skills_are_mirrored(self):
        line = self.job.job_skill_ids
        self.assertEqual(
            (line.skill_id, line.skill_level_id.name), (self.soldering, "Good")
        )
        self.env["hr.job.skill"].create(
            {
                "job_id": self.job.id,
                "skill_id": self.listening.id,
                "skill_type_id": self.listening.skill_type_id.id,
                "skill_level_id": self.listening.skill_type_id.skill_level_ids[0].id,
            }
        )
        self.role.with_user(self.officer).skill_ids = self.listening
        self.assertEqual(self.job.job_skill_ids.skill_id, self.listening)
        self.assertFalse(self.job.job_skill_ids.is_aftersales_mirrored, "his own stays")
        self.role.skill_ids = False
        self.assertEqual(self.job.job_skill_ids.skill_id, self.listening)
        self.job.aftersales_role_id = False
        self.assertFalse(self.job.aftersales_education)

    def test_staffing_of_the_post(self):
        self._create_post(self._create_employee("An"), self.firm_point, self.role)
        person = self._create_employee("Bo")
        self._create_post(person, self.firm_point, self.role)
        self._create_post(person, self.firm_north, self.role)
        self.env["aftersales.staffing.report"].sudo().create(
            [
                {
                    "month": month,
                    "service_point_id": unit.id,
                    "role_id": self.role.id,
                    "gap": gap,
                }
                for month, unit, gap in (
                    ("2026-04-01", self.firm_point, -9),
                    ("2026-05-01", self.firm_point, -2),
                    ("2026-05-01", self.firm_north, 3),
                    ("2026-05-01", self.firm_south, -1),
                )
            ]
        )
        job = self.job.with_user(self.officer).with_company(self.firm)
        self.assertEqual((job.aftersales_present, job.aftersales_missing), (2, 3))

    def test_job_description_prints_the_profile(self):
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html(
                "aftersales_network.report_job_description", self.job.ids
            )[0]
            .decode()
        )
        for text in (
            "Requirement Profile",
            "College Diploma",
            "Soldering",
            "Service Technician",
            "Vocational schools",
            "Repairs boards",
        ):
            self.assertIn(text, html)

    def test_channels_are_data_of_human_resources(self):
        Channel = self.env["aftersales.hiring.channel"]
        channel = Channel.with_user(self.officer).create({"name": "Radio"})
        channel.name = "Local radio"
        channel.active = False
        dispatcher = new_test_user(
            self.env, "profile_d", groups="aftersales_network.group_dispatcher"
        )
        self.assertTrue(Channel.with_user(dispatcher).search([], limit=1))
        with self.assertRaises(AccessError):
            channel.with_user(dispatcher).name = "Mine"
        foreign = Channel.create({"name": "B", "company_id": self.company_b.id})
        with self.assertRaises(AccessError):
            foreign.with_user(self.officer).read(["name"])

    def test_portal_sees_no_profile(self):
        portal = new_test_user(self.env, "profile_portal", groups="base.group_portal")
        with self.assertRaises(AccessError):
            self.role.with_user(portal).read(["education"])
        with self.assertRaises(AccessError):
            self.job.with_user(portal).read(["aftersales_role_id"])

    def test_negative_experience(self):
        with (
            self.assertRaises(CheckViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.role.experience_years = -1
            self.env.flush_all()
