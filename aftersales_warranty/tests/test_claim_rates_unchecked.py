from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged

from .checks_common import ChecksCommon

TRAVEL = ("travel", 10, 2.0, None)


@freeze_time("2026-03-20 02:00:00")
@tagged("post_install", "-at_install")
class TestClaimRatesUnchecked(ChecksCommon):
    """Where no rate table is in force, a person decides and is told why."""

    def _put_in_force(self, **vals):
        rate = self.env["aftersales.claim.rate"].create(
            {
                "name": "Standard",
                "date_from": date(2026, 1, 1),
                "labour_rate": 60.0,
                "travel_rate": 2.0,
                "parts_markup": 20.0,
                **vals,
            }
        )
        rate.action_activate()
        return rate

    def _check_unmeasured(self, claim):
        """Handed in, not approved, and the clerk reads why."""
        self.assertEqual(self._result(claim, "RATES"), ("na", "rates_none"))
        message = (
            "No rate table in force on 03/04/2026: nothing limits "
            f"{claim.line_ids.name}."
        )
        self.assertEqual(self._message(claim, "RATES"), message)
        self.assertEqual(claim.with_user(self.user_clerk).rate_gap, message)
        self.assertEqual(claim.state, "submitted")

    def test_no_rule_approves_it(self):
        self._create_rule()
        claim = self._create_claim(TRAVEL)
        self._check_unmeasured(claim)
        self.assertEqual(claim.fail_count, 0, "the point did nothing wrong")
        self.assertEqual(claim.auto_outcome, "review")
        self.assertEqual(self._result(claim, "AUTO"), ("na", "auto_rates"))
        self.assertEqual(
            self._message(claim, "AUTO"),
            "Rule “Small Repairs” approves nothing whose rates could not be checked.",
        )
        claim.with_user(self.user_clerk).action_approve()
        self.assertEqual((claim.state, claim.amount_approved), ("approved", 20.0))

    def test_a_table_in_force_lets_the_rule_approve(self):
        self._create_rule()
        self._put_in_force()
        claim = self._create_claim(TRAVEL)
        self.assertEqual(self._result(claim, "RATES"), ("pass", "rates_table"))
        self.assertFalse(claim.rate_gap)
        self.assertEqual((claim.state, claim.amount_approved), ("approved", 20.0))

    def test_a_table_of_another_time_is_none(self):
        self._create_rule()
        self._put_in_force(date_to=date(2026, 2, 28))
        level = self.env["aftersales.point.level"].create({"name": "Gold"})
        self._put_in_force(name="Gold", level_id=level.id)
        self._check_unmeasured(self._create_claim(TRAVEL))

    def test_the_agreement_alone_is_enough(self):
        self._create_rule()
        claim = self._create_claim(
            ("part", 1, 100.0, self.part), ("labour", 1, 60.0, None)
        )
        self.assertEqual(self._result(claim, "RATES"), ("pass", "rates_agreement"))
        self.assertEqual(claim.state, "approved")

    def test_the_centre_sees_it_before_it_hands_in(self):
        claim = self._create_claim(TRAVEL, submit=False)
        claim.with_user(self.user_centre).action_precheck()
        self.assertEqual(self._result(claim, "RATES"), ("na", "rates_none"))
        # On the portal nobody reads which of his lines nothing limits.
        shown = set(claim._get_point_checks().mapped("code"))
        self.assertIn("FIELDS", shown)
        self.assertFalse({"RATES", "AUTO"} & shown)
        self._put_in_force()
        claim.line_ids._set_rates()
        claim.with_user(self.user_centre).action_precheck()
        self.assertEqual(self._result(claim, "RATES"), ("pass", "rates_table"))

    def test_silence_approves_no_unmeasured_claim(self):
        self.company.aftersales_silence_approves = True
        claims = self._create_claim(TRAVEL) | self._create_claim(
            date_request="2026-03-05 01:00:00"
        )
        for claim in claims:
            self.assertEqual(claim.state, "submitted")
        with freeze_time("2026-06-02 02:00:00"):
            for claim in claims:
                claim._follow_up()
        self.assertEqual(claims.mapped("state"), ["submitted", "approved"])
        self.assertEqual(
            claims[0].activity_ids.summary, "The claim is not decided in time"
        )
