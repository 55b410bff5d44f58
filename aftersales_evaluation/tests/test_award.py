from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .award_common import AwardCommon


@tagged("post_install", "-at_install")
class TestAward(AwardCommon):
    def _assert_refused_by_database(self, constraint, **vals):
        with (
            self.assertRaisesRegex(Exception, constraint),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            self._create_award(**vals)
            self.env.flush_all()

    def test_a_rule_or_a_reason(self):
        for reason in (False, "", " \n "):
            self._assert_refused_by_database("rule_or_reason", reason=reason)
        rule = self._create_award_rule(ranking_rule_id=False, name="Flood Help")
        award = self._create_award(reason=False, rule_id=rule.id)
        self.assertRegex(award.name, r"^AWD/\d{4}/\d+$")
        self.assertEqual(award.display_name, f"{award.name} Point One")
        self.assertEqual(award._get_citation(), "Flood Help")

    def test_recipient_and_amount_fit_the_kind(self):
        self._assert_refused_by_database("_recipient", service_point_id=False)
        self._assert_refused_by_database(
            "_recipient", staff_id=self.technician.id, recipient_type="point"
        )
        self._assert_refused_by_database("money_or_none", amount=0)
        self._assert_refused_by_database("money_or_none", amount=-5)
        self._assert_refused_by_database("money_or_none", kind="praise", amount=5)
        with self.assertRaisesRegex(ValidationError, "only a person is promoted"):
            self._create_award(kind="promotion", amount=0)

    def test_the_money_of_a_person_stays_with_his_point(self):
        award = self._create_award(recipient_type="person", staff_id=self.technician.id)
        self.assertEqual(award.service_point_id, self.point)
        with self.assertRaisesRegex(ValidationError, "follow from the person"):
            award.service_point_id = self.point_c
        employee = self.env["hr.employee"].create({"name": "Somebody"})
        with self.assertRaisesRegex(ValidationError, "follow from the person"):
            award.employee_id = employee

    def test_money_needs_another_head(self):
        award = self._create_award()
        for role in ("centre", "hr"):
            user = getattr(self, f"user_{role}")
            self.assertFalse(award.with_user(user).can_release)
            with self.assertRaisesRegex(AccessError, "only the head of service"):
                award.with_user(user).action_release()
        own = self._create_award(self.user_head)
        self.assertFalse(own.with_user(self.user_head).can_release)
        with self.assertRaisesRegex(UserError, "Four-eyes"):
            own.with_user(self.user_head).action_release()
        self.assertTrue(own.with_user(self.head_b).can_release)
        own.with_user(self.head_b).action_release()
        award.with_user(self.user_head).action_release()
        self.assertEqual((award | own).mapped("state"), ["released", "released"])
        self.assertEqual(award.released_by_id, self.user_head)
        approval = self.env["aftersales.approval"].search(
            [("res_model", "=", "aftersales.award"), ("res_id", "=", award.id)]
        )
        self.assertEqual((approval.gate, approval.user_id), ("award", self.user_head))
        self.assertEqual(approval.service_point_id, self.point)

    def test_whoever_changes_the_amount_does_not_release_it(self):
        award = self._create_award()
        award.with_user(self.user_head).amount = 50000
        self.assertEqual(award.proposed_by_id, self.user_head)
        with self.assertRaisesRegex(UserError, "You proposed or changed"):
            award.with_user(self.user_head).action_release()
        award.with_user(self.head_b).action_release()

    def test_nobody_releases_an_award_to_himself(self):
        employee = self.env["hr.employee"].create(
            {"name": "Head", "user_id": self.user_head.id}
        )
        award = self._create_award(
            self.user_hr,
            kind="praise",
            amount=0,
            recipient_type="person",
            service_point_id=False,
            employee_id=employee.id,
        )
        with self.assertRaisesRegex(UserError, "goes to you"):
            award.with_user(self.user_head).action_release()

    def test_praise_is_routine(self):
        award = self._create_award(kind="praise", amount=0)
        award.with_user(self.user_centre).action_release()
        self.assertEqual(award.state, "released")
        by_desk = self._create_award(self.user_service, kind="praise", amount=0)
        with self.assertRaisesRegex(AccessError, "release awards"):
            by_desk.with_user(self.user_service).action_release()
        by_desk.with_user(self.user_centre).action_release()

    def test_the_desk_writes_praise_only(self):
        with self.assertRaises(AccessError):
            self._create_award(self.user_service, amount=500)
        praise = self._create_award(self.user_service, kind="praise", amount=0)
        with self.assertRaises(AccessError):
            praise.with_user(self.user_service).write({"kind": "badge"})
        foreign = self._create_award(kind="praise", amount=0)
        with self.assertRaises(AccessError):
            foreign.with_user(self.user_service).write({"reason": "mine"})

    def test_promotion_and_care(self):
        vals = {
            "amount": 0,
            "recipient_type": "person",
            "service_point_id": False,
            "staff_id": self.technician.id,
        }
        promotion = self._create_award(kind="promotion", **vals)
        with self.assertRaisesRegex(UserError, "enter the post"):
            promotion.with_user(self.user_head).action_release()
        promotion.new_role_id = self.role_manager
        with freeze_time("2026-04-01"):
            promotion.date_event = date(2026, 5, 1)
            promotion.with_user(self.user_head).action_release()
        self.assertEqual(promotion.activity_ids.date_deadline, date(2026, 5, 1))
        self.assertEqual(
            promotion.activity_ids.summary,
            f"Portal Technician becomes {self.role_manager.name}",
        )
        care = self._create_award(kind="care", **vals)
        with self.assertRaisesRegex(UserError, "choose the kind of care"):
            care.with_user(self.user_centre).action_release()
        care.care_kind = "visit"
        care.with_user(self.user_centre).action_release()
        self.assertEqual(care.service_point_id, self.point)
        self.assertEqual(
            care._get_event_summary(), "Home or Hospital Visit for Portal Technician"
        )

    def test_a_badge_reaches_the_user(self):
        badge = self.env["gamification.badge"].create({"name": "Helping Hand"})
        user = new_test_user(self.env, "honoured", groups="base.group_user")
        employee = self.env["hr.employee"].create(
            {"name": "Honoured", "user_id": user.id}
        )
        award = self._create_award(
            self.user_hr,
            kind="badge",
            amount=0,
            recipient_type="person",
            service_point_id=False,
            employee_id=employee.id,
            badge_id=badge.id,
        )
        award.with_user(self.user_head).action_release()
        granted = self.env["gamification.badge.user"].search(
            [("badge_id", "=", badge.id)]
        )
        self.assertEqual((granted.user_id, granted.comment), (user, award.reason))

    def test_a_released_award_is_frozen(self):
        award = self._create_award()
        award.with_user(self.user_head).action_release()
        head = award.with_user(self.user_head)
        with self.assertRaisesRegex(UserError, "this step is not possible"):
            head.amount = 1
        with self.assertRaisesRegex(UserError, "this step is not possible"):
            head.action_release()
        with self.assertRaisesRegex(UserError, "stays in the record"):
            head.unlink()

    def test_state_and_evidence_move_by_steps_only(self):
        award = self._create_award()
        head = award.with_user(self.user_head)
        for name, value in (
            ("state", "released"),
            ("name", "AWD/1"),
            ("proposed_by_id", self.user_hr.id),
            ("released_by_id", self.user_head.id),
            ("ranking_line_id", 1),
            ("budget_post_id", 1),
        ):
            for context in ({}, {"aftersales_flow": True}):
                with self.assertRaisesRegex(UserError, "changes only by its buttons"):
                    head.with_context(**context).write({name: value})
                with self.assertRaisesRegex(UserError, "changes only by its buttons"):
                    head.with_context(**context).write({"amount": 7, name: value})
        for name in ("payout", "recipient_name"):
            with self.assertRaisesRegex(UserError, "is calculated"):
                head.write({name: "payroll"})
        hostile = self.env["aftersales.award"].with_context(
            default_state="released", default_proposed_by_id=self.user_hr.id
        )
        vals = {
            "kind": "money",
            "amount": 9,
            "reason": "x",
            "service_point_id": self.point.id,
        }
        made = hostile.with_user(self.user_head).create(vals)
        self.assertEqual(
            (made.state, made.proposed_by_id), ("proposed", self.user_head)
        )
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            hostile.with_user(self.user_head).create({**vals, "state": "released"})
        copy = made.copy({"amount": 9})
        self.assertEqual((copy.state, copy.name != made.name), ("proposed", True))

    # -- rankings ------------------------------------------------------------------

    def _release_ranking(self, **rule):
        if rule:
            self.rule.write(rule)
        ranking = self._create_ranking()
        ranking.with_user(self.user_head).action_release()
        return ranking

    def _awards(self, ranking):
        return sorted(
            (award.rule_id.name, award.recipient_name, award.amount)
            for award in ranking.award_ids
        )

    def test_a_ranking_proposes_its_awards_once(self):
        self._create_award_rule(name="First")
        self._create_award_rule(
            name="Praise", kind="praise", amount=0, place_from=2, place_to=3
        )
        self._create_award_rule(name="Gone", active=False)
        ranking = self._release_ranking()
        self.assertEqual(
            self._awards(ranking),
            [
                ("First", "Point One", 1000),
                ("Praise", "Point Three", 0),
                ("Praise", "Point Two", 0),
            ],
        )
        self.assertEqual(set(ranking.award_ids.mapped("state")), {"proposed"})
        self.assertEqual(ranking.award_ids.proposed_by_id, self.user_hr)
        with (
            self.assertRaisesRegex(Exception, "place_once"),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            ranking._propose_awards()
        money = ranking.award_ids.filtered(lambda award: award.kind == "money")
        money.with_user(self.user_head).action_release()
        with self.assertRaisesRegex(UserError, "Cancel it and propose another"):
            (ranking.award_ids - money)[:1].with_user(self.user_head).write(
                {"service_point_id": self.point_d.id}
            )
        action = ranking.with_user(self.user_head).action_cancel()
        with self.assertRaisesRegex(UserError, "was released. Cancel the award first"):
            self._give_reason(action, self.user_head, "x")
        self._give_reason(
            money.with_user(self.user_head).action_cancel(), self.user_head, "x"
        )
        self._give_reason(action, self.user_head, "Wrong")
        self.assertEqual(set(ranking.award_ids.mapped("state")), {"cancelled"})

    def test_defaults_of_the_caller_reach_no_place_and_no_award(self):
        self._create_award_rule()
        ranking = self._create_ranking()
        hostile = {
            "default_state": "released",
            "default_released_by_id": self.head_b.id,
            "default_reason": "mine",
            "default_position": 1,
            "default_previous_position": 9,
        }
        head = ranking.with_user(self.user_head).with_context(**hostile)
        head.action_compute()
        self.assertEqual(set(ranking.line_ids.mapped("previous_position")), {0})
        head.action_release()
        award = ranking.award_ids
        self.assertEqual((award.state, award.reason), ("proposed", False))
        self.assertFalse(award.released_by_id)

    def test_who_calculated_does_not_release_the_money(self):
        self._create_award_rule()
        ranking = self._create_ranking(user=self.user_head)
        ranking.with_user(self.user_head).action_release()
        with self.assertRaisesRegex(UserError, "Four-eyes"):
            ranking.award_ids.with_user(self.user_head).action_release()
        ranking.award_ids.with_user(self.head_b).action_release()

    def test_ties_get_the_full_prize_or_divide_theirs(self):
        for place, amount in ((1, 1000), (2, 500), (3, 200.01)):
            self._create_award_rule(
                name=f"Place {place}", place_from=place, place_to=place, amount=amount
            )
        self.assertEqual(
            self._awards(self._release_ranking()),
            [
                ("Place 1", "Point One", 1000),
                ("Place 2", "Point Three", 500),
                ("Place 2", "Point Two", 500),
            ],
        )
        ranking = self.env["aftersales.ranking"].search(
            [("rule_id", "=", self.rule.id)]
        )
        ranking.with_user(self.user_head)._cancel("again")
        ranking = self._release_ranking(tie_mode="share")
        self.assertEqual(
            self._awards(ranking),
            [
                ("Place 1", "Point One", 1000),
                ("Place 2", "Point Three", 250),
                ("Place 2", "Point Two", 250),
                ("Place 3", "Point Three", 100),
                ("Place 3", "Point Two", 100.01),
            ],
        )

    def test_a_place_below_the_threshold_earns_nothing(self):
        self._create_award_rule(place_to=4, min_value=75)
        names = self._release_ranking().award_ids.mapped("recipient_name")
        self.assertEqual(sorted(names), ["Point One", "Point Three", "Point Two"])

    def test_bad_award_rules(self):
        for vals, message in (
            ({"amount": 0}, "Enter the amount"),
            ({"kind": "praise"}, "pays no money"),
            ({"kind": "promotion", "amount": 0}, "only people are promoted"),
        ):
            with self.assertRaisesRegex(ValidationError, message):
                self._create_award_rule(**vals)
        with (
            self.assertRaisesRegex(Exception, "places_order"),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            self._create_award_rule(place_from=3, place_to=2)
