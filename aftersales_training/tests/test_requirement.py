from datetime import date

from psycopg2.errors import CheckViolation, ForeignKeyViolation, UniqueViolation

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TrainingCommon

DAY = date(2026, 6, 15)


@tagged("post_install", "-at_install")
class TestRequirement(TrainingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.no_type = cls.env["aftersales.service.type"]
        cls.employee = cls._create_employee("An")
        cls.manager = cls._create_post(cls.employee, cls.firm_point)
        cls.fitter = cls._create_post(
            cls._create_employee("Bo"), cls.firm_point, cls.role_technician
        )
        cls.requirement = cls.Requirement.create(
            {
                "role_id": cls.role_manager.id,
                "certificate_type_id": cls.type_manager.id,
            }
        )

    def _missing(self, staff, service_type=None, day=DAY):
        return staff._get_missing_qualifications(service_type or self.no_type, day)

    def test_role_requirement(self):
        both = self.manager | self.fitter
        self.assertEqual(
            self._missing(both),
            {
                self.manager.id: ["no valid “After-Sales Service Manager”"],
                self.fitter.id: [],
            },
        )
        certificate = self._create_certificate(self.employee)
        self.assertEqual(self._missing(self.manager)[self.manager.id], [])
        expired = self._missing(self.manager, day=date(2028, 1, 1))
        self.assertEqual(len(expired[self.manager.id]), 1)
        certificate._revoke("Forged", on_date=date(2026, 1, 1))
        self.assertEqual(len(self._missing(self.manager)[self.manager.id]), 1)

    def test_alternative_is_accepted(self):
        self.requirement.alternative_type_ids = self.type_senior
        self._create_certificate(self.employee, type_id=self.type_senior.id)
        self.assertEqual(self._missing(self.manager)[self.manager.id], [])
        self.requirement.alternative_type_ids = False
        self.assertEqual(len(self._missing(self.manager)[self.manager.id]), 1)
        with self.assertRaisesRegex(ValidationError, "need not be listed"):
            self.requirement.alternative_type_ids = self.type_manager

    def test_service_type_requirement(self):
        other = self.env.ref("aftersales_network.service_type_installation")
        self.Requirement.create(
            {
                "service_type_id": self.type_repair.id,
                "certificate_type_id": self.type_technician.id,
            }
        )
        self.assertEqual(
            self._missing(self.fitter, self.type_repair)[self.fitter.id],
            ["no valid “Service Technician”"],
        )
        self.assertEqual(self._missing(self.fitter, other)[self.fitter.id], [])
        self.assertEqual(len(self._missing(self.manager, self.type_repair)), 1)

    def test_requirement_of_another_company(self):
        self.requirement.company_id = self.company_b
        self.assertEqual(self._missing(self.manager)[self.manager.id], [])
        self.requirement.company_id = self.firm
        self.assertEqual(len(self._missing(self.manager)[self.manager.id]), 1)

    def test_archived_requirement(self):
        self.requirement.active = False
        self.assertEqual(self._missing(self.manager)[self.manager.id], [])
        self.assertFalse(self.manager.has_missing_qualification)

    def test_requirement_needs_a_target_and_is_unique(self):
        vals = {"certificate_type_id": self.type_manager.id}
        with (
            self.assertRaises(CheckViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.Requirement.create(vals)
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.Requirement.create({**vals, "role_id": self.role_manager.id})

    def test_warn_mode_lets_the_dispatch_go_on(self):
        self.firm.aftersales_qualification_mode = "warn"
        self.assertEqual(self._missing(self.manager), {self.manager.id: []})
        gaps = self.manager._get_qualification_gaps(self.no_type, DAY)
        self.assertEqual(len(gaps[self.manager.id]), 1, "the gap is known all the same")

    def test_dispatcher_learns_what_is_missing(self):
        staff = self.technician.with_user(self.user_dispatcher)
        self.requirement.role_id = self.technician.role_id
        texts = staff._get_missing_qualifications(self.no_type, DAY)
        self.assertEqual(texts[staff.id], ["no valid “After-Sales Service Manager”"])

    def test_query_count_does_not_grow(self):
        def measure(staff):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._missing(staff)
            return self.env.cr.sql_log_count - before

        few = self._create_managers(2, certified=1)
        many = self._create_managers(40, certified=20)
        measure(few)
        self.assertEqual(measure(many), measure(few))
        self.assertLessEqual(measure(many), 16)

    def test_missing_list(self):
        found = self.Staff.search([("has_missing_qualification", "=", True)])
        self.assertIn(self.manager, found)
        self.assertNotIn(self.fitter, found)
        self.assertEqual(
            self.manager.missing_qualification, "no valid “After-Sales Service Manager”"
        )
        self._create_certificate(self.employee, date_expiry=False)
        self.manager.invalidate_recordset()
        self.assertFalse(self.manager.has_missing_qualification)
        found = self.Staff.search([("has_missing_qualification", "=", False)])
        self.assertLessEqual(self.manager | self.fitter, found)

    def test_missing_list_knows_the_post_of_a_service_type(self):
        self.type_repair.role_id = self.role_technician
        requirement = self.Requirement.create(
            {
                "service_type_id": self.type_repair.id,
                "certificate_type_id": self.type_technician.id,
            }
        )
        self.assertEqual(requirement.standing_role_id, self.role_technician)
        found = self.Staff.search([("has_missing_qualification", "=", True)])
        self.assertLessEqual(self.manager | self.fitter, found)
        self.assertTrue(self.fitter.has_missing_qualification)

    def test_activation_needs_certified_managers(self):
        self.firm_point.invalidate_recordset()
        label = "managers without a required certificate"
        blockers = {b[0]: b for b in self.firm_point._get_activation_blockers()}
        self.assertEqual(blockers[label][1], 1)
        people = self.Staff.search(blockers[label][2]["domain"])
        self.assertEqual(people, self.manager)
        self._create_certificate(self.employee, date_expiry=False)
        blockers = {b[0] for b in self.firm_point._get_activation_blockers()}
        self.assertNotIn(label, blockers)

    def test_metrics(self):
        self._create_managers(3, self.firm_point, certified=2)
        self._create_post(self.employee, self.firm_point, self.role_extra)
        points = self.firm_point | self.firm_south
        values = self.env["aftersales.metric"]._compute_metrics(
            ["CERT", "RATIO"], points, date(2026, 6, 1), DAY
        )
        self.assertEqual(values["CERT"][self.firm_point.id], (2, 4))
        self.assertEqual(values["RATIO"][self.firm_point.id], (2, 4))
        self.assertEqual(values["CERT"][self.firm_south.id], (0, 0))
        self.assertEqual(values["RATIO"][self.firm_south.id], (0, 0))

    def test_metric_needs_all_certificates_of_a_person(self):
        self.Requirement.create(
            {
                "role_id": self.role_manager.id,
                "certificate_type_id": self.type_technician.id,
            }
        )
        self._create_certificate(self.employee)
        args = (["CERT"], self.firm_point, DAY, DAY)
        metric = self.env["aftersales.metric"]
        self.assertEqual(
            metric._compute_metrics(*args)["CERT"][self.firm_point.id], (0, 1)
        )
        self._create_certificate(self.employee, type_id=self.type_technician.id)
        self.assertEqual(
            metric._compute_metrics(*args)["CERT"][self.firm_point.id], (1, 1)
        )

    def test_metric_opens_its_records(self):
        self.manager.date_to = "2026-12-31"
        self.manager.active = False
        for code in ("CERT", "RATIO"):
            with self.subTest(code=code):
                action = self.env["aftersales.metric"]._get_metric_action(
                    code, self.firm_point, DAY, DAY
                )
                found = self.env[action["res_model"]].search(action["domain"])
                self.assertEqual(found, self.manager)

    def test_metric_queries_do_not_grow(self):
        def measure(points):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.env["aftersales.metric"]._compute_metrics(
                ["CERT", "RATIO"], points, DAY, DAY
            )
            return self.env.cr.sql_log_count - before

        units = self.firm_hq | self.firm_point | self.firm_south | self.firm_north
        measure(units)
        self.assertEqual(measure(units), measure(self.firm_hq))

    def _create_point_order(self):
        order = self._create_order(service_type_id=self.type_repair.id)
        order.write({"service_point_id": self.technician.service_point_id.id})
        self.Requirement.create(
            {
                "service_type_id": self.type_repair.id,
                "certificate_type_id": self.type_technician.id,
            }
        )
        return order

    def test_order_is_blocked(self):
        order = self._create_point_order()
        with self.assertRaisesRegex(ValidationError, "no valid “Service Technician”"):
            order.technician_id = self.technician
        person = self.technician.employee_id or self.technician.partner_id
        self._create_certificate(
            person, type_id=self.type_technician.id, date_expiry=False
        )
        order.technician_id = self.technician
        self.assertFalse(order.qualification_warning)

    def test_order_is_only_warned(self):
        order = self._create_point_order()
        order.company_id.aftersales_qualification_mode = "warn"
        order.technician_id = self.technician
        self.assertEqual(
            order.qualification_warning,
            f"{self.technician.name}: no valid “Service Technician”",
        )

    def test_dispatch_names_the_missing_certificate(self):
        order = self._create_order(service_type_id=self.type_repair.id)
        before = order._get_dispatch_candidates()[order.id]
        taken = next(c for c in before if c["is_eligible"])
        self.Requirement.create(
            {
                "service_type_id": self.type_repair.id,
                "certificate_type_id": self.type_technician.id,
            }
        )
        after = {
            c["service_point_id"]: c for c in order._get_dispatch_candidates()[order.id]
        }
        dropped = after[taken["service_point_id"]]
        self.assertFalse(dropped["is_eligible"])
        self.assertIn("no valid “Service Technician”", dropped["reason"])

    def test_certificates_on_staff_and_point(self):
        certificate = self._create_certificate(self.employee)
        twin = self._create_post(self.employee.work_contact_id, self.firm_south)
        self.assertEqual(self.manager.certificate_ids, certificate)
        self.assertEqual(twin.certificate_ids, certificate)
        self.assertEqual(self.firm_point.certificate_count, 1)
        self.assertEqual(self.firm_north.certificate_count, 0)
        domain = self.firm_point.action_view_certificates()["domain"]
        self.assertEqual(self.Certificate.search(domain), certificate)
        domain = self.manager.action_view_certificates()["domain"]
        self.assertEqual(self.Certificate.search(domain), certificate)
        self.assertEqual(self.employee.aftersales_certificate_count, 1)
        domain = self.employee.action_view_aftersales_certificates()["domain"]
        self.assertEqual(self.Certificate.search(domain), certificate)

    def test_type_in_use_stays(self):
        with (
            self.assertRaises(ForeignKeyViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.type_manager.unlink()
