from unittest.mock import patch

from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

MODULE = "odoo.addons.aftersales_network.models.ir_cron"


@tagged("post_install", "-at_install")
class TestCronEach(TransactionCase):
    """A job takes a step for each record, whatever happens to one of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.records = cls.env["res.partner"].create(
            [{"name": name} for name in ("First", "Second", "Third")]
        )
        cls.Cron = cls.env["ir.cron"]

    def _run(self, step, left=60.0, **kwargs):
        path = "odoo.addons.base.models.ir_cron.IrCron._commit_progress"
        with (
            patch.object(type(self.records), "step_of_test", step, create=True),
            patch(path, return_value=left) as committed,
        ):
            result = self.Cron._aftersales_each(self.records, "step_of_test", **kwargs)
        return result, [
            (call.args[0], call.kwargs["remaining"])
            for call in committed.call_args_list
        ]

    def test_every_record_in_batches(self):
        result, progress = self._run(lambda p: p.write({"ref": p.name}), batch_size=2)
        self.assertTrue(result)
        self.assertEqual(progress, [(2, 1), (1, 0)])
        self.assertEqual(self.records.mapped("ref"), ["First", "Second", "Third"])

    def test_one_bad_record_holds_up_nobody(self):
        def step(partner):
            partner.ref = partner.name
            if partner == self.records[1]:
                raise ValueError("Broken")

        with mute_logger(MODULE), self.assertLogs(MODULE, "ERROR") as logs:
            result, _progress = self._run(step)
        self.assertTrue(result)
        self.assertEqual(len(logs.records), 1)
        self.assertIn("step_of_test failed for res.partner", logs.output[0])
        self.assertEqual(self.records.mapped("ref"), ["First", False, "Third"])

    def test_without_time_the_rest_waits(self):
        result, progress = self._run(
            lambda p: p.write({"ref": p.name}), left=0.0, batch_size=1
        )
        self.assertFalse(result)
        self.assertEqual(progress, [(1, 2)])
        self.assertEqual(self.records.mapped("ref"), ["First", False, False])
