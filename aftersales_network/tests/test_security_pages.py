"""Messages, papers and files, seen by the people of another point."""

from datetime import date

from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import AftersalesCommon


@tagged("post_install", "-at_install", "security")
class TestSecurityPages(AftersalesCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order()
        cls.order.action_dispatch()
        cls.visit = cls.env["aftersales.visit"].create(
            {
                "service_point_id": cls.point.id,
                "date_planned": date(2026, 3, 10),
                "visitor_ids": [Command.set(cls.user_centre.ids)],
                "report": "<p>Seen</p>",
            }
        )
        cls.visit.action_report()
        for user in (cls.user_portal, cls.user_portal_b):
            user.password = "portal-password-1"

    def _notes(self, record, user):
        return (
            self.env["mail.message"]
            .with_user(user)
            .search([("model", "=", record._name), ("res_id", "=", record.id)])
        )

    def test_internal_notes_stay_inside(self):
        for record in (self.order, self.visit, self.agreement, self.point):
            note = record.message_post(body="Replace them soon")
            for user in (self.user_portal, self.user_portal_b):
                with self.subTest(model=record._name, user=user.login):
                    self.assertNotIn(note, self._notes(record, user))
            self.assertIn(note, self._notes(record, self.user_centre))

    def test_letters_to_one_point_are_not_read_by_another(self):
        for record in (self.order, self.visit, self.agreement, self.point):
            letter = record.message_post(
                body="To the point", subtype_xmlid="mail.mt_comment"
            )
            with self.subTest(model=record._name):
                self.assertNotIn(letter, self._notes(record, self.user_portal_b))

    def test_papers_of_another_point(self):
        self.authenticate(self.user_portal_b.login, "portal-password-1")
        reports = (
            ("action_report_agreement", self.agreement),
            ("action_report_service_order", self.order),
        )
        for name, record in reports:
            report = self.env.ref(f"aftersales_network.{name}")
            with self.subTest(report=name), mute_logger("odoo.http"):
                response = self.url_open(
                    f"/report/html/{report.report_name}/{record.id}"
                )
                self.assertNotEqual(response.status_code, 200)

    def test_files_of_another_point(self):
        files = self.env["ir.attachment"].create(
            [
                {
                    "name": "plan.txt",
                    "raw": b"secret plan",
                    "res_model": record._name,
                    "res_id": record.id,
                }
                for record in (self.order, self.visit, self.agreement, self.point)
            ]
        )
        self.authenticate(self.user_portal_b.login, "portal-password-1")
        for file in files:
            with self.subTest(model=file.res_model):
                response = self.url_open(f"/web/content/{file.id}")
                self.assertEqual(response.status_code, 404)
                self.assertNotIn(b"secret plan", response.content)
        paths = (
            f"/my/visits/{self.visit.id}",
            f"/my/agreements/{self.agreement.id}",
            f"/my/agreements/{self.agreement.id}/pdf",
            f"/my/service-orders/{self.order.id}",
            f"/my/service-point/{self.point.id}",
        )
        for path in paths:
            with self.subTest(path=path):
                response = self.url_open(path, allow_redirects=False)
                self.assertEqual(response.status_code, 303)
