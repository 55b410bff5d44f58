from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .common import CONTEXT, AftersalesCommon

#: The smallest picture: one transparent pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


class ApplicationCommon(AftersalesCommon):
    """A portal user without a point, and another one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ("applicant", "rival"):
            user = new_test_user(
                cls.env,
                login=f"aftersales_{name}",
                name=f"Test {name.title()}",
                email=f"{name}@example.com",
                groups="base.group_portal",
                context=CONTEXT,
            )
            setattr(cls, f"user_{name}", user)

    def _start(self, user=None):
        """Application of the applicant, in his own environment."""
        Point = self.env["aftersales.service.point"].with_user(
            user or self.user_applicant
        )
        return Point._portal_start()

    def _company_post(self, **vals):
        return {
            "applied_name": "Bright Repairs",
            "legal_form": "company",
            "registration_number": "91440101MA5A",
            "kind": "authorized",
            "parent_id": str(self.centre.id),
            "applied_street": "1 Station Road",
            "applied_city": "Test City",
            "applied_zip": "510000",
            "applied_country_id": str(self.country.id),
            "applied_state_id": str(self.state.id),
            "applied_phone": "+86 20 1234",
            "applied_email": "office@bright.example.com",
            **vals,
        }

    def _fill(self, application):
        """Fill every section that a submission asks for."""
        application._portal_save("company", self._company_post())
        application._portal_save(
            "premises",
            {
                "office_area": "40,5",
                "workshop_area": "120",
                "opening_note": "8–18",
                "transport_access": "Bus 7",
                "years_in_trade": "12",
            },
        )
        application._portal_save_line(
            "person",
            {
                "name": "Wang Min",
                "role_id": str(self.role_technician.id),
                "phone": "1",
                "email": "wang@example.com",
                "years": "9",
            },
            [("licence.pdf", PDF)],
        )
        application._portal_add_photos([("shop.png", PNG)])
        return application

    def _submitted(self):
        application = self._fill(self._start())
        application._portal_submit()
        return application

    def _admit(self, application):
        """Pass the three gates with three people."""
        for role in ("admin", "reviewer", "head"):
            user = getattr(self, f"user_{role}")
            application.with_user(user).action_approve("Looked at it")


@tagged("post_install", "-at_install")
class TestApplication(ApplicationCommon):
    def test_start(self):
        application = self._start()
        self.assertRecordValues(
            application.sudo(),
            [
                {
                    "name": "Test Applicant",
                    "state": "prospect",
                    "tier": "point",
                    "kind": "authorized",
                    "applicant_id": self.user_applicant.id,
                    "company_id": self.company.id,
                    "partner_id": False,
                    "applied_email": "applicant@example.com",
                }
            ],
        )
        self.assertNotIn(
            self.user_applicant.partner_id, application.sudo().message_partner_ids
        )
        with self.assertRaisesRegex(UserError, "open application already"):
            self._start()

    def test_who_may_apply(self):
        Point = self.env["aftersales.service.point"]
        self.assertTrue(Point.with_user(self.user_applicant)._portal_may_apply())
        self.assertFalse(Point.with_user(self.user_portal)._portal_may_apply())
        self.assertFalse(Point.with_user(self.user_head)._portal_may_apply())
        with self.assertRaisesRegex(UserError, "have a service point"):
            self._start(self.user_portal)

    def test_draft_may_be_incomplete_and_is_resumed(self):
        application = self._start()
        application._portal_save("company", {"applied_name": "  Bright\x00  Repairs "})
        application._portal_save("premises", {"workshop_area": ""})
        self.assertEqual(application.sudo().applied_name, "Bright Repairs")
        self.assertEqual(application.name, "Bright Repairs")
        found = application.browse()._portal_get_application()
        self.assertEqual(found, application)
        application._portal_save("company", {"applied_name": "Bright Repairs Ltd"})
        self.assertEqual(application.name, "Bright Repairs Ltd")
        application.sudo().name = "Canton East"
        application._portal_save("company", {"applied_name": "Bright Repairs"})
        self.assertEqual(application.name, "Canton East")
        with self.assertRaisesRegex(
            UserError, "no legal form.*no office or workshop area.*no person named"
        ):
            application._portal_submit()
        self.assertEqual(application.state, "prospect")

    def test_gaps_by_section(self):
        gaps = self._start().sudo()._get_application_gaps()
        self.assertEqual(gaps["people"], ["no person named"])
        self.assertEqual(gaps["photos"], ["no photo of the premises"])
        self.assertIn("no business registration", gaps["company"])
        application = self._fill(self._start(self.user_rival))
        self.assertFalse(any(application.sudo()._get_application_gaps().values()))

    def test_person_needs_role_and_contact(self):
        application = self._start()
        application._portal_save_line("person", {"name": "Li"})
        self.assertEqual(
            application.sudo()._get_people_gaps(),
            ["Li has no role", "Li has neither phone nor e-mail"],
        )

    def test_enforced_city_must_be_listed(self):
        application = self._start()
        self.country.enforce_cities = True
        application._portal_save("company", self._company_post())
        self.assertIn(
            "Test City is not in the list of cities of China",
            application.sudo()._get_company_gaps(),
        )
        city = self.env["res.city"].create(
            {
                "name": "Test City",
                "country_id": self.country.id,
                "state_id": self.state.id,
            }
        )
        application._portal_save("company", self._company_post())
        self.assertEqual(application.sudo().applied_city_id, city)
        self.assertFalse(application.sudo()._get_company_gaps())

    def test_state_of_another_country_is_dropped(self):
        application = self._start()
        application._portal_save("company", self._company_post())
        other = self.env.ref("base.de")
        application._portal_save("company", {"applied_country_id": str(other.id)})
        self.assertFalse(application.sudo().applied_state_id)

    def test_submit_makes_the_company(self):
        application = self._submitted().sudo()
        self.assertEqual(application.state, "applied")
        self.assertEqual(application.submitted_by_id, self.user_applicant)
        self.assertTrue(application.is_new_company)
        self.assertRecordValues(
            application.partner_id,
            [
                {
                    "name": "Bright Repairs",
                    "is_company": True,
                    "city": "Test City",
                    "company_registry": "91440101MA5A",
                    "company_id": self.company.id,
                }
            ],
        )

    def test_nobody_of_the_application_decides_it(self):
        application = self._fill(self._start()).sudo()
        application.with_user(self.user_centre).action_submit()
        # Promoted to an internal role in the meantime, he may still not decide.
        self.user_applicant.group_ids = [
            fields.Command.set([self.env.ref("aftersales_network.group_admin").id])
        ]
        with self.assertRaisesRegex(UserError, "Somebody else must decide"):
            application.with_user(self.user_applicant).action_approve()

    def test_admission_makes_contacts_and_staff(self):
        application = self._submitted().sudo()
        self._admit(application)
        today = self.company._get_aftersales_today()
        self.assertRecordValues(
            application.staff_ids.sorted("name"),
            [
                {
                    "name": "Test Applicant",
                    "role_id": self.env.ref(
                        "aftersales_network.role_representative"
                    ).id,
                    "date_from": today,
                    "user_id": self.user_applicant.id,
                },
                {
                    "name": "Wang Min",
                    "role_id": self.role_technician.id,
                    "date_from": today,
                    "user_id": False,
                },
            ],
        )
        contact = application.application_person_ids.partner_id
        self.assertEqual(contact.parent_id, application.partner_id)
        self.assertEqual(contact.email, "wang@example.com")
        application._on_admitted()
        self.assertEqual(len(application.staff_ids), 2)
        self.assertEqual(application.partner_id.child_ids, contact)
        self.assertTrue(application.with_user(self.user_applicant).is_user_point)

    def test_applicant_named_among_the_people(self):
        application = self._fill(self._start())
        application._portal_save_line(
            "person",
            {
                "name": "test applicant",
                "role_id": str(self.role_manager.id),
                "email": "Applicant@example.com",
            },
        )
        application._portal_submit()
        self._admit(application)
        line = application.sudo().staff_ids.filtered("user_id")
        self.assertEqual(line.role_id, self.role_manager)
        self.assertEqual(line.partner_id, self.user_applicant.partner_id)

    def test_known_company_is_not_overwritten(self):
        company = self.env["res.partner"].create(
            {"name": "Old Customer", "is_company": True, "street": "9 Old Street"}
        )
        self.user_applicant.partner_id.parent_id = company
        application = self._fill(self._start())
        self.assertEqual(application.sudo().partner_id, company)
        application._portal_submit()
        self.assertEqual(company.name, "Old Customer")
        self._admit(application)
        self.assertEqual(
            (company.name, company.street, company.city, company.phone),
            ("Old Customer", "9 Old Street", False, "+86 20 1234"),
        )
        note = application.sudo().message_ids.filtered(
            lambda m: "differs from what is known" in (m.body or "")
        )
        self.assertIn("Name", note.body)
        self.assertIn("Street", note.body)

    def test_company_of_another_company_is_not_taken(self):
        employer = self.env["res.partner"].create(
            {"name": "B", "is_company": True, "company_id": self.company_b.id}
        )
        self.user_applicant.partner_id.parent_id = employer
        self.assertFalse(self._start().sudo().partner_id)

    def test_rejection_is_shown_and_mended(self):
        application = self._submitted()
        application.with_user(self.user_admin).action_reject("No fire exit")
        self.assertEqual(application.sudo()._get_rejection_reason(), "No fire exit")
        timeline = {
            gate["gate"]: gate["status"]
            for gate in application.sudo()._get_application_timeline()
        }
        self.assertEqual(
            timeline,
            {
                "submit": "done",
                "centre": "rejected",
                "technical": "open",
                "head": "open",
            },
        )
        application._portal_save("premises", {"store_area": "15"})
        application.sudo().date_submitted -= timedelta(days=1)
        self.env["aftersales.approval"].search([], limit=1).date -= timedelta(hours=1)
        application._portal_submit()
        self.assertEqual(application.state, "applied")
        self.assertFalse(application.sudo()._get_rejection_reason())
        self.assertEqual(
            [g["status"] for g in application.sudo()._get_application_timeline()],
            ["done", "current", "open", "open"],
        )

    def test_timeline_tells_no_names(self):
        application = self._submitted()
        application.with_user(self.user_admin).action_approve("weak workshop")
        timeline = application.sudo()._get_application_timeline()
        self.assertEqual(
            [gate["status"] for gate in timeline], ["done", "done", "current", "open"]
        )
        self.assertEqual(set(timeline[1]), {"gate", "label", "status", "date"})
        self.assertTrue(timeline[1]["date"])
        self._admit_rest(application)
        timeline = application.sudo()._get_application_timeline()
        self.assertEqual({gate["status"] for gate in timeline}, {"done"})

    def _admit_rest(self, application):
        for role in ("reviewer", "head"):
            application.with_user(getattr(self, f"user_{role}")).action_approve()

    def test_equipment_goes_into_the_register(self):
        application = self._start()
        line = application._portal_save_line(
            "equipment", {"name": "Vacuum pump", "category": "tool", "quantity": "2"}
        )
        self.assertEqual(application.sudo().resource_ids, line)
        with self.assertRaisesRegex(ValidationError, "is in the list already"):
            application._portal_save_line(
                "equipment", {"name": "vacuum PUMP", "category": "tool"}
            )
        application._portal_save_line(
            "equipment",
            {"line_id": str(line.id), "name": "Vacuum pump", "quantity": "3"},
        )
        self.assertEqual(line.quantity, 3)
        application._portal_remove_line("equipment", str(line.id))
        self.assertFalse(application.sudo().resource_ids)

    def test_conditions_with_value_and_proof(self):
        Condition = self.env["aftersales.condition"]
        hoist = Condition.create(
            {"name": "Hoists", "category": "equipment", "minimum": 2, "unit": "pcs"}
        )
        licence = Condition.create(
            {"name": "Trade licence", "category": "legal", "check_kind": "document"}
        )
        area = Condition.create(
            {
                "name": "Workshop",
                "category": "premises",
                "minimum": 50,
                "source_field": "workshop_area",
            }
        )
        application = self._fill(self._start())
        lines = {x.condition_id: x for x in application.sudo().condition_ids}
        self.assertEqual(
            application.sudo()._get_application_gaps()["conditions"],
            [lines[c]._get_failure_text() for c in (hoist, licence)],
        )
        with self.assertRaisesRegex(UserError, "Hoists is 0 pcs.*Trade licence lacks"):
            application._portal_submit()
        save = application._portal_save_condition
        save({"line_id": str(lines[hoist].id), "value": "2"})
        save({"line_id": lines[licence].id, "value": "9"}, [("licence.pdf", PDF)])
        save({"line_id": lines[area].id, "value": "900"})
        self.assertEqual(lines[area].value, 120)
        self.assertEqual(lines[licence].value, 0)
        self.assertEqual(lines[licence].proof_ids.res_id, lines[licence].id)
        with self.assertRaisesRegex(ValidationError, "this is not a number"):
            save({"line_id": lines[hoist].id, "value": "two"})
        with self.assertRaisesRegex(UserError, "not asked for any more"):
            save({"line_id": "0", "value": "2"})
        application._portal_submit()
        self.assertEqual(application.state, "applied")
        with self.assertRaisesRegex(UserError, "cannot be changed now"):
            save({"line_id": lines[hoist].id, "value": "9"})

    def test_invitation(self):
        point = self._create_point(
            name="Invited", state="prospect", parent_id=self.centre.id
        )
        point.partner_id.email = "invited@example.com"
        action = point.with_user(
            self.env.ref("base.user_admin")
        ).action_invite_applicant()
        wizard = self.env["portal.wizard"].browse(action["res_id"])
        self.assertIn("/my/service-application", wizard.welcome_message)
        line = wizard.user_ids.filtered(lambda u: u.partner_id == point.partner_id)
        line.action_grant_access()
        user = point.partner_id.user_ids
        self.assertEqual(point.applicant_id, user)
        self.assertEqual(point.applied_name, "Invited")
        found = point.with_user(user)._portal_get_application()
        self.assertEqual(found, point)
        second = self._create_point(name="Second", state="prospect")
        second._link_applicant(user)
        self.assertFalse(second.applicant_id)
        second._link_applicant(self.user_head)
        self.assertFalse(second.applicant_id)
        second.with_user(self.user_dispatcher)._link_applicant(self.user_applicant)
        self.assertFalse(second.applicant_id)

    def test_back_office_form(self):
        with Form(self.env["aftersales.service.point"]) as form:
            form.name = "By Hand"
            form.parent_id = self.centre
            with form.application_person_ids.new() as person:
                person.name = "Zhao"
            with form.application_reference_ids.new() as reference:
                reference.name = "Best Bank"
        self.assertEqual(form.record.application_person_ids.display_name, "Zhao")
        self.assertEqual(form.record.application_reference_ids.relation, "customer")
