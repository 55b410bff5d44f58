import re
from datetime import date

from odoo import http
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from .kpi_common import KpiCommon
from .voice_common import VoiceCommon


class VoicePortalCommon(VoiceCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_done()
        cls.order_b = cls._create_done(
            service_point_id=cls.point_b.id, technician_id=cls.technician_b.id
        )
        cls.stranger = cls.env["res.partner"].create({"name": "Stranger"})
        cls.foreign = cls._create_done(partner_id=cls.stranger.id)
        cls.user_customer = new_test_user(
            cls.env,
            login="aftersales_voice_customer",
            groups="base.group_portal",
            partner_id=cls.customer.id,
        )
        for user in cls.user_portal | cls.user_portal_b | cls.user_customer:
            user.password = user.login

    def _login(self, user):
        self.authenticate(user.login, user.login)

    def _complain(self, order, subject):
        return self.env["aftersales.complaint"].create(
            {"order_id": order.id, "subject": subject, "description": "Told at length"}
        )


@tagged("post_install", "-at_install", "security")
class TestComplaintPortal(VoicePortalCommon):
    def setUp(self):
        super().setUp()
        self._login(self.user_customer)

    def _lodge(self, **data):
        self.url_open("/my/complaints")
        data["csrf_token"] = http.Request.csrf_token(self)
        before = self.env["aftersales.complaint"].search([])
        page = self.url_open("/my/complaints/lodge", data=data)
        return page, self.env["aftersales.complaint"].search([]) - before

    def test_a_customer_complains_about_a_job(self):
        page, complaint = self._lodge(
            subject="Still warm", description="Since Monday", order_id=self.order.id
        )
        self.assertTrue(page.url.endswith("/my/complaints"))
        self.assertIn(complaint.name, page.text)
        self.assertEqual(complaint.partner_id, self.customer)
        self.assertEqual(complaint.order_id, self.order)
        self.assertEqual(complaint.service_point_id, self.point)
        self.assertEqual((complaint.channel, complaint.state), ("web", "received"))
        self.assertEqual(complaint.user_id, self.user_centre)
        self.assertEqual(complaint.activity_ids.user_id, self.user_centre)
        self.assertNotIn(self.customer, complaint.message_partner_ids)
        self.assertTrue(self.order.is_complaint)
        answer = self.order.satisfaction_ids
        self.assertEqual((answer.source, answer.is_dissatisfied), ("complaint", True))

    def test_without_a_job(self):
        _page, complaint = self._lodge(subject="Nobody answers", description="Hotline")
        self.assertFalse(complaint.order_id)
        self.assertEqual(complaint.company_id, self.company)
        self.assertTrue(complaint.user_id.has_group("aftersales_network.group_head"))

    def test_foreign_jobs_and_forged_fields_are_left_out(self):
        page = self.url_open("/my/complaints")
        self.assertIn(self.order.name, page.text)
        self.assertNotIn(self.foreign.name, page.text)
        _page, complaint = self._lodge(
            subject="x",
            description="y",
            order_id=self.foreign.id,
            state="closed",
            partner_id=self.stranger.id,
            user_id=self.user_customer.id,
            company_id=self.company_b.id,
            severity_id=self.env.ref("aftersales_evaluation.severity_critical").id,
        )
        self.assertFalse(complaint.order_id)
        self.assertEqual(complaint.partner_id, self.customer)
        self.assertEqual(
            (complaint.state, complaint.company_id), ("received", self.company)
        )
        self.assertEqual(
            complaint.severity_id, self.env.ref("aftersales_evaluation.severity_normal")
        )
        self.assertFalse(self.foreign.is_complaint)

    def test_an_incomplete_form_comes_back_as_it_was_typed(self):
        page, complaint = self._lodge(subject="Still <b>warm</b>", description="  ")
        self.assertFalse(complaint)
        self.assertIn("Please fill in “What the Customer Says”.", page.text)
        self.assertIn("Still &lt;b&gt;warm&lt;/b&gt;", page.text)

    def test_nobody_floods_the_list(self):
        for number in range(20):
            self._complain(self.order, f"Number {number}")
        page, complaint = self._lodge(subject="One more", description="Again")
        self.assertFalse(complaint)
        self.assertIn("At most 20 entries of this kind.", page.text)

    def test_the_answer_is_read_once_it_was_given(self):
        complaint = self._complain(self.order, "Still warm")
        other = self._complain(self.foreign, "Foreign complaint")
        complaint.write(
            {
                "user_id": self.user_centre.id,
                "assessment": "Internal view",
                "verdict": "justified",
                "cause_id": self.cause.id,
                "measure": "New compressor",
                "response": "We come again on Friday",
            }
        )
        text = self.url_open("/my/complaints").text
        self.assertIn("Still warm", text)
        self.assertNotIn("We come again", text)
        complaint.action_acknowledge()
        complaint.action_assess()
        complaint.action_investigate()
        complaint.action_respond()
        text = self.url_open("/my/complaints").text
        self.assertIn("We come again on Friday", text)
        for hidden in (other.name, other.subject, "Internal view"):
            self.assertNotIn(hidden, text)

    def test_the_public_has_no_complaints(self):
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open("/my/complaints").url)
        public = self.env["aftersales.complaint"].with_user(
            self.env.ref("base.public_user")
        )
        with self.assertRaises(AccessError):
            public._portal_lodge({"subject": "x", "description": "y"})
        for user in (self.user_customer, self.user_portal):
            own = self.env["aftersales.complaint"].with_user(user)
            self.assertFalse(own.has_access("read"), "only pages show them")


