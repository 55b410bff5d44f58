import importlib.util
from datetime import date

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.modules.module import get_module_path
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools import claim_checks as kernel
from .checks_common import ChecksCommon


@freeze_time("2026-03-20 02:00:00")
@tagged("post_install", "-at_install")
class TestClaimChecks(ChecksCommon):
    """X06: every claim lists each check with its result and figures."""

    def test_a_claim_lists_every_check(self):
        claim = self._create_claim()
        self.assertEqual(sorted(claim.check_ids.mapped("code")), sorted(kernel.CODES))
        failed = claim.check_ids.filtered(lambda c: c.result == "fail")
        self.assertEqual(failed.mapped("code"), [])
        self.assertEqual(claim.fail_count, 0)
        passed = claim.check_ids.filtered(lambda c: c.result == "pass")
        self.assertLessEqual(
            {
                *("SERIAL", "SALE", "OWNER", "COVER", "PART_COVER", "EXCLUSION"),
                *("FIELDS", "REFERENCES", "DATES", "DEADLINE", "SUM", "PART_MARKUP"),
                *("AGREEMENT", "SCOPE", "DUPLICATE", "PART_SERIAL", "CAUSAL"),
            },
            set(passed.mapped("code")),
        )

    def test_every_reason_has_its_sentence(self):
        """A message never shows a bare key, whatever the check found."""
        texts = self.env["aftersales.claim.check"]._get_messages()
        claim = self._create_claim()
        for check in claim.check_ids:
            self.assertIn(check.reason, texts)
            self.assertNotIn("%(", check.message)
        labels = dict(self.env["aftersales.claim.check"]._selection_code())
        self.assertEqual(set(labels), {*kernel.CODES, "AUTO"})

    def test_what_failed_comes_first(self):
        claim = self._create_claim(submit=False)
        claim.write({"cause": False, "correction": " "})
        claim.action_submit()
        first = claim.check_ids[0]
        self.assertEqual((first.code, first.result), ("FIELDS", "fail"))
        self.assertEqual(first.kind, "form")
        self.assertEqual(first.message, "Empty: Cause, Correction.")
        ranks = {"fail": 0, "pass": 1, "na": 2}
        results = [ranks[check.result] for check in claim.check_ids]
        self.assertEqual(results, sorted(results))

    def test_messages_are_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        claim = self._create_claim()
        check = claim.check_ids.filtered(lambda c: c.code == "DEADLINE")
        english = check.message
        check.invalidate_recordset(["message"])
        french = check.with_context(lang="fr_FR").message
        self.assertIn("05/03/2026", english)
        self.assertIn("03/05/2026", french)

    # -- unit ------------------------------------------------------------------

    def test_a_unit_that_was_closed_before_it_failed(self):
        claim = self._create_claim(submit=False)
        self.unit._write_flow({"state": "returned", "date_closed": date(2026, 3, 1)})
        claim.action_submit()
        self.assertEqual(self._result(claim, "OWNER"), ("fail", "owner_closed"))
        self.assertEqual(
            self._message(claim, "OWNER"),
            "The unit was closed on 03/01/2026, the failure is of 03/02/2026.",
        )

    def test_another_customer_than_the_owner(self):
        other = self.env["res.partner"].create({"name": "Neighbour"})
        claim = self._create_claim(partner_id=other.id, area_id=self.area.id)
        self.assertEqual(self._result(claim, "OWNER"), ("fail", "owner_other"))
        person = self.env["res.partner"].create(
            {"name": "Son", "parent_id": self.customer.id}
        )
        same = self._create_claim(
            partner_id=person.id,
            area_id=self.area.id,
            date_request="2026-03-03 08:00:00",
        )
        self.assertEqual(self._result(same, "OWNER"), ("pass", "owner_same"))

    def test_a_failure_before_the_sale(self):
        claim = self._create_claim(submit=False)
        self.unit.write({"date_sale": "2026-03-03", "date_delivery": "2026-03-04"})
        claim.action_submit()
        self.assertEqual(self._result(claim, "SALE"), ("fail", "sale_later"))

    def _limit_usage(self, limit=1000.0):
        version = self._create_version(
            [
                {
                    "component": "whole_unit",
                    "months": 24,
                    "usage_limit": limit,
                    "usage_uom": "hour",
                }
            ],
            date_effective=date(2020, 1, 2),
        )
        self.unit.policy_version_id = version
        return version

    def test_reading_over_the_limit_of_the_policy(self):
        self._limit_usage()
        for reading, expected in (
            (1000.0, ("pass", "usage_limit_kept")),
            (1000.1, ("fail", "usage_limit_over")),
            (0.0, ("fail", "usage_limit_unread")),
        ):
            claim = self._create_claim(usage_reading=reading, usage_uom="hour")
            self.assertEqual(self._result(claim, "USAGE_LIMIT"), expected)
            self.assertEqual(claim.usage_reading, reading)
            claim.with_user(self.user_clerk).action_cancel()

    def test_reading_runs_backwards(self):
        self._create_claim(
            usage_reading=500.0, usage_uom="km", date_request="2026-03-01 08:00:00"
        )
        claim = self._create_claim(usage_reading=499.9, usage_uom="km")
        self.assertEqual(self._result(claim, "USAGE"), ("fail", "usage_backwards"))
        self.assertEqual(
            self._message(claim, "USAGE"), "Reading 499.9 is below 500 of 03/01/2026."
        )
        # Hours are not compared with kilometres.
        other = self._create_claim(
            usage_reading=10.0, usage_uom="hour", date_request="2026-03-03 08:00:00"
        )
        self.assertEqual(self._result(other, "USAGE"), ("na", "usage_unknown"))

    @mute_logger("odoo.sql_db")
    def test_a_reading_is_a_number_with_its_unit(self):
        claim = self._create_claim(submit=False)
        for vals in ({"usage_reading": -1, "usage_uom": "km"}, {"usage_reading": 5}):
            with (
                self.subTest(vals=vals),
                self.assertRaises(CheckViolation),
                self.cr.savepoint(),
            ):
                claim.write(vals)
                claim.flush_recordset()

    def test_the_reading_of_a_claimed_job_is_fixed(self):
        claim = self._create_claim(usage_reading=5.0, usage_uom="km")
        with self.assertRaisesRegex(UserError, claim.name):
            claim.order_id.usage_reading = 4.0

    def test_the_technician_reads_the_counter_on_the_portal(self):
        order = self._create_done_order()
        order._write_flow({"state": "in_progress"})
        post = {"usage_reading": "12,5", "usage_uom": "hour"}
        for wrong, message in (
            ({"usage_uom": "mile"}, "Choose the unit of the reading"),
            (
                {"usage_reading": "many"},
                "Reading of the Unit must be a number above zero",
            ),
            (
                {"usage_reading": "-3"},
                "Reading of the Unit must be a number above zero",
            ),
        ):
            with (
                self.subTest(wrong=wrong),
                self.assertRaisesRegex(UserError, message),
            ):
                order._portal_done({**post, **wrong})
        order._portal_done(post)
        self.assertEqual((order.usage_reading, order.usage_uom), (12.5, "hour"))
        self.assertEqual(order.state, "done")

    def test_an_exclusion_that_the_job_found(self):
        cause = self.env["aftersales.policy.exclusion"].search(
            [("is_legal", "=", True)], limit=1
        )
        order = self._create_done_order()
        claim = self.env["aftersales.claim"].create(order._prepare_claim_vals())
        order.write({"exclusion_id": cause.id, "exclusion_note": "Seen"})
        claim.action_submit()
        self.assertEqual(self._result(claim, "EXCLUSION"), ("fail", "exclusion_found"))
        self.assertEqual(
            self._message(claim, "EXCLUSION"),
            f"The order found an exclusion: {cause.name}.",
        )

    def test_a_campaign_that_is_open_for_the_serial(self):
        self.patch(
            type(self.env["aftersales.claim"]),
            "_get_check_campaigns",
            lambda claims, rows: {row["id"]: ("RC1", "RC2") for row in rows},
        )
        claim = self._create_claim()
        self.assertEqual(self._result(claim, "CAMPAIGN"), ("fail", "campaign_open"))
        self.assertEqual(
            self._message(claim, "CAMPAIGN"),
            "Campaign RC1, RC2 is open for this serial.",
        )
        other = self._create_claim(submit=False, date_request="2026-03-01 08:00:00")
        other.claim_type = "campaign"
        other.action_submit()
        self.assertEqual(self._result(other, "CAMPAIGN"), ("pass", "campaign_claimed"))

    # -- form ------------------------------------------------------------------

    def test_a_claim_that_contradicts_its_order(self):
        claim = self._create_claim(submit=False)
        claim.serial = "OTHER"
        claim.action_submit()
        self.assertEqual(
            self._result(claim, "REFERENCES"), ("fail", "references_differ")
        )
        self.assertEqual(
            self._message(claim, "REFERENCES"),
            "Differs from the order: Serial Number.",
        )

    def test_the_same_old_part_in_two_claims(self):
        first = self._create_claim(submit=False)
        first.line_ids.serial_removed = "OLD-7"
        second = self._create_claim(submit=False, date_request="2026-03-03 08:00:00")
        second.line_ids.serial_removed = "OLD-7"
        second.action_submit()
        self.assertEqual(
            self._message(second, "PART_SERIAL"),
            f"The serial of the old part stands also in {first.name}.",
        )
        first.action_cancel()
        second.with_user(self.user_clerk).action_run_checks()
        self.assertEqual(
            self._result(second, "PART_SERIAL"), ("pass", "part_serial_once")
        )

    # -- fit -------------------------------------------------------------------

    def test_part_made_for_another_model(self):
        other = self._create_product(name="Other Model")
        fit = self.env["aftersales.part.fit"].create(
            {"product_id": self.part.id, "model_id": other.id}
        )
        claim = self._create_claim()
        self.assertEqual(self._result(claim, "PART_FIT"), ("fail", "part_fit_wrong"))
        self.assertEqual(
            self._message(claim, "PART_FIT"), "Not made for the model: part."
        )
        fit.write({"model_id": False, "model_categ_id": self.categ.id})
        claim.with_user(self.user_clerk).action_run_checks()
        self.assertEqual(self._result(claim, "PART_FIT"), ("pass", "part_fit_right"))
        fit.company_id = self.company_b
        claim.with_user(self.user_clerk).action_run_checks()
        self.assertEqual(self._result(claim, "PART_FIT"), ("na", "part_fit_unknown"))

    @mute_logger("odoo.sql_db")
    def test_a_fit_names_one_model_once(self):
        Fit = self.env["aftersales.part.fit"]
        vals = {"product_id": self.part.id, "model_id": self.product.id}
        Fit.create(vals)
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            Fit.create(vals)
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            Fit.create({**vals, "model_categ_id": self.categ.id})
        with self.assertRaisesRegex(ValidationError, "cannot be a part of itself"):
            Fit.create({"product_id": self.part.id, "model_id": self.part.id})

    def _claim_labour(self, *operations, **vals):
        """A claim with a labour line of one hour for each operation."""
        lines = [("labour", 1, 60.0, None)] * len(operations)
        claim = self._create_claim(*lines, submit=False, **vals)
        for line, operation in zip(claim.line_ids, operations, strict=True):
            line.labour_operation_id = operation
        claim.action_submit()
        return claim

    def test_operation_of_another_model(self):
        other = self._create_product(name="Other Model")
        operation = self._create_operation(product_ids=[Command.link(other.id)])
        claim = self._claim_labour(operation)
        self.assertEqual(
            self._result(claim, "OPERATION_FIT"), ("fail", "operation_fit_wrong")
        )
        operation.categ_ids = self.categ
        claim.with_user(self.user_clerk).action_run_checks()
        self.assertEqual(
            self._result(claim, "OPERATION_FIT"), ("pass", "operation_fit_right")
        )

    def test_operation_that_mends_another_fault(self):
        faults = self.env["aftersales.fault"].create(
            [{"name": "Leak", "code": "TX1"}, {"name": "Noise", "code": "TX2"}]
        )
        operation = self._create_operation(fault_ids=[Command.link(faults[0].id)])
        claim = self._claim_labour(operation, fault_id=faults[1].id)
        self.assertEqual(self._result(claim, "FAULT_FIT"), ("fail", "fault_fit_wrong"))
        operation.fault_ids = faults
        claim.with_user(self.user_clerk).action_run_checks()
        self.assertEqual(self._result(claim, "FAULT_FIT"), ("pass", "fault_fit_right"))

    def test_overlapping_operations(self):
        small, large = self._create_operation("L1"), self._create_operation("L2")
        claim = self._claim_labour(small, large)
        self.assertEqual(self._result(claim, "OVERLAP"), ("pass", "overlap_none"))
        large.included_ids = small
        claim.with_user(self.user_clerk).action_run_checks()
        self.assertEqual(
            self._message(claim, "OVERLAP"), "Paid already by another line: L1."
        )
        with self.assertRaisesRegex(ValidationError, "cannot include itself"):
            large.included_ids = large

    def test_hours_above_the_flat_rate(self):
        claim = self._create_claim(("labour", 2, 60.0, None), submit=False)
        claim.line_ids.labour_operation_id = self._create_operation(hours_flat=1.5)
        claim.action_submit()
        self.assertEqual(self._result(claim, "HOURS"), ("fail", "hours_over"))
        self.assertEqual(self._message(claim, "HOURS"), "Claimed 2 h, standard 1.5 h.")

    # -- point -----------------------------------------------------------------

    def test_own_points_work_without_an_agreement(self):
        self.agreement.sudo()._write_flow({"state": "draft"})
        claim = self._create_claim()
        self.assertEqual(
            self._result(claim, "AGREEMENT"), ("fail", "agreement_missing")
        )
        self.point.kind = "own"
        claim._run_checks()
        self.assertEqual(
            self._result(claim, "AGREEMENT"), ("pass", "agreement_not_needed")
        )

    def test_product_outside_the_agreement(self):
        other = self.env["product.category"].create({"name": "Other"})
        self.agreement.sudo()._write_flow({"state": "draft"})
        self.env["aftersales.agreement.scope"].create(
            {"agreement_id": self.agreement.id, "product_categ_id": other.id}
        )
        self.agreement.sudo()._write_flow({"state": "active"})
        claim = self._create_claim()
        self.assertEqual(self._result(claim, "SCOPE"), ("fail", "scope_outside"))

    def test_job_outside_the_areas_of_the_point(self):
        self.type_repair.is_onsite = True
        claim = self._create_claim(area_id=self.area_b.id)
        self.assertEqual(self._result(claim, "AREA"), ("fail", "area_outside"))
        inside = self._create_claim(
            area_id=self.area.id, date_request="2026-03-03 08:00:00"
        )
        self.assertEqual(self._result(inside, "AREA"), ("pass", "area_inside"))

    def test_certificates_are_asked_of_whoever_knows_them(self):
        Staff = self.env["aftersales.staff"]
        asked = []

        def gaps(staff, jobs):
            asked.append(jobs)
            return [["Refrigerants"]] * len(jobs)

        self.patch(type(Staff), "_get_certificate_gaps", gaps)
        claim = self._create_claim(technician_id=self.technician.id)
        self.assertEqual(
            self._message(claim, "CERTIFICATE"), "The technician lacked: Refrigerants."
        )
        self.assertEqual(
            asked[0], [(self.technician, self.type_repair, date(2026, 3, 4))]
        )
        nobody = self._create_claim(date_request="2026-03-03 08:00:00")
        self.assertEqual(
            self._result(nobody, "CERTIFICATE"), ("na", "certificate_unknown")
        )

    # -- running ---------------------------------------------------------------

    def test_the_point_checks_before_it_submits(self):
        claim = self._create_claim(submit=False)
        claim.cause = False
        claim.with_user(self.user_centre).action_precheck()
        self.assertEqual(self._result(claim, "FIELDS"), ("fail", "fields_missing"))
        self.assertEqual((claim.state, claim.amount_allowed), ("draft", 0.0))
        self.assertEqual(claim.fail_count, 1)
        claim.cause = "Worn"
        claim.action_submit()
        self.assertEqual(claim.fail_count, 0)
        with self.assertRaisesRegex(UserError, "is submitted and cannot be changed"):
            claim.with_user(self.user_centre).action_precheck()
        other = self._create_claim(
            submit=False, point=self.point_b, date_request="2026-03-03 08:00:00"
        )
        for user in (self.user_centre, self.user_auditor, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                other.with_user(user).action_precheck()

    def test_only_a_clerk_checks_again(self):
        claim = self._create_claim()
        for user in (self.user_centre, self.user_auditor, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                claim.with_user(user).action_run_checks()

    def test_results_are_nobodys_to_write(self):
        check = self._create_claim().check_ids[0]
        for user in (self.user_clerk, self.user_head, self.user_admin):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                check.with_user(user).result = "pass"
            with self.assertRaises(AccessError):
                check.with_user(user).unlink()

    def test_a_point_reads_the_checks_of_its_own_claims(self):
        check = self._create_claim().check_ids[0]
        self.assertTrue(check.with_user(self.user_portal).message)
        self.assertTrue(check.with_user(self.user_centre).message)
        with self.assertRaises(AccessError):
            check.with_user(self.user_portal_b).read(["message"])

    def test_decided_lines_keep_what_was_allowed(self):
        claim = self._create_claim()
        clerk = claim.with_user(self.user_clerk)
        claim.line_ids.with_user(self.user_clerk).action_decide_line(
            40.0, self._reason("pwa")
        )
        self.env.flush_all()
        self.cr.execute("UPDATE aftersales_claim_line SET amount_reference = 50")
        clerk.action_run_checks()
        self.assertEqual(claim.line_ids.amount_allowed, 100.0)
        self.assertEqual(claim.line_ids.amount_approved, 40.0)

    def test_queries_do_not_grow_with_the_claims(self):
        claims = self._create_bare(200)

        def count(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            records._run_checks()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count(claims)
        few, many = count(claims[:20]), count(claims)
        self.assertLessEqual(many, 12)
        self.assertLessEqual(many - few, 2)
        self.assertEqual(len(claims.check_ids), 200 * len(kernel.CODES))

    def test_nothing_to_check_asks_nothing(self):
        before = self.cr.sql_log_count
        self.env["aftersales.claim"]._run_checks()
        self.assertEqual(self.cr.sql_log_count, before)

    def _migrate(self, name):
        folder = f"{get_module_path('aftersales_warranty')}/migrations/19.0.1.4.0"
        spec = importlib.util.spec_from_file_location(name, f"{folder}/{name}.py")
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        self.env.flush_all()
        script.migrate(self.env.cr, "19.0.1.3.0")
        self.env.invalidate_all()

    def test_results_of_the_version_before_find_their_group(self):
        claim = self._create_claim()
        before = claim.check_ids.mapped(lambda c: (c.id, c.kind, c.rank))
        self.cr.execute("UPDATE aftersales_claim_check SET kind = 'validity', rank = 0")
        self._migrate("post-checks")
        self.assertEqual(
            claim.check_ids.mapped(lambda c: (c.id, c.kind, c.rank)), before
        )
        self._migrate("pre-checks")
        self.assertEqual(len(claim.check_ids), len(before))
