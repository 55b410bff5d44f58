from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .desk_common import DeskCommon


@tagged("post_install", "-at_install")
class TestClaimStatistic(DeskCommon):
    """What was cut and refused, by whom, why and how fast."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2026-04-01 02:00:00"):
            cls.cut = cls._create_claim(
                ("part", 1, 100.0, cls.part), ("labour", 1, 60.0, None)
            )
            cls.refused = cls._create_claim(
                ("part", 1, 100.0, cls.part), date_request="2026-03-10 08:00:00"
            )
            cls.waiting = cls._create_claim(
                ("part", 1, 100.0, cls.part), date_request="2026-03-11 08:00:00"
            )
        reason = cls.env.ref("aftersales_warranty.claim_reason_ndf")
        with freeze_time("2026-04-05 02:00:00"):
            clerk = cls.cut.with_user(cls.user_clerk)
            clerk.line_ids[0].action_decide_line(40.0, reason)
            clerk.action_approve()
        with freeze_time("2026-04-11 02:00:00"):
            cls.refused.with_user(cls.user_clerk_b)._reject(reason)
        cls.env.flush_all()

    def _group(self, by, *aggregates, user=None):
        Statistic = self.env["aftersales.claim.statistic"]
        return Statistic.with_user(user or self.user_head)._read_group(
            [("claim_id", "in", (self.cut | self.refused | self.waiting).ids)],
            [by] if by else [],
            aggregates,
        )

    def test_by_clerk(self):
        rows = self._group(
            "decided_by_id",
            *("line_count:sum", "amount_claimed:sum", "amount_cut:sum"),
            *("cut_share:avg", "refused_share:avg", "decide_days:avg"),
        )
        found = {
            user: [round(float(value), 2) for value in values] for user, *values in rows
        }
        self.assertEqual(
            found,
            {
                # 60 of 130 cut, one of two lines, none refused, four days
                self.user_clerk: [2, 130.0, 60.0, 46.15, 0.0, 4.0],
                self.user_clerk_b: [1, 100.0, 100.0, 100.0, 100.0, 10.0],
            },
        )

    def test_shares_are_parts_of_wholes(self):
        [(cut, refused)] = self._group(None, "cut_share:avg", "refused_share:avg")
        self.assertAlmostEqual(float(cut), 160 / 230 * 100)
        self.assertAlmostEqual(float(refused), 100 / 3)

    def test_by_reason_and_point(self):
        rows = dict(self._group("reason_id", "amount_cut:sum"))
        self.assertEqual(
            rows[self.env.ref("aftersales_warranty.claim_reason_ndf")], 160
        )
        self.assertEqual(
            self._group("service_point_id", "line_count:sum"), [(self.point, 3)]
        )
        self.assertEqual(
            dict(self._group("outcome", "line_count:sum")),
            {"cut": 1, "full": 1, "refused": 1},
        )

    def test_kind_of_the_point(self):
        self.point.kind = "franchise"
        self.assertEqual(
            self._group("point_kind", "line_count:sum"), [("franchise", 3)]
        )
        Statistic = self.env["aftersales.claim.statistic"].with_user(self.user_clerk)
        mine = [("claim_id", "=", self.cut.id)]
        self.assertEqual(
            Statistic.search_count([*mine, ("point_kind", "=", "franchise")]), 2
        )
        self.assertFalse(
            Statistic.search_count([*mine, ("point_kind", "in", ("own", "dispatch"))])
        )
        Claim = self.env["aftersales.claim"].with_user(self.user_clerk)
        rows = Claim.formatted_read_group(
            [("id", "in", (self.cut | self.refused).ids)],
            ["point_kind"],
            ["amount_claimed:sum"],
        )
        self.assertEqual(
            [(row["point_kind"], row["amount_claimed:sum"]) for row in rows],
            [("franchise", 230.0)],
        )
        for model in ("aftersales.claim", "aftersales.settlement", Statistic._name):
            view = self.env[model].get_view(view_type="search")["arch"]
            with self.subTest(model=model):
                self.assertIn('name="group_point_kind"', view)

    def test_the_web_client_shows_the_shares(self):
        Statistic = self.env["aftersales.claim.statistic"].with_user(self.user_clerk)
        [row] = Statistic.formatted_read_group(
            [("claim_id", "=", self.cut.id)], [], ["cut_share:avg", "decide_days:avg"]
        )
        self.assertAlmostEqual(float(row["cut_share:avg"]), 60 / 130 * 100)
        self.assertEqual(float(row["decide_days:avg"]), 4.0)

    def test_who_reads_it(self):
        def count(user):
            return (
                self.env["aftersales.claim.statistic"]
                .with_user(user)
                .search_count([("claim_id", "in", (self.cut | self.refused).ids)])
            )

        for user in (
            *(self.user_clerk, self.user_head, self.user_auditor),
            *(self.user_centre, self.user_reviewer, self.user_admin),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(count(user), 3)
        self.centre.manager_id = False
        self.env.invalidate_all()
        self.assertEqual(count(self.user_centre), 0, "another centre")
        for user in (self.user_service, self.user_warehouse, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                count(user)

    def test_the_line_opens_its_claim(self):
        row = self.env["aftersales.claim.statistic"].search(
            [("claim_id", "=", self.refused.id)]
        )
        self.assertEqual(row.action_view_claim()["res_id"], self.refused.id)
