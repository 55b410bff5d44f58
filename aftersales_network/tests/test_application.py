from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from ..tools.portal_form import MAX_FILE_SIZE
from .common import CONTEXT, ROLES, AftersalesCommon

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


@tagged("post_install", "-at_install", "security")
class TestApplicationRights(ApplicationCommon):
    def test_matrix(self):
        rights = {
            **dict.fromkeys(ROLES, "r"),
            "centre": "rwcd",
            "head": "rwcd",
            "admin": "rwcd",
            "portal": "r",
        }
        operations = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
        for model in ("person", "reference"):
            Model = self.env[f"aftersales.application.{model}"]
            for role, letters in rights.items():
                user = getattr(self, f"user_{role}")
                for letter, operation in operations.items():
                    with self.subTest(model=model, role=role, operation=operation):
                        self.assertEqual(
                            Model.with_user(user).has_access(operation),
                            letter in letters,
                        )

    def test_foreign_application(self):
        mine = self._fill(self._start())
        foreign = mine.with_user(self.user_rival)
        person = mine.sudo().application_person_ids
        for records in (foreign, person.with_user(self.user_rival)):
            with self.assertRaises(AccessError):
                records.read(["name"])
        for call in (
            lambda: foreign._portal_save("premises", {"store_area": "1"}),
            lambda: foreign._portal_save_line("person", {"name": "x"}),
            lambda: foreign._portal_remove_line("person", person.id),
            lambda: foreign._portal_add_photos([("a.png", PNG)]),
            lambda: foreign._portal_submit(),
        ):
            with self.assertRaises(AccessError):
                call()
        self.assertFalse(foreign.browse()._portal_get_application())

    def test_people_of_the_point_are_not_its_applicant(self):
        self.point.applicant_id = self.user_applicant
        with self.assertRaisesRegex(AccessError, "not your application"):
            self.point.with_user(self.user_portal)._portal_open()

    def test_lines_and_files_of_others_are_out_of_reach(self):
        mine, other = (
            self._fill(self._start()),
            self._fill(self._start(self.user_rival)),
        )
        theirs = other.sudo().application_person_ids
        mine._portal_remove_line("person", theirs.id)
        mine._portal_remove_file(theirs.attachment_ids.id)
        mine._portal_remove_file(other.sudo().photo_ids.id)
        self.assertTrue(theirs.exists() and theirs.attachment_ids.exists())
        self.assertTrue(other.sudo().photo_ids.exists())
        with self.assertRaisesRegex(UserError, "does not exist any more"):
            mine._portal_save_line("person", {"line_id": str(theirs.id), "name": "x"})

    def test_files_are_bound_and_private(self):
        mine = self._fill(self._start())
        photo = mine.sudo().photo_ids
        file = mine.sudo().application_person_ids.attachment_ids
        self.assertEqual(
            (photo.public, photo.res_model, photo.res_id, photo.mimetype),
            (False, "aftersales.service.point", mine.id, "image/png"),
        )
        self.assertEqual(file.res_model, "aftersales.application.person")
        for attachment in photo | file:
            # Only the page's own route hands it out, see the portal tests.
            for user in (
                self.user_applicant,
                self.user_rival,
                self.user_portal,
                self.env.ref("base.public_user"),
            ):
                with self.assertRaises(AccessError):
                    attachment.with_user(user).read(["name"])
        mine._portal_remove_file(str(photo.id))
        self.assertFalse(photo.exists())

    def test_files_and_messages_of_the_reviewers_stay_theirs(self):
        mine = self._start()
        report = self.env["ir.attachment"].create(
            {
                "name": "visit.pdf",
                "raw": PDF,
                "res_model": mine._name,
                "res_id": mine.id,
            }
        )
        message = mine.with_user(self.user_head).message_post(
            body="Doubtful", subtype_xmlid="mail.mt_comment", message_type="comment"
        )
        with self.assertRaises(AccessError):
            report.with_user(self.user_applicant).read(["name"])
        with self.assertRaises(AccessError):
            message.with_user(self.user_applicant).read(["body"])
        found = self.env["mail.message"].with_user(self.user_applicant)
        self.assertNotIn(message, found.search([("res_id", "=", mine.id)]))
        for name in ("note", "inspection_finding", "inspector_id", "missing_html"):
            with self.assertRaises(AccessError):
                mine.read([name])
        mine.sudo().photo_ids = report
        mine._portal_remove_file(report.id)
        self.assertTrue(report.exists())

    def test_read_only_while_under_review(self):
        mine = self._submitted()
        person = mine.sudo().application_person_ids
        for call in (
            lambda: mine._portal_save("company", {"applied_name": "x"}),
            lambda: mine._portal_save_line("person", {"name": "x"}),
            lambda: mine._portal_remove_line("person", person.id),
            lambda: mine._portal_add_photos([("a.png", PNG)]),
            lambda: mine._portal_remove_file(mine.sudo().photo_ids.id),
            lambda: mine._portal_submit(),
        ):
            with self.assertRaisesRegex(UserError, "in state “Applied” and cannot be"):
                call()
        self.assertTrue(person.exists())

    def test_forged_fields_are_ignored(self):
        mine = self._start()
        level = self.env["aftersales.point.level"].create({"name": "Top"})
        before = mine.sudo().read(
            ["state", "level_id", "capacity", "manager_id", "company_id", "partner_id"]
        )
        mine._portal_save(
            "company",
            {
                "state": "active",
                "level_id": str(level.id),
                "capacity": "99",
                "manager_id": str(self.user_rival.id),
                "company_id": str(self.company_b.id),
                "applicant_id": str(self.user_rival.id),
                "partner_id": str(self.customer.id),
                "is_new_company": "1",
                "tier": "hq",
            },
        )
        self.assertEqual(mine.sudo().read(list(before[0])), before)
        self.assertEqual(mine.sudo().applicant_id, self.user_applicant)
        self.assertFalse(mine.sudo().is_new_company)
        mine._portal_save("nonsense", {"state": "active"})
        line = mine._portal_save_line(
            "person",
            {
                "name": "x",
                "partner_id": str(self.customer.id),
                "service_point_id": str(self.point.id),
            },
        )
        self.assertEqual(
            (line.service_point_id.id, line.partner_id.id), (mine.id, False)
        )

    def test_wrong_values(self):
        mine = self._start()
        cases = (
            ("premises", "years_in_trade", "999999999999", "at most 300"),
            ("premises", "years_in_trade", "1.5", "this is not a number"),
            ("premises", "office_area", "nan", "this is not a number"),
            ("premises", "office_area", "1e300", "at most 1000000"),
            ("premises", "vehicle_count", "-1", "cannot be negative"),
            ("premises", "opening_note", "x" * 201, "at most 200 characters"),
            ("premises", "transport_access", "x" * 4001, "at most 4000 characters"),
            ("company", "applied_email", "nobody", "this is no e-mail address"),
            ("company", "kind", "own", "choose one of the list"),
            ("company", "kind", "", "choose one of the list"),
            ("company", "legal_form", "branch", "choose one of the list"),
            ("company", "applied_country_id", "99999999999", "choose one of the list"),
            ("company", "applied_country_id", "1 OR 1=1", "choose one of the list"),
        )
        for section, name, value, message in cases:
            with (
                self.subTest(name=name, value=value[:20]),
                self.assertRaisesRegex(ValidationError, message),
            ):
                mine._portal_save(section, {name: value})
        with self.assertRaisesRegex(ValidationError, "Type a name"):
            mine._portal_save_line("person", {"name": "  "})
        with self.assertRaisesRegex(ValidationError, "at most 80"):
            mine._portal_save_line("person", {"name": "x", "years": "81"})

    def test_wrong_files(self):
        mine = self._start()
        for name, content, message in (
            ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "only pictures"),
            ("a.png", b"<html><script>alert(1)</script></html>", "only pictures"),
            ("a.png", PDF, "only pictures"),
            ("a.png", b"MZ" + b"\x00" * 64, "only pictures"),
            ("a.png", b"", "the file is empty"),
            ("a.png", PNG + b"\x00" * MAX_FILE_SIZE, "10 MB at most"),
        ):
            with self.assertRaisesRegex(ValidationError, message):
                mine._portal_add_photos([(name, content)])
        with self.assertRaisesRegex(ValidationError, "At most 20 entries"):
            mine._portal_add_photos([("a.png", PNG)] * 21)
        self.assertFalse(mine.sudo().photo_ids)

    def test_centres_of_the_own_company_only(self):
        foreign = self._create_point(
            name="Foreign Centre",
            tier="centre",
            kind="own",
            company_id=self.company_b.id,
        )
        closed = self._create_point(
            name="Closed Centre", tier="centre", kind="own", state="closed"
        )
        employee = new_test_user(
            self.env,
            login="aftersales_applicant_b",
            groups="base.group_portal",
            company_id=self.company_b.id,
            company_ids=[fields.Command.set(self.company_b.ids)],
            context=CONTEXT,
        )
        theirs = self._start(employee)
        self.assertEqual(theirs.sudo().company_id, self.company_b)
        self.assertEqual(theirs.sudo().parent_id, foreign)
        with self.assertRaisesRegex(ValidationError, "choose one of the list"):
            theirs._portal_save("company", {"parent_id": str(self.centre.id)})
        mine = self._start()
        centres = mine._portal_get_centres(mine.sudo().company_id)
        self.assertIn(self.centre, centres.with_env(self.env))
        self.assertFalse((foreign | closed) & centres.with_env(self.env))
        for centre in foreign | closed | self.point:
            with self.assertRaisesRegex(ValidationError, "choose one of the list"):
                mine._portal_save("company", {"parent_id": str(centre.id)})

    def test_applicant_reads_until_admission_and_staff_after(self):
        mine = self._submitted()
        person = mine.sudo().application_person_ids
        self.assertTrue(mine.has_access("read"))
        self.assertFalse(mine.has_access("write"))
        self._admit(mine.sudo())
        self.env.invalidate_all()
        self.assertTrue(mine.has_access("read"))
        self.assertFalse(person.with_user(self.user_applicant).has_access("read"))
        line = mine.sudo().staff_ids.filtered("user_id")
        line.write({"date_from": "2020-01-01", "date_to": "2020-01-02"})
        self.env.invalidate_all()
        self.assertFalse(mine.has_access("read"))

    def test_guarded_fields_of_people(self):
        mine = self._fill(self._start())
        person = mine.sudo().application_person_ids.with_user(self.user_centre)
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            person.write({"partner_id": self.customer.id})
        with self.assertRaises(AccessError):
            person.write({"service_point_id": self.point_b.id})
        point = mine.sudo().with_user(self.user_centre)
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            point.write({"is_new_company": True})
