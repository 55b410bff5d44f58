from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .settle_common import SettleCommon

MODULE = "odoo.addons.aftersales_warranty.models.aftersales_settlement_period"
MARCH = (date(2026, 3, 1), date(2026, 3, 31))


@tagged("post_install", "-at_install")
class TestSettlementPeriod(SettleCommon):
    """The run of a period: complete, resumable, never paying twice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Period = cls.env["aftersales.settlement.period"]
        cls.both = cls.point | cls.point_b

    def _start(self, points=None, user=None):
        Period = self.Period.with_user(user or self.user_clerk)
        return Period._start(self.company, *MARCH, points or self.both)

    def _cron(self, left=60.0):
        return self._run_job(self.Period._cron_settle, left)

    def _wizard(self, **vals):
        return (
            self.env["aftersales.settlement.run"]
            .with_user(self.user_clerk)
            .create({"date_from": MARCH[0], "date_to": MARCH[1], **vals})
        )

    def test_a_run_settles_each_point(self):
        self._claims(100.0)
        self._claims(30.0, point=self.point_b)
        period = self._start()
        self.assertEqual(
            (period.point_count, period.waiting_count, period.progress), (2, 2, 0)
        )
        self._cron()
        self.assertEqual((period.state, period.progress), ("done", 100))
        self.assertEqual(set(period.line_ids.mapped("state")), {"done"})
        self.assertEqual(
            sorted(period.settlement_ids.mapped("amount_total")), [30.0, 100.0]
        )

    def test_a_second_run_pays_nothing_twice(self):
        claims = self._claims(100.0)
        period = self._start()
        self._cron()
        first = period.settlement_ids
        again = self._start()
        self.assertEqual(again, period)
        self.assertFalse(again.waiting_count)
        self._cron()
        self.assertEqual(period.settlement_ids, first)
        late = self._claims(40.0, start=20)
        self.assertEqual(self._start().waiting_count, 1)
        self._cron()
        second = period.settlement_ids - first
        self.assertEqual(second.claim_line_ids, late.line_ids)
        self.assertEqual(first.claim_line_ids, claims.line_ids)
        self.assertEqual(period.line_ids.settlement_count, 2)

    def test_the_rest_waits_when_time_is_over(self):
        self._claims(100.0)
        self._claims(30.0, point=self.point_b)
        period = self._start()
        self._cron(left=0)
        self.assertEqual((period.state, period.waiting_count), ("running", 1))
        self.assertEqual(len(period.settlement_ids), 1)
        self._cron(left=0)
        self._cron()
        self.assertEqual((period.state, period.waiting_count), ("done", 0))
        self.assertEqual(
            sorted(period.settlement_ids.mapped("amount_total")), [30.0, 100.0]
        )

    def test_one_bad_point_never_stops_the_others(self):
        self._claims(100.0)
        self._claims(30.0, point=self.point_b)
        period = self._start()
        Line = self.registry["aftersales.settlement.period.line"]
        original = Line._settle_point

        def refuse(line):
            vals = original(line)
            if line.service_point_id == self.point:
                reason = "No address"
                raise UserError(reason)
            return vals

        with patch.object(Line, "_settle_point", refuse):
            self._cron()
        line = period.line_ids.filtered(lambda x: x.service_point_id == self.point)
        self.assertEqual((line.state, line.message), ("failed", "No address"))
        self.assertEqual(period.settlement_ids.service_point_id, self.point_b)
        self.assertEqual((period.state, period.failed_count), ("done", 1))
        self.assertFalse(
            self.env["aftersales.settlement"].search(
                [("service_point_id", "=", self.point.id)]
            ),
            "nothing of it is left half-done",
        )
        period.with_user(self.user_clerk).action_run_again()
        self.assertEqual((line.state, line.message), ("done", False))
        self.assertEqual(period.failed_count, 0)

    def test_an_unforeseen_error_is_noted_and_logged(self):
        self._claims(100.0)
        period = self._start()
        Line = self.registry["aftersales.settlement.period.line"]
        broken = patch.object(Line, "_settle_point", side_effect=ValueError("boom"))
        with broken, mute_logger(MODULE):
            self._cron()
        self.assertEqual(period.line_ids.mapped("message"), ["boom"])
        self.assertEqual(period.state, "done")

    def test_claims_that_nobody_decided_are_told(self):
        self._claims(100.0)
        waiting = self._create_claim(
            ("travel", 1, 9.0, None), date_request="2026-03-25 01:00:00"
        )
        waiting.flush_recordset()
        self.cr.execute(
            "UPDATE aftersales_claim SET date_submission = '2026-03-26' WHERE id = %s",
            [waiting.id],
        )
        waiting.invalidate_recordset()
        period = self._start()
        self._cron()
        self.assertEqual(period.line_ids.open_claim_count, 1)

    def test_the_month_before_is_settled_by_itself(self):
        self._claims(100.0)
        self.company.write(
            {
                "aftersales_settlement_cycle": "month",
                "aftersales_settlement_day": 3,
                "aftersales_statement_send": True,
            }
        )
        mine = [("company_id", "=", self.company.id), ("date_to", "=", MARCH[1])]
        with freeze_time("2026-04-02 04:00:00"):
            self._cron()
        self.assertFalse(self.Period.search(mine))
        with freeze_time("2026-04-03 04:00:00"):
            for _time in range(2):
                self._cron()
        period = self.Period.search(mine)
        self.assertEqual((period.date_from, period.state), (MARCH[0], "done"))
        self.assertEqual(
            period.settlement_ids.filtered(
                lambda s: s.service_point_id == self.point
            ).state,
            "sent",
        )

    def test_the_cron_runs(self):
        for name in (
            "settlement_period_ir_cron",
            "settlement_answer_ir_cron",
            "settlement_bill_ir_cron",
        ):
            cron = self.env.ref(f"aftersales_warranty.{name}")
            with self.subTest(cron=name), self.enter_registry_test_mode():
                cron.method_direct_trigger()

    def test_wizard_for_few_points(self):
        self._claims(100.0)
        action = self._wizard(service_point_ids=self.both.ids).action_run()
        found = self.env["aftersales.settlement"].search(action["domain"])
        self.assertEqual(found.amount_total, 100.0)
        self.assertEqual(found.period_id.state, "done")
        with self.assertRaisesRegex(
            UserError, "Nothing waits for a settlement in this period."
        ):
            self._wizard(service_point_ids=self.both.ids).action_run()

    def test_wizard_leaves_many_to_the_job(self):
        self._claims(100.0)
        self._claims(30.0, point=self.point_b)
        with patch(f"{MODULE}.AT_ONCE", 1):
            action = self._wizard(service_point_ids=self.both.ids).action_run()
        period = self.Period.browse(action["res_id"])
        self.assertEqual((period.state, period.waiting_count), ("running", 2))
        trigger = self.env["ir.cron.trigger"].search(
            [
                (
                    "cron_id",
                    "=",
                    self.env.ref("aftersales_warranty.settlement_period_ir_cron").id,
                )
            ]
        )
        self.assertTrue(trigger)
        self._cron()
        self.assertEqual(period.state, "done")

    def test_points_of_another_company_are_left_alone(self):
        other = self._create_point(
            name="Abroad", company_id=self.company_b.id, kind="own"
        )
        self._adjust(50.0, point=other)
        self._claims(100.0)
        period = self._start(self.both | other)
        self.assertEqual(period.line_ids.service_point_id, self.point)
        abroad = self.Period._start(self.company_b, *MARCH)
        self._cron()
        self.assertEqual(abroad.settlement_ids.company_id, self.company_b)
        self.assertEqual(abroad.settlement_ids.currency_id, self.company_b.currency_id)
        with self.assertRaises(AccessError):
            abroad.with_user(self.user_clerk).read(["state"])

    def test_only_clerks_run_it(self):
        self._claims(100.0)
        for user in (self.user_head, self.user_auditor, self.user_centre):
            with (
                self.subTest(user=user.login),
                self.assertRaisesRegex(AccessError, "Only a settlement clerk"),
            ):
                self._start(user=user)
        period = self._start()
        for user in (self.user_head, self.user_auditor):
            with self.subTest(user=user.login):
                self.assertTrue(period.with_user(user).display_name)
                with self.assertRaises(AccessError):
                    period.with_user(user).action_run_again()
        for user in (self.user_service, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                period.with_user(user).read(["state"])

    def test_rpc_moves_no_run(self):
        self._claims(100.0)
        period = self._start()
        line = period.line_ids
        for record, vals in (
            (period, {"state": "done"}),
            (period, {"date_to": date(2030, 1, 1)}),
            (line, {"state": "done"}),
            (line, {"message": "x"}),
        ):
            with (
                self.subTest(vals=vals),
                self.assertRaisesRegex(UserError, "changes only by its buttons"),
            ):
                record.with_context(aftersales_flow=True).write(vals)
        self._cron()
        with self.assertRaisesRegex(UserError, "made settlements and stays"):
            period.unlink()

    def test_a_run_needs_a_bounded_number_of_queries_a_point(self):
        def count(number, start):
            points = self.env["aftersales.service.point"]
            for index in range(number):
                point = self._create_point(name=f"R{start}{index}")
                points |= point
                self._claims(10.0, 20.0, point=point)
            period = self._start(points)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            period._work_off(period._get_waiting())
            self.env.flush_all()
            self.assertEqual(period.settlement_count, start + number)
            return (self.cr.sql_log_count - before) / number

        few, many = count(2, 0), count(6, 2)
        self.assertLessEqual(many, few + 2, f"{few} → {many} a point")
        self.assertLessEqual(many, 45)
