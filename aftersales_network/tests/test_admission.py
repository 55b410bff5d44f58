from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import CONTEXT, AftersalesCommon

REVIEW = "aftersales_network.mail_activity_type_review"


@tagged("post_install", "-at_install")
class TestAdmission(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.firm = cls.env["res.partner"].create(
            {"name": "Applying Firm", "is_company": True, "email": "firm@example.com"}
        )
        cls.applicant = cls._create_point(
            name="Applicant",
            state="prospect",
            parent_id=cls.centre.id,
            partner_id=cls.firm.id,
        )
        cls.gates = {
            "centre": cls.applicant.with_user(cls.user_centre),
            "technical": cls.applicant.with_user(cls.user_reviewer),
            "head": cls.applicant.with_user(cls.user_head),
        }

    def _submit(self):
        self.applicant.with_user(self.user_admin).action_submit()

    def _inspect(self):
        self.gates["centre"].write(
            {
                "inspection_date": fields.Date.today(),
                "inspector_id": self.user_centre.id,
                "inspection_finding": "Two workbenches, clean store",
            }
        )

    def _open_activities(self):
        return self.applicant.activity_search([REVIEW])

    def _mails(self):
        return self.env["mail.mail"].search(
            [
                ("model", "=", self.applicant._name),
                ("res_id", "=", self.applicant.id),
                ("recipient_ids", "=", self.firm.id),
            ],
            order="id",
        )

    def test_each_gate_only_by_its_role_and_in_turn(self):
        self._submit()
        for role in ("technical", "head"):
            with self.assertRaisesRegex(AccessError, "belongs to the role “Centre Ma"):
                self.gates[role].action_approve("quick")
        self._inspect()
        self.gates["centre"].action_approve()
        self.assertEqual(self.applicant.state, "technical_review")
        with self.assertRaisesRegex(AccessError, "“Technical Reviewer”"):
            self.gates["centre"].action_approve()
        self.gates["technical"].action_approve()
        with self.assertRaisesRegex(AccessError, "“Head of Service”"):
            self.gates["technical"].action_approve()
        self.gates["head"].action_approve("welcome")
        self.assertEqual(self.applicant.state, "probation")
        with self.assertRaisesRegex(UserError, "in state “Probation”"):
            self.gates["head"].action_approve()
        self.assertEqual(
            self.applicant.decision_ids.sorted("id").mapped(
                lambda d: (d.gate, d.user_id, d.comment)
            ),
            [
                ("centre", self.user_centre, "Two workbenches, clean store"),
                ("technical", self.user_reviewer, False),
                ("head", self.user_head, "welcome"),
            ],
        )

    def test_centre_needs_its_finding(self):
        self._submit()
        with self.assertRaisesRegex(
            UserError,
            "no date of the site inspection, no inspector, no finding",
        ):
            self.gates["centre"].action_approve()
        self.assertEqual(self.applicant.missing_count, 3)
        self.assertIn("no inspector", self.applicant.missing_html)
        self._inspect()
        self.applicant.inspection_date = fields.Date.add(fields.Date.today(), days=2)
        with self.assertRaisesRegex(UserError, "lies in the future"):
            self.gates["centre"].action_approve()
        self.applicant.inspection_date = fields.Date.today()
        self.assertEqual(self.applicant.missing_count, 0)
        self.assertIn("Nothing is missing", self.applicant.missing_html)
        self.gates["centre"].action_approve()
        with self.assertRaisesRegex(UserError, "part of the centre's decision"):
            self.gates["centre"].write({"inspection_finding": "nicer"})

    def test_comment_of_the_centre_is_its_finding(self):
        self._submit()
        self.gates["centre"].action_approve("Good premises")
        self.assertEqual(self.applicant.inspection_finding, "Good premises")
        self.assertEqual(self.applicant.inspector_id, self.user_centre)
        self.assertEqual(self.applicant.inspection_date, fields.Date.today())

    def test_waiting_for_me(self):
        Point = self.env["aftersales.service.point"]
        mine = [("id", "=", self.applicant.id), ("is_waiting_for_me", "=", True)]

        def waiting(user):
            found = Point.with_user(user).search_count(mine)
            point = self.applicant.with_user(user)
            self.assertEqual(bool(found), point.is_waiting_for_me)
            self.assertEqual(bool(found), point.can_decide)
            return bool(found)

        self._submit()
        self.assertTrue(waiting(self.user_centre))
        self.assertFalse(waiting(self.user_admin), "he submitted it")
        self.assertFalse(waiting(self.user_reviewer))
        self.gates["centre"].action_approve("seen")
        self.assertFalse(waiting(self.user_centre))
        self.assertTrue(waiting(self.user_reviewer))
        self.user_centre.group_ids += self.env.ref(
            "aftersales_network.group_technical_reviewer"
        )
        self.assertFalse(waiting(self.user_centre), "four eyes")
        self.assertEqual(
            Point.with_user(self.user_reviewer).search_count(
                [("id", "=", self.applicant.id), ("is_waiting_for_me", "=", False)]
            ),
            0,
        )

    def test_nobody_decides_his_own(self):
        self._submit()
        self.applicant.manager_id = self.user_reviewer
        self.gates["centre"].action_approve("seen")
        with self.assertRaisesRegex(UserError, "Somebody else must decide"):
            self.gates["technical"].action_approve()
        self.applicant.manager_id = False
        insider = new_test_user(
            self.env,
            login="aftersales_insider",
            groups="aftersales_network.group_technical_reviewer",
            context=CONTEXT,
        )
        insider.partner_id.parent_id = self.firm
        with self.assertRaisesRegex(UserError, "Somebody else must decide"):
            self.applicant.with_user(insider).action_approve()
        with self.assertRaisesRegex(UserError, "Somebody else must decide"):
            self.applicant.with_user(insider).action_reject("competitor")
        self.assertFalse(self.applicant.with_user(insider).is_waiting_for_me)
        self.gates["technical"].action_approve()

    def test_hand_over_by_mail_and_activity(self):
        self._submit()
        self.assertEqual(self._open_activities().user_id, self.user_centre)
        self.assertEqual(len(self._mails()), 1)
        self.assertEqual(
            self._mails().subject, "Your application “Applicant” has been received"
        )
        self.gates["centre"].action_approve("seen")
        reviewers = self._open_activities().user_id
        self.assertIn(self.user_reviewer, reviewers)
        self.assertNotIn(self.user_centre, reviewers)
        self.assertIn("Technical Review", self._mails()[-1].body_html)
        self.gates["technical"].action_approve()
        self.assertIn(self.user_head, self._open_activities().user_id)
        self.assertNotIn(self.user_reviewer, self._open_activities().user_id)
        self.gates["head"].action_approve()
        self.assertFalse(self._open_activities())
        self.assertEqual(
            self._mails()[-1].subject, "Your application “Applicant” is approved"
        )
        self.assertEqual(len(self._mails()), 4)

    def test_rejection_goes_back_with_its_reason_and_old_decisions_stay(self):
        self._submit()
        self.gates["centre"].action_approve("seen")
        self.gates["technical"].action_reject("Lift is missing")
        self.assertEqual(self.applicant.state, "rejected")
        self.assertEqual(self.applicant.rejection_reason, "Lift is missing")
        self.assertFalse(self._open_activities())
        self.assertIn("Lift is missing", self._mails()[-1].body_html)
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            self.gates["head"].write({"rejection_reason": "other"})
        # Dates count in seconds, and all this happens within one.
        self.applicant.decision_ids.date = "2026-01-05 08:00:00"
        self._submit()
        self.assertFalse(self.applicant.rejection_reason)
        self.gates["centre"].action_approve("seen again")
        self.gates["technical"].action_approve()
        self.assertEqual(
            self.applicant.decision_ids.sorted("id").mapped(
                lambda d: (d.gate, d.decision, d.comment)
            ),
            [
                ("centre", "approved", "seen"),
                ("technical", "rejected", "Lift is missing"),
                ("centre", "approved", "seen again"),
                ("technical", "approved", False),
            ],
        )
        with self.assertRaisesRegex(UserError, "cannot be deleted. Archive it"):
            self.env["aftersales.service.point"].browse(self.applicant.id).unlink()

    def test_rejected_application_with_history_is_archived(self):
        self._submit()
        self.gates["centre"].action_reject("No premises")
        with self.assertRaisesRegex(UserError, "has decisions or orders and cannot"):
            self.gates["head"].unlink()
        self.gates["head"].action_archive()
        self.assertFalse(self.applicant.active)

    def test_no_mail_without_an_address(self):
        self.firm.email = False
        self._submit()
        self.assertFalse(self._mails())
        self.assertTrue(self._open_activities())

    def test_tree_of_another_company(self):
        foreign = self._create_point(
            name="Foreign Centre",
            tier="centre",
            kind="own",
            company_id=self.company_b.id,
        )
        with self.assertRaisesRegex(UserError, "(?i)compan"):
            self.applicant.parent_id = foreign

    def test_cycle_over_two_units(self):
        lower = self._create_point(
            name="Sub Centre", tier="centre", kind="own", parent_id=self.centre.id
        )
        with self.assertRaisesRegex(UserError, "Recursion"):
            self.centre.parent_id = lower
        self.applicant.parent_id = lower
        self.assertEqual(self.applicant.centre_id, lower, "one centre: the nearest")
        with self.assertRaisesRegex(ValidationError, "must be a head office or a"):
            self.applicant.parent_id = self.point

    def test_submission_without_centre_shows_what_is_missing(self):
        lost = self._create_point(
            name="Lost", state="prospect", parent_id=self.hq.id, partner_id=False
        )
        self.assertEqual(lost.missing_count, 2)
        self.assertIn("no responsible centre", lost.missing_html)
        with self.assertRaisesRegex(UserError, "no responsible centre"):
            lost.action_submit()

    def test_missing_texts_are_escaped(self):
        self.env["aftersales.condition"].create(
            {"name": "<script>x</script>", "check_kind": "yes_no"}
        )
        self.assertNotIn("<script>", self.applicant.missing_html)
        self.assertIn("&lt;script&gt;", self.applicant.missing_html)

    def test_applications_of_a_page_need_few_queries(self):
        points = self.applicant
        for number in range(20):
            points |= self._create_point(
                name=f"A{number}", state="prospect", parent_id=self.centre.id
            )
        points.with_user(self.user_admin).action_submit()
        points.invalidate_recordset()
        self.env.flush_all()
        mine = points.with_user(self.user_centre)
        mine.env.user._get_aftersales_point_ids()
        with self.assertQueryCount(14):
            mine.mapped("is_waiting_for_me")
            mine.mapped("missing_html")
            mine.mapped("condition_open_count")
