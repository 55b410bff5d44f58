from datetime import date, datetime
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .history_common import CASE_DATE, HistoryCommon, case_row, csv_bytes


@tagged("post_install", "-at_install")
class TestHistoryImport(HistoryCommon):
    def test_claim_row_becomes_unit_order_and_claim(self):
        record = self._import(
            [
                case_row(
                    7,
                    TV_2001_Issue="2",
                    TV_2002_Issue="1",
                    TV_2003_Issue="1",
                    Claim_Value="100",
                    Fraud="1",
                )
            ]
        )
        self.assertEqual(record.state, "done")
        self.assertEqual(self._lines(record), [("7", "taken", "")])
        case = self._cases()
        unit, order, claim = case.registration_id, case.order_id, case.claim_id
        self.assertEqual(unit.serial, "H-APP-0007")
        self.assertFalse(unit.lot_id)
        self.assertEqual(unit.date_sale, date(2024, 3, 1))
        self.assertEqual(unit.channel, "dealer")
        self.assertEqual(unit.product_id.default_code, "APP-TV")
        self.assertEqual(unit.product_id.categ_id.name, "Entertainment")
        self.assertEqual(unit.partner_id.name, "Customer 0007 (Personal)")
        self.assertFalse(unit.partner_id.is_company)
        self.assertEqual(unit.partner_id.city_id.name, "Kochi")
        self.assertEqual(order.name, "APP/000007")
        self.assertEqual(order.state, "closed")
        self.assertEqual(order.service_type_id.kind, "repair")
        self.assertFalse(order.is_complaint)
        self.assertEqual(order.registration_id, unit)
        self.assertEqual(order.date_request, datetime(2024, 3, 31, 12))
        self.assertFalse(order.date_promised)
        self.assertFalse(order.date_start)
        self.assertFalse(order.step_ids)
        self.assertEqual(order.area_id.complete_name, "India / Kerala / Kochi")
        self.assertEqual(order.service_point_id.code, "901")
        self.assertEqual(claim.state, "submitted")
        self.assertEqual(claim.order_id, order)
        self.assertEqual(claim.date_submission, date(2024, 3, 31))
        self.assertEqual(claim.submitted_by_id, self.user_admin)
        failed = claim.check_ids.filtered(lambda check: check.result == "fail")
        # The source has no words and no areas of points; the checks say so.
        self.assertEqual(
            failed.mapped("message"),
            [
                "Empty: Complaint, Cause, Correction.",
                "The point does not hold the area of the job.",
            ],
        )
        self.assertEqual(
            [
                (line.kind, line.product_id.default_code, line.amount_claimed)
                for line in claim.line_ids
            ],
            [
                ("part", "APP-TV-2001", 33.34),
                ("labour", "APP-TV-2002", 33.33),
                ("labour", "APP-TV-2003", 33.33),
            ],
        )
        self.assertEqual(claim.currency_id.name, "INR")
        self.assertEqual(claim.amount_claimed, 100.0)
        self.assertTrue(case.is_fraud_label)

    def test_the_hints_of_claims_are_looked_for(self):
        """As when a point hands them in, against the others of the same file."""
        rows = [case_row(n, Claim_Value="100") for n in range(1, 12)]
        self._import([*rows, case_row(12, Claim_Value="9000")])
        claims = self._cases().claim_id
        self.assertEqual(len(claims), 12)
        self.assertNotIn(False, claims.mapped("date_hints"))
        dear = claims.filtered(lambda claim: claim.amount_claimed == 9000)
        self.assertIn("VALUE", dear.hint_ids.mapped("code"))
        self.assertGreater(dear.hint_score, 0)

    def test_a_single_part_is_the_causal_one(self):
        self._import([case_row(1, Claim_Value="100", TV_2002_Issue="2")])
        claim = self._cases().claim_id
        self.assertEqual(claim.line_ids.mapped("kind"), ["part"])
        self.assertEqual(claim.causal_part_id, claim.line_ids.product_id)
        causal = claim.check_ids.filtered(lambda check: check.code == "CAUSAL")
        self.assertEqual(causal.result, "pass")

    def test_purposes(self):
        self._import(
            [
                case_row(1, Purpose="Complaint", TV_2001_Issue="1"),
                case_row(2, Purpose="Other"),
                case_row(3, Consumer_profile="Business"),
            ]
        )
        complaint, other, claim = self._cases()
        self.assertTrue(complaint.order_id.is_complaint)
        self.assertEqual(complaint.order_id.service_type_id.kind, "repair")
        self.assertEqual(complaint.order_id.line_ids.mapped("kind"), ["labour"])
        self.assertFalse(complaint.claim_id)
        self.assertEqual(other.order_id.service_type_id.kind, "consultation")
        self.assertFalse(other.order_id.line_ids)
        self.assertFalse(other.claim_id)
        self.assertEqual(claim.claim_id.line_ids.mapped("kind"), ["inspection"])
        self.assertEqual(claim.claim_id.amount_claimed, 1000.0)
        self.assertTrue(claim.order_id.partner_id.is_company)

    def test_point_is_made_once_with_partner_centre_and_agreement(self):
        self._import([case_row(1), case_row(2, Service_Centre="902")])
        self._import([case_row(3)])
        points = self._cases().service_point_id
        self.assertEqual(points.mapped("code"), ["901", "902"])
        point = points[0]
        self.assertEqual(
            (point.tier, point.kind, point.state), ("point", "authorized", "active")
        )
        self.assertEqual(point.parent_id.code, "HISTORY")
        self.assertEqual(point.parent_id.tier, "centre")
        self.assertEqual(point.parent_id.parent_id, self.hq)
        self.assertEqual(point.partner_id.name, "Service Centre 901")
        agreement = point._get_agreements_on(date(2024, 3, 31))[point.id]
        self.assertEqual(agreement.date_start, date(2024, 1, 1))
        self.assertEqual(agreement.currency_id.name, "INR")

    def test_an_existing_point_and_area_are_used(self):
        self.point.code = "901"
        country = self.env.ref("base.in")
        area = self.env["aftersales.area"].create(
            {"name": "Bharat", "country_id": country.id}
        )
        self._import([case_row(1)])
        order = self._cases().order_id
        self.assertEqual(order.service_point_id, self.point)
        self.assertEqual(order.area_id.parent_id.parent_id, area)

    def test_same_file_again_changes_nothing_and_says_so(self):
        rows = [case_row(1), case_row(2, City="kochi ")]
        first = self._import(rows)
        self.assertEqual(
            first.summary,
            "2 rows: 1 taken, 1 changed, 0 refused, 0 unchanged.",
        )
        counts = self._count_documents()
        second = self._import(rows)
        self.assertEqual(
            self._lines(second), [("1", "unchanged", ""), ("2", "unchanged", "")]
        )
        self.assertEqual(
            second.summary,
            "All 2 rows were imported before and are unchanged; nothing was done.",
        )
        self.assertEqual(self._count_documents(), counts)
        self.assertEqual(second.total_ids.amount_claimed, 2000.0)
        first.action_import()
        self.assertEqual(first.unchanged_count, 2)
        self.assertEqual(self._count_documents(), counts)

    def _count_documents(self):
        models = (
            "aftersales.history.case",
            "aftersales.service.order",
            "aftersales.registration",
            "aftersales.claim",
            "aftersales.service.point",
            "aftersales.area",
            "product.product",
            "res.partner",
        )
        self.env.flush_all()
        return {model: self.env[model].search_count([]) for model in models}

    def test_spelling_is_reported_as_changed(self):
        record = self._import(
            [
                case_row(1, City="Guwhati", State="Assam"),
                case_row(2, State="Orissa", City=" Bhubaneswar"),
            ]
        )
        self.assertEqual(
            self._lines(record),
            [
                ("1", "changed", "City: “Guwhati” → “Guwahati”."),
                (
                    "2",
                    "changed",
                    "State: “Orissa” → “Odisha”.\n"
                    "City: “ Bhubaneswar” → “Bhubaneswar”.",
                ),
            ],
        )
        self.assertEqual(
            self._cases().order_id.area_id.mapped("complete_name"),
            ["India / Assam / Guwahati", "India / Odisha / Bhubaneswar"],
        )

    def test_region_against_the_majority_is_a_remark(self):
        record = self._import(
            [case_row(1), case_row(2), case_row(3, Region="North West")]
        )
        self.assertEqual(
            self._lines(record)[2],
            (
                "3",
                "taken",
                "Region North West contradicts 2 of 3 rows of Kerala that say South; "
                "kept as it is.",
            ),
        )
        self.assertEqual(record.remark_count, 1)
        self.assertEqual(self._cases()[2].region, "North West")

    def test_refused_rows_say_why_and_leave_nothing(self):
        record = self._import(
            [
                case_row(1, Claim_Value="12 INR"),
                case_row(2, Claim_Value="-5"),
                case_row(3, Claim_Value="99999999999"),
                case_row(4, Purpose="Praise"),
                case_row(5),
                case_row(5, Claim_Value="7"),
                case_row(6, Claim_Value="=1+1"),
                case_row(7, State="Atlantis"),
                case_row("x"),
                case_row(8, TV_2001_Issue="3"),
                case_row(9, AC_1001_Issue="1"),
                case_row(10, Service_Centre=""),
            ]
        )
        self.assertEqual(
            self._lines(record),
            [
                ("1", "refused", "Claim_Value: “12 INR” is not a number."),
                ("2", "refused", "Claim_Value: -5 is negative."),
                (
                    "3",
                    "refused",
                    "Claim_Value: 99999999999 is above the limit of 10000000.",
                ),
                (
                    "4",
                    "refused",
                    "Purpose: “Praise” is not known; the template knows claim, "
                    "complaint, other.",
                ),
                ("5", "taken", ""),
                ("5", "refused", "Row number 5 stood already in line 6."),
                ("6", "refused", "Claim_Value holds a formula; only values are read."),
                (
                    "7",
                    "refused",
                    "Atlantis is no state of India; correct it, or add the spelling to "
                    "the template.",
                ),
                ("x", "refused", "Column without heading: “x” is not a number."),
                (
                    "8",
                    "refused",
                    "TV_2001_Issue: “3” is neither 0 (none), 1 (repair) nor 2 "
                    "(replacement).",
                ),
                (
                    "9",
                    "refused",
                    "AC_1001_Issue has an issue, but a TV has no such component.",
                ),
                ("10", "refused", "Service_Centre is empty."),
            ],
        )
        self.assertEqual(self._cases().mapped("number"), [5])
        self.assertEqual(record.refused_count, 11)

    @mute_logger("odoo.sql_db")
    def test_a_row_the_database_refuses_does_not_stop_the_others(self):
        self.env["aftersales.registration"].create(
            {
                "product_id": self._make_tv().id,
                "serial": "H-APP-0002",
                "partner_id": self.customer.id,
            }
        )
        self.env.flush_all()
        partners = self.env["res.partner"].search_count([])
        record = self._import([case_row(1), case_row(2, City="Munnar"), case_row(3)])
        self.assertEqual(
            [line[:2] for line in self._lines(record)],
            [("1", "taken"), ("2", "refused"), ("3", "taken")],
        )
        self.assertEqual(
            self._lines(record)[1][2],
            "The database refused the row: This serial is registered already. Open the "
            "existing unit instead.",
        )
        self.assertEqual(self._cases().mapped("number"), [1, 3])
        # Two customers and the point's partner; nothing of the refused row.
        self.assertEqual(self.env["res.partner"].search_count([]), partners + 3)
        self.assertFalse(self.env["res.city"].search([("name", "=", "Munnar")]))

    def test_an_unforeseen_error_refuses_its_row_and_is_logged(self):
        Case = type(self.env["aftersales.history.import"])
        prepare = Case._prepare_claim_vals

        def broken(self, case, order, known):
            if case.number == 2:
                raise KeyError("surprise")
            return prepare(self, case, order, known)

        name = "odoo.addons.aftersales_warranty.models.history_load"
        with patch.object(Case, "_prepare_claim_vals", broken), self.assertLogs(name):
            record = self._import([case_row(1), case_row(2), case_row(3)])
        self.assertEqual(
            self._lines(record),
            [
                ("1", "taken", ""),
                ("2", "refused", "The row could not be imported: KeyError: 'surprise'"),
                ("3", "taken", ""),
            ],
        )
        self.assertEqual(self._cases().mapped("number"), [1, 3])
        self.assertFalse(
            self.env["aftersales.service.order"].search([("name", "=", "APP/000002")])
        )

    def _make_tv(self):
        return self.env["product.product"].create(
            {"name": "TV", "default_code": "APP-TV", "type": "consu"}
        )

    def test_totals_per_point(self):
        record = self._import(
            [
                case_row(1, Claim_Value="10.10"),
                case_row(2, Claim_Value="20.20"),
                case_row(3, Claim_Value="5", Purpose="Complaint"),
                case_row(4, Claim_Value="7.5", Service_Centre="902"),
            ]
        )
        self.assertEqual(
            [
                (t.service_point_id.code, t.case_count, t.claim_count, t.amount_claimed)
                for t in record.total_ids
            ],
            [("901", 3, 2, 30.30), ("902", 1, 1, 7.5)],
        )

    def test_zero_value_claim(self):
        self._import([case_row(1, Claim_Value="0", TV_2001_Issue="2")])
        claim = self._cases().claim_id
        self.assertEqual((claim.state, claim.amount_claimed), ("submitted", 0.0))

    def test_second_company_imports_the_same_rows_for_itself(self):
        self._import([case_row(1)])
        self.user_admin.company_ids += self.company_b
        env = self.env(user=self.user_admin)
        Import = env["aftersales.history.import"].with_company(self.company_b)
        record = Import.create(
            {
                "file": self._new_import(csv_bytes([case_row(1)])).file,
                "case_date": CASE_DATE,
                "template_id": self.template.id,
            }
        )
        self.assertEqual(record.company_id, self.company_b)
        record.action_import()
        self.assertEqual(record.taken_count, 1)
        cases = self._cases()
        self.assertEqual(len(cases), 2)
        self.assertEqual(cases.company_id, self.company + self.company_b)
        self.assertEqual(cases.order_id.company_id, self.company + self.company_b)
        self.assertEqual(
            len(cases.service_point_id), 2, "each company has its own point 901"
        )

    def test_only_head_and_administrator_import(self):
        data = csv_bytes([case_row(1)])
        for user in (self.user_head, self.user_admin):
            with self.subTest(user=user.login):
                record = self._new_import(data, user=user)
                record.action_import()
                self.assertEqual(record.state, "done")
        for user in (
            self.user_service,
            self.user_dispatcher,
            self.user_centre,
            self.user_reviewer,
            self.user_clerk,
            self.user_warehouse,
            self.user_hr,
            self.user_auditor,
            self.user_portal,
        ):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._new_import(data, user=user)

    def test_fraud_label_is_for_auditor_and_administrator(self):
        self._import([case_row(1, Fraud="1")])
        case = self._cases()
        for user in (self.user_auditor, self.user_admin):
            self.assertTrue(case.with_user(user).is_fraud_label)
        with self.assertRaises(AccessError):
            case.with_user(self.user_head).read(["is_fraud_label"])
        self.assertNotIn("fraud", case.with_user(self.user_head).content)
        for user in (self.user_service, self.user_clerk, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                case.with_user(user).read(["number"])

    def test_imports_of_another_company_are_invisible(self):
        record = self._import([case_row(1)])
        outsider = self.user_head.copy(
            {
                "login": "head_b",
                "company_ids": [(6, 0, self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        for documents in (record, record.line_ids, record.total_ids, self._cases()):
            with self.subTest(model=documents._name), self.assertRaises(AccessError):
                documents.with_user(outsider).check_access("read")

    def test_a_large_file_goes_to_the_scheduled_action(self):
        rows = [case_row(n, Product_Age=str(n)) for n in range(1, 8)]
        module = "odoo.addons.aftersales_warranty.models.history_import"
        record = self._new_import(csv_bytes(rows))
        with patch(f"{module}.DIRECT_ROWS", 3), patch(f"{module}.BATCH_SIZE", 2):
            record.action_import()
            self.assertEqual((record.state, record.row_count), ("running", 7))
            self.assertFalse(self._cases())
            trigger = self.env["ir.cron.trigger"].search(
                [
                    (
                        "cron_id",
                        "=",
                        self.env.ref("aftersales_warranty.history_import_ir_cron").id,
                    )
                ]
            )
            self.assertTrue(trigger)
            with self.assertRaisesRegex(UserError, "is already running"):
                record.action_import()
            # The time is over after the second batch; the next call goes on.
            left = iter([60, 0])
            with self._patch_progress(lambda *a, **k: next(left)):
                self.env["aftersales.history.import"]._cron_run()
            self.assertEqual((record.state, record.position), ("running", 4))
            self.assertEqual(len(self._cases()), 4)
            self.assertAlmostEqual(record.progress, 57.142857, places=4)
            with self._patch_progress(lambda *a, **k: 60):
                self.env["aftersales.history.import"]._cron_run()
        self.assertEqual((record.state, record.position), ("done", 7))
        self.assertEqual(self._cases().mapped("number"), list(range(1, 8)))
        self.assertEqual(record.taken_count, 7)

    def _patch_progress(self, answer):
        return patch.object(type(self.env["ir.cron"]), "_commit_progress", answer)

    def test_queries_of_a_batch_do_not_grow_with_its_rows(self):
        self._import([case_row(n, TV_2001_Issue="2") for n in range(1, 3)])
        counts = []
        for start, size in ((100, 20), (200, 120)):
            rows = [case_row(start + n, TV_2001_Issue="2") for n in range(size)]
            record = self._new_import(csv_bytes(rows))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            record.action_import()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        # 100 rows more: claims take a number each from their sequence (2 queries),
        # everything else is done for the batch.
        self.assertLess(counts[1] - counts[0], 100 * 4)

    def test_template_must_name_the_needed_columns(self):
        with self.assertRaisesRegex(
            UserError,
            "Template Thin gives no column for: State, City, Product Type, "
            "Service Point Code, Purpose, Claim Value.",
        ):
            self.env["aftersales.history.template"].create(
                {
                    "name": "Thin",
                    "code": "THIN",
                    "country_id": self.env.ref("base.in").id,
                    "column_ids": [(0, 0, {"name": "No", "role": "number"})],
                }
            )
