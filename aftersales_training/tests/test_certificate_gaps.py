from datetime import date

from odoo.tests import tagged

from .common import TrainingCommon

DAY = date(2026, 6, 15)


@tagged("post_install", "-at_install")
class TestCertificateGaps(TrainingCommon):
    """What people lacked at jobs that are done, many jobs at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.employee = cls._create_employee("An")
        cls.fitter = cls._create_post(cls.employee, cls.firm_point, cls.role_technician)
        cls.other_type = cls.env.ref("aftersales_network.service_type_installation")
        cls.requirement = cls.Requirement.create(
            {
                "service_type_id": cls.type_repair.id,
                "certificate_type_id": cls.type_technician.id,
            }
        )

    def _gaps(self, *jobs):
        return self.Staff._get_certificate_gaps(
            [(self.fitter, service_type, day) for service_type, day in jobs]
        )

    def test_each_job_by_its_own_day_and_type(self):
        self._create_certificate(
            self.employee,
            type_id=self.type_technician.id,
            date_issue=date(2026, 6, 1),
            date_expiry=date(2026, 6, 30),
        )
        self.assertEqual(
            self._gaps(
                (self.type_repair, DAY),
                (self.type_repair, date(2026, 5, 31)),
                (self.type_repair, date(2026, 7, 1)),
                (self.other_type, date(2026, 7, 1)),
            ),
            [[], ["Service Technician"], ["Service Technician"], []],
        )

    def test_the_setting_of_the_company_does_not_matter(self):
        self.firm.aftersales_qualification_mode = "warn"
        self.assertEqual(self._gaps((self.type_repair, DAY)), [["Service Technician"]])

    def test_without_requirements_nothing_is_lacking(self):
        self.requirement.active = False
        self.assertEqual(self._gaps((self.type_repair, DAY)), [[]])
        self.assertEqual(self._gaps(), [])

    def test_a_clerk_learns_it_without_reading_certificates(self):
        staff = self.Staff.with_user(self.user_dispatcher)
        jobs = [(self.fitter.with_user(self.user_dispatcher), self.type_repair, DAY)]
        self.assertEqual(staff._get_certificate_gaps(jobs), [["Service Technician"]])

    def test_queries_do_not_grow_with_the_jobs(self):
        people = self._create_managers(40, certified=20)

        def measure(staff):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Staff._get_certificate_gaps(
                [(person, self.type_repair, DAY) for person in staff]
            )
            return self.env.cr.sql_log_count - before

        measure(people)
        self.assertEqual(measure(people), measure(people[:2]))
        self.assertLessEqual(measure(people), 10)
