import base64
import io

from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.aftersales_network.tools.workbook import make_workbook

from .common import EvaluationCommon

HEADINGS = ("Code", "Belongs to", "Name", "Kind", "Points")


@tagged("post_install", "-at_install")
class TestIndicatorLoad(EvaluationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.draft = cls._create_set("LOAD")

    def _load(self, *rows, headings=HEADINGS, user=None, draft=None):
        content = make_workbook([("Rows", headings, rows)])
        return self._load_file(content, "rows.xlsx", user, draft)

    def _load_file(self, content, filename, user=None, draft=None):
        Load = self.env["aftersales.indicator.load"].with_user(user or self.user_head)
        load = Load.create(
            {
                "set_id": (draft or self.draft).id,
                "file": base64.b64encode(content),
                "filename": filename,
            }
        )
        load.action_load()
        return load

    def _results(self, load):
        return [(line.row, line.result, line.text) for line in load.line_ids]

    def _node(self, code):
        self.draft.invalidate_recordset()
        return self.draft.indicator_ids.filtered(lambda node: node.code == code)

    def test_rows_become_a_tree(self):
        load = self._load(
            ("1.1", "", "First leaf", "sampled", 60),
            ("1", "", "First", "", 60),
            ("2", "", "Second", "", 40),
            ("B", "2", "Named parent", "qualitative", 40),
        )
        self.assertEqual(
            (load.taken_count, load.changed_count, load.refused_count), (4, 0, 0)
        )
        self.assertEqual(self._node("1.1").parent_id, self._node("1"))
        self.assertEqual(self._node("B").parent_id, self._node("2"))
        self.assertEqual(self._node("1.1").kind, "sampled")
        self.assertFalse(self.draft.points_problem)

    def test_loading_again_changes_nothing_then_only_what_changed(self):
        rows = [("1", "", "First", "", 60), ("1.1", "1", "Leaf", "sampled", 60)]
        self._load(*rows)
        again = self._load(*rows)
        self.assertEqual((again.kept_count, again.taken_count), (2, 0))
        before = self._node("1").write_date
        third = self._load(rows[0], ("1.1", "1", "Leaf", "sampled", 50))
        self.assertEqual(
            self._results(third), [(2, "kept", ""), (3, "changed", "Points")]
        )
        self.assertEqual(self._node("1.1").points, 50)
        self.assertEqual(self._node("1").write_date, before)
        moved = self._load(("1.1", "2", "Leaf", "sampled", 50), ("2", "", "B", "", 1))
        self.assertEqual(self._results(moved)[0], (2, "changed", "Belongs to"))
        self.assertEqual(self._node("1.1").parent_id.code, "2")

    def test_every_refusal_says_why(self):
        load = self._load(
            ("1", "", "First", "", 60),
            ("1", "", "Twice", "", 60),
            ("2", "gone", "Lost", "", 1),
            ("2.1", "", "Below the lost", "", 1),
            ("3", "", "", "", 1),
            ("4", "", "Negative", "", -1),
            ("5", "", "Guess", "maybe", 1),
            ("a", "b", "Loop", "", 1),
            ("b", "a", "Loop", "", 1),
        )
        self.assertEqual((load.taken_count, load.refused_count), (1, 8))
        texts = {line.row: line.text for line in load.line_ids[1:]}
        above = "above it, is neither in the set nor taken from the list."
        self.assertEqual(
            texts,
            {
                3: "Code 1 stands in row 2 already.",
                4: f"“gone”, {above}",
                5: f"“2”, {above}",
                6: "“Name” is empty.",
                7: "“-1” is no number from 0 on with two decimals at most.",
                8: "“maybe” is none of the choices.",
                9: "It would belong to itself.",
                10: "It would belong to itself.",
            },
        )
        self.assertTrue(load.refused_file)
        self.assertEqual(self.draft.indicator_ids.mapped("code"), ["1"])

    def test_metric_rows(self):
        headings = ("Code", "Name", "Points", "Kind", "Metric code", "Target")
        headings += ("Direction", "Unit", "Minimum sample")
        load = self._load(
            ("1", "Complaints", 50, "metric", "COMPR", 3, "down", "%", 5),
            ("2", "Nobody offers it", 50, "metric", "NOSUCH", 3, "up", "%", None),
            ("3", "No code", 50, "metric", "", 3, "down", "%", 5),
            ("4", "Zero", 50, "metric", "CLOSE", 0, "up", "%", 5),
            headings=headings,
        )
        results = [line.result for line in load.line_ids]
        self.assertEqual(results, ["taken", "taken", "refused", "refused"])
        node = self._node("1")
        self.assertEqual((node.target, node.direction, node.min_sample), (3, "down", 5))
        self.assertFalse(self._node("2").is_metric_available)

    def test_own_export_loads_without_a_change(self):
        standard = self.env.ref("aftersales_evaluation.set_gbt27922")
        load = self._load_file(standard._make_workbook(), "s.xlsx", draft=standard)
        self.assertEqual(load.kept_count, len(standard.indicator_ids))
        self.assertEqual(load.taken_count + load.changed_count, 0)
        copied = self._load_file(standard._make_workbook(), "s.xlsx")
        self.assertEqual(copied.taken_count, len(standard.indicator_ids))
        self.assertFalse(self.draft.points_problem)
        month = self.env.ref("aftersales_evaluation.set_month")
        fresh = self._create_set("M2")
        self._load_file(month._make_workbook(), "m.xlsx", draft=fresh)
        names = ("code", "kind", "points", "metric_code", "target", "direction")
        self.assertEqual(
            [[node[name] for name in names] for node in fresh.indicator_ids],
            [[node[name] for name in names] for node in month.indicator_ids],
        )

    def test_export_names_the_choices(self):
        book = load_workbook(io.BytesIO(self.set._make_workbook()))
        sheet = book["TEST"]
        self.assertEqual(sheet["A1"].value, "Code")
        self.assertEqual([cell.value for cell in sheet["A"]][1:4], ["1", "1.1", "1.2"])
        choices = [[cell.value for cell in row] for row in book["Choices"].rows]
        self.assertIn(["Metric code", "COMPR", "Complaint Rate"], choices)

    def test_refused_as_a_whole(self):
        with self.assertRefused(UserError, "lacks the columns name, points"):
            self._load(("1",), headings=("Code",))
        with self.assertRefused(UserError, "Set TEST v1 is no longer a draft"):
            self._load(("9", "", "More", "", 1), draft=self.set)
        with self.assertRefused(UserError, "no longer a draft"):
            self.set.with_user(self.user_head).action_load()
        action = self.draft.with_user(self.user_head).action_load()
        self.assertEqual(action["context"], {"default_set_id": self.draft.id})
        with self.assertRaises(AccessError):
            self._load(("1", "", "First", "", 1), user=self.user_auditor)

    def test_queries_do_not_grow_with_the_rows(self):
        def count(size, code):
            draft = self._create_set(code)
            rows = [(f"{n}", "", f"Node {n}", "", 1) for n in range(size)]
            rows += [(f"{n}.1", "", f"Leaf {n}", "", 1) for n in range(size)]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._load(*rows, draft=draft)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(2, "WARM")
        small, large = count(3, "SMALL"), count(40, "LARGE")
        self.assertEqual(large, small)
        self.assertLessEqual(small, 60)


@tagged("post_install", "-at_install")
class TestIndicatorSheets(EvaluationCommon, HttpCase):
    def _get(self, path):
        return self.url_open(f"/aftersales/indicator-set/{path}.xlsx")

    def test_download(self):
        foreign = self._create_set("FOREIGN", company_id=self.company_b.id)
        self.authenticate(self.user_auditor.login, self.user_auditor.login)
        answer = self._get(f"{self.set.id}/indicators")
        self.assertEqual(answer.status_code, 200)
        self.assertIn("Set%20TEST%20v1.xlsx", answer.headers["Content-Disposition"])
        book = load_workbook(io.BytesIO(answer.content))
        self.assertEqual(book.sheetnames, ["TEST", "Choices"])
        self.assertEqual(self._get("template").status_code, 200)
        for path in (f"{foreign.id}/indicators", "999999/indicators"):
            self.assertEqual(self._get(path).status_code, 404)

    def test_portal_gets_nothing(self):
        self.authenticate(self.user_portal.login, self.user_portal.login)
        self.assertEqual(self._get(f"{self.set.id}/indicators").status_code, 404)
        self.assertEqual(self._get("template").status_code, 404)
