import re

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .award_common import AwardCommon


@tagged("post_install", "-at_install", "security")
class TestAwardPortal(AwardCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in cls.user_portal | cls.user_portal_b | cls.user_service:
            user.password = user.login
        cls.point_e = cls._create_point(name="Point Five", parent_id=cls.centre.id)
        cls._approve_card(cls.point_e, 2)
        cls.ranking = cls._create_ranking()
        cls.line = cls._line_of(cls.point)
        cls.line_b = cls._line_of(cls.point_b)

    @classmethod
    def _line_of(cls, point):
        return cls.ranking.line_ids.filtered(lambda li: li.service_point_id == point)

    def _release(self):
        self.ranking.with_user(self.user_head).action_release()

    def _open(self, url, user=None):
        user = user or self.user_portal
        self.authenticate(user.login, user.login)
        return self.url_open(url)

    def _rows(self, text):
        """Cells of the ranking on a page."""
        body = re.search(r"o_portal_ranking.*?<tbody>(.*?)</tbody>", text, re.S)
        rows = re.findall(r"<tr.*?</tr>", body[1], re.S)
        cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in rows]
        return [
            tuple(re.sub(r"<[^>]+>|\s+", " ", cell).strip() for cell in row)
            for row in cells
        ]

    def test_a_point_sees_itself_and_the_others_without_names(self):
        self._release()
        page = self._open(f"/my/rankings/{self.line_b.id}", self.user_portal_b)
        self.assertEqual(page.status_code, 200)
        self.assertEqual(
            self._rows(page.text),
            [
                ("1", "Service point A", "100.00"),
                ("2", "Service point B", "83.33"),
                ("3", "Point Two", "75.00"),
                ("3", "Service point C", "75.00"),
                ("5", "Service point D", "33.33"),
            ],
        )
        for other in self.points + self.point_e - self.point_b:
            self.assertNotIn(other.name, page.text)
            if other.code:
                self.assertNotIn(other.code, page.text)
        self.assertNotIn("Centre South", page.text)
        table = re.search(r"o_portal_ranking.*?</table>", page.text, re.S)[0]
        self.assertNotRegex(table, r"(href|data-|id=)", "no way to the others")

    def test_the_page_is_the_same_whoever_the_others_are(self):
        self._release()
        first = self._open(f"/my/rankings/{self.line_b.id}", self.user_portal_b).text
        # Exchange two others that are tied with nobody.
        one, five = self._line_of(self.point), self._line_of(self.point_e)
        values = {one: five.position, five: one.position}
        figures = {one: five.value, five: one.value}
        for line, position in values.items():
            line.write({"position": position, "value": figures[line]})
        self.env.flush_all()
        second = self._open(f"/my/rankings/{self.line_b.id}", self.user_portal_b).text
        self.assertEqual(self._rows(first), self._rows(second))

    def test_few_others_are_not_shown_at_all(self):
        rule = self._create_ranking_rule(name="Per Centre", is_per_centre=True)
        ranking = self._create_ranking(rule)
        ranking.with_user(self.user_head).action_release()
        line = ranking.line_ids.filtered(lambda li: li.service_point_id == self.point_b)
        page = self._open(f"/my/rankings/{line.id}", self.user_portal_b)
        self.assertEqual(self._rows(page.text), [("1", "Point Two", "75.00")])
        self.assertIn("as soon as enough of them are ranked", page.text)

    def test_list_and_counters(self):
        page = self._open("/my/rankings")
        self.assertIn("No ranking has been released yet.", page.text)
        self._release()
        page = self._open("/my/rankings")
        self.assertIn("Best of the Month", page.text)
        self.assertIn(f"/my/rankings/{self.line.id}", page.text)
        self.assertNotIn(f"/my/rankings/{self.line_b.id}", page.text)
        counters = self.opener.post(
            f"{self.base_url()}/my/counters",
            json={"params": {"counters": ["ranking_count", "award_count"]}},
        )
        # The podium was praised by rule only where the rule says so: none here.
        self.assertEqual(
            counters.json()["result"], {"ranking_count": 1, "award_count": 0}
        )
        page = self._open("/my/rankings", self.user_service)
        self.assertTrue(page.url.endswith("/my"))

    def test_foreign_drafts_and_unknown_lead_away_alike(self):
        draft = self._open(f"/my/rankings/{self.line.id}")
        self._release()
        foreign = self._open(f"/my/rankings/{self.line_b.id}")
        token = self._open(f"/my/rankings/{self.line_b.id}?access_token=x")
        unknown = self._open("/my/rankings/999999999")
        for page in (draft, foreign, token, unknown):
            self.assertEqual(page.status_code, 200)
            self.assertTrue(page.url.endswith("/my"), page.url)
            self.assertNotIn("o_portal_ranking", page.text)

    def test_the_api_tells_a_portal_user_nothing_more(self):
        Line = self.env["aftersales.ranking.line"].with_user(self.user_portal)
        self.assertFalse(Line.search([]), "a draft is nobody's business")
        self._release()
        self.assertEqual(Line.search([]), self.line)
        self.assertEqual(Line.search_count([("position", ">", 1)]), 0)
        groups = Line._read_group([], ["service_point_id"], ["__count"])
        self.assertEqual(groups, [(self.point, 1)])
        with self.assertRaises(AccessError):
            self.line_b.with_user(self.user_portal).read(["position"])
        with self.assertRaises(AccessError):
            self.line_b.with_user(self.user_portal)._portal_get_rows()
        with self.assertRaises(AccessError):
            self.ranking.with_user(self.user_portal).read(["line_ids"])
        with self.assertRaises(AccessError):
            Line.search([("ranking_id.line_ids.service_point_id.name", "=", "x")])
        for operation in ("write", "create", "unlink"):
            for model in ("aftersales.ranking.line", "aftersales.award"):
                records = self.env[model].with_user(self.user_portal)
                self.assertFalse(records.has_access(operation))

    def test_own_awards_and_their_certificate(self):
        money = self._create_award()
        person = self._create_award(
            recipient_type="person", staff_id=self.technician.id, reason="Kind words"
        )
        foreign = self._create_award(self.user_hr, service_point_id=self.point_b.id)
        page = self._open("/my/awards")
        self.assertIn("No award yet.", page.text)
        for award in money | person | foreign:
            award.with_user(self.user_head).action_release()
        page = self._open("/my/awards")
        self.assertIn("Repaired through the flood", page.text)
        self.assertIn("Kind words", page.text)
        self.assertNotIn(foreign.name, page.text)
        own = self._open(f"/my/awards/{money.id}")
        self.assertEqual(own.headers["Content-Type"], "application/pdf")
        token = money._portal_ensure_token()
        for url in (
            f"/my/awards/{foreign.id}",
            f"/my/awards/{foreign.id}?access_token=x",
            f"/my/awards/{foreign.id}?access_token={token}",
            "/my/awards/999999999",
        ):
            self.assertTrue(self._open(url).url.endswith("/my"), url)
        money.with_user(self.user_head)._cancel("x")
        self.assertTrue(self._open(f"/my/awards/{money.id}").url.endswith("/my"))
        self.assertNotIn("Repaired through", self._open("/my/awards").text)
