import base64
from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged

from .common import ROLES, AftersalesCommon

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)
FILE = base64.b64encode(b"%PDF-1.4 signed on paper")


class SigningCommon(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env["aftersales.agreement.template"].create(
            {
                "name": "Test Agreement",
                "kind": "authorized",
                "sequence": 1,
                "duration_months": 24,
                "notice_days": 45,
                "brands": "Brand A, Brand B",
                "labour_rate": 80.0,
                "parts_markup": 12.5,
                "travel_rate": 3.0,
                "inspection_fee": 40.0,
                "body": "<p>{{ point }} serves {{ brands }} in {{ areas }} from "
                "{{ date_start }} to {{ date_end }} under {{ number }}.</p>",
                "scope_ids": [(0, 0, {"service_type_id": cls.type_repair.id})],
            }
        )
        cls.newcomer = cls._create_point(
            name="Newcomer <Ltd>", state="probation", parent_id=cls.centre.id
        )
        cls.area_new = cls.env["aftersales.area"].create(
            {"name": "District", "parent_id": cls.area.id, "zip_prefix": "998"}
        )
        cls.env["aftersales.area.assignment"].create(
            {
                "service_point_id": cls.newcomer.id,
                "area_id": cls.area_new.id,
                "product_categ_id": cls.categ.id,
                "date_from": date(2020, 1, 1),
                "exclusive": False,
            }
        )

    def _make(self, point=None, **vals):
        """Draft of the point by the wizard, as the head."""
        point = point or self.newcomer
        action = point.with_user(self.user_head).action_issue_agreement()
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.user_head)
            .with_context(**action["context"])
        )
        for name, value in vals.items():
            setattr(form, name, value)
        result = form.save().action_confirm()
        return self.env["aftersales.agreement"].browse(result["res_id"])

    def _sign(self, agreement, day, user=None):
        user = user or self.user_centre
        action = agreement.with_user(user).action_open_sign()
        self.env[action["res_model"]].with_user(user).with_context(
            **action["context"]
        ).create(
            {
                "signed_by": "Li Wei",
                "signed_date": day,
                "signed_file": FILE,
                "signed_filename": "scan.pdf",
            }
        ).action_confirm()


