from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..tools.portal_form import MAX_FILE_SIZE
from .common import CONTEXT, ROLES
from .test_application import PDF, PNG, ApplicationCommon


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
