from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .supplier_common import SupplierCommon
from .test_part_return import OldPartCommon


@tagged("post_install", "-at_install")
class TestSupplierReminder(SupplierCommon):
    """Overdue answers come to the clerk, and from him to the supplier."""

    def _overdue(self):
        """A claim whose supplier should have answered long ago."""
        return self._make_overdue(self._sent())

    def _make_overdue(self, document):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE aftersales_supplier_claim SET date_due = '2020-01-01' "
            "WHERE id = %s",
            (document.id,),
        )
        document.invalidate_recordset()
        return document

    def test_overdue_answers_are_found(self):
        document = self._overdue()
        self.assertTrue(document.is_overdue)
        self.assertIn(document, self.Claim.search([("is_overdue", "=", True)]))

    def _alert(self):
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.env(cr=cr, user=1)["aftersales.supplier.claim"]._cron_alert()
        self.env.invalidate_all()

    def test_the_clerk_is_told_once_of_an_overdue_answer(self):
        waiting = self._sent()
        self.assertEqual(waiting.sent_by_id, self.user_clerk)
        self._alert()
        self.assertFalse(waiting.activity_ids)
        self._make_overdue(waiting)
        for _run in range(2):
            self._alert()
            activity = waiting.sudo().activity_ids
            self.assertEqual(
                (activity.user_id, activity.summary),
                (self.user_clerk, "Remind the supplier of his answer"),
            )
        self.assertEqual(waiting.date_alerted, self.company._get_aftersales_today())
        waiting.action_accept_all()
        waiting.action_conclude()
        self.assertFalse(waiting.sudo().activity_ids)

    def test_the_supplier_is_reminded(self):
        early = self._sent()
        with self.assertRaisesRegex(UserError, "the supplier has time to answer until"):
            early.action_remind()
        early.action_cancel()
        lines = self._collect(self._approved(date_request="2026-03-09 01:00:00"))
        document = lines.supplier_claim_id.with_user(self.user_clerk)
        document.action_send()
        self._make_overdue(document)
        document.action_remind()
        today = self.company._get_aftersales_today()
        self.assertEqual((document.date_reminded, document.reminder_count), (today, 1))
        mail = self.env["mail.mail"].search(
            [("model", "=", "aftersales.supplier.claim"), ("res_id", "=", document.id)],
            order="id desc",
            limit=1,
        )
        self.assertEqual(
            mail.subject, f"Reminder: your answer to claim {document.name}"
        )
        with self.assertRaisesRegex(UserError, "was reminded today already"):
            document.action_remind()
        with self.assertRaisesRegex(AccessError, "Only a settlement clerk claims"):
            document.with_user(self.user_head).action_remind()
        with self.assertRaises(UserError):
            document.write({"reminder_count": 9})

    def test_a_reminder_without_address(self):
        document = self._overdue()
        self.supplier.email = False
        document.action_remind()
        self.assertIn("Call, or print the claim", document.message_ids[0].body)
        document._reject_all("Wear")
        document.action_conclude()
        document._dispute("Look again")
        self.assertGreater(document.date_due, document.date_sent)
        self.assertFalse(document.date_alerted)


@tagged("post_install", "-at_install")
class TestShipToSupplier(OldPartCommon):
    """The failed part leaves the hold for the supplier's stock."""

    def _hold(self, part=None):
        """A part, by default two pieces, that is held for its supplier."""
        part = part or self._owe(2)
        self._receive(part)
        part = part.with_user(self.user_warehouse)
        part.action_inspect("confirmed")
        part.action_dispose("supplier")
        return part

    def test_the_part_leaves_the_hold(self):
        hold = self.warehouse.aftersales_recovery_location_id
        vendor = self.env.ref("stock.stock_location_suppliers")
        part = self._hold()
        before = self._get_quantity(vendor)
        self.assertEqual(self._get_quantity(hold), 2)
        part.action_ship_supplier()
        self.assertEqual(self._get_quantity(hold), 0)
        self.assertEqual(self._get_quantity(vendor), before + 2)
        move = self.env["stock.move"].search(
            [
                ("aftersales_part_return_id", "=", part.id),
                ("location_dest_id", "=", vendor.id),
            ]
        )
        self.assertEqual(
            (move.state, move.quantity, move.location_id, move.origin),
            ("done", 2, hold, part.name),
        )
        self.assertEqual(part.date_to_supplier, self.today)
        part.supplier_tracking = "SF-1"
        self.assertEqual(part.supplier_tracking, "SF-1")

    def test_a_part_leaves_once_and_by_the_warehouse(self):
        part = self._hold()
        for user in (self.user_clerk, self.user_centre, self.user_auditor):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                part.with_user(user).action_ship_supplier()
        part.action_ship_supplier()
        with self.assertRaisesRegex(UserError, "or left already"):
            part.action_ship_supplier()
        with self.assertRaises(UserError):
            part.write({"date_to_supplier": False})

    def test_the_lines_of_the_claim_show_the_way(self):
        supplier = self.env["res.partner"].create({"name": "Fan Works"})
        self.part.seller_ids = [Command.create({"partner_id": supplier.id})]
        self._silence_law()
        self.env["aftersales.supplier.term"].create(
            {
                "partner_id": supplier.id,
                "date_from": "2020-01-01",
                "is_ship_back": True,
            }
        )
        claim = self._approve(self._create_claim(("part", 1, 100.0, self.part)))
        owed = claim.line_ids.part_return_ids
        owed = owed or self._owe(1, claim_line_id=claim.line_ids.id)
        part = self._hold(owed)
        line = self.env["aftersales.supplier.claim"]._collect(claim)
        self.assertEqual((line.part_return_id, line.ship_state), (part, "due"))
        self.assertTrue(part.is_wanted_by_supplier)
        part.action_ship_supplier()
        self.assertEqual(line.ship_state, "shipped")
        self.assertFalse(part.is_wanted_by_supplier)
