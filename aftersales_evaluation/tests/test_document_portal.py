from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .test_document import DocumentCommon


@tagged("post_install", "-at_install")
class TestDocumentPortal(DocumentCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.document = self._approve(
            self._create_document(unit_ids=[Command.set(self.point.ids)])
        )
        self.foreign = self._approve(
            self._create_document(
                code="QW-02",
                name="Elsewhere",
                unit_ids=[Command.set(self.point_b.ids)],
            )
        )
        self.draft = self._create_document(code="QW-03", name="Unfinished")
        self.user_portal.password = "portal-password"
        self.authenticate(self.user_portal.login, "portal-password")

    def _confirm(self, document_id):
        token = self.csrf_token()
        return self.url_open(
            f"/my/documents/{document_id}/confirm", data={"csrf_token": token}
        )

    def csrf_token(self):
        page = self.url_open(f"/my/documents/{self.document.id}")
        return page.text.split('name="csrf_token" value="')[1].split('"')[0]

    def test_reading_and_confirming(self):
        page = self.url_open("/my/documents")
        self.assertIn("Rules of Installation", page.text)
        self.assertIn("To Read", page.text)
        self.assertNotIn("Elsewhere", page.text)
        self.assertNotIn("Unfinished", page.text)
        page = self.url_open(f"/my/documents/{self.document.id}")
        self.assertIn("Fix the bracket first.", page.text)
        page = self._confirm(self.document.id)
        self.assertIn("that you have read it", page.text)
        self.assertEqual(self.document.reading_ids.user_id, self.user_portal)

    def test_foreign_and_unknown_documents_look_alike(self):
        token = self.csrf_token()
        unknown = self.foreign.id + 1_000_000
        for document_id in (self.foreign.id, self.draft.id, unknown):
            with self.subTest(document_id=document_id):
                page = self.url_open(f"/my/documents/{document_id}")
                self.assertTrue(page.url.endswith("/my"), page.url)
                page = self.url_open(
                    f"/my/documents/{document_id}/confirm", data={"csrf_token": token}
                )
                self.assertTrue(page.url.endswith("/my"), page.url)
        self.assertFalse(self.foreign.reading_ids)
        page = self.url_open(f"/web/content/aftersales.document/{self.foreign.id}/file")
        self.assertEqual(page.status_code, 404)
