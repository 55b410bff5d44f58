from datetime import date, datetime

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, tagged
from odoo.tools import mute_logger

from .common import MARCH, EvaluationCommon


class PromiseCommon(EvaluationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Promise = cls.env["aftersales.promise"]
        cls.Value = cls.env["aftersales.promise.value"]
        cls.promise = cls._create_promise(name="Few complaints")
        cls.promise.action_publish()

    @classmethod
    def _freeze(cls, month=MARCH[0]):
        values = cls.Value._freeze_month(cls.company, month)
        cls.env.flush_all()
        return values


@tagged("post_install", "-at_install")
class TestPromise(PromiseCommon):
    def _figures(self, values):
        return {
            value.service_point_id.name or "Company": (
                value.numerator,
                value.denominator,
                value.value,
                value.fulfilment,
                value.is_kept,
            )
            for value in values
        }

    def test_a_month_is_frozen_for_company_centres_and_points(self):
        self._create_jobs(self.point, 10, complaints=2)
        self._create_jobs(self.point_b, 30, complaints=0)
        values = self._freeze()
        mine = values.filtered(lambda v: v.promise_id == self.promise)
        self.assertEqual(
            self._figures(mine),
            {
                # 2 of 40 are 5 %
                "Company": (2, 40, 5.0, 100.0, True),
                # 2 of 10 are 20 %, twice what is promised
                "Centre South": (2, 10, 20.0, 50.0, False),
                "Point One": (2, 10, 20.0, 50.0, False),
                "Centre North": (0, 30, 0.0, 100.0, True),
                "Point Two": (0, 30, 0.0, 100.0, True),
            },
        )
        self.assertEqual(self.promise.last_month, MARCH[0])
        self.assertEqual(self.promise.last_fulfilment, 100.0)
        self.assertEqual(self.promise.last_status, "measured")
        # later jobs of the month do not change what is frozen
        self._create_jobs(self.point, 60, complaints=60)
        self.assertFalse(self._freeze())
        self.assertEqual(self.promise.last_value, 5.0)

    def test_live_figures_of_a_period(self):
        self._create_jobs(self.point, 10, complaints=2)
        measure = self.promise._get_measures(self.point, *MARCH)[self.promise]
        self.assertEqual(
            (measure.status, float(measure.value), float(measure.fulfilment)),
            ("measured", 20.0, 50.0),
        )
        empty = self.promise._get_measures(self.point_b, *MARCH)[self.promise]
        self.assertEqual((empty.status, empty.fulfilment), ("no_data", None))
        with self.assertRaises(AccessError):
            self.promise.with_user(self.user_centre)._get_measures(
                self.point_b.with_user(self.user_centre), *MARCH
            )

    def test_a_metric_that_nobody_offers_is_not_available(self):
        unknown = self._create_promise(name="Unknown", metric_code="NOSUCH")
        unknown.action_publish()
        self.assertEqual(unknown.metric_name, "No installed module measures NOSUCH")
        self.assertIn("No installed module measures NOSUCH", unknown.metric_gap)
        self.assertIn("ONSITE", unknown.metric_gap)
        self.assertFalse(unknown.unit)
        (value,) = self._freeze().filtered(lambda v: v.promise_id == unknown)
        self.assertEqual(value.status, "not_available")
        self.assertFalse(value.service_point_id)
        self.assertEqual(unknown.last_status, "not_available")
        self.assertFalse(value.is_kept)
        with self.assertRaisesRegex(UserError, "NOSUCH is not available"):
            unknown.action_view_records()

    def test_samples_say_which_metric_is_missing(self):
        catalog = self.env["aftersales.metric"]._get_metric_catalog()
        samples = self.Promise.with_context(active_test=False).search(
            [("is_sample", "=", True)]
        )
        self.assertTrue(samples)
        for sample in samples:
            with self.subTest(sample=sample.name):
                known = sample.metric_code in catalog
                self.assertEqual(bool(sample.metric_gap), not known)
                if not known:
                    self.assertIn(sample.metric_code, sample.metric_gap)
                view = Form(
                    sample, view="aftersales_evaluation.aftersales_promise_view_form"
                )
                self.assertEqual(view.metric_gap or False, sample.metric_gap)

    def test_the_records_behind_a_figure(self):
        self._create_jobs(self.point, 9, complaints=4)
        self._create_jobs(self.point_b, 9, complaints=3)
        values = self._freeze()
        for name, count in (("Centre South", 4), ("Point Two", 3)):
            value = values.filtered(lambda v, n=name: v.service_point_id.name == n)
            action = value.action_view_records()
            found = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(len(found), count)
        action = self.promise.action_view_records()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(len(found), 7)
        action = self.promise.action_view_values()
        self.assertIn(values[0], self.Value.search(action["domain"]))

    @freeze_time("2026-04-02 04:00:00")
    def test_the_job_freezes_last_month_once(self):
        self._create_jobs(self.point, 5)
        self.env.flush_all()
        for _time in range(2):
            with self.enter_registry_test_mode(), self.registry.cursor() as cr:
                Value = self.Value.with_env(self.env(cr=cr, user=1))
                Value._cron_freeze_promises()
            self.env.invalidate_all()
        total = self.promise.value_ids.filtered(lambda v: not v.service_point_id)
        self.assertEqual(total.month, MARCH[0])
        self.assertEqual(total.denominator, 5)

    def test_only_promises_of_that_month_are_measured(self):
        later = self._create_promise(name="Later", date_from=date(2026, 4, 1))
        over = self._create_promise(name="Over", date_to=date(2026, 2, 28))
        (later | over).action_publish()
        draft = self._create_promise(name="Draft")
        self.assertFalse(self._freeze().promise_id & (later | over | draft))

    # -- lifecycle -------------------------------------------------------------------

    def test_publishing_needs_a_measured_value_and_a_text(self):
        for bad, message in (
            ({"metric_code": False}, "is not bound to a measured value"),
            ({"text": "  "}, "has no text for customers"),
        ):
            with (
                self.subTest(bad=bad),
                self.assertRaisesRegex(ValidationError, message),
            ):
                self._create_promise(**bad).action_publish()

    def test_what_was_promised_stays(self):
        for change in (
            {"text": "Other"},
            {"target_value": 50},
            {"operator": ">="},
            {"metric_code": "CLOSE"},
        ):
            with (
                self.subTest(change=change),
                self.assertRaisesRegex(UserError, "keeps its wording and its value"),
            ):
                self.promise.with_user(self.user_head).write(change)
        with self.assertRaisesRegex(UserError, "keeps its wording"):
            self.promise.with_user(self.user_head).unlink()
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            self.promise.with_user(self.user_head).state = "draft"
        self.promise.with_user(self.user_head).is_public = True

    def test_a_withdrawal_needs_its_reason(self):
        head = self.promise.with_user(self.user_head)
        action = head.action_withdraw()
        with self.assertRaisesRegex(UserError, "Write down why"):
            head._withdraw(" ")
        self._give_reason(action, self.user_head, "Replaced by a better one")
        self.assertEqual(self.promise.state, "withdrawn")
        self.assertEqual(self.promise.withdraw_reason, "Replaced by a better one")
        with self.assertRaisesRegex(UserError, "is in state “Withdrawn”"):
            head.action_publish()

    def test_samples_are_archived_drafts(self):
        samples = self.Promise.with_context(active_test=False).search(
            [("is_sample", "=", True)]
        )
        self.assertEqual(len(samples), 8)
        self.assertEqual(set(samples.mapped("state")), {"draft"})
        self.assertFalse(any(samples.mapped("active")))
        self.assertTrue(
            all(name.startswith("Sample: ") for name in samples.mapped("name"))
        )
        self.assertTrue(all(samples.mapped("metric_code")))

    @mute_logger("odoo.sql_db")
    def test_bad_input(self):
        for bad in ({"target_value": -1}, {"date_to": date(2025, 1, 1)}):
            with (
                self.subTest(bad=bad),
                self.assertRaises(CheckViolation),
                self.cr.savepoint(),
            ):
                self._create_promise(**bad)
        row = {"promise_id": self.promise.id, "month": MARCH[0], "status": "no_data"}
        self.Value.create(row)
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self.Value.create(row)

    # -- rights ----------------------------------------------------------------------

    def test_roles(self):
        self._create_jobs(self.point, 4)
        self._create_jobs(self.point_b, 3)
        self._freeze()
        everything = {self.point.name, self.point_b.name, None}
        for role, sees in (
            ("head", everything),
            ("auditor", everything),
            ("dispatcher", everything),
            ("centre", {self.point.name, None}),
            ("service", {None}),
        ):
            user = getattr(self, f"user_{role}")
            with self.subTest(role=role):
                found = self.Value.with_user(user).search(
                    [("promise_id", "=", self.promise.id)]
                )
                names = {v.sudo().service_point_id.name or None for v in found}
                self.assertEqual(names & everything, sees)
                head = role == "head"
                mine = self.promise.with_user(user)
                self.assertEqual(mine.has_access("write"), head)
                self.assertFalse(found.has_access("write"))
                self.assertEqual(mine.last_fulfilment, 100.0)
                if not head:
                    with self.assertRaises(AccessError):
                        self._create_promise(name="x").with_user(user).action_publish()
        for model in (self.Promise, self.Value):
            with self.assertRaises(AccessError):
                model.with_user(self.user_portal).search([])

    def test_another_company(self):
        foreign = self._create_promise(name="Foreign", company_id=self.company_b.id)
        foreign.action_publish()
        self._create_jobs(self.point, 4)
        self.assertFalse(self._freeze().promise_id & foreign)
        (value,) = self.Value._freeze_month(self.company_b, MARCH[0])
        self.assertEqual((value.promise_id, value.status), (foreign, "no_data"))
        self.user_head.write(
            {
                "company_ids": [Command.set(self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        self.assertEqual(self.Promise.with_user(self.user_head).search([]), foreign)

    def test_the_number_of_queries_does_not_grow_with_points(self):
        def count():
            self.Value.search([("promise_id", "=", self.promise.id)]).unlink()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._freeze()
            return self.cr.sql_log_count - before

        count()
        few = count()
        for index in range(10):
            point = self._create_point(name=f"More {index}", parent_id=self.centre.id)
            self._create_jobs(point, 1)
        self.assertLessEqual(count(), few + 1)

    def test_views(self):
        with Form(self.Promise) as form:
            form.name = "By form"
            form.metric_code = "CLOSE"
            self.assertEqual(form.metric_name, "Completion on Time")
        self.assertEqual(form.record.unit, "%")
        for kind in ("list", "graph", "pivot", "search"):
            self.Value.get_view(view_type=kind)


@tagged("post_install", "-at_install")
class TestPromisePage(PromiseCommon, HttpCase):
    def test_the_public_page(self):
        jobs = self.env["aftersales.service.order"]
        self._create_jobs(self.point, 10, complaints=2)
        self._freeze()
        today = datetime.now().date()
        self.promise._write_flow({"is_public": True})
        hidden = self._create_promise(name="Hidden promise")
        late = self._create_promise(
            name="Ended promise", is_public=True, date_to=date(2026, 3, 31)
        )
        (hidden | late).action_publish()
        self._create_promise(name="Draft promise", is_public=True)
        foreign = self._create_promise(
            name="Foreign promise", is_public=True, company_id=self.company_b.id
        )
        foreign.action_publish()
        self.assertTrue(jobs.search_count([]))
        self.assertGreater(today, date(2026, 3, 31))
        page = self.url_open("/service-promises")
        self.assertEqual(page.status_code, 200)
        self.assertIn("Few complaints", page.text)
        self.assertIn("We do it well.", page.text)
        self.assertIn("50.0", page.text)
        self.assertIn("March 2026", page.text)
        for name in ("Hidden", "Ended", "Draft", "Foreign"):
            with self.subTest(name=name):
                self.assertNotIn(f"{name} promise", page.text)

    def test_a_promise_without_figure_shows_none(self):
        self.promise._write_flow({"is_public": True})
        page = self.url_open("/service-promises")
        self.assertIn("Not measured yet", page.text)
        self.assertNotIn("100.0", page.text)