@tagged("post_install", "-at_install")
class TestAgreementSigning(SigningCommon):
    @freeze_time("2026-05-10")
    def test_wizard_fills_scope_rates_dates_and_areas(self):
        draft = self._make()
        self.assertEqual(draft.template_id, self.template)
        self.assertRegex(draft.name, r"^AGR/\d{4}/\d{4,}$")
        self.assertEqual(
            (draft.state, draft.version, draft.date_start, draft.date_end),
            ("draft", 1, date(2026, 5, 10), date(2028, 5, 9)),
        )
        self.assertEqual(
            (draft.labour_rate, draft.parts_markup, draft.travel_rate),
            (80.0, 12.5, 3.0),
        )
        self.assertEqual((draft.notice_days, draft.inspection_fee), (45, 40.0))
        self.assertEqual(draft.scope_ids.service_type_id, self.type_repair)
        self.assertEqual(draft.scope_ids.area_id, self.area_new)
        self.assertEqual(draft.scope_ids.product_categ_id, self.categ)

    @freeze_time("2026-05-10")
    def test_wizard_from_the_list_without_a_point(self):
        form = Form(
            self.env["aftersales.agreement.issue.wizard"].with_user(self.user_centre)
        )
        self.assertFalse(form.template_id)
        form.service_point_id = self.newcomer
        self.assertEqual(form.template_id, self.template)
        self.assertEqual(form.date_end, date(2028, 5, 9))
        form.date_end = date(2026, 5, 9)
        with self.assertRaisesRegex(ValidationError, "before it starts"):
            form.save().action_confirm()

    def test_scope_takes_the_narrower_category(self):
        part = self.env["product.category"].create(
            {"name": "Compressors", "parent_id": self.categ.id}
        )
        other = self.env["product.category"].create({"name": "Elsewhere"})
        self.template.scope_ids = [
            (5, 0, 0),
            (0, 0, {"product_categ_id": part.id}),
            (0, 0, {"product_categ_id": other.id}),
        ]
        vals = self.template._prepare_scope_vals(self.newcomer, date(2026, 5, 10))
        self.assertEqual(
            vals,
            [
                {
                    "service_type_id": False,
                    "product_categ_id": part.id,
                    "area_id": self.area_new.id,
                }
            ],
        )

    def test_only_after_the_approval_of_the_head(self):
        self.newcomer.state = "head_approval"
        with self.assertRaisesRegex(UserError, "after the approval of the head"):
            self._make()
        with self.assertRaisesRegex(UserError, "needs no agreement"):
            self._make(self.centre)

    def test_unknown_placeholder_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "“user.password”"):
            self.template.body = "<p>{{ user.password }}</p>"

    @freeze_time("2026-05-10")
    def test_issue_fixes_the_text(self):
        draft = self._make()
        with self.assertRaises(AccessError):
            draft.with_user(self.user_centre).action_issue()
        draft.with_user(self.user_head).action_issue()
        self.assertEqual(draft.state, "issued")
        self.assertEqual(
            (draft.issued_by_id, draft.date_issued),
            (self.user_head, date(2026, 5, 10)),
        )
        self.assertIn("Newcomer &lt;Ltd&gt; serves Brand A, Brand B", draft.body)
        self.assertIn(f"05/10/2026 to 05/09/2028 under {draft.name}.", draft.body)
        self.assertIn(self.area_new.complete_name, draft.body)
        self.newcomer.name = "Another Name"
        self.assertIn("Newcomer", draft._get_text())
        for vals in ({"labour_rate": 1}, {"body_source": "x"}, {"brands": "x"}):
            with self.assertRaisesRegex(UserError, "Make a new version"):
                draft.with_user(self.user_head).write(vals)
        with self.assertRaisesRegex(UserError, "Make a new version"):
            draft.with_user(self.user_head).date_end = date(2030, 1, 1)
        for vals in ({"body": "x"}, {"signed_by": "x"}, {"evidence_file": FILE}):
            with self.assertRaisesRegex(UserError, "changes only by its buttons"):
                draft.with_user(self.user_head).write(vals)

    @freeze_time("2026-05-10")
    def test_signing_starts_probation_and_rules_provisionally(self):
        draft = self._make()
        draft.with_user(self.user_head).action_issue()
        self.assertFalse(self.newcomer.date_probation_start)
        self._sign(draft, date(2026, 5, 9))
        self.assertEqual(
            (self.newcomer.date_probation_start, self.newcomer.date_probation_end),
            (date(2026, 5, 9), date(2026, 8, 9)),
        )
        self.assertEqual(draft.state, "provisional")
        self.assertEqual(
            (draft.signed_by, draft.signed_date, draft.signed_user_id),
            ("Li Wei", date(2026, 5, 9), self.user_centre),
        )
        self.assertEqual(draft.signed_file, FILE)
        found = self.newcomer._get_agreements_on(date(2026, 5, 10))
        self.assertEqual(found[self.newcomer.id], draft)
        self.newcomer._on_activated()
        self.assertEqual(draft.state, "active")

    @freeze_time("2026-05-10")
    def test_dispatch_waits_for_the_signature(self):
        self.env["aftersales.area.assignment"].create(
            {
                "service_point_id": self.newcomer.id,
                "area_id": self.area_b.id,
                "exclusive": False,
            }
        )
        self.point_b.assignment_ids.exclusive = False
        self._create_staff(service_point_id=self.newcomer.id)
        draft = self._make()
        draft.with_user(self.user_head).action_issue()
        self.customer.state_id = self.state_b
        order = self._create_order()
        other = self._create_order(
            service_type_id=self.env.ref(
                "aftersales_network.service_type_installation"
            ).id
        )

        def reason(job):
            candidates = job._get_dispatch_candidates()[job.id]
            return next(
                c["reason_code"]
                for c in candidates
                if c["service_point_id"] == self.newcomer.id
            )

        self.assertEqual(reason(order), "no_agreement")
        self._sign(draft, date(2026, 5, 10))
        self.assertEqual(draft.state, "provisional")
        self.assertEqual(reason(order), "ok")
        self.assertEqual(reason(other), "out_of_scope")

    def test_rights_on_templates(self):
        roles = {"head": "rwcd", "admin": "rwcd", "portal": ""}
        operations = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
        for model in (
            "aftersales.agreement.template",
            "aftersales.agreement.template.scope",
        ):
            for role in (*ROLES, "portal"):
                user = getattr(self, f"user_{role}")
                for letter, operation in operations.items():
                    self.assertEqual(
                        self.env[model].with_user(user).has_access(operation),
                        letter in roles.get(role, "r"),
                        (model, role, operation),
                    )
        for model, may in (
            ("aftersales.agreement.issue.wizard", ("centre", "head", "admin")),
            ("aftersales.agreement.sign.wizard", ("centre", "head", "admin")),
            ("aftersales.suspension.wizard", ("head", "admin")),
        ):
            for role in (*ROLES, "portal"):
                user = getattr(self, f"user_{role}")
                self.assertEqual(
                    self.env[model].with_user(user).has_access("create"),
                    role in may,
                    (model, role),
                )

    @freeze_time("2026-05-10")
    def test_signing_twice_or_in_the_future(self):
        draft = self._make()
        with self.assertRaisesRegex(UserError, "in state “Draft”"):
            self._sign(draft, date(2026, 5, 10))
        draft.with_user(self.user_head).action_issue()
        with self.assertRaisesRegex(UserError, "must not be in the future"):
            self._sign(draft, date(2026, 5, 11))
        self._sign(draft, date(2026, 5, 10))
        with self.assertRaisesRegex(UserError, "in state “Signed, on Probation”"):
            self._sign(draft, date(2026, 5, 10))

    @freeze_time("2026-05-10")
    def test_foreign_centre_cannot_sign(self):
        draft = self._make(self.point_b, date_start=date(2026, 6, 1))
        with self.assertRaises(AccessError):
            self._sign(draft, date(2026, 5, 10))

    @freeze_time("2026-05-10")
    def test_evidence_is_kept_for_ever(self):
        draft = self._make()
        draft.with_user(self.user_head).action_issue()
        self._sign(draft, date(2026, 5, 10))
        text = base64.b64decode(draft.evidence_file).decode()
        for part in ("Brand A, Brand B", "Annex A", "Annex B", "Annex C", "Li Wei"):
            self.assertIn(part, text)
        self.assertIn(self.area_new.complete_name, text)
        self.assertIn("80.00", text)
        evidence = self.env["ir.attachment"].search(
            [
                ("res_model", "=", draft._name),
                ("res_id", "=", draft.id),
                ("res_field", "=", "evidence_file"),
            ]
        )
        with self.assertRaisesRegex(UserError, "is evidence"):
            evidence.with_user(self.user_head).write({"name": "x"})
        with self.assertRaisesRegex(UserError, "is evidence"):
            evidence.with_user(self.user_head).unlink()
        before = draft.evidence_file
        result = draft.with_user(self.user_head).action_new_version()
        newer = self.env["aftersales.agreement"].browse(result["res_id"])
        newer.labour_rate = 99
        self.assertEqual((newer.version, newer.state), (2, "draft"))
        self.assertFalse(newer.evidence_file or newer.signed_by or newer.body)
        self.assertEqual(newer.template_id, self.template)
        self.assertEqual(len(newer.scope_ids), 1)
        newer.with_user(self.user_head).action_issue()
        self._sign(newer, date(2026, 5, 10))
        self.assertEqual((draft.state, newer.state), ("ended", "provisional"))
        self.assertEqual(draft.evidence_file, before)
        action = newer.action_view_versions()
        self.assertEqual(newer.version_count, 2)
        self.assertEqual(
            self.env["aftersales.agreement"].search(action["domain"]), draft | newer
        )

    @freeze_time("2026-05-10")
    def test_recall(self):
        draft = self._make()
        draft.with_user(self.user_head).action_issue()
        with self.assertRaises(AccessError):
            draft.with_user(self.user_centre).action_recall()
        draft.with_user(self.user_head).action_recall()
        self.assertEqual(draft.state, "cancelled")
        self.assertFalse(
            self.newcomer._get_agreements_on(date(2026, 6, 1))[self.newcomer.id]
        )

    def test_ends_before_it_starts(self):
        Agreement = self.env["aftersales.agreement"]
        vals = {"service_point_id": self.point.id, "date_start": "2026-05-10"}
        with self.assertRaisesRegex(ValidationError, "cannot end .*2026-05-09"):
            Agreement.create({**vals, "date_end": "2026-05-09"})
        draft = Agreement.create({**vals, "date_end": "2026-05-10"})
        with self.assertRaisesRegex(ValidationError, "before it starts"):
            draft.date_end = "2026-05-01"

    def test_scope_of_areas(self):
        other = self.area_b
        draft = self._make()
        covers = draft._covers
        self.assertTrue(covers(self.type_repair, self.product, self.area_new))
        self.assertFalse(covers(self.type_repair, self.product, other))
        self.assertFalse(covers(self.type_repair, self.part, self.area_new))
        self.assertTrue(covers(self.type_repair, self.product))
        draft.scope_ids.area_id = self.area
        self.assertTrue(covers(self.type_repair, self.product, self.area_new))

    def test_templates_of_another_company(self):
        foreign = self.env["aftersales.agreement.template"].create(
            {"name": "Foreign", "company_id": self.company_b.id, "sequence": 0}
        )
        self.assertNotEqual(
            self.env["aftersales.agreement.template"]._find_for(self.newcomer), foreign
        )
        self.assertFalse(foreign.with_user(self.user_head).has_access("read"))
        with self.assertRaisesRegex(UserError, "(?i)compan"):
            self.env["aftersales.agreement"].create(
                {"service_point_id": self.newcomer.id, "template_id": foreign.id}
            )

    def test_button_on_the_point(self):
        self.assertTrue(self.newcomer.may_get_agreement)
        self.assertFalse(self.point.may_get_agreement)
        self.assertFalse(self.centre.may_get_agreement)
        point = self._create_point(state="head_approval", parent_id=self.centre.id)
        point.with_user(self.user_head).action_approve()
        self.assertIn(
            f"Issue the agreement of {point.name}", point.activity_ids.mapped("summary")
        )


