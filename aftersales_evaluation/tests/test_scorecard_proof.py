from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import EvaluationCommon


@tagged("post_install", "-at_install")
class TestScorecardProof(EvaluationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.card = cls._judge(cls._create_card())
        cls.order = cls._create_jobs(cls.point, 1)

    def _upload(self, name="photo.jpg", **vals):
        Attachment = self.env["ir.attachment"].with_user(self.user_auditor)
        return Attachment.create({"name": name, "raw": name.encode(), **vals})

    def _get_line(self, user=None):
        return self._line(self.card, "1.2").with_user(user or self.user_auditor)

    def test_several_files_and_a_record(self):
        files = self._upload() | self._upload("file.pdf")
        line = self._get_line()
        line.write(
            {
                "attachment_ids": [Command.set(files.ids)],
                "proof_ref": f"aftersales.service.order,{self.order.id}",
            }
        )
        self.assertEqual(line.proof_count, 3)
        self.assertEqual(set(files.mapped("res_model")), {line._name})
        self.assertEqual(set(files.mapped("res_id")), {line.id})
        head = self._get_line(self.user_head)
        self.assertEqual(head.attachment_ids.mapped("name"), files.mapped("name"))

    def test_proofs_are_frozen_with_the_scorecard(self):
        proof = self._upload()
        line = self._get_line()
        line.attachment_ids = proof
        proof.name = "better.jpg"  # still a draft
        self.card.action_submit()
        for work in (
            lambda: proof.write({"raw": b"forged"}),
            lambda: proof.unlink(),
            lambda: line.write({"attachment_ids": [Command.clear()]}),
            lambda: line.write({"proof_ref": False}),
        ):
            with self.assertRaises(UserError):
                work()
        self.assertEqual(proof.raw, b"photo.jpg")

    def test_a_record_of_the_own_company_that_the_auditor_may_read(self):
        line = self._get_line()
        foreign = self._create_point(name="Abroad", company_id=self.company_b.id)
        self.assertFalse(foreign.with_user(self.user_auditor).has_access("read"))
        with self.assertRaises(AccessError):
            line.proof_ref = f"aftersales.service.point,{foreign.id}"
        with self.assertRefused(ValidationError, "belongs to another company than"):
            line.sudo().proof_ref = f"aftersales.service.point,{foreign.id}"
        with self.assertRaises(ValueError):
            line.proof_ref = f"res.users,{self.user_head.id}"

    def test_documents_that_prove(self):
        models = dict(self.env["aftersales.scorecard.line"]._selection_proof_models())
        self.assertIn("aftersales.service.order", models)
        self.assertIn("aftersales.visit", models)
        self.assertNotIn("aftersales.scorecard", models)
        self.assertFalse([name for name in models if name.endswith("wizard")])

    def test_one_tap_judges_what_is_qualitative_only(self):
        lines = self.card.line_ids.with_user(self.user_auditor)
        lines.action_not_conform()
        self.assertEqual(self._line(self.card, "1.1").outcome, "qualitative_lost")
        self.assertEqual(self._line(self.card, "1.2").outcome, "sampled")
        self._line(self.card, "1.1").write(
            {"is_excluded": True, "exclusion_reason": "Not ours"}
        )
        lines.action_conform()
        line = self._line(self.card, "1.1")
        self.assertEqual((line.outcome, line.is_excluded), ("qualitative_kept", False))
        self.card.action_submit()
        with self.assertRefused(UserError, "frozen since it was submitted"):
            lines.action_conform()

    def test_all_excluded_or_without_samples_cannot_be_handed_over(self):
        lines = self.card.line_ids - self._line(self.card, "2.1")
        lines.write({"is_excluded": True, "exclusion_reason": "Not ours"})
        self.assertFalse(self.card.is_rated or self.card.level_id)
        with self.assertRefused(UserError, "Every indicator is excluded: nothing to"):
            self.card.action_submit()
        lines.write({"is_excluded": False})
        self._line(self.card, "1.2").write(
            {"sample_count": 0, "nonconforming_count": 0}
        )
        with self.assertRefused(UserError, "Indicators not judged: 1"):
            self.card.action_submit()
        self.assertEqual(self.card.state, "draft")
