import csv
import io
from datetime import date
from unittest.mock import patch

from openpyxl import load_workbook
from psycopg2.errors import CheckViolation, ExclusionViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import file_open, mute_logger

from .supplier_common import SupplierCommon

MARCH = (date(2026, 3, 1), date(2026, 3, 31))


@tagged("post_install", "-at_install")
class TestSupplierTerm(SupplierCommon):
    def test_terms_do_not_overlap(self):
        self._term(date_to=date(2025, 12, 31))
        self._term(date_from=date(2026, 1, 1))
        self._term(product_id=self.part.id)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(ExclusionViolation),
            self.env.cr.savepoint(),
        ):
            self._term(date_from=date(2025, 6, 1), date_to=date(2026, 6, 1))

    def test_the_import_template_can_be_imported(self):
        Term = self.env["aftersales.supplier.term"].with_user(self.user_head)
        (template,) = Term.get_import_templates()
        self.env["res.partner"].create({"name": "Board Works"})
        with file_open(template["template"].lstrip("/")) as file:
            header, *rows = csv.reader(file)
        result = Term.load(header, rows)
        self.assertFalse(result["messages"])
        terms = Term.browse(result["ids"])
        self.assertEqual(
            [(t.partner_id.name, t.share, t.cover_usage_uom) for t in terms],
            [("Fan Works", 80.0, "km"), ("Board Works", 100.0, False)],
        )

    def test_impossible_terms(self):
        with mute_logger("odoo.sql_db"):
            for vals in (
                {"share": 101},
                {"share": -1},
                {"cover_months": -1},
                {"date_to": date(2019, 1, 1)},
                {"product_id": self.part.id, "categ_id": self.categ.id},
            ):
                with (
                    self.subTest(vals=vals),
                    self.assertRaises(CheckViolation),
                    self.env.cr.savepoint(),
                ):
                    self._term(**vals)
        with self.assertRaisesRegex(ValidationError, "cannot bear more of a part"):
            self._term(share=50, no_fault_rule="share", no_fault_share=60)