@tagged("post_install", "-at_install")
class TestAgreementTerm(SigningCommon):
    def _run_cron(self):
        self.env.flush_all()
        Agreement = self.env["aftersales.agreement"]
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            Agreement.with_env(self.env(cr=cr))._cron_end_and_renew()
        self.env.invalidate_all()

    def _ending(self, day, **vals):
        agreement = self.env["aftersales.agreement"].create(
            {
                "service_point_id": self.newcomer.id,
                "date_start": date(2025, 5, 11),
                "date_end": day,
                **vals,
            }
        )
        agreement.action_activate()
        return agreement

    @freeze_time("2026-03-11")
    def test_renewal_activity_60_days_before_once(self):
        agreement = self._ending(date(2026, 5, 10))
        Agreement = self.env["aftersales.agreement"]
        self.assertTrue(agreement.is_expiring)
        self.assertIn(agreement, Agreement.search([("is_expiring", "=", True)]))
        self.assertNotIn(agreement, Agreement.search([("is_expiring", "=", False)]))
        self._run_cron()
        self._run_cron()
        activity = agreement.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.user_centre)
        self.assertEqual(
            activity.summary, f"Renew the agreement of {self.newcomer.name}"
        )
        self.assertEqual(agreement.date_renewal_notice, date(2026, 3, 11))
        self.assertEqual(agreement.state, "provisional")

    @freeze_time("2026-03-10")
    def test_no_activity_61_days_before(self):
        agreement = self._ending(date(2026, 5, 10))
        self.assertFalse(agreement.is_expiring)
        self._run_cron()
        self.assertFalse(agreement.activity_ids)
        self.company.aftersales_renewal_days = 61
        agreement.invalidate_recordset(["is_expiring"])
        self.assertTrue(agreement.is_expiring)

    @freeze_time("2026-04-01")
    def test_renew_makes_the_version_of_the_day_after(self):
        agreement = self._ending(date(2026, 5, 10))
        agreement._ask_renewal()
        result = agreement.with_user(self.user_centre).action_renew()
        newer = self.env["aftersales.agreement"].browse(result["res_id"])
        self.assertEqual(
            (newer.version, newer.date_start, newer.date_end),
            (2, date(2026, 5, 11), date(2027, 5, 10)),
        )
        self.assertFalse(agreement.activity_ids)
        newer.with_user(self.user_head).action_activate()
        self.assertEqual(agreement.state, "provisional")
        self.assertEqual(agreement.date_end, date(2026, 5, 10))
        on = self.newcomer._get_agreements_on
        self.assertEqual(on(date(2026, 5, 10))[self.newcomer.id], agreement)
        self.assertEqual(on(date(2026, 5, 11))[self.newcomer.id], newer)
        with freeze_time("2026-05-11"):
            self._run_cron()
        self.assertEqual((agreement.state, newer.state), ("ended", "provisional"))

    @freeze_time("2026-05-10 23:30:00")
    def test_expiry_by_the_company_own_today(self):
        self.company.partner_id.tz = "UTC"
        agreement = self._ending(date(2026, 5, 10))
        self._run_cron()
        self.assertEqual(agreement.state, "provisional")
        self.company.partner_id.tz = "Asia/Shanghai"
        self._run_cron()
        self.assertEqual(agreement.state, "ended")

    @freeze_time("2026-03-11")
    def test_future_agreement_ends_as_cancelled(self):
        later = self._ending(date(2027, 5, 10), date_start=date(2026, 6, 1))
        later.with_user(self.user_head).action_end()
        self.assertEqual(later.state, "cancelled")
        self.assertFalse(
            self.newcomer._get_agreements_on(date(2026, 6, 1))[self.newcomer.id]
        )

    @freeze_time("2026-03-11")
    def test_reminders_in_batch(self):
        points = self.env["aftersales.service.point"].concat(
            *(self._create_point(parent_id=self.centre.id) for _n in range(12))
        )
        agreements = self.env["aftersales.agreement"].create(
            [
                {
                    "service_point_id": point.id,
                    "date_start": date(2025, 5, 11),
                    "date_end": date(2026, 5, 10),
                }
                for point in points
            ]
        )
        agreements.action_activate()
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.cr.sql_log_count
        agreements[:2]._ask_renewal()
        self.env.flush_all()
        few = self.cr.sql_log_count - start
        self.env.invalidate_all()
        start = self.cr.sql_log_count
        agreements[2:]._ask_renewal()
        self.env.flush_all()
        many = self.cr.sql_log_count - start
        self.assertLessEqual(many, few + 10)
        self.assertEqual(len(agreements.activity_ids), 12)
