import base64
from datetime import date, datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import make_picture
from .quality_common import NOW, TODAY, QualityCommon

SIGNATURE = base64.b64encode(make_picture())


@tagged("post_install", "-at_install")
class TestCustomerTraining(QualityCommon):
    def _hold(self, training=None, user=None):
        training = training or self._train()
        training.with_user(user or self.user_centre).action_hold()
        return training

    def test_planned_held_and_in_the_history_of_the_unit(self):
        training = self._train()
        self.assertEqual(training.state, "planned")
        self.assertEqual(training.date_end, datetime(2026, 6, 30, 3))
        self.assertEqual(training.duration, 2)
        self.assertEqual(training.trainer_name, self.technician.name)
        self.assertEqual(self.unit.training_count, 0)
        self._hold(training)
        self.assertEqual(training.state, "held")
        self.assertEqual(training.date_held, TODAY)
        self.assertEqual(training.held_by_id, self.user_centre)
        self.unit.invalidate_recordset()
        self.assertEqual(self.unit.training_count, 1)
        action = self.unit.action_view_trainings()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, training)
        self.assertIn(
            f"Customer training {training.name}: {self.topic.name} (1 participants).",
            self.unit.message_ids[0].body,
        )

    def test_the_card_of_the_unit_shows_it(self):
        training = self._hold()
        history = self.unit.with_user(self.user_head)._get_card_history()
        self.assertEqual(history[0]["name"], training.name)
        self.assertEqual(history[0]["date"], TODAY)
        self.assertEqual(history[0]["kind"], "Customer Training")
        self.assertEqual(history[0]["result"], self.topic.name)
        self.assertIn(training.name, str(self.unit.with_user(self.user_head).card))

    def test_a_planned_or_cancelled_one_is_no_history(self):
        self._train()
        training = self._train()
        training.with_user(self.user_centre)._cancel("Customer ill")
        self.assertEqual(self.unit.training_count, 0)
        self.assertEqual(training.cancel_reason, "Customer ill")
        names = [row["kind"] for row in self.unit._get_card_history()]
        self.assertNotIn("Customer Training", names)
        training.with_user(self.user_centre).action_replan()
        self.assertEqual(training.state, "planned")

    def test_several_units_of_a_customer(self):
        other = self._sell("CT-2")
        self._hold(self._train(unit_ids=[Command.set((self.unit | other).ids)]))
        self.assertEqual((self.unit | other).mapped("training_count"), [1, 1])

    def test_holding_names_what_is_missing(self):
        training = self._train(
            unit_ids=False, topic_ids=False, staff_id=False, participant_ids=False
        )
        with self.assertRaisesRegex(
            UserError,
            "these are missing: Units, Topics, Trainer, Participants Present.",
        ):
            self._hold(training)

    def test_the_future_is_not_recorded(self):
        training = self._train(date_start=datetime(2026, 6, 30, 9))
        with self.assertRaisesRegex(UserError, "has not begun yet"):
            self._hold(training)

    def test_absent_people_do_not_count(self):
        training = self._train(
            participant_ids=[
                Command.create({"name": "Li"}),
                Command.create({"name": "Wang", "is_present": False}),
            ]
        )
        self.assertEqual(training.participant_count, 1)
        training.participant_ids.write({"is_present": False})
        with self.assertRaisesRegex(UserError, "Participants Present"):
            self._hold(training)

    def test_one_trainer_of_the_point(self):
        with self.assertRaisesRegex(ValidationError, "has one trainer"):
            self._train(user_id=self.user_head.id)
        with self.assertRaisesRegex(
            ValidationError, r"does not work at \[.*\] Point One"
        ):
            self._train(staff_id=self.technician_b.id)
        own = self._train(
            service_point_id=False, staff_id=False, user_id=self.user_head.id
        )
        self.assertEqual(own.trainer_name, "Test Head")

    # -- confirmation --------------------

    def test_the_customer_signs(self):
        training = self._hold()
        action = training.with_user(self.user_centre).action_confirm()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.user_centre)
            .with_context(**action["context"])
            .create({"name": "Mr Li", "signature": SIGNATURE, "remarks": "Very good"})
        )
        wizard.action_confirm()
        self.assertEqual(training.confirm_name, "Mr Li")
        self.assertEqual(training.date_confirmed, NOW)
        self.assertEqual(training.confirm_way, "signature")
        self.assertEqual(training.confirm_remarks, "Very good")
        with self.assertRaisesRegex(UserError, "was confirmed by Mr Li already"):
            training._confirm("Mr Wang", SIGNATURE, "portal")

    def test_nothing_is_confirmed_too_early_or_unsigned(self):
        training = self._train()
        with self.assertRaisesRegex(UserError, "this step is not possible"):
            training._confirm("Mr Li", SIGNATURE, "portal")
        self._hold(training)
        with self.assertRaisesRegex(UserError, "Please enter your name."):
            training._confirm(" ", SIGNATURE, "portal")
        for nonsense in (False, "", base64.b64encode(b"<svg/>")):
            with self.assertRaisesRegex(UserError, "Please sign before"):
                training._confirm("Mr Li", nonsense, "portal")

    # -- evidence --------------------

    def test_what_was_held_rests(self):
        training = self._hold().with_user(self.user_centre)
        with self.assertRaisesRegex(UserError, "is held or cancelled"):
            training.write({"unit_ids": [Command.clear()]})
        with self.assertRaisesRegex(UserError, "is held or cancelled"):
            training.participant_ids.write({"name": "Wang"})
        with self.assertRaisesRegex(UserError, "is held or cancelled"):
            self.env["aftersales.customer.training.participant"].with_user(
                self.user_centre
            ).create({"training_id": training.id, "name": "Wang"})
        with self.assertRaisesRegex(UserError, "stands in the history"):
            training.unlink()

    def test_evidence_is_not_written_by_rpc(self):
        training = self._train().with_user(self.user_centre)
        for vals in (
            {"state": "held"},
            {"date_confirmed": NOW},
            {"confirm_signature": SIGNATURE},
            {"date_held": TODAY},
            {"name": "CT1"},
            {"participant_count": 9},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                training.write(vals)
        hostile = training.with_context(
            default_state="held", default_date_confirmed=NOW, aftersales_flow=True
        )
        copied = hostile.copy()
        self.assertEqual(copied.state, "planned")
        self.assertFalse(copied.date_confirmed)

    def test_the_unit_does_not_write_its_trainings(self):
        training = self._hold()
        with self.assertRaises(UserError):
            self.unit.with_user(self.user_centre).write(
                {"training_ids": [Command.clear()]}
            )
        self.assertEqual(training.unit_ids, self.unit)

    # -- who may --------------------

    def test_who_sees_which_trainings(self):
        mine = self._train()
        other = self._train(
            service_point_id=self.point_b.id, staff_id=self.technician_b.id
        )
        everything = mine | other
        Training = self.env["aftersales.customer.training"]
        sees = {
            "service": Training,
            "centre": mine,
            "dispatcher": everything,
            "reviewer": everything,
            "clerk": everything,
            "warehouse": everything,
            "hr": everything,
            "auditor": everything,
            "head": everything,
            "admin": everything,
            "portal": mine,
            "portal_b": other,
        }
        for role, expected in sees.items():
            with self.subTest(role=role):
                user = getattr(self, f"user_{role}")
                found = Training.with_user(user).search([("id", "in", everything.ids)])
                self.assertEqual(found.sudo(), expected.sudo())
                if role.startswith("portal"):
                    continue
                people = everything.participant_ids.with_user(user)._filtered_access(
                    "read"
                )
                self.assertEqual(people.sudo().training_id, expected.sudo())

    def test_who_holds_trainings(self):
        training = self._train()
        for user in (self.user_reviewer, self.user_auditor, self.user_hr):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                training.with_user(user).action_hold()
        with self.assertRaises(AccessError):
            training.with_user(self.user_portal).action_hold()
        self._hold(training)

    def test_another_company_sees_nothing(self):
        training = self._train()
        user = self.user_head.copy(
            {
                "login": "training_other",
                "company_id": self.company_b.id,
                "company_ids": [(6, 0, self.company_b.ids)],
            }
        )
        self.assertNotIn(training, training.with_user(user).search([]))

    # -- reminders and figures --------------------

    def test_who_forgot_to_record_is_reminded_once(self):
        training = self._train()
        later = self._train(date_start=datetime(2026, 7, 1, 1))
        with freeze_time(datetime(2026, 6, 30, 23)):
            self._run_job("aftersales.customer.training", "_cron_remind")
            self._run_job("aftersales.customer.training", "_cron_remind")
        self.assertEqual(training.activity_ids.user_id, self.user_head)
        self.assertEqual(len(training.activity_ids), 1)
        self.assertFalse(later.activity_ids)
        self._hold(training)
        self.assertFalse(training.activity_ids)

    def test_trainings_held_as_a_metric(self):
        self._hold()
        self._train()
        self._train().with_user(self.user_centre)._cancel("No time")
        self._train(date_start=datetime(2026, 7, 1, 1))
        Metric = self.env["aftersales.metric"].with_user(self.user_head)
        period = (self.point, date(2026, 6, 1), date(2026, 6, 30))
        found = Metric._compute_metrics(["CTRAIN"], *period)
        self.assertEqual(found["CTRAIN"][self.point.id], (1, 2))
        model, domain = Metric._get_metric_domain("CTRAIN", *period)
        self.assertEqual(len(self.env[model].search(domain)), 2)

    def test_the_protocol_names_people_and_topics(self):
        training = self._hold()
        training._confirm("Mr Li", SIGNATURE, "portal")
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "aftersales_warranty.report_customer_training", training.ids
        )
        text = html.decode()
        for part in (training.name, self.topic.name, "Mr Li", self.unit.serial):
            self.assertIn(part, text)

    def test_an_order_offers_the_training(self):
        order = self._fail(self.unit)
        action = order.with_user(self.user_head).action_plan_training()
        training = (
            self.env[action["res_model"]]
            .with_user(self.user_head)
            .with_context(**action["context"])
            .create({"date_start": NOW})
        )
        self.assertEqual(training.unit_ids, self.unit)
        self.assertEqual(training.partner_id, order.partner_id)
        self.assertEqual(training.order_id, order)
