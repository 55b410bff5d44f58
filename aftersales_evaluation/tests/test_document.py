import base64
from datetime import date

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_network.tests.race import RaceMixin

from .strategy_common import StrategyCommon


class DocumentCommon(StrategyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Document = cls.env["aftersales.document"]
        cls.today = cls.company._get_aftersales_today()

    @classmethod
    def _create_document(cls, **vals):
        """A draft of the technical reviewer."""
        return (
            cls.Document.with_user(cls.user_reviewer)
            .create(
                {
                    "name": "Rules of Installation",
                    "code": "QW-01",
                    "kind": "installation",
                    "body": "<p>Fix the bracket first.</p>",
                    "date_effective": cls.today,
                    **vals,
                }
            )
            .with_env(cls.env)
        )

    def _approve(self, document):
        document.with_user(self.user_reviewer).action_submit()
        document.with_user(self.user_head).action_approve()
        return document

    def _next(self, document, **vals):
        action = document.with_user(self.user_reviewer).action_new_version()
        draft = self.Document.browse(action["res_id"])
        draft.with_user(self.user_reviewer).write(
            {"date_effective": self.today, **vals}
        )
        return draft


@tagged("post_install", "-at_install")
class TestDocument(DocumentCommon):
    # -- approval --------------------------------------------------------------------

    def test_four_eyes(self):
        document = self._create_document()
        self.assertEqual(document.editor_ids, self.user_reviewer)
        document.with_user(self.user_head).body = "<p>Fix the bracket twice.</p>"
        self.assertEqual(document.editor_ids, self.user_reviewer | self.user_head)
        document.with_user(self.user_reviewer).action_submit()
        self.assertEqual(document.status, "review")
        with self.assertRaisesRegex(AccessError, "approved by the head of service"):
            document.with_user(self.user_reviewer).action_approve()
        with self.assertRaisesRegex(UserError, "You worked on QW-01 Rules of Inst"):
            document.with_user(self.user_head).action_approve()
        document.with_user(self.user_head_b).action_approve()
        self.assertEqual(document.status, "effective")
        self.assertEqual(document.approved_by_id, self.user_head_b)
        gates = self.env["aftersales.approval"].search(
            [("res_model", "=", document._name), ("res_id", "=", document.id)]
        )
        self.assertEqual(set(gates.mapped("gate")), {"submit", "document"})

    def test_who_submits_does_not_approve(self):
        document = self._create_document()
        document.with_user(self.user_head).action_submit()
        with self.assertRaisesRegex(UserError, "Four-eyes"):
            document.with_user(self.user_head).action_approve()

    def test_what_was_submitted_stays(self):
        document = self._create_document()
        document.with_user(self.user_reviewer).action_submit()
        for change in ({"body": "x"}, {"code": "QW-2"}, {"role_ids": []}):
            with (
                self.subTest(change=change),
                self.assertRaisesRegex(UserError, "is not a draft any more"),
            ):
                document.with_user(self.user_head).write(change)
        with self.assertRaisesRegex(UserError, "is not a draft any more"):
            document.with_user(self.user_head).unlink()
        action = document.with_user(self.user_head).action_ask_send_back()
        self._give_reason(action, self.user_head, "Which bracket?")
        self.assertEqual(document.state, "draft")
        document.with_user(self.user_reviewer).body = "<p>The steel one.</p>"

    def test_incomplete_documents(self):
        with self.assertRaisesRegex(UserError, "has neither text nor file"):
            self._approve(self._create_document(body="<p><br></p>"))
        with self.assertRaisesRegex(UserError, "Enter from which day QW-02"):
            self._approve(self._create_document(code="QW-02", date_effective=False))
        file = base64.b64encode(b"%PDF-1.4")
        self._approve(
            self._create_document(code="QW-03", body=False, file=file, filename="a.pdf")
        )

    # -- versions and dates ----------------------------------------------------------

    def test_versions_follow_the_dates(self):
        with freeze_time("2026-03-02 04:00:00"):
            first = self._create_document(date_effective=date(2026, 2, 1))
            self._approve(first)
            # nobody can be held to a rule before it was approved
            self.assertEqual(first.date_effective, date(2026, 3, 2))
            second = self._next(first, date_effective=date(2026, 3, 10))
            self.assertEqual((second.version, second.code), (2, "QW-01"))
            self._approve(second)
            self.assertEqual((first.status, second.status), ("effective", "coming"))
            self.assertIn(first, self._find("effective"))
            self.assertIn(second, self._find("coming"))
        with freeze_time("2026-03-10 04:00:00"):
            (first | second).invalidate_recordset()
            self.assertEqual((first.status, second.status), ("replaced", "effective"))
            self.assertIn(first, self._find("replaced"))
            self.assertIn(second, self._find("effective"))
            self.assertFalse(first & self._find("effective"))
            with self.assertRaisesRegex(UserError, "has the version 2 already"):
                first.with_user(self.user_reviewer).action_new_version()
            second.with_user(self.user_head)._retire("No longer sold")
            self.assertEqual((first.status, second.status), ("replaced", "retired"))

    def _find(self, status):
        return self.Document.search([("status", "=", status)])

    def test_a_version_that_never_came_replaces_nothing(self):
        first = self._approve(self._create_document())
        second = self._next(first, date_effective=date(2999, 1, 1))
        self._approve(second)
        with self.assertRaisesRegex(AccessError, "retired by the head of service"):
            second.with_user(self.user_reviewer)._retire("No")
        second.with_user(self.user_head)._retire("No")
        with freeze_time("2999-01-02"):
            first.invalidate_recordset()
            self.assertEqual(first.status, "effective")

    @mute_logger("odoo.sql_db")
    def test_numbers_are_taken_once(self):
        first = self._create_document()
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self._create_document()
        copy = first.with_user(self.user_reviewer).copy()
        self.assertEqual((copy.code, copy.version), ("QW-01 (copy)", 1))

    # -- audience --------------------------------------------------------------------

    def _readers(self, document):
        rows = self.env["aftersales.document.reader"].search(
            [("document_id", "=", document.id)]
        )
        return rows.staff_id & (self.technician | self.technician_b | self.manager)

    def test_audience_by_role_unit_and_service(self):
        employee = self.env["hr.employee"].create(
            {"name": "Manager", "user_id": self.user_service.id}
        )
        self.manager = self._create_staff(
            service_point_id=self.centre.id,
            role_id=self.role_manager.id,
            employee_id=employee.id,
        )
        everybody = self.technician | self.technician_b | self.manager
        type_install = self.env.ref("aftersales_network.service_type_installation")
        agreement = self._create_repair_point()
        self.env["aftersales.agreement.scope"].create(
            {"agreement_id": agreement.id, "service_type_id": self.type_repair.id}
        )
        agreement.action_activate()
        for vals, readers in (
            ({}, everybody),
            ({"role_ids": self.role_technician.ids}, everybody - self.manager),
            ({"unit_ids": self.centre.ids}, self.technician | self.manager),
            ({"unit_ids": self.point_b.ids}, self.technician_b),
            # Point Three only repairs; a centre has no agreement and does it all
            ({"service_type_ids": self.type_repair.ids}, everybody),
            ({"service_type_ids": type_install.ids}, everybody),
        ):
            with self.subTest(vals=vals):
                document = self._create_document(
                    code=f"QW-{vals}",
                    **{name: [Command.set(ids)] for name, ids in vals.items()},
                )
                self._approve(document)
                self.assertEqual(self._readers(document), readers)
        repairs = self.Document.search([("code", "like", "service_type_ids")])
        counts = repairs.sorted("id").mapped("reader_count")
        self.assertEqual(counts[0] - counts[1], 1)

    def _create_repair_point(self):
        """A third point with one person; its draft agreement."""
        point = self._create_point(name="Point Three", parent_id=self.centre_b.id)
        self.technician_c = self._create_staff(service_point_id=point.id)
        return self.env["aftersales.agreement"].create(
            {"service_point_id": point.id, "date_start": date(2020, 1, 1)}
        )

    # -- reading ---------------------------------------------------------------------

    def test_a_confirmation_is_evidence(self):
        document = self._approve(self._create_document())
        mine = document.with_user(self.user_portal)
        self.assertTrue(mine.needs_reading)
        self.assertIn(mine, mine.search([("needs_reading", "=", True)]))
        with freeze_time("2026-12-01 04:00:00"):
            document.invalidate_recordset()
            mine.action_confirm_reading()
        reading = document.reading_ids
        self.assertEqual(
            (reading.user_id, reading.service_point_id, reading.role_id),
            (self.user_portal, self.point, self.role_technician),
        )
        moment = reading.date
        mine.action_confirm_reading()
        self.assertEqual((len(document.reading_ids), reading.date), (1, moment))
        mine.invalidate_recordset()
        self.assertTrue(mine.is_read)
        self.assertFalse(mine.search([("needs_reading", "=", True)]) & mine)
        for user in (self.user_portal, self.user_head, self.user_admin):
            theirs = reading.with_user(user)
            for step in (
                lambda r=theirs: r.write({"date": "2020-01-01"}),
                lambda r=theirs: r.unlink(),
                lambda r=theirs: r.create(
                    {"document_id": document.id, "user_id": self.user_clerk.id}
                ),
            ):
                with self.assertRaises(AccessError):
                    step()

    def test_only_what_is_in_force_is_confirmed(self):
        document = self._create_document()
        with self.assertRaisesRegex(UserError, r"is not in force \(Draft\)"):
            document.with_user(self.user_reviewer).action_confirm_reading()
        with self.assertRaises(AccessError):
            document.with_user(self.user_service).action_confirm_reading()
        with self.assertRaises(AccessError):
            document.with_user(self.user_portal).action_confirm_reading()

    def test_a_new_version_is_confirmed_anew(self):
        first = self._approve(self._create_document())
        first.with_user(self.user_portal).action_confirm_reading()
        second = self._approve(self._next(first))
        self.assertEqual((first.status, second.status), ("replaced", "effective"))
        with self.assertRaises(AccessError):
            first.with_user(self.user_portal).action_confirm_reading()
        self.assertEqual(second.read_count, 0)
        self.assertTrue(second.with_user(self.user_portal).needs_reading)
        self.assertEqual(first.reading_ids.user_id, self.user_portal)

    def test_share_of_confirmations_by_unit_and_role(self):
        document = self._create_document(
            unit_ids=[Command.set((self.point | self.point_b).ids)]
        )
        self._approve(document)
        # a colleague without an account counts, and cannot confirm
        self._create_staff(service_point_id=self.point.id)
        self.assertEqual((document.reader_count, document.read_count), (3, 0))
        document.with_user(self.user_portal).action_confirm_reading()
        document.invalidate_recordset()
        self.assertEqual((document.reader_count, document.read_count), (3, 1))
        self.assertAlmostEqual(document.read_percent, 33.3, 1)
        self.env.flush_all()
        rows = self.env["aftersales.document.reader"]._read_group(
            [("document_id", "=", document.id)],
            ["service_point_id", "role_id"],
            ["confirmed_percent:avg", "__count"],
        )
        self.assertEqual(
            {(point.name, role): figures for point, role, *figures in rows},
            {
                ("Point One", self.role_technician): [50.0, 2],
                ("Point Two", self.role_technician): [0.0, 1],
            },
        )

    # -- reminders -------------------------------------------------------------------

    def _run_job(self):
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = self.env(cr=cr, user=1)
            env["aftersales.document"]._cron_remind_readers()
        self.env.invalidate_all()

    def test_reminders(self):
        employee = self.env["hr.employee"].create(
            {"name": "Clerk", "user_id": self.user_service.id}
        )
        self._create_staff(service_point_id=self.point.id, employee_id=employee.id)
        self.user_portal.partner_id.email = "tech@example.com"
        with freeze_time("2026-03-02 04:00:00"):
            document = self._create_document(
                date_effective=date(2026, 3, 2), unit_ids=[Command.set(self.point.ids)]
            )
            self._approve(document)
            self._run_job()
            self.assertFalse(document.date_reminded)
        Mail = self.env["mail.mail"]
        mails = [("recipient_ids", "in", self.user_portal.partner_id.ids)]
        for day, count in (("2026-03-09", 1), ("2026-03-10", 1), ("2026-03-16", 2)):
            with self.subTest(day=day), freeze_time(f"{day} 04:00:00"):
                self._run_job()
                self.assertEqual(Mail.search_count(mails), count)
                self.assertEqual(document.activity_ids.user_id, self.user_service)
                self.assertEqual(len(document.activity_ids), 1)
        self.assertIn("Rules of Installation", Mail.search(mails)[:1].subject)
        self.assertIn(f"/my/documents/{document.id}", Mail.search(mails)[:1].body_html)
        with freeze_time("2026-03-20 04:00:00"):
            document.with_user(self.user_service).action_confirm_reading()
            self.assertFalse(document.activity_ids)
            document.with_user(self.user_portal).action_confirm_reading()
        with freeze_time("2026-03-30 04:00:00"):
            self._run_job()
            self.assertEqual(Mail.search_count(mails), 2)
            self.assertFalse(document.activity_ids)

    def test_reminding_by_hand(self):
        document = self._create_document()
        with self.assertRaisesRegex(UserError, "nobody has to confirm it"):
            document.with_user(self.user_head).action_remind()
        with self.assertRaises(AccessError):
            document.with_user(self.user_service).action_remind()
        self._approve(document)
        document.with_user(self.user_head).action_remind()
        self.assertEqual(document.date_reminded, self.today)

    # -- rights ----------------------------------------------------------------------

    def test_roles(self):
        document = self._create_document()
        approved = self._approve(self._create_document(code="QW-09"))
        for role, sees, writes in (
            ("head", True, True),
            ("auditor", True, False),
            ("reviewer", True, True),
            ("centre", False, False),
            ("service", False, False),
        ):
            user = getattr(self, f"user_{role}")
            with self.subTest(role=role):
                self.assertEqual(document.with_user(user).has_access("read"), sees)
                self.assertEqual(document.with_user(user).has_access("write"), writes)
                self.assertTrue(approved.with_user(user).has_access("read"))
        mine = self.Document.with_user(self.user_centre).create(
            {"name": "Own", "code": "QW-11", "body": "<p>x</p>"}
        )
        self.assertTrue(mine.has_access("write"))
        with self.assertRaises(AccessError):
            self.Document.with_user(self.user_centre).create(
                {"name": "Other", "code": "QW-12", "owner_id": self.user_head.id}
            )

    def test_steps_cannot_be_forged(self):
        document = self._create_document()
        head = document.with_user(self.user_head).with_context(
            aftersales_flow=True, default_state="approved"
        )
        for vals in (
            {"state": "approved"},
            {"approved_by_id": self.user_head_b.id},
            {"editor_ids": [Command.clear()]},
            {"version": 7},
            {"date_reminded": self.today},
        ):
            with (
                self.subTest(vals=vals),
                self.assertRaisesRegex(UserError, "changes only by its buttons"),
            ):
                head.write(vals)
        other = head.create({"name": "New", "code": "QW-77"})
        self.assertEqual(other.state, "draft")
        with self.assertRaises(AccessError):
            head.write({"reading_ids": [Command.create({"user_id": 1})]})

    def test_scope_of_confirmations(self):
        document = self._approve(self._create_document())
        for user in (self.user_portal, self.user_portal_b):
            document.with_user(user).action_confirm_reading()
        Reading = self.env["aftersales.document.reading"]
        Reader = self.env["aftersales.document.reader"]
        domain = [("document_id", "=", document.id)]
        for user, sees in (
            (self.user_head, self.user_portal | self.user_portal_b),
            (self.user_hr, self.user_portal | self.user_portal_b),
            (self.user_centre, self.user_portal),
            (self.user_service, self.env["res.users"]),
            (self.user_portal, self.user_portal),
        ):
            with self.subTest(user=user.login):
                found = Reading.with_user(user).search(domain).sudo().user_id
                self.assertEqual(set(found.ids), set(sees.ids))
        names = Reader.with_user(self.user_centre).search(domain).sudo()
        self.assertIn(self.technician, names.staff_id)
        self.assertNotIn(self.technician_b, names.staff_id)
        with self.assertRaises(AccessError):
            Reader.with_user(self.user_portal).search(domain)

    def test_another_company(self):
        foreign = self.Document.create(
            {
                "name": "Foreign",
                "code": "QW-01",
                "body": "<p>x</p>",
                "company_id": self.company_b.id,
            }
        )
        self.assertFalse(foreign.reader_count)
        self.assertFalse(
            self.Document.with_user(self.user_head).search([("id", "=", foreign.id)])
        )

    def test_the_list_asks_a_fixed_number_of_queries(self):
        def count(amount):
            documents = self.Document.union(
                *(
                    self._approve(self._create_document(code=f"Q{amount}-{number}"))
                    for number in range(amount)
                )
            )
            self.env.flush_all()
            # the first reading fills what is cached per registry and user
            for _reading in range(2):
                self.env.invalidate_all()
                before = self.cr.sql_log_count
                documents.mapped("read_percent")
                documents.with_user(self.user_head).mapped("needs_reading")
            return self.cr.sql_log_count - before

        few = count(2)
        self.assertLessEqual(count(6), few)

    def test_paper(self):
        document = self._approve(self._create_document())
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "aftersales_evaluation.report_document", document.ids
        )
        for text in (b"QW-01", b"Fix the bracket first.", b"In Force, from"):
            self.assertIn(text, html)


@tagged("post_install", "-at_install")
class TestDocumentRace(DocumentCommon, RaceMixin):
    @mute_logger("odoo.sql_db")
    def test_one_confirmation_each_at_the_same_time(self):
        row = {"document_id": 1, "user_id": 1, "date": "2026-03-01"}
        error = self._race("aftersales_document_reading", row, row)
        self.assertIsInstance(error, UniqueViolation)
        other = {**row, "user_id": 2}
        self.assertIsNone(self._race("aftersales_document_reading", row, other))

    @mute_logger("odoo.sql_db")
    def test_one_next_version_at_the_same_time(self):
        for table in ("aftersales_document", "aftersales_promise"):
            first = {"previous_id": 1, "version": 2}
            second = {"previous_id": 1, "version": 3}
            self.assertIsInstance(self._race(table, first, second), UniqueViolation)