@tagged("post_install", "-at_install", "security")
class TestFiguresPortal(VoicePortalCommon, KpiCommon):
    def test_a_point_reads_its_own_figures_and_voices(self):
        # With the two jobs above one complaint in four.
        self._create_jobs(self.point, 2, complaints=1)
        self._create_jobs(self.point_b, 4)
        self._measure()
        mine = self._complain(self.order, "Late by two days")
        theirs = self._complain(self.order_b, "Other point")
        self._login(self.user_portal)
        text = self.url_open("/my/service-figures").text
        self.assertIn("No month was closed yet.", text, "open months may still change")
        self._close()
        text = self.url_open("/my/service-figures").text
        table = re.search(r"o_portal_figures.*?</table>", text, re.S)[0]
        cells = re.findall(r"<td[^>]*>(.*?)</td>", table, re.S)
        cells = [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells]
        self.assertEqual(
            cells[:4], ["March 2026", "Few complaints", "25.00 %", "10.00"]
        )
        self.assertEqual(cells[4:], ["Target Missed"])
        self.assertIn(mine.name, text)
        self.assertIn("Late by two days", text)
        for hidden in (theirs.name, "Other point", self.customer.name):
            self.assertNotIn(hidden, text)

    def test_only_the_people_of_a_point(self):
        self._login(self.user_customer)
        self.assertTrue(self.url_open("/my/service-figures").url.endswith("/my"))
        with self.assertRaises(AccessError):
            self.point_b.with_user(self.user_portal)._portal_get_voice()
        with self.assertRaises(AccessError):
            self.point.with_user(self.user_centre)._portal_get_voice()

    def test_answers_of_calls_and_surveys_stay_with_the_centre(self):
        self.env["aftersales.satisfaction"]._record(
            [
                {
                    "source": source,
                    "order_id": self.order.id,
                    "score": 2,
                    "comment": f"Said by {source}",
                    "date": date(2026, 3, 5),
                    "company_id": self.company.id,
                    "service_point_id": self.point.id,
                }
                for source in ("card", "callback", "survey")
            ]
        )
        self._login(self.user_portal)
        text = self.url_open("/my/service-figures").text
        self.assertIn("Said by card", text)
        self.assertIn("2 / 5", text)
        self.assertNotIn("Said by callback", text)
        self.assertNotIn("Said by survey", text)
