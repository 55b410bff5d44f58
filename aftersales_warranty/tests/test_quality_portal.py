import base64
import json

from odoo.tests import HttpCase, new_test_user, tagged

from .common import make_picture
from .quality_common import QualityCommon


@tagged("post_install", "-at_install")
class TestQualityPortal(QualityCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._fail(cls._sell("P-1", batch="B-7"))
        cls.owner = new_test_user(
            cls.env,
            login="training_owner",
            groups="base.group_portal",
            context={"no_reset_password": True},
        )
        cls.owner.partner_id.parent_id = cls.customer

    def _post(self, step, data=None, files=None, order=None):
        order = order or self.order
        url = f"/my/service-orders/{order.id}"
        page = self.url_open(url)
        token = page.text.split('csrf_token" value="')[1].split('"')[0]
        return self.url_open(
            f"{url}/{step}", data={"csrf_token": token, **(data or {})}, files=files
        )

    def _form(self, **vals):
        return {
            "fault_id": str(self.fault.id),
            "description": "Drips at night",
            "cause": "Seal",
            "batch": "B-77",
            "severity": "critical",
            **vals,
        }

    # -- quality report --------------------

    def test_a_point_reports_on_its_order(self):
        self.authenticate(self.user_portal.login, self.user_portal.login)
        photos = [("photos", ("a.png", make_picture(), "image/png"))]
        page = self._post("quality", self._form(), photos)
        report = self.order.quality_report_ids
        self.assertEqual(len(report), 1)
        self.assertIn(report.name, page.text)
        self.assertEqual(report.state, "new")
        self.assertEqual(report.severity, "critical")
        self.assertEqual(report.batch, "B-77")
        self.assertEqual(report.description, "Drips at night")
        self.assertEqual(report.raised_by_id, self.user_portal)
        self.assertEqual(report.service_point_id, self.point)
        self.assertEqual(report.attachment_ids.name, "a.png")
        self.assertFalse(report.attachment_ids.public)
        people = self.company._get_aftersales_people(
            "aftersales_network.group_technical_reviewer"
        )
        self.assertEqual(report.activity_ids.user_id, people[:1])

    def test_the_point_reads_the_answer(self):
        report = self._report(order_id=self.order.id, product_id=None)
        self._send(report)
        report.with_user(self.user_expert)._answer("New seal from July", "Rubber", "")
        self.authenticate(self.user_portal.login, self.user_portal.login)
        page = self.url_open(f"/my/service-orders/{self.order.id}")
        self.assertIn("New seal from July", page.text)

    def test_the_same_fault_twice_is_refused(self):
        self.authenticate(self.user_portal.login, self.user_portal.login)
        self._post("quality", self._form())
        page = self._post("quality", self._form())
        self.assertIn("is on this fault already", page.text)
        self.assertEqual(len(self.order.quality_report_ids), 1)

    def test_bad_forms_leave_nothing_behind(self):
        self.authenticate(self.user_portal.login, self.user_portal.login)
        for vals, message in (
            ({"fault_id": ""}, "Choose the fault."),
            ({"fault_id": "999999999"}, "choose one of the list"),
            ({"fault_id": "x"}, "choose one of the list"),
            ({"description": " "}, "Write what is abnormal."),
            ({"severity": "nuclear"}, "choose one of the list"),
            ({"batch": "B" * 201}, "at most 200 characters"),
        ):
            with self.subTest(vals=vals):
                page = self._post("quality", self._form(**vals))
                self.assertIn(message, page.text)
                self.assertFalse(self.order.quality_report_ids)
        files = [("photos", ("a.png", b"<script>", "image/png"))]
        page = self._post("quality", self._form(), files)
        self.assertIn("only pictures", page.text)
        self.assertFalse(self.order.quality_report_ids)

    def test_a_foreign_point_reports_nothing(self):
        self.authenticate(self.user_portal_b.login, self.user_portal_b.login)
        page = self.url_open(f"/my/service-orders/{self.order.id}")
        self.assertNotIn(self.order.name, page.text)
        token = self.url_open("/my/account").text
        token = token.split('csrf_token" value="')[1].split('"')[0]
        for number in (self.order.id, 99999999):
            answer = self.url_open(
                f"/my/service-orders/{number}/quality",
                data={"csrf_token": token, **self._form()},
                allow_redirects=False,
            )
            self.assertTrue(answer.headers["Location"].endswith("/my"))
        self.assertFalse(self.order.quality_report_ids)

    def test_the_portal_writes_nothing_by_itself(self):
        report = self._report(order_id=self.order.id, product_id=None)
        as_portal = report.with_user(self.user_portal)
        self.assertTrue(as_portal.has_access("read"))
        for operation in ("write", "create", "unlink"):
            self.assertFalse(as_portal.has_access(operation))

    # -- trainings --------------------

    def _call(self, url, **params):
        answer = self.url_open(
            url,
            data=json.dumps({"jsonrpc": "2.0", "params": params}),
            headers={"Content-Type": "application/json"},
        )
        return answer.json()["result"]

    def _held(self):
        training = self._train()
        training.with_user(self.user_centre).action_hold()
        return training

    def test_the_customer_confirms_his_training(self):
        training = self._held()
        self.authenticate(self.owner.login, self.owner.login)
        self.assertIn(training.name, self.url_open("/my/unit-trainings").text)
        page = self.url_open(f"/my/unit-trainings/{training.id}")
        self.assertIn("Confirm the training", page.text)
        signature = base64.b64encode(make_picture()).decode()
        result = self._call(
            f"/my/unit-trainings/{training.id}/sign",
            name="Mrs Zhao",
            signature=signature,
            remarks="Thanks",
        )
        self.assertEqual(result["redirect_url"], f"/my/unit-trainings/{training.id}")
        training.invalidate_recordset()
        self.assertEqual(training.confirm_name, "Mrs Zhao")
        self.assertEqual(training.confirm_way, "portal")
        page = self.url_open(f"/my/unit-trainings/{training.id}")
        self.assertIn("Mrs Zhao", page.text)
        again = self._call(
            f"/my/unit-trainings/{training.id}/sign", name="X", signature=signature
        )
        self.assertIn("was confirmed by Mrs Zhao already", again["error"])

    def test_the_point_sees_it_and_cannot_confirm(self):
        training = self._held()
        self.authenticate(self.user_portal.login, self.user_portal.login)
        page = self.url_open(f"/my/unit-trainings/{training.id}")
        self.assertIn(training.name, page.text)
        self.assertNotIn("Confirm the training", page.text)
        signature = base64.b64encode(make_picture()).decode()
        result = self._call(
            f"/my/unit-trainings/{training.id}/sign", name="X", signature=signature
        )
        self.assertEqual(result["error"], "Only the customer confirms his training.")
        self.assertFalse(training.date_confirmed)

    def test_foreign_and_unknown_trainings_look_the_same(self):
        training = self._held()
        self.authenticate(self.user_portal_b.login, self.user_portal_b.login)
        self.assertNotIn(training.name, self.url_open("/my/unit-trainings").text)
        for number in (training.id, 99999999):
            for page in ("", "/protocol"):
                answer = self.url_open(
                    f"/my/unit-trainings/{number}{page}", allow_redirects=False
                )
                self.assertTrue(
                    answer.headers["Location"].endswith("/my/unit-trainings")
                )
            result = self._call(
                f"/my/unit-trainings/{number}/sign", name="X", signature="eA=="
            )
            self.assertIn("error", result)
        self.assertFalse(training.date_confirmed)

    def test_the_customer_takes_the_protocol(self):
        training = self._held()
        self.authenticate(self.owner.login, self.owner.login)
        answer = self.url_open(f"/my/unit-trainings/{training.id}/protocol")
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertIn(training.name, answer.headers["Content-Disposition"])
