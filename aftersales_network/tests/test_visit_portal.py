from base64 import b64decode

from odoo import http
from odoo.tests import HttpCase, tagged

from .test_visit import VisitCommon

PIXEL = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestVisitPortal(VisitCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls._create_visit(note_internal="<p>Weak manager</p>")
        cls.task = cls._create_task(cls.visit, staff_id=cls.technician.id)
        cls._report(cls.visit)
        cls.planned = cls._create_visit()
        cls.foreign = cls._create_visit(service_point_id=cls.point_b.id)
        cls.foreign_task = cls._create_task(cls.foreign, name="Secret finding")
        cls._report(cls.foreign)
        for user in cls.user_portal | cls.user_portal_b:
            user.password = user.login

    def setUp(self):
        super().setUp()
        self.authenticate("aftersales_portal", "aftersales_portal")

    def _post(self, task, visit=None, files=None, **data):
        visit = visit or task.visit_id
        self.url_open("/my/visits")
        data["csrf_token"] = http.Request.csrf_token(self)
        url = f"/my/visits/{visit.id}/tasks/{task.id}/done"
        return self.url_open(url, data=data, files=files)

    def test_list_and_page(self):
        text = self.url_open("/my/visits").text
        self.assertIn(self.visit.name, text)
        self.assertNotIn(self.planned.name, text)
        self.assertNotIn(self.foreign.name, text)
        page = self.url_open(f"/my/visits/{self.visit.id}").text
        for part in ("Seen and agreed", "No safety sign", "Mark as Done"):
            self.assertIn(part, page)
        self.assertNotIn("Weak manager", page)

    def test_home_counts(self):
        self.assertIn("/my/visits", self.url_open("/my/home").text)
        found = self.make_jsonrpc_request("/my/counters", {"counters": ["visit_count"]})
        self.assertEqual(found["visit_count"], 1)

    def test_foreign_planned_and_missing_visits(self):
        for visit_id in (self.foreign.id, self.planned.id, 999999999):
            response = self.url_open(f"/my/visits/{visit_id}")
            self.assertTrue(response.url.endswith("/my"), visit_id)
            self.assertNotIn("Secret finding", response.text)
        self._post(self.foreign_task, result="Overwritten")
        self.assertEqual(self.foreign_task.state, "open")
        response = self._post(self.foreign_task, self.visit, result="Overwritten")
        self.assertEqual(response.status_code, 404)
        self.assertEqual(self.foreign_task.state, "open")

    def test_point_marks_a_finding_as_done(self):
        page = self._post(self.task, result="  ")
        self.assertIn("write down what was done", page.text)
        self.assertEqual(self.task.state, "open")
        page = self._post(
            self.task,
            result="Sign is up",
            state="verified",
            files=[("photos", ("sign.png", PIXEL, "image/png"))],
        )
        self.assertEqual(self.task.state, "done")
        self.assertEqual(self.task.result, "Sign is up")
        self.assertEqual(self.task.done_by_id, self.user_portal)
        self.assertEqual(self.task.photo_ids.name, "sign.png")
        self.assertFalse(self.task.photo_ids.public)
        self.assertEqual(self.task.activity_ids.user_id, self.user_centre)
        self.assertIn("sign.png", page.text)
        page = self._post(self.task, result="Again")
        self.assertIn("in state “Done”", page.text)
        self.assertEqual(self.task.result, "Sign is up")

    def test_task_of_our_own_people_is_not_the_points(self):
        self.task.write({"staff_id": False, "user_id": self.user_centre.id})
        page = self.url_open(f"/my/visits/{self.visit.id}").text
        self.assertNotIn("Mark as Done", page)
        page = self._post(self.task, result="Sign is up")
        self.assertIn("is with Test Centre, who marks it as done", page.text)
        self.assertEqual(self.task.state, "open")

    def test_only_pictures(self):
        page = self._post(
            self.task,
            result="Sign is up",
            files=[("photos", ("sign.png", b"<svg onload=alert(1)>", "image/png"))],
        )
        self.assertIn("only pictures", page.text)
        self.assertEqual(self.task.state, "open")
        self.assertFalse(self.task.photo_ids)
