from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .strategy_common import StrategyCommon


class VersionCommon(StrategyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.promise.is_public = True
        cls.promise.action_publish()

    def _draft(self, promise=None, **vals):
        promise = (promise or self.promise).with_user(self.user_head)
        action = promise.action_new_version()
        draft = self.env["aftersales.promise"].browse(action["res_id"])
        draft.with_user(self.user_head).write(vals)
        return draft


@tagged("post_install", "-at_install")
class TestPromiseVersion(VersionCommon):
    def test_a_new_version_takes_the_place_of_the_old_one(self):
        draft = self._draft(text="Within half a day.", target_value=5)
        self.assertEqual(
            (draft.version, draft.previous_id, draft.state, draft.name),
            (2, self.promise, "draft", "On site in a day"),
        )
        self.assertEqual(draft.display_name, "On site in a day (version 2)")
        self.assertEqual(self.promise.state, "published")
        draft.with_user(self.user_head).action_publish()
        self.assertEqual(draft.state, "published")
        self.assertEqual(self.promise.state, "withdrawn")
        self.assertEqual(self.promise.withdraw_reason, "Replaced by version 2")
        self.assertEqual(
            self.promise.date_withdrawn, self.company._get_aftersales_today()
        )
        third = self._draft(draft)
        self.assertEqual(third.version, 3)
        action = self.promise.action_view_versions()
        found = self.env["aftersales.promise"].search(action["domain"])
        self.assertEqual(set(found), {self.promise, draft, third})
        self.assertEqual(third.version_count, 3)

    def test_each_version_needs_its_own_votes(self):
        self._create_board()
        draft = self._draft()
        with self.assertRaisesRegex(UserError, "needs the votes"):
            draft.with_user(self.user_head).action_publish()
        self.assertEqual(self.promise.state, "published")
        ballot = self._ask(draft)
        self._cast(ballot, "for", "for", "for")
        ballot.with_user(self.user_head).action_close()
        draft.with_user(self.user_head).action_publish()
        self.assertEqual(self.promise.state, "withdrawn")

    def test_one_next_version_only(self):
        draft = self._draft()
        with self.assertRaisesRegex(UserError, "has the version 2 already"):
            self._draft()
        draft.with_user(self.user_head).unlink()
        self.assertEqual(self._draft().version, 2)

    def test_a_draft_has_no_versions(self):
        draft = self._create_promise()
        with self.assertRaisesRegex(UserError, "is in state “Draft”"):
            self._draft(draft)

    @freeze_time("2026-03-10 04:00:00")
    def test_no_day_lies_between_two_versions(self):
        draft = self._draft(date_from=date(2026, 3, 20))
        head = draft.with_user(self.user_head)
        with self.assertRaisesRegex(UserError, "until then its former version does"):
            head.action_publish()
        self.assertEqual(self.promise.state, "published")
        with freeze_time("2026-03-20 04:00:00"):
            head.action_publish()
        self.assertEqual(self.promise.date_withdrawn, date(2026, 3, 20))

    def test_chain_and_wording_cannot_be_forged(self):
        draft = self._draft()
        head = self.promise.with_user(self.user_head)
        for vals in ({"version": 9}, {"previous_id": draft.id}):
            with (
                self.subTest(vals=vals),
                self.assertRaisesRegex(UserError, "changes only by its buttons"),
            ):
                head.write(vals)
        other = head.with_context(
            default_version=7, default_previous_id=head.id
        ).create({"name": "Other"})
        self.assertEqual((other.version, other.previous_id.id), (1, False))
        with self.assertRaisesRegex(UserError, "keeps its wording"):
            head.update_field_translations("text", {"en_US": "Something else"})
        self.assertEqual(self.promise.text, "We do it well.")
        for user in (self.user_auditor, self.user_centre):
            with self.assertRaises(AccessError):
                self.promise.with_user(user).action_new_version()
        copy = head.copy()
        self.assertEqual((copy.version, copy.previous_id.id), (1, False))

    def test_a_promise_for_a_region_counts_its_points(self):
        regional = self._create_promise(name="South", centre_id=self.centre.id)
        regional.action_publish()
        self._create_jobs(self.point, 10, complaints=2)
        self._create_jobs(self.point_b, 30)
        Value = self.env["aftersales.promise.value"]
        values = Value._freeze_month(self.company, date(2026, 3, 1))
        figures = {
            (value.service_point_id.name or "Region"): (
                value.numerator,
                value.denominator,
            )
            for value in values.filtered(lambda v: v.promise_id == regional)
        }
        self.assertEqual(
            figures,
            {"Region": (2, 10), "Centre South": (2, 10), "Point One": (2, 10)},
        )
        whole = values.filtered(
            lambda v: v.promise_id == self.promise and not v.service_point_id
        )
        self.assertEqual(whole.denominator, 40)
        self.assertEqual(regional._get_points(), self.centre | self.point)


@tagged("post_install", "-at_install")
class TestPromiseVersionPage(VersionCommon, HttpCase):
    def test_the_public_page_shows_the_current_version(self):
        draft = self._draft(text="Within half a day.")
        page = self.url_open("/service-promises")
        self.assertIn("We do it well.", page.text)
        self.assertNotIn("Within half a day.", page.text)
        draft.with_user(self.user_head).action_publish()
        page = self.url_open("/service-promises")
        self.assertIn("Within half a day.", page.text)
        self.assertNotIn("We do it well.", page.text)
