import base64

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import TrainingCommon

PDF = b"%PDF-1.7 scan"
PNG = b"\x89PNG\r\n\x1a\n scan"
JPEG = b"\xff\xd8\xff\xe0 scan"


@tagged("post_install", "-at_install")
class TestCertificateFile(TrainingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.employee = cls._create_employee("An", company=cls.company)
        cls.certificate = cls._create_certificate(cls.employee, verify=False)

    def _upload(self, content, name="scan.pdf"):
        self.certificate.with_user(self.user_hr).write(
            {"file": base64.b64encode(content), "file_name": name}
        )

    def test_what_is_taken(self):
        for content, name in (
            (PDF, "scan.PDF"),
            (PNG, "scan.png"),
            (JPEG, "scan.jpg"),
            (JPEG, "scan.jpeg"),
        ):
            with self.subTest(name=name):
                self._upload(content, name)
                self.assertEqual(
                    base64.b64decode(self.certificate.with_user(self.user_hr).file),
                    content,
                )
        self.certificate.invalidate_recordset()
        self.assertTrue(self.certificate.has_file)

    def test_what_is_refused(self):
        for content, name, text in (
            (b"MZ program", "scan.pdf", "no PDF, PNG or JPEG"),
            (b"<html>", "scan.png", "no PDF, PNG or JPEG"),
            (PNG, "scan.pdf", "is of the type PNG, which its name does not say"),
            (PDF, "scan.exe", "is of the type PDF"),
            (PDF, "scan", "is of the type PDF"),
            (b"", "scan.pdf", "The file “scan.pdf” is empty"),
            (PDF + b"0" * (10 * 1024 * 1024), "scan.pdf", "larger than 10 MB"),
        ):
            with (
                self.subTest(text=text),
                self.assertRaisesRegex(ValidationError, text),
            ):
                self._upload(content, name)
        self.certificate.invalidate_recordset()
        self.assertFalse(self.certificate.has_file)

    def test_on_creation_and_by_the_stored_field(self):
        for name in ("file", "file_data"):
            vals = {name: base64.b64encode(b"plain"), "file_name": "a.pdf"}
            with (
                self.subTest(name=name),
                self.assertRaisesRegex(ValidationError, "no PDF, PNG or JPEG"),
            ):
                self._create_certificate(self.employee, **vals)

    def test_new_name_for_the_old_file(self):
        self._upload(PDF)
        with self.assertRaisesRegex(ValidationError, "is of the type PDF"):
            self.certificate.file_name = "scan.png"
        self.certificate.write({"file": False, "file_name": False})
        self.assertFalse(self.certificate.has_file)

    def test_broken_encoding(self):
        with self.assertRaisesRegex(ValidationError, "did not arrive in one piece"):
            self.certificate.write({"file": "abc", "file_name": "scan.pdf"})

    def test_required_to_verify(self):
        self.type_manager.is_file_required = True
        with self.assertRaisesRegex(
            UserError, "of An has no file. Upload the scan before you verify it"
        ):
            self.certificate.with_user(self.user_hr).action_verify()
        self._upload(PDF)
        self.certificate.with_user(self.user_hr).action_verify()
        self.assertEqual(self.certificate.state, "verified")
