import base64
from datetime import date

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import EvaluationCommon

SCAN = base64.b64encode(b"%PDF-1.4 scan")


@tagged("post_install", "-at_install")
class TestEvaluationCertificate(EvaluationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Certificate = cls.env["aftersales.evaluation.certificate"]
        cls.certificate = cls._create_certificate()

    @classmethod
    def _create_certificate(cls, **vals):
        defaults = {
            "standard": "GB/T 27922-2011",
            "number": "SC03-1",
            "issuer": "Certification Body",
            "level": "Five stars",
            "date_issue": date(2026, 3, 1),
            "date_expiry": date(2029, 2, 28),
            "user_id": cls.user_head.id,
            "file": SCAN,
            "filename": "scan.pdf",
        }
        return cls.Certificate.create({**defaults, **vals})

    def _get_activities(self, certificate=None):
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", self.Certificate._name),
                ("res_id", "in", (certificate or self.certificate).ids),
            ]
        )

    def _run_cron(self, **kwargs):
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.Certificate.with_env(self.env(cr=cr, user=1))._cron_remind(**kwargs)
        self.env.invalidate_all()

    def test_expiry_is_three_years_later_unless_typed(self):
        with Form(self.Certificate.with_user(self.user_head)) as form:
            form.standard, form.number, form.issuer = "ISO 9001:2015", "9", "Body"
            form.date_issue = date(2026, 5, 4)
            self.assertEqual(form.date_expiry, date(2029, 5, 4))
            form.date_expiry = date(2028, 1, 1)
        self.assertEqual(form.record.date_expiry, date(2028, 1, 1))

    def test_registering_plans_the_yearly_surveillances(self):
        self.certificate.with_user(self.user_head).action_register()
        self.assertEqual(
            self.certificate.surveillance_ids.mapped("date_due"),
            [date(2027, 3, 1), date(2028, 3, 1)],
        )
        self.assertEqual(self.certificate.date_next_surveillance, date(2027, 3, 1))
        none = self._create_certificate(number="SC03-2", surveillance_months=0)
        none.action_register()
        self.assertFalse(none.surveillance_ids)

    def test_paper_is_needed_and_then_frozen(self):
        bare = self._create_certificate(number="SC03-3", file=False)
        with self.assertRefused(UserError, "Attach the scan of GB/T 27922-2011 SC03-3"):
            bare.action_register()
        self.certificate.action_register()
        head = self.certificate.with_user(self.user_head)
        for vals in (
            {"number": "OTHER"},
            {"date_expiry": date(2040, 1, 1)},
            {"file": False},
            {"level": "Six stars"},
        ):
            with self.subTest(vals=vals), self.assertRefused(UserError, "stays as it"):
                head.write(vals)
        with self.assertRefused(UserError, "stays as it is"):
            head.unlink()
        head.user_id = self.user_auditor  # who is responsible may change

    def test_state_changes_only_by_its_steps(self):
        head = self.certificate.with_user(self.user_head)
        for vals in ({"state": "registered"}, {"date_reminded_expiry": "2026-01-01"}):
            with self.assertRefused(UserError, "changes only by its buttons"):
                head.with_context(aftersales_flow=1).write(vals)
        sly = self.Certificate.with_user(self.user_head).with_context(
            default_state="registered"
        )
        made = sly.create(
            {
                "standard": "X",
                "number": "X",
                "issuer": "X",
                "date_issue": date(2026, 1, 1),
            }
        )
        self.assertEqual(made.state, "draft")

    def test_surveillance_passed_and_failed(self):
        self.certificate.action_register()
        first, second = self.certificate.surveillance_ids
        head = first.with_user(self.user_head)
        with freeze_time("2027-02-20"):
            head.action_pass()
        self.assertEqual((first.state, first.date_done), ("passed", date(2027, 2, 20)))
        self.assertEqual(self.certificate.date_next_surveillance, date(2028, 3, 1))
        with self.assertRefused(UserError, "this step is not possible"):
            head.action_pass()
        for change in ({"date_done": False}, {"state": "planned"}, {"note": "Nicer"}):
            with self.assertRaises(UserError):
                head.write(change)
        with self.assertRefused(UserError, "has its result"):
            head.unlink()
        action = second.with_user(self.user_head).action_fail()
        self._give_reason(action, self.user_head, "Complaints are not followed up")
        self.assertEqual(
            (second.state, second.note), ("failed", "Complaints are not followed up")
        )
        self.assertFalse(self.certificate.date_next_surveillance)

    def test_suspended_withdrawn_renewed(self):
        self.certificate.action_register()
        head = self.certificate.with_user(self.user_head)
        head._suspend("Major finding")
        self.assertEqual(
            (head.state, head.state_reason, head.validity),
            ("suspended", "Major finding", "none"),
        )
        head.action_resume()
        self.assertEqual((head.state, head.state_reason), ("registered", False))
        action = head.action_renew()
        self.assertNotIn("aftersales_flow", action.get("context", {}))
        draft = self.Certificate.browse(action["res_id"])
        self.assertEqual((draft.state, draft.previous_id), ("draft", self.certificate))
        self.assertEqual(draft.number, "SC03-1 (renewal)")
        self.assertEqual(
            (draft.date_issue, draft.date_expiry), (date(2029, 3, 1), date(2032, 3, 1))
        )
        self.assertFalse(draft.file or draft.surveillance_ids)
        with self.assertRefused(UserError, "is renewed by GB/T 27922-2011 SC03-1 "):
            head.action_renew()
        head._withdraw("Given up")
        self.assertEqual(head.state, "withdrawn")
        with self.assertRefused(UserError, "this step is not possible"):
            head.action_suspend()

    def test_validity_by_date(self):
        self.certificate.action_register()
        searched = {}
        for day, validity in (
            ("2028-12-29", "valid"),
            ("2028-12-30", "expiring"),
            ("2029-02-28", "expiring"),
            ("2029-03-01", "expired"),
        ):
            with self.subTest(day=day), freeze_time(f"{day} 12:00:00"):
                self.env.invalidate_all()
                self.assertEqual(self.certificate.validity, validity)
                for value in ("none", "valid", "expiring", "expired"):
                    found = self.Certificate.search([("validity", "=", value)])
                    searched[value] = self.certificate in found
                self.assertEqual([k for k, hit in searched.items() if hit], [validity])
        self.certificate._suspend("Why")
        self.assertIn(
            self.certificate, self.Certificate.search([("validity", "=", "none")])
        )
        self.assertNotIn(
            self.certificate, self.Certificate.search([("validity", "!=", "none")])
        )

    def test_reminded_once_of_surveillance_and_expiry(self):
        self.certificate.action_register()
        with freeze_time("2026-12-30 12:00:00"):
            self._run_cron()
            self.assertFalse(self._get_activities(), "61 days before")
        with freeze_time("2026-12-31 12:00:00"):
            self._run_cron()
            self._run_cron()
        activity = self._get_activities()
        self.assertEqual(activity.user_id, self.user_head)
        self.assertEqual(activity.date_deadline, date(2027, 3, 1))
        self.assertIn("Surveillance due on", activity.summary)
        self.certificate.surveillance_ids[0].action_pass()
        self.assertFalse(self._get_activities(), "what is done needs no reminder")
        with freeze_time("2029-01-05 12:00:00"):
            self._run_cron(batch=1)
            self._run_cron()
        summaries = self._get_activities().mapped("summary")
        self.assertEqual(len(summaries), 2, "the second surveillance and the expiry")
        self.assertTrue(any("ask for the renewal" in text for text in summaries))

    def test_moved_surveillance_is_reminded_again(self):
        self.certificate.action_register()
        first = self.certificate.surveillance_ids[0]
        with freeze_time("2027-01-05 12:00:00"):
            self._run_cron()
            first.with_user(self.user_head).date_due = date(2027, 4, 20)
            self._run_cron()
            self.assertEqual(len(self._get_activities()), 1)
        with freeze_time("2027-03-01 12:00:00"):
            self._run_cron()
        self.assertEqual(len(self._get_activities()), 2)

    def test_renewed_or_withdrawn_ones_are_not_reminded(self):
        self.certificate.action_register()
        draft = self.Certificate.browse(self.certificate.action_renew()["res_id"])
        draft.write({"file": SCAN, "surveillance_months": 0})
        draft.action_register()
        self.certificate.surveillance_ids.action_pass()
        with freeze_time("2029-02-01 12:00:00"):
            self._run_cron()
        self.assertFalse(self._get_activities())

    def test_somebody_without_access_is_replaced_by_a_head(self):
        self.certificate.action_register()
        self.certificate.user_id = self.user_auditor
        self.user_auditor.active = False
        with freeze_time("2027-01-05 12:00:00"):
            self._run_cron()
        heads = self.company._get_aftersales_people("aftersales_network.group_head")
        self.assertIn(self._get_activities().user_id, heads)

    def test_overdue_surveillance_is_listed(self):
        self.certificate.action_register()
        Surveillance = self.env["aftersales.evaluation.surveillance"]
        with freeze_time("2027-03-01 12:00:00"):
            self.assertFalse(Surveillance.search([("is_overdue", "=", True)]))
        with freeze_time("2027-03-02 12:00:00"):
            self.env.invalidate_all()
            found = Surveillance.search([("is_overdue", "=", True)])
            self.assertEqual(found, self.certificate.surveillance_ids[0])
            self.assertTrue(found.is_overdue)

    def test_bad_input(self):
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self._create_certificate()
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self._create_certificate(number="2", date_expiry=date(2026, 3, 1))
        card = self._create_card()
        with self.assertRefused(ValidationError, "made with another indicator set"):
            self._create_certificate(
                number="3",
                set_id=self.env.ref("aftersales_evaluation.set_month").id,
                scorecard_id=card.id,
            )

    def test_who_reads_and_writes(self):
        held = self._create_certificate(number="P1", service_point_id=self.point.id)
        other = self._create_certificate(number="P2", service_point_id=self.point_b.id)
        everything = self.certificate | held | other
        for role in ("head", "auditor", "reviewer", "dispatcher"):
            user = getattr(self, f"user_{role}")
            self.assertEqual(
                everything.with_user(user)._filtered_access("read"), everything, role
            )
        centre = everything.with_user(self.user_centre)
        self.assertEqual(centre._filtered_access("read"), self.certificate | held)
        for role in ("auditor", "centre", "dispatcher", "service"):
            record = self.certificate.with_user(getattr(self, f"user_{role}"))
            with self.assertRaises(AccessError):
                record.write({"note": "Mine"})
            with self.assertRaises(AccessError):
                record.action_register()
        with self.assertRaises(AccessError):
            self.certificate.with_user(self.user_portal).read(["number"])

    def test_companies_do_not_mix(self):
        foreign = self._create_certificate(number="F", company_id=self.company_b.id)
        self.assertFalse(foreign.with_user(self.user_head).has_access("read"))
        with self.assertRaises(UserError):
            self._create_certificate(
                number="G",
                company_id=self.company_b.id,
                service_point_id=self.point.id,
            )
