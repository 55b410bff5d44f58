"""Evidence comes from the steps alone, whatever a caller sends along."""

from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, new_test_user, tagged

from .common import CONTEXT, AftersalesCommon


@tagged("post_install", "-at_install", "security")
class TestSecurityEvidence(AftersalesCommon):
    def _create_order_at_point(self):
        order = self._create_order()
        order.action_dispatch()
        order.action_accept()
        order.action_start()
        return order

    def test_same_person_does_not_pass_two_gates_by_an_old_date(self):
        both = new_test_user(
            self.env,
            login="aftersales_both",
            groups="aftersales_network.group_technical_reviewer,"
            "aftersales_network.group_head",
            context=CONTEXT,
        )
        point = self._create_point(
            name="Two Gates",
            state="technical_review",
            parent_id=self.centre.id,
            date_submitted=datetime(2026, 1, 1),
        )
        mine = point.with_user(both).with_context(
            default_date="2000-01-01 00:00:00",
            default_decision="rejected",
            default_date_until="2099-01-01",
        )
        mine.action_approve()
        line = point.approval_ids
        self.assertGreaterEqual(line.date, datetime(2026, 1, 1))
        self.assertFalse(line.date_until)
        with self.assertRaisesRegex(UserError, "Four-eyes"):
            mine.action_approve()

    @freeze_time("2026-03-02 10:00:00")
    def test_pause_does_not_end_in_the_future(self):
        order = self._create_order_at_point()
        reason = self.env["aftersales.pause.reason"].search(
            [("stops_clock", "=", True)], limit=1
        )
        order.with_user(self.user_centre).with_context(
            default_date_to="2030-01-01 00:00:00",
            default_resumed_by_id=self.user_head.id,
        ).action_pause(reason.id)
        self.assertFalse(order.pause_ids.date_to or order.pause_ids.resumed_by_id)
        self.assertEqual(order.paused_hours, 0)

    def test_event_and_refusal_keep_person_and_moment(self):
        order = self._create_order()
        order.action_dispatch()
        order.with_user(self.user_centre).with_context(
            default_person="Forged", default_hours=99, default_kind="closed"
        ).action_arrive()
        event = order.event_ids.filtered(lambda e: e.kind == "arrived")
        self.assertFalse(event.person)
        self.assertEqual(event.hours, 0)
        order.with_user(self.user_centre).with_context(
            default_date="2000-01-01 00:00:00"
        )._refuse("No time")
        refusal = order.refusal_ids
        self.assertGreater(refusal.date, datetime(2026, 1, 1))

    def test_files_of_guarded_fields_are_not_forged(self):
        order = self._create_order_at_point()
        Attachment = self.env["ir.attachment"].with_user(self.user_centre)
        vals = {
            "name": "customer_signature",
            "res_model": order._name,
            "res_id": order.id,
            "res_field": "customer_signature",
            "raw": b"forged",
        }
        with self.assertRaisesRegex(UserError, "is evidence"):
            Attachment.create(vals)
        loose = Attachment.create({"name": "mine", "raw": b"forged"})
        with self.assertRaisesRegex(UserError, "is evidence"):
            loose.write({k: v for k, v in vals.items() if k.startswith("res_")})
        self.env.invalidate_all()
        self.assertFalse(order.customer_signature)
        with self.assertRaisesRegex(UserError, "is evidence"):
            Attachment.with_context(
                default_res_model=order._name,
                default_res_id=order.id,
                default_res_field="customer_signature",
            ).create({"name": "x", "raw": b"forged"})

    def test_signature_of_an_order_is_not_replaced(self):
        order = self._create_order_at_point()
        order._write_flow({"customer_signature": "c2lnbmF0dXJl"})
        order.flush_recordset()
        stored = self.env["ir.attachment"].search(
            [
                ("res_model", "=", order._name),
                ("res_id", "=", order.id),
                ("res_field", "=", "customer_signature"),
            ]
        )
        mine = stored.with_user(self.user_centre)
        with self.assertRaisesRegex(UserError, "is evidence"):
            mine.write({"raw": b"forged"})
        with self.assertRaisesRegex(UserError, "is evidence"):
            mine.unlink()

    def _create_foreign_file(self):
        return self.env["ir.attachment"].create(
            {
                "name": "secret.png",
                "raw": b"secret",
                "res_model": "aftersales.service.point",
                "res_id": self.point_b.id,
            }
        )

    def test_foreign_file_is_not_linked(self):
        secret = self._create_foreign_file()
        with self.assertRaises(AccessError):
            secret.with_user(self.user_centre).check_access("read")
        visit = self.env["aftersales.visit"].create(
            {
                "service_point_id": self.point.id,
                "date_planned": date(2026, 3, 10),
                "visitor_ids": [Command.set(self.user_centre.ids)],
            }
        )
        Task = self.env["aftersales.visit.task"].with_user(self.user_centre)
        for commands in (
            [Command.link(secret.id)],
            [Command.set(secret.ids)],
            [secret.id],
            [[6, False, [secret.id]]],
        ):
            with self.subTest(commands=commands), self.assertRaises(AccessError):
                Task.create(
                    {"visit_id": visit.id, "name": "Sign", "photo_ids": commands}
                )
        with self.assertRaises(AccessError):
            Task.with_context(default_photo_ids=secret.ids).create(
                {"visit_id": visit.id, "name": "Sign"}
            )
        task = Task.create({"visit_id": visit.id, "name": "Sign"})
        with self.assertRaises(AccessError):
            task.write({"photo_ids": [Command.link(secret.id)]})
        with self.assertRaises(AccessError):
            visit.with_user(self.user_centre).write(
                {
                    "task_ids": [
                        Command.update(
                            task.id, {"photo_ids": [Command.link(secret.id)]}
                        )
                    ]
                }
            )
        with self.assertRaises(AccessError):
            self.point.with_user(self.user_centre).write(
                {"photo_ids": [Command.link(secret.id)]}
            )
        with self.assertRaises(AccessError):
            self.env["aftersales.withdrawal"].with_user(self.user_centre).create(
                {
                    "service_point_id": self.point.id,
                    "cause": "other",
                    "reason": "x",
                    "attachment_ids": [Command.link(secret.id)],
                }
            )

    def test_papers_of_a_filed_withdrawal_stay(self):
        withdrawal = (
            self.env["aftersales.withdrawal"]
            .with_user(self.user_centre)
            .create(
                {
                    "service_point_id": self.point.id,
                    "cause": "breach",
                    "reason": "Broken agreement",
                }
            )
        )
        paper = (
            self.env["ir.attachment"]
            .with_user(self.user_centre)
            .create(
                {
                    "name": "proof.pdf",
                    "raw": b"%PDF-1.4",
                    "res_model": withdrawal._name,
                    "res_id": withdrawal.id,
                }
            )
        )
        withdrawal.attachment_ids = [Command.link(paper.id)]
        paper.write({"name": "breach.pdf"})
        withdrawal.action_submit()
        with self.assertRaisesRegex(UserError, "is evidence"):
            paper.write({"raw": b"%PDF-1.4 other"})
        with self.assertRaisesRegex(UserError, "is evidence"):
            paper.unlink()
        with self.assertRaisesRegex(UserError, "is evidence"):
            paper.write({"res_model": False, "res_id": 0})

    def test_photo_and_step_do_not_move_into_a_closed_order(self):
        closed = self._finish_order(self._create_order())
        closed._write_flow({"state": "closed"})
        order = self._create_order_at_point()
        photo = self.env["aftersales.service.order.photo"].create(
            {
                "order_id": order.id,
                "image": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4"
                "2mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
            }
        )
        with self.assertRaisesRegex(UserError, "is closed"):
            photo.with_user(self.user_centre).order_id = closed
        Step = self.env["aftersales.service.order.step"].with_user(self.user_centre)
        with self.assertRaisesRegex(UserError, "is closed"):
            Step.create({"order_id": closed.id, "name": "Late", "is_done": True})
        step = Step.create({"order_id": order.id, "name": "Late", "is_done": True})
        with self.assertRaisesRegex(UserError, "is closed"):
            step.order_id = closed

    def test_written_step_stays_mandatory(self):
        step = self.env["aftersales.service.step"].create(
            {"service_type_id": self.type_repair.id, "name": "Earth test"}
        )
        order = self._create_order_at_point()
        mine = order.step_ids.filtered(lambda s: s.step_id == step)
        self.assertTrue(mine.is_mandatory)
        with self.assertRaisesRegex(UserError, "written procedure"):
            mine.with_user(self.user_centre).is_mandatory = False
        mine.with_user(self.user_head).is_mandatory = False

    def test_hand_over_moves_only_orders_of_its_areas(self):
        heir = self._create_rival(name="Heir")
        order = self._create_order()
        order.action_dispatch()
        order.area_id = self.area_b
        old = order.service_point_id
        new = (self.point | heir) - old
        wizard = (
            self.env["aftersales.area.handover"]
            .with_user(self.user_centre)
            .create(
                {
                    "from_point_id": old.id,
                    "to_point_id": new.id,
                    "date": date(2099, 1, 1),
                    "move_orders": True,
                }
            )
        )
        wizard.order_ids = order
        with self.assertRaisesRegex(UserError, "in none of the chosen areas"):
            wizard._move_orders()
        self.assertEqual(order.service_point_id, old)
