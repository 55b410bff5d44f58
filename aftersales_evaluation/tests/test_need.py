import base64
from datetime import date

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import file_open, mute_logger

from .strategy_common import StrategyCommon

LIST = (
    "Group,Basic need,Quality standard,Added value,Promise,Gap\n"
    "Customers,Fast repair,In a day,A call before,on site in a DAY,\n"
    "Dealers,Spare parts,In two days,,,No stock yet\n"
    "Neighbours,Quiet,,,,\n"
    "Customers,Cheap repair,,,Unknown promise,\n"
    "Departments,Reports,Each month,,,\n"
)


@tagged("post_install", "-at_install")
class TestNeed(StrategyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Need = cls.env["aftersales.customer.need"]
        cls.need = cls._create_need()

    @classmethod
    def _create_need(cls, **vals):
        return cls.env["aftersales.customer.need"].create(
            {"name": "Fast help", "group": "customers", **vals}
        )

    def _find(self, coverage):
        return self.Need.search([("coverage", "=", coverage)])

    # -- coverage --------------------------------------------------------------------

    def test_a_need_is_answered_or_a_gap(self):
        self.assertEqual(self.need.coverage, "open")
        self.assertIn(self.need, self._find("open"))
        self.need.promise_id = self.promise
        self.assertEqual(self.need.coverage, "planned")
        self.assertIn(self.need, self._find("planned"))
        self.promise.action_publish()
        self.assertEqual(self.need.coverage, "covered")
        self.assertIn(self.need, self._find("covered"))
        self.promise._withdraw("Too dear")
        self.assertEqual(self.need.coverage, "open")
        self.assertIn(self.need, self._find("open"))
        self.need.write({"promise_id": False, "is_gap": True, "gap_reason": "Too dear"})
        self.assertEqual(self.need.coverage, "gap")
        self.assertIn(self.need, self._find("gap"))
        self.assertFalse(self.need & self._find("open"))

    def test_coverage_follows_the_calendar(self):
        self.promise.write(
            {"date_from": date(2026, 3, 1), "date_to": date(2026, 3, 31)}
        )
        self.promise.action_publish()
        self.need.promise_id = self.promise
        Coverage = self.env["aftersales.need.coverage"]
        self.env.flush_all()
        for day, coverage in (
            ("2026-02-20", "planned"),
            ("2026-03-20", "covered"),
            ("2026-04-20", "open"),
        ):
            with self.subTest(day=day), freeze_time(f"{day} 04:00:00"):
                self.env.invalidate_all()
                self.assertEqual(self.need.coverage, coverage)
                self.assertIn(self.need, self._find(coverage))
                row = Coverage.search([("need_id", "=", self.need.id)])
                self.assertEqual(row.coverage, coverage)

    def test_coverage_figures(self):
        self.promise.action_publish()
        self.need.promise_id = self.promise
        self._create_need(name="Parts", is_gap=True, gap_reason="No stock")
        self._create_need(name="News")
        self._create_need(name="Training", group="dealers")
        self._create_need(name="Foreign", company_id=self.company_b.id)
        mine = self.Need._get_coverage_figures(self.company)
        rest = {"covered": 0, "planned": 0, "gap": 0, "open": 0}
        self.assertEqual(
            mine["customers"], {"covered": 1, "planned": 0, "gap": 1, "open": 1}
        )
        self.assertEqual(mine["dealers"], {**rest, "open": 1})
        self.env.flush_all()
        rows = self.env["aftersales.need.coverage"]._read_group(
            [("company_id", "=", self.company.id), ("group", "=", "customers")],
            ["group"],
            ["__count", "covered_count:sum", "gap_count:sum", "coverage_percent:avg"],
        )
        ((_group, total, covered, gaps, percent),) = rows
        self.assertEqual((total, covered, gaps), (3, 1, 1))
        self.assertAlmostEqual(percent, 33.33, 2)

    def test_a_new_version_takes_the_needs_along(self):
        self.promise.action_publish()
        self.need.promise_id = self.promise
        hidden = self._create_need(name="Old", promise_id=self.promise.id, active=False)
        action = self.promise.with_user(self.user_head).action_new_version()
        draft = self.env["aftersales.promise"].browse(action["res_id"])
        self.assertEqual(self.need.promise_id, self.promise)
        draft.with_user(self.user_head).action_publish()
        self.assertEqual((self.need | hidden).promise_id, draft)
        self.assertEqual(self.need.coverage, "covered")
        action = draft.action_view_needs()
        self.assertEqual(self.Need.search(action["domain"]), self.need)

    @mute_logger("odoo.sql_db")
    def test_bad_input(self):
        with self.assertRaisesRegex(UserError, "Write down why nothing answers"):
            self.need.write({"is_gap": True, "gap_reason": "  "})
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self._create_need(
                promise_id=self.promise.id, is_gap=True, gap_reason="Both"
            )
            self.env.flush_all()

    def test_form(self):
        with Form(self.Need) as form:
            form.name = "Spare parts"
            form.promise_id = self.promise
            form.is_gap = True
            form.gap_reason = "None in stock"
        self.assertFalse(form.record.promise_id)
        self.assertEqual(form.record.coverage, "gap")

    # -- loading ---------------------------------------------------------------------

    def _load(self, text, user=None):
        wizard = (
            self.env["aftersales.need.load"]
            .with_user(user or self.user_head)
            .create({"file": base64.b64encode(text.encode()), "filename": "needs.csv"})
        )
        wizard.action_load()
        return wizard

    def test_a_list_says_what_became_of_each_row(self):
        wizard = self._load(LIST)
        self.assertEqual(
            [(line.row, line.result) for line in wizard.line_ids],
            [
                (2, "taken"),
                (3, "taken"),
                (4, "refused"),
                (5, "refused"),
                (6, "taken"),
            ],
        )
        texts = wizard.line_ids.filtered("text").mapped("text")
        self.assertIn("“Neighbours” is none of customers, dealers,", texts[0])
        self.assertEqual(texts[1], "There is no promise “Unknown promise”.")
        first = wizard.line_ids[0].need_id
        self.assertEqual(
            (first.name, first.promise_id, first.quality_standard, first.added_value),
            ("Fast repair", self.promise, "In a day", "A call before"),
        )
        second = wizard.line_ids[1].need_id
        self.assertEqual((second.group, second.gap_reason), ("dealers", "No stock yet"))
        refused = base64.b64decode(wizard.refused_file).decode("utf-8-sig")
        self.assertEqual(len(refused.strip().splitlines()), 3)

    def test_the_same_list_again_changes_nothing(self):
        self._load(LIST)
        before = self.Need.search_count([])
        again = self._load(LIST)
        self.assertEqual(self.Need.search_count([]), before)
        self.assertEqual(
            (again.taken_count, again.changed_count, again.kept_count), (0, 0, 3)
        )
        changed = self._load(LIST.replace("In a day", "In an hour"))
        self.assertEqual((changed.changed_count, changed.kept_count), (1, 2))
        need = changed.line_ids[0].need_id
        self.assertEqual(need.quality_standard, "In an hour")

    def test_a_need_twice_in_one_list_is_one_need(self):
        header = "Group,Basic need,Quality standard\n"
        wizard = self._load(f"{header}Dealers,Parts,Soon\nDealer,parts,Today\n")
        self.assertEqual(len(wizard.line_ids.need_id), 1)
        self.assertEqual(wizard.line_ids.need_id.quality_standard, "Today")

    def test_templates_load(self):
        for name in ("needs.csv", "needs_zh.csv"):
            with file_open(f"aftersales_evaluation/static/csv/{name}") as file:
                wizard = self._load(file.read())
            with self.subTest(name=name):
                self.assertEqual((wizard.taken_count, wizard.refused_count), (1, 0))

    def test_the_number_of_queries_does_not_grow_with_rows(self):
        header = "Group,Basic need\n"

        def count(amount, letter):
            rows = "".join(f"Dealers,{letter} {x}\n" for x in range(amount))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._load(header + rows)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count(2, "w")
        few = count(2, "a")
        self.assertLessEqual(count(30, "b"), few + 3)

    # -- rights ----------------------------------------------------------------------

    def test_roles(self):
        for role, writes in (("head", True), ("service", False), ("auditor", False)):
            user = getattr(self, f"user_{role}")
            with self.subTest(role=role):
                self.assertTrue(self.need.with_user(user).has_access("read"))
                self.assertEqual(self.need.with_user(user).has_access("write"), writes)
                if not writes:
                    with self.assertRaises(AccessError):
                        self._load(LIST, user)
        for model in ("aftersales.customer.need", "aftersales.need.coverage"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.user_portal).search([])
        foreign = self._create_need(company_id=self.company_b.id)
        found = self.Need.with_user(self.user_head).search([])
        self.assertNotIn(foreign, found.with_env(self.env))
