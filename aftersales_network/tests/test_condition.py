import psycopg2

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged, users
from odoo.tools import mute_logger

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestCondition(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Condition = cls.env["aftersales.condition"]
        cls.workshop = cls._create_condition(
            name="Workshop room",
            minimum=40,
            unit="m²",
            source_field="workshop_area",
        )
        cls.applicant = cls._create_point(
            name="Applicant",
            state="prospect",
            parent_id=cls.centre.id,
            workshop_area=20,
        )

    @classmethod
    def _create_condition(cls, **vals):
        return cls.env["aftersales.condition"].create(vals)

    def _line(self, condition, point=None):
        lines = (point or self.applicant).condition_ids
        return lines.filtered(lambda x: x.condition_id == condition)

    def _proof(self, name="licence.pdf"):
        return self.env["ir.attachment"].create({"name": name, "raw": b"%PDF-1.4"})

    def test_samples_are_there_and_not_in_use(self):
        samples = self.Condition.with_context(active_test=False).search([])
        samples = samples - self.workshop
        self.assertGreaterEqual(len(samples), 12)
        self.assertFalse(any(samples.mapped("active")))
        self.assertTrue(all("Sample" in note for note in samples.mapped("note")))
        self.assertEqual(
            set(samples.mapped("category")),
            {"premises", "equipment", "people", "legal"},
        )

    def test_submission_names_value_and_minimum(self):
        with self.assertRaisesRegex(
            UserError, "Workshop room is 20 m², at least 40 m² needed"
        ):
            self.applicant.with_user(self.user_centre).action_submit()
        self.assertEqual(self.applicant.condition_open_count, 1)
        self.applicant.workshop_area = 40
        line = self._line(self.workshop)
        self.assertEqual((line.value, line.is_met, line.status), (40, True, "met"))
        self.applicant.with_user(self.user_centre).action_submit()
        self.assertEqual(self.applicant.state, "applied")

    def test_required_proof_and_documents(self):
        reception = self._create_condition(
            name="Reception desk", check_kind="yes_no", proof_required=True
        )
        licence = self._create_condition(name="Licence", check_kind="document")
        self.applicant.workshop_area = 50
        with self.assertRaisesRegex(
            UserError, "Reception desk is not fulfilled, Licence lacks its proof"
        ):
            self.applicant.action_submit()
        line = self._line(reception)
        line.with_user(self.user_centre).is_yes = True
        self.assertEqual((line.value, line.is_met), (1.0, False))
        self.assertEqual(line._get_failure_text(), "Reception desk lacks its proof")
        for each in (line, self._line(licence)):
            proof = self._proof()
            each.proof_ids = [Command.link(proof.id)]
            self.assertTrue(each.is_met)
            self.assertEqual((proof.res_model, proof.res_id), (each._name, each.id))
        self.applicant.action_submit()
        line.proof_ids = [Command.clear()]
        with self.assertRaisesRegex(UserError, "Reception desk lacks its proof"):
            self.applicant.with_user(self.user_admin).action_approve("seen")

    def test_kind_tier_and_level_decide_what_is_asked(self):
        gold = self.env.ref("aftersales_network.level_gold")
        own = self._create_condition(name="Own only", check_kind="yes_no")
        own.write({f"for_{kind}": False for kind in ("authorized", "retailer")})
        top = self._create_condition(
            name="Top level", check_kind="yes_no", level_ids=[Command.link(gold.id)]
        )
        centres = self._create_condition(
            name="Centres", check_kind="yes_no", tier="centre"
        )
        asked = self.applicant.condition_ids.condition_id
        self.assertEqual(asked, self.workshop)
        self.applicant.kind = "own"
        self.applicant.level_id = gold
        self.assertEqual(
            self.applicant.condition_ids.condition_id, self.workshop | own | top
        )
        self._line(own).is_yes = True
        self.applicant.kind = "authorized"
        self.assertEqual(self._line(own).status, "none", "kept: it was filled in")
        centre = self._create_point(
            name="New Centre",
            state="prospect",
            tier="centre",
            kind="own",
            parent_id=self.hq.id,
        )
        self.assertEqual(centre.condition_ids.condition_id, centres)
        self.assertFalse(self.point.condition_ids, "points in service are left alone")

    def test_one_line_per_point_and_condition(self):
        self.applicant._sync_conditions()
        self.assertEqual(len(self._line(self.workshop)), 1)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
        ):
            self._line(self.workshop).copy()

    def test_waiver_by_a_named_person_with_a_reason(self):
        line = self._line(self.workshop)
        with self.assertRaisesRegex(AccessError, "Head of Service, Technical Reviewer"):
            line.with_user(self.user_centre).action_waive("please")
        reviewer = line.with_user(self.user_reviewer)
        with self.assertRaisesRegex(UserError, "Give a reason for the waiver"):
            reviewer.action_waive("  ")
        action = reviewer.action_ask_waive()
        self.env["aftersales.reason.wizard"].with_user(self.user_reviewer).with_context(
            **action["context"]
        ).create({"reason": "Shares the centre's workshop"}).action_confirm()
        self.assertEqual(line.waived_by_id, self.user_reviewer)
        self.assertEqual(line.waiver_reason, "Shares the centre's workshop")
        self.assertEqual((line.status, line.is_met), ("waived", False))
        self.assertEqual(self.applicant.condition_waived_count, 1)
        log = self.env["aftersales.approval"].search(
            [("res_model", "=", line._name), ("res_id", "=", line.id)]
        )
        self.assertEqual(
            (log.gate, log.decision, log.user_id, log.service_point_id),
            ("waiver", "approved", self.user_reviewer, self.applicant),
        )
        self.applicant.with_user(self.user_centre).action_submit()
        self.assertEqual(self.applicant.state, "applied")
        reviewer.action_revoke_waiver("Workshop sold")
        with self.assertRaisesRegex(UserError, "cannot pass this gate: Workshop room"):
            self.applicant.with_user(self.user_admin).action_approve("seen")

    def test_nobody_waives_and_submits(self):
        line = self._line(self.workshop)
        line.with_user(self.user_head).action_waive("first shop in town")
        with self.assertRaisesRegex(UserError, "You waived “Workshop room”"):
            self.applicant.with_user(self.user_head).action_submit()
        self.applicant.with_user(self.user_admin).action_submit()
        with self.assertRaisesRegex(UserError, "You submitted the application"):
            line.with_user(self.user_admin).action_waive("mine")

    def test_waiver_and_figures_are_guarded(self):
        line = self._line(self.workshop)
        for vals in (
            {"is_waived": True},
            {"waived_by_id": self.user_head.id},
            {"waiver_reason": "x"},
            {"service_point_id": self.point.id},
        ):
            with self.assertRaisesRegex(UserError, "changes only by its buttons"):
                line.with_user(self.user_head).write(vals)
        with self.assertRaisesRegex(UserError, "comes from the registration form"):
            line.with_user(self.user_centre).write({"value": 99})
        for operation in ("create", "unlink"):
            self.assertFalse(line.with_user(self.user_head).has_access(operation))
        desk = self._create_condition(name="Desk", check_kind="yes_no")
        self.applicant._write_flow({"state": "technical_review"})
        with self.assertRaisesRegex(UserError, "past the centre review"):
            self._line(desk).with_user(self.user_centre).write({"value": 1})

    def test_changes_are_in_the_chatter_of_the_point(self):
        desk = self._create_condition(name="Desk", check_kind="yes_no")
        self._line(desk).with_user(self.user_centre).is_yes = True
        self.assertIn(
            "Condition “Desk”: met", self.applicant.message_ids[0].body.striptags()
        )

    def test_foreign_points_and_roles(self):
        other = self._create_point(
            name="Elsewhere", state="prospect", parent_id=self.centre_b.id
        )
        line = self._line(self.workshop, other)
        self.assertFalse(line.with_user(self.user_centre).has_access("read"))
        self.assertTrue(line.with_user(self.user_auditor).has_access("read"))
        for user in (self.user_auditor, self.user_clerk, self.user_dispatcher):
            self.assertFalse(line.with_user(user).has_access("write"))
        self.assertFalse(line.with_user(self.user_portal).has_access("read"))
        self.assertFalse(self.workshop.with_user(self.user_centre).has_access("write"))
        self.workshop.with_user(self.user_head).minimum = 10
        self.assertTrue(self._line(self.workshop).is_met)

    def test_other_company_asks_its_own_conditions(self):
        foreign = self._create_condition(
            name="Foreign",
            check_kind="yes_no",
            company_id=self.company_b.id,
        )
        self.assertNotIn(foreign, self.applicant.condition_ids.condition_id)
        self.assertFalse(foreign.with_user(self.user_head).has_access("read"))

    def test_bad_definitions(self):
        for vals in (
            {"check_kind": "document", "source_field": "office_area"},
            {"check_kind": "number", "source_field": "legal_form"},
        ):
            with self.assertRaisesRegex(ValidationError, "cannot take its value from"):
                self._create_condition(name="Bad", **vals)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.CheckViolation),
        ):
            self._create_condition(name="Bad", minimum=-1)
        with self.assertRaisesRegex(ValidationError, "Archive it instead"):
            self.workshop.unlink()

    def test_sources_count_lists_and_texts(self):
        photos = self._create_condition(
            name="Photos", minimum=2, source_field="photo_ids"
        )
        licence = self._create_condition(
            name="Number",
            check_kind="yes_no",
            source_field="registration_number",
        )
        self.applicant.write(
            {
                "photo_ids": [Command.set((self._proof() | self._proof()).ids)],
                "registration_number": "91440101",
            }
        )
        self.assertEqual(self._line(photos).value, 2)
        self.assertTrue(self._line(licence).is_met)

    @users("aftersales_centre")
    def test_sync_is_one_batch(self):
        Point = self.env["aftersales.service.point"]
        points = Point.create(
            [{"name": f"P{n}", "parent_id": self.centre.id} for n in range(30)]
        )
        self.assertEqual(len(points.condition_ids), 30)
        self._create_condition(name="Second", check_kind="yes_no")
        points.env.flush_all()
        points.sudo().condition_ids.unlink()
        points.env.flush_all()
        points.env.invalidate_all()
        with self.assertQueryCount(30):
            points._sync_conditions()
            points.env.flush_all()
        self.assertEqual(len(points.condition_ids), 60)
