from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .recall_common import RecallCommon


@tagged("post_install", "-at_install")
class TestCampaignClosing(RecallCommon):
    """Closing with four eyes, completion over time, the job and the figure."""

    # -- closing -----------------------------------------------------------------

    def test_closing_takes_two_people_and_a_reason(self):
        self._start()
        action = self.campaign.action_request_close()
        self.assertEqual(action["res_model"], "aftersales.reason.wizard")
        with self.assertRaisesRegex(UserError, "Give a reason"):
            self.campaign._request_close("")
        self.campaign._request_close("Nobody else answers")
        self.assertEqual(self.campaign.state, "closing")
        with self.assertRaisesRegex(AccessError, "Only the head of service closes"):
            self.campaign.action_close()
        self.campaign.with_user(self.user_head).action_close()
        self.assertEqual(
            (self.campaign.state, self.campaign.closed_by_id),
            ("closed", self.user_head),
        )
        approval = self.env["aftersales.approval"].search(
            [
                ("res_model", "=", "aftersales.campaign"),
                ("res_id", "=", self.campaign.id),
            ]
        )
        self.assertEqual(
            (approval.gate, approval.decision, approval.comment),
            ("campaign", "approved", "Nobody else answers"),
        )
        self.units[0].invalidate_recordset(["notice_text"])
        self.assertFalse(self.units[0].notice_text)
        self.assertEqual(self.campaign.progress_ids.unit_count, 10)

    def test_nobody_closes_what_he_asked_for(self):
        self._start()
        mine = self.campaign.with_user(self.user_head)
        mine._request_close("done")
        with self.assertRaisesRegex(UserError, "Four-eyes"):
            mine.action_close()

    def test_the_head_keeps_a_campaign_open(self):
        self._start()
        self.campaign._request_close("done")
        self.campaign.with_user(self.user_head)._keep_open("Remind them once more")
        self.assertEqual(
            (self.campaign.state, self.campaign.closing_note), ("running", False)
        )

    def test_a_campaign_that_was_told_is_not_cancelled(self):
        self._start()
        self.campaign.action_notify()
        self._run_job()
        with self.assertRaisesRegex(UserError, "Close the campaign instead"):
            self.campaign._cancel("mistake")
        other = self._create_campaign()
        self._start(other)
        other._cancel("mistake")
        self.assertEqual(other.state, "cancelled")

    # -- completion over time ----------------------------------------------------

    def test_completion_is_written_down_each_day(self):
        with freeze_time("2026-05-01 02:00:00"):
            self._start()
            self._run_job()
        with freeze_time("2026-05-02 02:00:00"):
            self._row("AC-0001")._set_remedied("in stock")
            self._run_job()
        days = self.campaign.progress_ids.sorted("date")
        self.assertEqual(
            [(day.date, day.unit_count, day.completion) for day in days],
            [(date(2026, 5, 1), 10, 0.0), (date(2026, 5, 2), 10, 10.0)],
        )
        rows = self.campaign._get_region_rows()
        self.assertEqual(
            [(row["name"], row["total"], row["done"]) for row in rows],
            [("Test Province", 10, 1)],
        )

    @mute_logger("odoo.addons.aftersales_warranty.models.aftersales_campaign_run")
    def test_a_range_that_breaks_does_not_stop_the_others(self):
        other = self._create_campaign(
            range_ids=[Command.create({"serial_from": "AC-0011"})]
        )
        (self.campaign | other)._write_flow(
            {"state": "running", "date_start": date(2026, 1, 1)}
        )
        Range = type(self.campaign.range_ids)
        original, bad = Range._find_units, self.campaign.range_ids

        def find(item, limit):
            if item == bad:
                reason = "broken"
                raise UserError(reason)
            return original(item, limit)

        with patch.object(Range, "_find_units", find):
            self._run_job()
        self.assertEqual((self.campaign.unit_count, other.unit_count), (0, 1))

    def test_the_whole_job_in_its_own_transactions(self):
        self.campaign.action_start()
        self.campaign.action_notify()
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = self.env(cr=cr, user=1)
            env["aftersales.campaign"]._cron_run_campaigns()
        self.env.invalidate_all()
        self.assertEqual(self.campaign.notified_count, 10)
        self.assertEqual(len(self.campaign.progress_ids), 1)

    def test_another_document_opens_a_campaign(self):
        action = self.env["aftersales.campaign"]._get_new_action(self.unit)
        campaign = (
            self.env["aftersales.campaign"]
            .with_context(**action["context"])
            .create({"range_ids": []})
        )
        self.assertEqual(campaign.title, self.unit.display_name)
        self.assertEqual(campaign.action_view_origin()["res_id"], self.unit.id)
        found = self.env["aftersales.campaign"]._find_for(self.unit)
        self.assertEqual(found, campaign)
        self.assertEqual((self.unit.recall_count, self.unit.can_recall), (1, True))
        self.assertFalse(self.unit.with_user(self.user_service).can_recall)
        action = self.unit.action_view_recalls()
        self.assertEqual(action["domain"], [("id", "in", campaign.ids)])
        with self.assertRaises(UserError):
            campaign.with_user(self.user_reviewer).origin_id = 1

    # -- metric ------------------------------------------------------------------

    def test_an_alert_opens_a_campaign_of_its_batch(self):
        alert = self.env["aftersales.quality.alert"].new(
            {"product_tmpl_id": self.product.product_tmpl_id.id, "batch": "B-7"}
        )
        context = alert.action_open_recall()["context"]
        self.assertEqual(context["default_product_ids"], self.product.ids)
        campaign = (
            self.env["aftersales.campaign"]
            .with_user(self.user_reviewer)
            .with_context(
                **{
                    key: value
                    for key, value in context.items()
                    if not key.startswith("default_origin")
                }
            )
            .create({"title": "Batch B-7"})
        )
        self.assertEqual(
            (campaign.kind, campaign.product_ids, campaign.range_ids.basis),
            ("batch", self.product, "batch"),
        )

    def test_recall_completion_by_point(self):
        with freeze_time("2026-05-01 02:00:00"):
            self._start()
            row = self._row("AC-0001")
            row.action_create_order()
            self._finish_recall(row)
        Metric = self.env["aftersales.metric"]
        points = self.point | self.point_b
        for days, expected in (
            ((date(2026, 5, 1), date(2026, 5, 31)), (1, 10)),
            ((date(2026, 4, 1), date(2026, 4, 30)), (0, 0)),
        ):
            values = Metric._compute_metrics(["RECALL"], points, *days)["RECALL"]
            self.assertEqual(values[self.point.id], expected)
            self.assertEqual(values[self.point_b.id], (0, 0))
        model, domain = Metric._get_metric_domain(
            "RECALL", points, date(2026, 5, 1), date(2026, 5, 31)
        )
        self.assertEqual(self.env[model].search_count(domain), 10)