@tagged("post_install", "-at_install")
class TestSupplierClaim(SupplierCommon):
    """From approved lines by causal part to the credit of the supplier."""

    # -- collecting --------------------------------------------------------------

    def test_what_the_term_bears_is_asked_for(self):
        term = self._term(share=80)
        claim = self._approved()
        lines = self._collect(claim)
        rows = {
            line.kind: (line.amount_base, line.amount_asked, line.reason)
            for line in lines
        }
        approved = {line.kind: line.amount_approved for line in claim.line_ids}
        self.assertEqual(approved["part"], 100.0)
        self.assertEqual(
            rows,
            {
                "part": (100.0, 80.0, "asked"),
                "labour": (approved["labour"], approved["labour"] * 0.8, "asked"),
                "travel": (approved["travel"], 0.0, "kind"),
            },
        )
        document = lines.supplier_claim_id
        self.assertEqual(
            (document.partner_id, document.state, document.amount_asked),
            (self.supplier, "draft", sum(row[1] for row in rows.values())),
        )
        self.assertEqual(lines.term_id, term)
        self.assertFalse(self._collect(claim))
        again = self._collect(self._approved(date_request="2026-03-03 01:00:00"))
        self.assertEqual(again.supplier_claim_id, document)

    def test_why_nothing_can_be_asked(self):
        claim = self._approved(("part", 1, 100.0, self.part))
        self.assertEqual(self._collect(claim).reason, "no_term")
        term = self._term(cover_months=1, date_from=date(2026, 1, 1))
        self.assertFalse(self._collect(claim))
        self.assertEqual(self._collect(claim, ("no_term",)).reason, "out_of_time")
        term.cover_months = 2
        line = self._collect(claim, ("out_of_time",))
        self.assertEqual((line.reason, line.amount_asked), ("asked", 100.0))
        several = self._approved(
            ("part", 1, 100.0, self.part),
            ("part", 1, 50.0, self._create_product(tracking="none", list_price=50)),
            date_request="2026-03-05 01:00:00",
        )
        reasons = set(self._collect(several).mapped("reason"))
        if "is_causal" in self.env["aftersales.claim.line"]._fields:
            self.assertLessEqual(reasons, {"asked", "kind", "no_causal"})
        else:
            self.assertEqual(reasons, {"no_causal"})

    def test_the_limit_of_usage_bites(self):
        term = self._term(cover_usage=500.0, cover_usage_uom="hour")
        line = self._collect(
            self._approved(
                ("part", 1, 100.0, self.part), usage_reading=500.0, usage_uom="hour"
            )
        )
        self.assertEqual((line.reason, line.amount_asked), ("asked", 100.0))
        for day, reading, unit, reason in (
            (11, 500.1, "hour", "out_of_usage"),
            (12, 9000.0, "km", "asked"),
            (13, 0.0, False, "asked"),
        ):
            with self.subTest(reading=reading, unit=unit):
                other = self._approved(
                    ("part", 1, 100.0, self.part),
                    date_request=f"2026-03-{day} 01:00:00",
                    usage_reading=reading,
                    usage_uom=unit,
                )
                self.assertEqual(self._collect(other).reason, reason)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(CheckViolation),
            self.env.cr.savepoint(),
        ):
            term.cover_usage_uom = False
            self.env.flush_all()

    def test_the_job_takes_what_is_new_and_nothing_twice(self):
        self._term()
        claims = self._approved() | self._approved(date_request="2026-03-03 01:00:00")
        self.env.flush_all()
        for _run in range(2):
            with self.enter_registry_test_mode(), self.registry.cursor() as cr:
                self.env(cr=cr, user=1)["aftersales.supplier.claim"]._cron_collect()
            self.env.invalidate_all()
            lines = self.Line.search([("claim_id", "in", claims.ids)])
            self.assertEqual(len(lines), 6)

    def test_one_bad_claim_never_blocks_the_others(self):
        self._term()
        bad = self._approved()
        good = self._approved(date_request="2026-03-10 08:00:00")
        Model = self.registry["aftersales.supplier.claim"]
        judge = Model._judge

        def fail(records, claim, *args):
            if claim == bad:
                reason = "No way"
                raise UserError(reason)
            return judge(records, claim, *args)

        with (
            patch.object(Model, "_judge", fail),
            self.assertLogs(level="WARNING") as logged,
        ):
            self.Claim.sudo()._try_collect(bad | good)
        self.assertIn(f"Claim {bad.name} not recovered: No way", logged.output[0])
        lines = self.Line.search([("claim_id", "in", (bad | good).ids)])
        self.assertEqual(lines.claim_id, good)

    def test_the_wizard_shows_every_line(self):
        self._term()
        claim = self._approved()
        run = (
            self.env["aftersales.supplier.run"]
            .with_user(self.user_clerk)
            .create({"date_to": date(2026, 3, 31)})
        )
        action = run.action_collect()
        found = self.Line.search(action["domain"]).claim_line_id
        self.assertEqual(found & claim.line_ids, claim.line_ids)
        early = run.create({"date_to": date(2026, 3, 1)})
        lines = self.Line.search(early.action_collect()["domain"])
        self.assertFalse(lines.claim_line_id & claim.line_ids)

    def test_old_parts_decide(self):
        self.part.aftersales_old_part = "return"
        self._term(no_fault_rule="share", no_fault_share=50, is_ship_back=True)
        claim = self._approved(("part", 1, 100.0, self.part))
        part = claim.line_ids.part_return_ids
        if not part:
            part = self.env["aftersales.part.return"]._create_duties(
                [
                    {
                        "service_point_id": self.point.id,
                        "product_id": self.part.id,
                        "quantity": 1,
                        "order_id": claim.order_id.id,
                        "order_line_id": claim.line_ids.order_line_id.id,
                        "claim_line_id": claim.line_ids.id,
                    }
                ]
            )
        waiting = self._collect(claim)
        self.assertEqual((waiting.reason, waiting.amount_asked), ("waiting", 0))
        part.sudo()._write_flow({"state": "inspected", "finding": "no_fault"})
        line = self._collect(claim)
        self.assertEqual((line.reason, line.amount_asked), ("asked", 50.0))
        self.assertEqual((line.part_return_id, line.ship_state), (part, "due"))
        self.assertTrue(part.is_wanted_by_supplier)
        found = self.env["aftersales.part.return"].search(
            [("is_wanted_by_supplier", "=", True)]
        )
        self.assertIn(part, found)
        mine = part.with_user(self.user_warehouse)
        with self.assertRaisesRegex(UserError, "is not held for the supplier"):
            mine.action_ship_supplier()
        with self.assertRaises(AccessError):
            part.with_user(self.user_clerk).action_ship_supplier()

    def test_another_currency(self):
        euro = self.env.ref("base.EUR")
        if self.company.currency_id == euro:
            euro = self.env.ref("base.USD")
        euro.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2020-01-01", "rate": 0.5}
        )
        self._term()
        claim = self._approved(("part", 1, 100.0, self.part), currency_id=euro.id)
        line = self._collect(claim)
        self.assertEqual(claim.currency_id, euro)
        self.assertAlmostEqual(line.amount_asked, claim.amount_approved * 2)

    def test_queries_do_not_grow_with_the_claims(self):
        self._term()
        claims = self._approved()
        for day in range(3, 9):
            claims |= self._approved(date_request=f"2026-03-{day:02} 01:00:00")

        def count(batch):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._collect(batch)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        one, many = count(claims[:1]), count(claims[1:])
        self.assertLessEqual(many, one + 6)

    def test_claim_and_supplier_lead_to_the_recovery(self):
        claim = self._approved()
        document = self._sent(claim)
        mine = claim.with_user(self.user_clerk)
        self.assertEqual(mine.recovery_count, 3)
        action = mine.action_view_recovery()
        self.assertEqual(self.Line.search(action["domain"]).claim_id, claim)
        supplier = self.supplier.with_user(self.user_head)
        self.assertEqual(supplier.aftersales_supplier_claim_count, 1)
        action = supplier.action_view_aftersales_supplier_claims()
        self.assertEqual(self.Claim.search(action["domain"]), document)
        with self.assertRaises(AccessError):
            self.supplier.with_user(self.user_service).read(
                ["aftersales_supplier_claim_count"]
            )

    # -- sending -----------------------------------------------------------------

    def test_the_supplier_gets_both_files(self):
        document = self._sent()
        self.assertEqual(document.state, "sent")
        self.assertEqual((document.date_due - document.date_sent).days, 30)
        mail = self.env["mail.mail"].search(
            [("model", "=", "aftersales.supplier.claim"), ("res_id", "=", document.id)]
        )
        names = sorted(mail.attachment_ids.mapped("name"))
        # Tests render the paper as HTML.
        self.assertEqual(
            names, [f"{document.name}.xlsx", f"Supplier claim {document.name}.html"]
        )
        with self.assertRaisesRegex(UserError, "is in state “Sent”"):
            document.action_send()

    def test_a_supplier_without_address_gets_the_paper(self):
        self.supplier.email = False
        document = self._sent()
        self.assertEqual(document.state, "sent")
        self.assertIn("has no e-mail address", document.message_ids[0].body)

    def test_a_claim_taken_back_is_not_sent(self):
        self._term()
        claim = self._approved()
        document = self._collect(claim).supplier_claim_id.with_user(self.user_clerk)
        claim.with_user(self.user_clerk).action_reopen()
        with self.assertRaisesRegex(UserError, "is not approved any more"):
            document.action_send()
        empty = self.Claim.create({"partner_id": self.customer.id})
        with self.assertRaisesRegex(UserError, "has no lines"):
            empty.action_send()

    def test_the_spreadsheet_has_no_formulas(self):
        self._term()
        claim = self._approved()
        claim.order_id.sudo()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE aftersales_claim SET cause = %s WHERE id = %s",
            ("=HYPERLINK(1)", claim.id),
        )
        claim.invalidate_recordset()
        document = self._collect(claim).supplier_claim_id
        book = load_workbook(io.BytesIO(document._get_workbook()))
        cells = [cell for row in book.active.iter_rows() for cell in row]
        found = [c for c in cells if c.value == "=HYPERLINK(1)"]
        self.assertTrue(found)
        self.assertEqual({c.data_type for c in found}, {"s"})

    # -- answer ------------------------------------------------------------------

    def test_line_by_line(self):
        document = self._sent()
        part = document.line_ids.filtered(lambda x: x.kind == "part")
        labour = document.line_ids.filtered(lambda x: x.kind == "labour")
        for amount, message in ((101, "between 0 and the"), (-1, "between 0 and the")):
            with self.assertRaisesRegex(UserError, message):
                part._answer(amount, "x")
        with self.assertRaisesRegex(UserError, "write down the reason"):
            part._answer(50, " ")
        part._answer(50, "Half is wear")
        self.assertEqual((part.answer, part.amount_accepted), ("partly", 50))
        with self.assertRaisesRegex(UserError, "1 lines have no answer yet"):
            document.action_conclude()
        wizard = (
            self.env["aftersales.supplier.answer"]
            .with_user(self.user_clerk)
            .create({"line_id": labour.id, "amount": 0, "note": "Not ours"})
        )
        wizard.action_confirm()
        self.assertEqual(labour.answer, "rejected")
        document.action_conclude()
        self.assertEqual((document.state, document.amount_accepted), ("answered", 50.0))

    def test_a_dispute_once(self):
        document = self._sent()
        document._reject_all("Wear")
        document.action_conclude()
        document._dispute("Look at the photos")
        self.assertEqual((document.state, document.unanswered_count), ("disputed", 2))
        self.assertTrue(all(document.line_ids.mapped("is_disputed")))
        document.line_ids.action_accept()
        document.action_conclude()
        with self.assertRaisesRegex(UserError, "was disputed once"):
            document._dispute("again")
        whole = self._answered_other()
        with self.assertRaisesRegex(UserError, "nothing to dispute"):
            whole._dispute("x")

    def _answered_other(self):
        lines = self._collect(self._approved(date_request="2026-03-09 01:00:00"))
        document = lines.supplier_claim_id.with_user(self.user_clerk)
        document.action_send()
        document.action_accept_all()
        document.action_conclude()
        return document

    def test_nothing_accepted_is_closed(self):
        document = self._sent()
        document._reject_all("Wear")
        document.action_conclude()
        with self.assertRaisesRegex(UserError, "accepted nothing. Close it"):
            document.action_create_credit()
        document.action_close()
        self.assertEqual(document.state, "closed")

    def test_a_cancelled_claim_gives_its_lines_free(self):
        claim = self._approved()
        document = self._sent(claim)
        document.action_cancel()
        lines = self._collect(claim)
        self.assertEqual(len(lines), 2)
        self.assertNotEqual(lines.supplier_claim_id, document)

    # -- credit ------------------------------------------------------------------

    def _credit(self):
        document = self._answered()
        document.action_create_credit()
        return document, document.move_id.with_env(self.env)

    def test_the_credit_note(self):
        document, move = self._credit()
        self.assertEqual(
            (move.move_type, move.state, move.partner_id, move.amount_untaxed),
            ("in_refund", "draft", self.supplier, document.amount_accepted),
        )
        self.assertEqual(document.state, "answered")
        with self.assertRaisesRegex(UserError, "has the credit note"):
            document.action_create_credit()
        move.action_post()
        self.assertEqual(document.state, "credited")
        self.assertTrue(all(document.line_ids.mapped("is_recovered")))

    def test_a_changed_credit_note_is_not_posted(self):
        document, move = self._credit()
        move.invoice_line_ids[:1].price_unit += 1
        with self.assertRaisesRegex(UserError, "must be a vendor credit note of"):
            move.action_post()
        self.assertEqual(document.state, "answered")

    def test_reset_cancel_and_delete(self):
        document, move = self._credit()
        move.action_post()
        move.button_draft()
        self.assertEqual((document.state, document.move_id), ("answered", move))
        move.button_cancel()
        self.assertFalse(document.move_id)
        with self.assertRaisesRegex(UserError, "It stays cancelled"):
            move.button_draft()
        document.action_create_credit()
        second = document.move_id.with_env(self.env)
        second.unlink()
        self.assertEqual((document.state, document.move_id.id), ("answered", False))

    def test_a_paid_one_is_frozen(self):
        document, move = self._credit()
        move.action_post()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET payment_state = 'paid' WHERE id = %s", (move.id,)
        )
        move.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "is paid; it cannot be undone"):
            move.button_draft()
        self.assertEqual(document.state, "credited")

    # -- metric ------------------------------------------------------------------

    def test_recovered_by_recoverable(self):
        document, move = self._credit()
        Metric = self.env["aftersales.metric"]
        points = self.point | self.point_b
        asked = document.amount_asked

        def value():
            return Metric._compute_metrics(["RECOV"], points, *MARCH)["RECOV"]

        self.assertEqual(value()[self.point.id], (0, asked))
        move.action_post()
        self.assertEqual(value()[self.point.id], (asked, asked))
        self.assertEqual(value()[self.point_b.id], (0, 0))
        model, domain = Metric._get_metric_domain("RECOV", points, *MARCH)
        self.assertEqual(
            self.env[model].search(domain),
            document.line_ids.filtered(lambda x: x.reason == "asked"),
        )

    # -- rights ------------------------------------------------------------------

    def test_only_the_clerk_claims(self):
        document = self._sent()
        for user in (self.user_auditor, self.user_head):
            with self.assertRaisesRegex(AccessError, "Only a settlement clerk claims"):
                document.with_user(user).action_accept_all()
            document.with_user(user).read(["amount_asked"])
        for user in (self.user_service, self.user_centre, self.user_warehouse):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                document.with_user(user).read(["name"])

    def test_rpc_cannot_move_a_supplier_claim(self):
        document = self._sent()
        line = document.line_ids[:1]
        hostile = {"default_state": "credited", "aftersales_flow": True}
        for record, vals in (
            (document, {"state": "credited"}),
            (document, {"amount_accepted": 1.0}),
            (document, {"partner_id": self.customer.id}),
            (line, {"amount_accepted": 1.0}),
            (line, {"answer": "accepted"}),
            (line, {"is_live": False}),
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                record.with_context(**hostile).write(vals)
        new = self.Claim.with_context(**hostile).create(
            {"partner_id": self.customer.id}
        )
        self.assertEqual(new.state, "draft")
        with self.assertRaises(UserError):
            self.Line.with_user(self.user_clerk).create(
                {
                    "claim_line_id": line.claim_line_id.id,
                    "date": "2026-01-01",
                    "reason": "kind",
                }
            )
        with self.assertRaisesRegex(UserError, "its lines stay"):
            line.unlink()
