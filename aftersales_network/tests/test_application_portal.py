import io

from odoo import http
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .test_application import PDF, PNG, ApplicationCommon

URL = "/my/service-application"


@tagged("post_install", "-at_install")
class TestApplicationPortal(ApplicationCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        people = cls.user_applicant | cls.user_rival | cls.user_portal
        for user in people | cls.user_portal_b:
            user.password = user.login

    def _login(self, user):
        self.authenticate(user.login, user.login)

    def _post(self, step, files=None, token=True, **data):
        """Send one step as the browser does, with the page's CSRF token."""
        if token:
            self.url_open(URL)
            data["csrf_token"] = http.Request.csrf_token(self)
        data = data or {"empty": "1"}
        return self.url_open(f"{URL}/step/{step}", data=data, files=files)

    def _application(self, user=None):
        Point = self.env["aftersales.service.point"]
        return Point.search([("applicant_id", "=", (user or self.user_applicant).id)])

    def test_home_cards(self):
        self._login(self.user_applicant)
        page = self.url_open("/my/home").text
        self.assertIn(URL, page)
        self.assertNotIn('href="/my/service-point"', page)
        self._login(self.user_portal)
        page = self.url_open("/my/home").text
        self.assertNotIn(URL, page)
        self.assertIn('href="/my/service-point"', page)

    def test_public_is_sent_to_the_login(self):
        for path in (URL, f"{URL}/company", "/my/service-point", f"{URL}/file/1"):
            response = self.url_open(path)
            self.assertIn("/web/login", response.url, path)
        self.assertIn("/web/login", self._post("start", token=False).url)
        self.assertFalse(self._application())

    @mute_logger("odoo.http")
    def test_forms_carry_the_token_and_need_it(self):
        self._login(self.user_applicant)
        self.assertIn('name="csrf_token"', self.url_open(URL).text)
        self.assertEqual(self._post("start", token=False).status_code, 400)
        self.assertFalse(self._application())
        self._post("start")
        self._post("equipment", name="Pump", category="tool", quantity="1")
        application = self._application()
        for section in ("company", "premises", "equipment", "people", "photos"):
            page = self.url_open(f"{URL}/{section}").text
            forms = page.count(f'action="{URL}/step/')
            self.assertTrue(forms)
            self.assertEqual(page.count('name="csrf_token"'), forms, section)
        self._post("save", token=False, section="company", applied_name="Forged")
        self.assertNotEqual(application.applied_name, "Forged")

    def test_fill_save_resume_submit(self):
        self._login(self.user_applicant)
        self.assertIn("Start Application", self.url_open(URL).text)
        page = self._post("start")
        application = self._application()
        self.assertIn("no legal form", page.text)
        page = self._post("submit")
        self.assertIn("cannot be submitted", page.text)
        self.assertEqual(application.state, "prospect")
        page = self._post("save", section="company", **self._company_post())
        self.assertTrue(page.url.endswith("/company"))
        self.assertIn("Saved as draft.", page.text)
        self.assertIn('value="Bright Repairs"', page.text)
        page = self._post("save", section="company", next="1")
        self.assertTrue(page.url.endswith("/premises"))
        self._post(
            "save",
            section="premises",
            office_area="40,5",
            opening_note="8-18",
            transport_access="Bus 7",
        )
        self.assertEqual(application.office_area, 40.5)
        page = self._post(
            "person",
            files=[("files", ("c.pdf", io.BytesIO(PDF), "application/pdf"))],
            name="Wang Min",
            role_id=str(self.role_technician.id),
            phone="1",
        )
        self.assertIn("c.pdf", page.text)
        page = self._post(
            "photos", files=[("photos", ("shop.png", io.BytesIO(PNG), "image/png"))]
        )
        self.assertIn("shop.png", page.text)
        self.assertIn("You can submit the application", self.url_open(URL).text)
        page = self._post("submit")
        self.assertEqual(application.state, "applied")
        self.assertIn('data-gate="centre" data-status="current"', page.text)
        self.assertNotIn("submit_application", page.text)
        page = self.url_open(f"{URL}/company").text
        self.assertIn("cannot be changed now", page)
        self.assertIn('disabled="disabled"', page)
        page = self._post("save", section="company", applied_name="Late")
        self.assertIn("cannot be changed now", page.text)
        self.assertEqual(application.applied_name, "Bright Repairs")

    def test_wrong_value_keeps_what_was_typed(self):
        self._login(self.user_applicant)
        self._post("start")
        page = self._post(
            "save", section="premises", years_in_trade="many", opening_note="9-17"
        )
        self.assertIn("Years In Trade: this is not a number", page.text)
        self.assertIn('value="many"', page.text)
        self.assertIn('value="9-17"', page.text)
        self.assertFalse(self._application().opening_note)
        page = self._post(
            "photos", files=[("photos", ("x.png", io.BytesIO(b"<svg/>"), "image/png"))]
        )
        self.assertIn("x.png: only pictures", page.text)

    def test_html_is_escaped(self):
        self._login(self.user_applicant)
        self._post("start")
        evil = "<script>alert(1)</script>"
        self._post("save", section="company", applied_name=evil)
        self._post("save", section="premises", transport_access=evil + "</textarea>")
        self._post("person", name=evil, certificates=evil, role_id="")
        self._post("reference", name=evil, contact=evil)
        self._post("equipment", name=evil, category="tool", quantity="1", note=evil)
        self._application().message_post(body="x")
        for section in ("", "/company", "/premises", "/people", "/references"):
            page = self.url_open(URL + section).text
            self.assertNotIn(evil, page, section)
            self.assertNotIn("</script></textarea>", page)
        self.assertIn("&lt;script&gt;", page)
        self.assertNotIn(evil, self.url_open(f"{URL}/equipment").text)

    def test_rejection_and_no_names(self):
        application = self._submitted()
        application.with_user(self.user_admin).action_reject("No <b>fire</b> exit")
        self._login(self.user_applicant)
        page = self.url_open(URL).text
        self.assertIn("No &lt;b&gt;fire&lt;/b&gt; exit", page)
        self.assertIn('data-gate="centre" data-status="rejected"', page)
        self.assertNotIn(self.user_admin.name, page)
        self._post("save", section="premises", store_area="20")
        page = self._post("submit").text
        self.assertNotIn("fire", page)
        application.with_user(self.user_admin).action_approve("internal remark")
        page = self.url_open(URL).text
        self.assertIn('data-gate="centre" data-status="done"', page)
        self.assertNotIn("internal remark", page)

    def test_others_see_and_reach_nothing(self):
        mine = self._submitted()
        photo, file = mine.sudo().photo_ids, mine.sudo()._portal_get_files()[-1:]
        mine.sudo().applied_name = "Confidential Plans"
        self._login(self.user_applicant)
        response = self.url_open(f"{URL}/file/{photo.id}")
        self.assertEqual(response.headers["Content-Type"], "image/png")
        response = self.url_open(f"{URL}/file/{file.id}")
        self.assertIn("attachment", response.headers["Content-Disposition"])
        for user in (self.user_rival, self.user_portal):
            self._login(user)
            for section in ("", "/company", "/people"):
                page = self.url_open(URL + section)
                self.assertNotIn("Confidential Plans", page.text)
            for attachment in photo | file:
                for path in (f"{URL}/file", "/web/content", "/web/image"):
                    response = self.url_open(f"{path}/{attachment.id}")
                    self.assertNotIn(response.content, (PNG, PDF))
                response = self.url_open(f"{URL}/file/{attachment.id}")
                self.assertEqual(response.status_code, 404)
            self._post(
                "remove",
                kind="person",
                line_id=str(mine.sudo().application_person_ids.id),
            )
            self._post("submit")
        self.assertTrue(mine.sudo().application_person_ids)
        self.assertEqual(self._post("nonsense").status_code, 404)
        self.assertEqual(self.url_open(f"{URL}/nonsense").status_code, 200)
        self._login(self.user_applicant)
        self.assertEqual(self.url_open(f"{URL}/nonsense").status_code, 404)
        self.assertEqual(self.url_open(f"{URL}/file/999999999").status_code, 404)

    def test_conditions_on_the_page(self):
        self.env["aftersales.condition"].create(
            {"name": "Fire exit", "category": "premises", "check_kind": "yes_no"}
        )
        self._login(self.user_applicant)
        page = self._post("start")
        self.assertIn("Fire exit is not fulfilled", page.text)
        line = self._application().condition_ids.filtered(
            lambda x: x.condition_id.name == "Fire exit"
        )
        page = self._post(
            "condition",
            files=[("files", ("exit.pdf", io.BytesIO(PDF), "application/pdf"))],
            line_id=str(line.id),
            value="1",
        )
        self.assertTrue(page.url.endswith("/conditions"))
        self.assertIn("exit.pdf", page.text)
        self.assertTrue(line.is_yes)
        self._post("remove_file", section="conditions", file_id=str(line.proof_ids.id))
        self.assertFalse(line.proof_ids)

    def test_places(self):
        City = self.env["res.city"]
        City.create(
            [
                {"name": name, "country_id": self.country.id, "state_id": state.id}
                for name, state in (("East Bay", self.state), ("Lake", self.state_b))
            ]
        )
        self._login(self.user_applicant)
        found = self.make_jsonrpc_request(
            f"{URL}/places", {"country_id": str(self.country.id), "state_id": ""}
        )
        self.assertIn([self.state.id, self.state.name], found["states"])
        self.assertTrue({"East Bay", "Lake"} <= set(found["cities"]))
        found = self.make_jsonrpc_request(
            f"{URL}/places",
            {"country_id": str(self.country.id), "state_id": str(self.state.id)},
        )
        self.assertEqual(found["cities"], ["East Bay"])

    def test_admitted_applicant_sees_his_point(self):
        application = self._submitted()
        self._admit(application)
        self._login(self.user_applicant)
        page = self.url_open(URL).text
        self.assertIn("was admitted", page)
        # The sections have done their duty.
        self.assertTrue(self.url_open(f"{URL}/people").url.endswith(URL))
        page = self.url_open("/my/service-point")
        self.assertTrue(page.url.endswith(f"/my/service-point/{application.id}"))
        self.assertIn("Wang Min", page.text)
        photo = application.sudo().photo_ids
        url = f"/my/service-point/{application.id}/photo/{photo.id}"
        self.assertEqual(self.url_open(url).headers["Content-Type"], "image/png")

    def test_file_of_the_own_point(self):
        self.point.write(
            {"registration_number": "REG-77", "opening_note": "<i>8-18</i>"}
        )
        self._login(self.user_portal)
        page = self.url_open("/my/service-point")
        self.assertTrue(page.url.endswith(f"/my/service-point/{self.point.id}"))
        for text in (
            "Point One",
            "REG-77",
            "&lt;i&gt;8-18&lt;/i&gt;",
            "Test Province",
            self.agreement.name,
            "Portal Technician",
            "Technician",
            "Centre South",
        ):
            self.assertIn(text, page.text)
        self.assertNotIn("suspension_notice", page.text)
        self.point.write({"state": "suspended", "suspension_reason": "Late reports"})
        page = self.url_open("/my/service-point").text
        self.assertIn("suspension_notice", page)
        self.assertIn("Late reports", page)

    def test_file_of_a_foreign_point(self):
        photo = self.env["ir.attachment"].create({"name": "p.png", "raw": PNG})
        self.point.photo_ids = photo
        own = f"/my/service-point/{self.point.id}"
        self._login(self.user_portal)
        response = self.url_open(f"{own}/photo/{photo.id}")
        self.assertEqual(response.headers["Content-Type"], "image/png")
        self._login(self.user_portal_b)
        page = self.url_open(own)
        self.assertNotIn("Point One", page.text)
        self.assertTrue(page.url.endswith("/my"))
        self.assertEqual(self.url_open(f"{own}/photo/{photo.id}").status_code, 404)
        self.assertEqual(
            self.url_open(
                f"/my/service-point/{self.point_b.id}/photo/{photo.id}"
            ).status_code,
            404,
        )
        page = self.url_open("/my/service-point/999999999")
        self.assertTrue(page.url.endswith("/my"))
        # The applicant reads his application, not the file of a working point.
        self._start()
        self._login(self.user_applicant)
        page = self.url_open(f"/my/service-point/{self._application().id}")
        self.assertTrue(page.url.endswith("/my"))

    def test_people_of_two_points_choose(self):
        self._create_staff(
            service_point_id=self.point_b.id, partner_id=self.user_portal.partner_id.id
        )
        self._login(self.user_portal)
        page = self.url_open("/my/service-point").text
        self.assertIn("Point One", page)
        self.assertIn("Point Two", page)
