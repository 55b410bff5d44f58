from datetime import date

import psycopg2
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestResource(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Resource = cls.env["aftersales.resource"]
        cls.Norm = cls.env["aftersales.resource.norm"]
        cls.pump = cls._create_resource()

    @classmethod
    def _create_resource(cls, **vals):
        defaults = {
            "name": "Vacuum Pump",
            "category": "tool",
            "service_point_id": cls.point.id,
            "quantity": 2,
        }
        return cls.Resource.create({**defaults, **vals})

    @classmethod
    def _create_norm(cls, **vals):
        defaults = {"name": "vacuum pump", "category": "tool", "quantity": 3}
        return cls.Norm.create({**defaults, **vals})

    def _check(self, resource, user=None, **vals):
        Check = self.env["aftersales.resource.check"].with_user(user or self.env.user)
        return Check.create({"resource_id": resource.id, **vals})

    def test_own_minimum_and_shortage(self):
        self.assertFalse(self.pump.is_short)
        self.pump.quantity_required = 5
        self.assertEqual(self.pump.quantity_own, 5)
        self.assertEqual(self.pump.quantity_missing, 3)
        short = self.Resource.search([("is_short", "=", True)])
        self.assertIn(self.pump, short)
        self.pump.quantity = 5
        self.assertFalse(self.pump.is_short)

    def test_created_with_a_required_minimum(self):
        resource = self._create_resource(name="Ladder", quantity_required=4)
        self.assertEqual(resource.quantity_required, 4)
        self.assertEqual(resource.quantity_missing, 2)

    def test_norm_sets_the_minimum_and_nobody_lowers_it(self):
        norm = self._create_norm()
        self.assertEqual(self.pump.norm_id, norm)
        self.assertEqual(self.pump.quantity_required, 3)
        self.pump.quantity_own = 1
        self.assertEqual(self.pump.quantity_required, 3)
        self.pump.quantity_own = 4
        self.assertEqual(self.pump.quantity_required, 4)
        norm.quantity = 6
        self.assertEqual(self.pump.quantity_required, 6)
        norm.unlink()
        self.assertFalse(self.pump.norm_id)
        self.assertEqual(self.pump.quantity_required, 4)

    def test_most_specific_norm_counts(self):
        level, other = self.env["aftersales.point.level"].create(
            [{"name": "Big"}, {"name": "Small"}]
        )
        general = self._create_norm(quantity=9)
        kind = self._create_norm(kind="authorized", quantity=4)
        self._create_norm(kind="own", quantity=7)
        both = self._create_norm(kind="authorized", level_id=level.id, quantity=2)
        self.assertEqual(self.pump.norm_id, kind)
        self.point.level_id = level
        self.assertEqual(self.pump.norm_id, both)
        self.point.level_id = other
        self.assertEqual(self.pump.norm_id, kind)
        kind.active = False
        self.assertEqual(self.pump.norm_id, general)
        foreign = self._create_norm(company_id=self.company_b.id, quantity=99)
        self.assertEqual(self.pump.norm_id, general)
        self.assertFalse(foreign.resource_ids)

    def test_same_norm_twice(self):
        self._create_norm()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
        ):
            self._create_norm(name="Vacuum PUMP")

    def test_same_resource_twice(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
        ):
            self._create_resource(name="VACUUM pump")

    def test_impossible_quantities(self):
        for vals in ({"quantity": -1}, {"quantity_defective": 3}):
            with (
                self.subTest(vals=vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.CheckViolation),
                self.env.cr.savepoint(),
            ):
                self.pump.write(vals)
                self.env.flush_all()

    @freeze_time("2026-03-10")
    def test_checks_are_dated_and_planned(self):
        self.pump.check_interval = 6
        self.assertEqual(self.pump.date_next_check, date(2026, 3, 10))
        self._check(self.pump, date="2026-01-31")
        self.assertEqual(self.pump.date_last_check, date(2026, 1, 31))
        self.assertEqual(self.pump.date_next_check, date(2026, 7, 31))
        self._check(self.pump, date="2025-06-01", result="defect", note="Leak")
        self.assertEqual(self.pump.condition, "good", "An older check came later")
        self.assertEqual(self.pump.date_next_check, date(2026, 7, 31))
        self.pump.check_interval = 12
        self.assertEqual(self.pump.date_next_check, date(2027, 1, 31))
        self.pump.check_interval = 0
        self.assertFalse(self.pump.date_next_check)

    @freeze_time("2026-03-10")
    def test_defect_makes_a_shortage(self):
        self.pump.quantity_own = 2
        self._check(self.pump, result="defect", note="Leak", quantity_defective=1)
        self.assertEqual(self.pump.condition, "defective")
        self.assertEqual(self.pump.quantity_missing, 1)
        self._check(self.pump, result="defect", note="Both leak now")
        self.assertEqual(self.pump.quantity_missing, 2)
        self._check(self.pump)
        self.assertEqual(self.pump.condition, "good")
        self.assertFalse(self.pump.is_short)

    @freeze_time("2026-03-10")
    def test_bad_checks(self):
        with self.assertRaisesRegex(ValidationError, "cannot lie in the future"):
            self._check(self.pump, date="2026-03-11")
        with self.assertRaisesRegex(ValidationError, "describe the defect"):
            self._check(self.pump, result="defect")

    def test_overdue_follows_the_clock(self):
        self.pump.date_next_check = date(2026, 3, 10)
        overdue = [("is_check_overdue", "=", True), ("id", "=", self.pump.id)]
        with freeze_time("2026-03-10 08:00"):
            self.assertFalse(self.pump.is_check_overdue)
            self.assertFalse(self.Resource.search(overdue))
        self.env.invalidate_all()
        with freeze_time("2026-03-11 08:00"):
            self.assertTrue(self.pump.is_check_overdue)
            self.assertEqual(self.Resource.search(overdue), self.pump)
            negated = [("is_check_overdue", "=", False), ("id", "=", self.pump.id)]
            self.assertFalse(self.Resource.search(negated))
            self.point.invalidate_recordset(["resource_alert_count"])
            self.assertEqual(self.point.resource_alert_count, 1)

    def test_overdue_day_is_that_of_the_company(self):
        self.company.partner_id.tz = "Asia/Shanghai"
        self.pump.date_next_check = date(2026, 3, 10)
        with freeze_time("2026-03-10 16:30"):  # 11 March in Shanghai
            self.assertTrue(self.pump.is_check_overdue)

    def _run_job(self):
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.Resource.with_env(self.env(cr=cr))._cron_remind_checks()
        self.env.invalidate_all()

    def _get_activities(self, resource):
        kind = self.env.ref("aftersales_network.activity_resource_check")
        return resource.activity_ids.filtered(lambda a: a.activity_type_id == kind)

    def test_reminded_once_per_check(self):
        self.pump.write({"check_interval": 6, "date_next_check": "2026-03-10"})
        closed = self._create_point(parent_id=self.centre.id, state="closed")
        old = self._create_resource(
            service_point_id=closed.id, date_next_check="2026-01-01"
        )
        with freeze_time("2026-03-12"):
            self._run_job()
            self._run_job()
        activity = self._get_activities(self.pump)
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.user_centre)
        self.assertFalse(self._get_activities(old))
        with freeze_time("2026-03-12"):
            self._check(self.pump)
        self.assertFalse(self._get_activities(self.pump))
        self.assertFalse(self.pump.is_check_reminded)
        with freeze_time("2026-09-13"):
            self._run_job()
        self.assertEqual(len(self._get_activities(self.pump)), 1)

    def test_reminder_goes_to_the_responsible(self):
        self.pump.write(
            {"date_next_check": "2026-03-10", "responsible_id": self.user_service.id}
        )
        with freeze_time("2026-03-12"):
            self._run_job()
        self.assertEqual(self._get_activities(self.pump).user_id, self.user_service)

    def test_norms_become_lines(self):
        self._create_norm()
        self._create_norm(name="Fire Extinguisher", category="safety", quantity=2)
        lines = self.point._sync_resources()
        self.assertEqual(lines.name, "Fire Extinguisher")
        self.assertEqual(lines.quantity_missing, 2)
        self.assertFalse(self.point._sync_resources())

    def test_admission_opens_the_register(self):
        self._create_norm(name="Ladder")
        point = self._create_point(parent_id=self.centre.id, state="head_approval")
        point.with_user(self.user_head).action_approve()
        self.assertEqual(point.resource_ids.name, "Ladder")

    def test_mandatory_shortage_blocks_the_activation(self):
        point = self._create_point(
            parent_id=self.centre.id, kind="own", state="probation"
        )
        norm = self._create_norm(is_mandatory=True)
        with self.assertRaisesRegex(
            UserError, r"shortages of mandatory resources \(1\)"
        ):
            point.with_user(self.user_head).action_activate()
        self._create_resource(service_point_id=point.id, quantity=1)
        with self.assertRaisesRegex(
            UserError, r"shortages of mandatory resources \(1\)"
        ):
            point.with_user(self.user_head).action_activate()
        norm.is_mandatory = False
        labels = [label for label, _n, _a in point._get_activation_blockers()]
        self.assertNotIn("shortages of mandatory resources", labels)
        norm.is_mandatory = True
        point.resource_ids.quantity = 3
        labels = [label for label, _n, _a in point._get_activation_blockers()]
        self.assertNotIn("shortages of mandatory resources", labels)

    def test_checked_resource_is_archived_not_deleted(self):
        self._check(self.pump)
        with self.assertRaisesRegex(ValidationError, "Archive it instead"):
            self.pump.unlink()

    def test_who_keeps_the_register(self):
        self.pump.with_user(self.user_centre).quantity = 4
        check = self._check(self.pump, user=self.user_centre, user_id=self.user_head.id)
        self.assertEqual(check.user_id, self.user_centre)
        with self.assertRaises(AccessError):
            check.with_user(self.user_head).write({"result": "defect"})
        with self.assertRaises(AccessError):
            self.pump.with_user(self.user_auditor).write({"quantity": 1})
        with self.assertRaises(AccessError):
            self.pump.with_user(self.user_portal).read(["name"])
        foreign = self._create_resource(name="Ladder", service_point_id=self.point_b.id)
        with self.assertRaises(AccessError):
            foreign.with_user(self.user_centre).write({"quantity": 1})
        with self.assertRaises(AccessError):
            self._check(foreign, user=self.user_centre)
        with self.assertRaises(AccessError):
            self.pump.with_user(self.user_centre).service_point_id = self.point_b
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            self.pump.with_user(self.user_centre).write({"is_short": False})

    def test_companies_are_separate(self):
        point = self._create_point(name="Foreign", company_id=self.company_b.id)
        foreign = self._create_resource(service_point_id=point.id)
        with self.assertRaises(AccessError):
            foreign.with_user(self.user_head).read(["name"])

    def test_import_template(self):
        template = self.Resource.get_import_templates()[0]["template"]
        self.assertEqual(
            template, "/aftersales_network/static/xls/aftersales_resource.xlsx"
        )

    def test_lists_cost_the_same_for_many(self):
        def prepare(count):
            points = self.env["aftersales.service.point"].create(
                [
                    {"name": f"P{n}", "parent_id": self.centre.id, "state": "active"}
                    for n in range(count)
                ]
            )
            self._create_norm(name=f"Norm {count}")
            self.env.flush_all()
            self.env.invalidate_all()
            return points

        counts = []
        for number in (5, 50):
            points = prepare(number)
            before = self.env.cr.sql_log_count
            points._get_missing_norms()
            points.mapped("resource_alert_count")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        before = self.env.cr.sql_log_count
        self.assertEqual(len(points._sync_resources()), 100)
        self.env.flush_all()
        self.assertLess(self.env.cr.sql_log_count - before, 60)
