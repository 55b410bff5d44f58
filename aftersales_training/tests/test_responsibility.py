from datetime import date

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, ExclusionViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_network.tests.race import RaceMixin

from .common import TrainingCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-06-15 10:00:00")
class TestResponsibility(RaceMixin, TrainingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Line = cls.env["aftersales.responsibility"].with_company(cls.firm)
        cls.managers = cls._create_managers(3, cls.firm_north, certified=2)
        Area = cls.env["aftersales.area"]
        cls.country = Area.create({"name": "Resp Country"})
        cls.city = Area.create({"name": "Resp City", "parent_id": cls.country.id})
        cls.other = Area.create({"name": "Resp Other"})
        cls.users = {
            group: new_test_user(
                cls.env,
                f"resp_{group}",
                groups=f"aftersales_network.group_{group}",
                company_id=cls.firm.id,
                company_ids=[(6, 0, cls.firm.ids)],
            )
            for group in (
                "training_officer",
                "head",
                "auditor",
                "centre_manager",
                "dispatcher",
            )
        }
        cls.firm_south.manager_id = cls.users["centre_manager"]

    def _create_line(self, staff=None, **vals):
        if "service_point_id" in vals:
            vals["kind"] = "unit"
        elif "function_id" in vals:
            vals["kind"] = "function"
        else:
            vals = {"kind": "area", "area_id": self.country.id, **vals}
        staff = staff or self.managers[0]
        return self.Line.create(
            {"staff_id": staff.id, "date_from": "2026-01-01", **vals}
        )

    def _search(self, model, domain):
        records = self.env[model].with_company(self.firm)
        return records.with_context(allowed_company_ids=self.firm.ids).search(domain)

    def _unled_areas(self):
        areas = self.country | self.city | self.other
        return self._search(
            "aftersales.area",
            [("id", "in", areas.ids), ("has_responsible", "=", False)],
        )

    def test_assign_and_list(self):
        self.assertEqual(self._unled_areas(), self.city | self.country | self.other)
        line = self._create_line(is_lead=True)
        self.assertEqual(line.status, "valid")
        self.assertEqual(line.target_name, "Resp Country")
        self.assertEqual(line.display_name, "Manager 0: Resp Country")
        self.assertEqual(self._unled_areas(), self.other, "what is below is covered")
        area = self.city.with_context(allowed_company_ids=self.firm.ids)
        area.invalidate_recordset()
        self.assertTrue(area.has_responsible)
        action = self.country.action_view_responsibilities()
        self.assertEqual(self.Line.search(action["domain"]), line)

    def test_units_and_functions(self):
        units = self.firm_hq | self.firm_north | self.firm_south | self.firm_point
        function = self.env["aftersales.function"].create(
            {"name": "Guidance", "code": "guidance"}
        )
        domain = [("has_responsible", "=", False)]
        self._create_line(service_point_id=self.firm_north.id)
        unled = self._search(
            "aftersales.service.point", [("id", "in", units.ids), *domain]
        )
        self.assertEqual(unled, self.firm_hq | self.firm_south)
        self.assertIn(function, self._search("aftersales.function", domain))
        self._create_line(function_id=function.id)
        self.assertNotIn(function, self._search("aftersales.function", domain))

    def test_lapsed_certificate_no_longer_counts(self):
        line = self._create_line()
        certificate = self.managers[0]._get_certificates()[self.managers[0].id]
        certificate._revoke("Forged", on_date=date(2026, 6, 1))
        line.invalidate_recordset()
        self.assertEqual(line.status, "uncertified")
        self.assertIn(self.country, self._unled_areas())
        lapsed = self._search(
            "aftersales.responsibility", [("status", "=", "uncertified")]
        )
        self.assertEqual(lapsed, line)
        covered = self.env["aftersales.area"].with_context(
            allowed_company_ids=self.firm.ids
        )
        domain = covered._get_responsible_domain(date(2026, 5, 31))
        self.assertEqual(covered.search(domain), self.country | self.city)
        domain = covered._get_responsible_domain(date(2026, 6, 1))
        self.assertFalse(covered.search(domain))

    def test_status_and_its_search_agree(self):
        valid = self._create_line()
        coming = self._create_line(self.managers[1], date_from="2026-07-01")
        over = self._create_line(
            self.managers[1], date_from="2025-02-01", date_to="2025-12-31"
        )
        left = self._create_line(
            self._create_post(self.managers[1].employee_id, self.firm_point),
            service_point_id=self.firm_point.id,
        )
        left.staff_id.date_to = "2026-05-31"
        expected = {"valid": valid, "coming": coming, "over": over, "left": left}
        lines = valid | coming | over | left
        lines.invalidate_recordset()
        for status, line in expected.items():
            with self.subTest(status=status):
                self.assertEqual(line.status, status)
                found = self._search(
                    "aftersales.responsibility",
                    [("status", "=", status), ("id", "in", lines.ids)],
                )
                self.assertEqual(found, line)

    def test_history_on_a_date(self):
        line = self._create_line(date_to="2026-03-31")
        later = self._create_line(self.managers[1], date_from="2026-04-01")
        ids = (line | later).ids
        for day, expected in (
            ("2026-03-31", line),
            ("2026-04-01", later),
            ("2025-12-31", self.Line),
        ):
            found = self.Line.search([("on_date", "=", day), ("id", "in", ids)])
            self.assertEqual(found, expected)

    def test_only_certified_managers(self):
        with self.assertRaisesRegex(
            ValidationError, "Manager 2.*no certified service manager on 01/01/2026"
        ):
            self._create_line(self.managers[2])
        technician = self._create_post(
            self.managers[0].employee_id, self.firm_point, self.role_technician
        )
        with self.assertRaisesRegex(ValidationError, "no certified service manager"):
            self._create_line(technician)

    def test_shared_but_one_leads(self):
        self._create_line(is_lead=True, date_to="2026-06-30")
        self._create_line(self.managers[1])
        for vals in (
            {"date_from": "2026-06-30"},
            {"date_from": "2025-06-01", "date_to": "2026-01-01"},
        ):
            with (
                self.subTest(vals=vals),
                self.assertRaises(ExclusionViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self._create_line(self.managers[1], is_lead=True, **vals)
        self._create_line(self.managers[1], is_lead=True, date_from="2026-07-01")

    def test_two_leads_at_the_same_moment(self):
        row = {
            "staff_id": 1,
            "company_id": 1,
            "kind": "area",
            "area_id": 1,
            "is_lead": True,
            "date_from": "2026-01-01",
        }
        error = self._race(
            "aftersales_responsibility", row, {**row, "date_from": "2026-06-01"}
        )
        self.assertIsInstance(error, ExclusionViolation)

    def test_target_must_fit_the_kind(self):
        for vals in ({"kind": "unit"}, {"function_id": False, "kind": "area"}):
            with (
                self.subTest(vals=vals),
                self.assertRaises(CheckViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.Line.create({"staff_id": self.managers[0].id, **vals})

    def test_form_changes_the_kind(self):
        with Form(self.Line) as form:
            self.assertEqual(form.status, "coming")
            form.staff_id = self.managers[0]
            form.area_id = self.country
            form.kind = "unit"
            self.assertFalse(form.area_id)
            form.service_point_id = self.firm_north
        self.assertEqual(form.record.target_name, self.firm_north.display_name)

    def test_certified_managers_without_responsibility(self):
        domain = [
            ("is_certified_manager", "=", True),
            ("has_responsibility", "=", False),
            ("id", "in", self.managers.ids),
        ]
        self.assertEqual(self.Staff.search(domain), self.managers[:2])
        self._create_line(self.managers[0])
        self.assertEqual(self.Staff.search(domain), self.managers[1])
        self.managers.invalidate_recordset()
        self.assertEqual(self.managers.mapped("responsibility_count"), [1, 0, 0])
        second = self._create_post(self.managers[0].employee_id, self.firm_point)
        self.assertTrue(second.has_responsibility, "it is about the person")
        self.assertTrue(second.is_certified_manager)
        lines = self.Line.search(second.action_view_responsibilities()["domain"])
        self.assertEqual(lines.staff_id, self.managers[0])

    def test_rights(self):
        line = self._create_line(service_point_id=self.firm_north.id)
        south = self._create_line(self.managers[1], service_point_id=self.firm_south.id)
        for group in ("training_officer", "head", "auditor"):
            self.assertEqual(line.with_user(self.users[group]).status, "valid")
        centre = self.Line.with_user(self.users["centre_manager"])
        self.assertEqual(centre.search([]), south)
        with self.assertRaises(AccessError):
            line.with_user(self.users["dispatcher"]).read(["staff_id"])
        for group in ("auditor", "centre_manager", "dispatcher"):
            with self.subTest(group=group), self.assertRaises(AccessError):
                south.with_user(self.users[group]).write({"description": "Mine"})
        for group in ("training_officer", "head"):
            south.with_user(self.users[group]).description = group

    def test_who_was_responsible_stays_on_record(self):
        line = self._create_line().with_user(self.users["training_officer"])
        with self.assertRaisesRegex(UserError, "has applied to days that are over"):
            line.unlink()
        line.date_to = date(2026, 6, 14)
        with self.assertRaises(UserError):
            line.unlink()
        self._create_line(date_from="2026-06-15").unlink()

    def test_a_line_is_not_handed_to_another_company(self):
        line = self._create_line().with_user(self.users["head"])
        employee = self._create_employee("Far", self.company_b)
        unit = self._create_unit("Far HQ", "hq", company=self.company_b)
        far = self._create_post(employee, unit)
        self._create_certificate(employee)
        with self.assertRaises(AccessError):
            line.write({"staff_id": far.id})

    def test_holder_reads_his_own(self):
        user = self.users["dispatcher"]
        self.managers[0].employee_id.user_id = user
        line = self._create_line()
        self.assertEqual(line.with_user(user).target_name, "Resp Country")

    def test_other_company(self):
        foreign_area = self.env["aftersales.area"].create(
            {"name": "Foreign", "company_id": self.company_b.id}
        )
        with self.assertRaises(UserError):
            self._create_line(area_id=foreign_area.id)
        self._create_line()
        area = self.country.with_context(allowed_company_ids=self.company_b.ids)
        area.invalidate_recordset()
        self.assertFalse(area.has_responsible)

    def test_queries_do_not_grow(self):
        def measure(areas):
            areas = areas.with_context(allowed_company_ids=self.firm.ids)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            areas.mapped("has_responsible")
            return self.env.cr.sql_log_count - before

        self._create_line()
        areas = self.env["aftersales.area"].create(
            [{"name": f"Resp {n}", "parent_id": self.country.id} for n in range(40)]
        )
        measure(areas)
        self.assertEqual(measure(areas), measure(areas[:1]))
        self.assertLessEqual(measure(areas), 6)
