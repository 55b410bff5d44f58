from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .escalation_common import EscalationCommon
from .hints_common import picture


@tagged("post_install", "-at_install")
class TestEscalation(EscalationCommon):
    """W25: an order goes to an expert, whose answer and time are recorded."""

    # Who is asked

    def test_expert_of_the_category_is_asked(self):
        self._create_expert(self.user_reviewer)
        escalation = self._ask()
        self.assertEqual(escalation.expert_id, self.user_dispatcher)
        self.assertTrue(escalation.name.startswith("ESC"))
        self.assertEqual(escalation.asked_by_id, self.user_centre)
        self.assertEqual(escalation.fault_id, self.fault)
        self.assertEqual(escalation.product_id, self.product)
        self.assertEqual(escalation.sudo().activity_ids.user_id, self.user_dispatcher)

    def test_expert_of_a_wider_category(self):
        narrow = self.env["product.category"].create(
            {"name": "Inverters", "parent_id": self.categ.id}
        )
        self.product.categ_id = narrow
        self.assertEqual(self._ask().expert_id, self.user_dispatcher)
        self._create_expert(self.user_reviewer, narrow)
        self.assertEqual(self._ask().expert_id, self.user_reviewer)

    def test_load_is_shared(self):
        other = self._create_expert(self.user_service, self.categ)
        users = [self._ask().expert_id for _number in range(4)]
        self.assertEqual(users.count(self.user_dispatcher), 2)
        self.assertEqual(users.count(self.user_service), 2)
        self.assertEqual((self.expert.open_count, other.open_count), (2, 2))

    def test_a_batch_shares_the_load_too(self):
        self._create_expert(self.user_service, self.categ)
        vals = {"order_id": self.order.id, "subject": "x", "question": "y"}
        asked = (
            self.env["aftersales.escalation"]
            .with_user(self.user_centre)
            .create([dict(vals) for _number in range(4)])
        )
        self.assertEqual(
            sorted(asked.expert_id.ids),
            sorted((self.user_dispatcher | self.user_service).ids),
        )
        self.assertEqual(
            len(asked.filtered(lambda e: e.expert_id == self.user_service)), 2
        )

    def test_a_full_desk_comes_last(self):
        self.expert.maximum = 1
        self._create_expert(self.user_reviewer)
        self.assertEqual(self._ask().expert_id, self.user_dispatcher)
        self.assertEqual(self._ask().expert_id, self.user_reviewer)

    def test_nobody_answers_the_own_question(self):
        escalation = self._ask(self.user_dispatcher)
        self.assertFalse(escalation.expert_id)
        with self.assertRaisesRegex(ValidationError, "expert of your own question"):
            escalation.sudo().expert_id = self.user_dispatcher
        with self.assertRaises(UserError):
            escalation.write({"answer": "I know", "hours_spent": 1})

    def test_without_an_expert_the_reviewers_are_told(self):
        self.expert.action_archive()
        escalation = self._ask()
        self.assertFalse(escalation.expert_id)
        people = self.company._get_aftersales_people(
            "aftersales_network.group_technical_reviewer"
        )
        self.assertEqual(escalation.sudo().activity_ids.user_id, people[:1])
        escalation.with_user(self.user_reviewer).expert_id = self.user_dispatcher
        self.assertIn(self.user_dispatcher, escalation.sudo().activity_ids.user_id)

    def test_experts_are_our_own_and_may_answer(self):
        for user in (self.user_clerk, self.user_portal):
            with self.assertRaisesRegex(
                ValidationError, f"{user.name} cannot answer escalations."
            ):
                self._create_expert(user)
        self.user_service.write(
            {
                "company_ids": [(6, 0, self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        with self.assertRaisesRegex(ValidationError, "does not work for"):
            self._create_expert(self.user_service)

    # Question and answer

    def test_answer_and_time_are_recorded(self):
        with freeze_time("2026-03-10 04:00:00"):
            escalation = self._ask(severity="critical")
            self.assertEqual(escalation.date_due, date(2026, 3, 13))
        expert = escalation.with_user(self.user_dispatcher)
        self.assertTrue(expert.can_answer)
        with self.assertRaisesRegex(UserError, "write the answer and the time"):
            expert.action_answer()
        expert.answer = "Change the capacitor."
        with self.assertRaisesRegex(UserError, "write the answer and the time"):
            expert.action_answer()
        expert.hours_spent = 1.5
        with freeze_time("2026-03-13 15:59:00"):
            expert.action_answer()
        self.assertEqual(escalation.state, "answered")
        self.assertEqual(escalation.answered_by_id, self.user_dispatcher)
        self.assertTrue(escalation.is_in_time)
        self.assertFalse(escalation.sudo().activity_ids)
        told = escalation.sudo().message_ids[:1]
        self.assertIn("Compressor hums", told.body)
        self.assertEqual(told.partner_ids, self.user_centre.partner_id)

    def test_a_day_late_is_late_in_the_zone_of_the_company(self):
        with freeze_time("2026-03-10 04:00:00"):
            escalation = self._ask(severity="critical")
        escalation.with_user(self.user_dispatcher).write(
            {"answer": "x", "hours_spent": 1}
        )
        # 00:01 of the 14th in Shanghai.
        with freeze_time("2026-03-13 16:01:00"):
            self.assertTrue(escalation.is_overdue)
            escalation.with_user(self.user_dispatcher).action_answer()
        self.assertFalse(escalation.is_in_time)

    def test_only_the_expert_a_reviewer_or_the_head_answers(self):
        escalation = self._ask()
        for user in (self.user_centre, self.user_service):
            with (
                self.subTest(user=user.login),
                self.assertRaises(UserError),
            ):
                escalation.with_user(user).write({"answer": "x", "hours_spent": 1})
        for user in (self.user_reviewer, self.user_head):
            escalation.with_user(user).write({"answer": "x", "hours_spent": 1})
        self._answer(escalation, user=self.user_reviewer)
        self.assertEqual(escalation.answered_by_id, self.user_reviewer)

    def test_what_is_answered_stays(self):
        escalation = self._answer(self._ask())
        for vals in ({"answer": "No"}, {"question": "Other"}, {"hours_spent": 9}):
            with self.assertRaisesRegex(UserError, "is answered and stays as it is"):
                escalation.with_user(self.user_dispatcher).write(vals)
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            escalation.with_user(self.user_admin).unlink()

    def test_ask_again(self):
        escalation = self._answer(self._ask())
        due = escalation.date_due
        action = escalation.with_user(self.user_centre).action_ask_again()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.user_centre)
            .with_context(**action["context"])
            .create({"reason": "Still hums"})
        )
        wizard.action_confirm()
        self.assertEqual((escalation.state, escalation.reopen_count), ("asked", 1))
        self.assertFalse(escalation.date_answered or escalation.is_in_time)
        self.assertEqual(escalation.date_due, due)
        self.assertIn("Still hums", escalation.sudo().message_ids[:1].body)
        self.assertEqual(escalation.sudo().activity_ids.user_id, self.user_dispatcher)
        self._answer(escalation)
        escalation.with_user(self.user_centre).action_solved()
        self.assertEqual(escalation.state, "solved")

    def test_withdraw(self):
        escalation = self._ask()
        with self.assertRaisesRegex(UserError, "Give a reason"):
            escalation._withdraw(" ")
        escalation.with_user(self.user_centre)._withdraw("Found it")
        self.assertEqual(escalation.state, "withdrawn")
        self.assertFalse(escalation.sudo().activity_ids)
        with self.assertRaises(UserError):
            escalation.with_user(self.user_dispatcher).action_answer()

    def test_cancelled_orders_are_not_escalated(self):
        order = self._create_order(service_point_id=self.point.id)
        order.sudo()._write_flow({"state": "cancelled"})
        with self.assertRaisesRegex(UserError, f"{order.name} is cancelled"):
            self._ask(order_id=order.id)

    def test_photos_of_the_order_come_along(self):
        self.env["aftersales.service.order.photo"].create(
            {"order_id": self.order.id, "name": "Board", "image": picture("red")}
        )
        escalation = self._ask()
        # The expert may not be able to open the order.
        photo = escalation.with_user(self.user_dispatcher).photo_ids
        self.assertEqual(photo.name, "Board")
        self.assertTrue(photo.datas)

    def test_a_foreign_file_is_not_opened_by_its_number(self):
        secret = self.env["ir.attachment"].create(
            {
                "name": "secret.txt",
                "raw": b"secret",
                "res_model": "res.company",
                "res_id": self.company_b.id,
            }
        )
        with self.assertRaises(AccessError):
            self._ask(photo_ids=[(4, secret.id)])
        escalation = self._ask()
        expert = escalation.with_user(self.user_dispatcher)
        with self.assertRaises(AccessError):
            expert.write({"answer_file_ids": [(4, secret.id)]})

    def test_form(self):
        form = Form(
            self.env["aftersales.escalation"]
            .with_user(self.user_centre)
            .with_context(**self.order.action_escalate()["context"])
        )
        self.assertEqual(form.subject, "Does not cool")
        form.question = "What now?"
        form.severity = "major"
        escalation = form.save()
        self.assertEqual(escalation.order_id, self.order)
        self.assertEqual(self.order.with_user(self.user_head).escalation_count, 1)
        with Form(escalation.with_user(self.user_dispatcher)) as form:
            form.answer = "Change it"
            form.hours_spent = 0.5
        escalation.with_user(self.user_dispatcher).action_answer()
        self.assertEqual(escalation.state, "answered")

    # Rights

    def test_who_reads_and_writes(self):
        escalation = self._ask()
        other_centre = self.centre_b
        other_centre.manager_id = self.user_service
        readers = {
            "dispatcher": True,
            "centre": True,
            "reviewer": True,
            "head": True,
            "auditor": True,
            "admin": True,
            "service": False,
            "warehouse": False,
        }
        Escalation = self.env["aftersales.escalation"]
        for role, reads in readers.items():
            with self.subTest(role=role):
                user = getattr(self, f"user_{role}")
                found = Escalation.with_user(user).search([("id", "=", escalation.id)])
                self.assertEqual(bool(found), reads)
        with self.assertRaises(AccessError):
            escalation.with_user(self.user_auditor).subject = "x"
        with self.assertRaises(AccessError):
            escalation.with_user(self.user_service).subject = "x"
        with self.assertRaises(AccessError):
            self._ask(self.user_auditor)

    def test_orders_out_of_reach_are_not_escalated(self):
        foreign = self._create_order(service_point_id=self.point_b.id)
        foreign.sudo()._write_flow({"state": "in_progress"})
        with self.assertRaises(AccessError):
            self._ask(order_id=foreign.id)

    def test_steps_are_no_fields(self):
        Escalation = self.env["aftersales.escalation"].with_user(self.user_centre)
        vals = {"order_id": self.order.id, "subject": "x", "question": "y"}
        for extra in (
            {"state": "solved"},
            {"asked_by_id": self.user_head.id},
            {"date_answered": datetime(2026, 1, 1)},
            {"answer": "x"},
            {"hours_spent": 5},
        ):
            with self.subTest(extra=extra), self.assertRaises(UserError):
                Escalation.create({**vals, **extra})
        hostile = Escalation.with_context(
            default_state="solved",
            default_date_answered="2026-01-01 00:00:00",
            aftersales_flow=True,
        ).create(vals)
        self.assertEqual((hostile.state, hostile.date_answered), ("asked", False))
        for extra in (
            {"state": "solved"},
            {"is_in_time": True},
            {"order_id": self._create_order().id},
            {"company_id": self.company_b.id},
        ):
            with self.subTest(extra=extra), self.assertRaises(UserError):
                hostile.with_context(aftersales_flow=True).write(extra)
        with self.assertRaises(UserError):
            hostile.write({"expert_id": self.user_head.id})

    def test_companies_are_separate(self):
        escalation = self._ask()
        self.user_head.write(
            {"company_ids": [(4, self.company_b.id)], "company_id": self.company_b.id}
        )
        Escalation = self.env["aftersales.escalation"].with_user(self.user_head)
        Escalation = Escalation.with_context(allowed_company_ids=self.company_b.ids)
        self.assertFalse(Escalation.search([("id", "=", escalation.id)]))

    # The figure

    def test_metric(self):
        today = self.company._get_aftersales_today()
        for _number in range(2):
            self._answer(self._ask())
        self._ask()
        self._ask()._withdraw("not needed")
        late = self._answer(self._ask())
        late.sudo()._write_flow({"date_answered": datetime.now() + timedelta(days=200)})
        Metric = self.env["aftersales.metric"]
        points = self.point | self.point_b
        span = (today, today + timedelta(days=40))
        values = Metric._compute_metrics(["ESC"], points, *span)["ESC"]
        self.assertEqual(values[self.point.id], (2, 4))
        self.assertEqual(values[self.point_b.id], (0, 0))
        model, domain = Metric._get_metric_domain("ESC", points, *span)
        self.assertEqual(self.env[model].search_count(domain), 4)
        self.assertEqual(self.expert.answered_count, 3)
        self.assertAlmostEqual(self.expert.in_time_rate, 200 / 3, places=1)

    def test_the_unit_shows_what_was_asked_and_reported(self):
        self.order.sudo().registration_id = self.unit
        asked = self._ask()
        report = self.env["aftersales.quality.report"].create(
            {"order_id": self.order.id, "description": "Hums"}
        )
        unit = self.unit.with_user(self.user_head)
        unit.invalidate_recordset()
        self.assertEqual((unit.escalation_count, unit.quality_report_count), (1, 1))
        for action, found in (
            (unit.action_view_escalations(), asked),
            (unit.action_view_quality_reports(), report),
        ):
            model = self.env[action["res_model"]]
            self.assertEqual(model.search(action["domain"]), found)
