import json
from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import TrainingCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-06-15")
class TestRatioDashboard(TrainingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = cls._create_firm_user("board_officer", "training_officer")
        cls.centre_manager = cls._create_firm_user("board_centre", "centre_manager")
        cls.firm_north.manager_id = cls.centre_manager
        cls._create_managers(11, cls.firm_north, certified=2)
        cls._create_managers(2, cls.firm_south)

    @classmethod
    def _create_firm_user(cls, login, group):
        return new_test_user(
            cls.env,
            login,
            groups=f"aftersales_network.group_{group}",
            company_id=cls.firm.id,
            company_ids=[(6, 0, cls.firm.ids)],
        )

    def _open(self, user):
        model = self.env["aftersales.ratio.dashboard"].with_user(user)
        action = model.with_company(self.firm).action_open()
        return model.with_company(self.firm).browse(action["res_id"])

    def _records(self, action):
        return self.env[action["res_model"]].search(action["domain"])

    def test_officer_sees_the_company(self):
        board = self._open(self.officer)
        self.assertFalse(board.service_point_id)
        self.assertEqual(
            (board.managers, board.holders, board.required, board.shortfall),
            (13, 2, 2, 0),
        )
        self.assertEqual(board.ratio_percent, 15.38)
        self.assertEqual(board.date_under, date(2028, 1, 1))
        self.assertEqual(
            board.forecast_note,
            "Falls below on 01/01/2028 unless certificates are renewed.",
        )
        self.assertEqual(len(self._records(board.action_view_managers())), 13)
        self.assertEqual(len(self._records(board.action_view_holders())), 2)
        self.assertEqual(len(self._records(board.action_view_open())), 11)
        certificates = self._records(board.action_view_expiring())
        self.assertEqual(board.expiring_ids, certificates)
        self.assertEqual(len(certificates), 2)

    def test_curve(self):
        """Two lines, recorded and expected; the day it falls below is marked."""
        board = self._open(self.officer)
        curve = json.loads(board.curve)
        self.assertEqual(curve["now"], 0)
        self.assertEqual(len(curve["labels"]), 26, "24 months, today and that day")
        self.assertEqual((curve["holders"][0], curve["required"][0]), (2, 2))
        self.assertEqual(curve["labels"][curve["under"]], "01/01/2028")
        self.assertEqual(curve["holders"][curve["under"] :], [0] * 6)
        self.assertEqual(set(curve["required"]), {2})
        self.assertEqual(
            (curve["holders_label"], curve["required_label"]), ("Certified", "Required")
        )
        self.Ratio._create_snapshot("2026-05-31", self.firm, kind="month_end")
        board.invalidate_recordset()
        curve = json.loads(board.curve)
        self.assertEqual((curve["now"], curve["labels"][0]), (1, "05/31/2026"))
        lines = self._records(board.action_view_curve())
        self.assertEqual(lines.mapped("kind"), ["recorded"] + ["forecast"] * 26)
        self.assertEqual(lines[0].date, date(2026, 5, 31))

    def test_table_of_units(self):
        board = self._open(self.officer)
        self.assertCountEqual(
            [tuple(row.values())[1:] for row in board.units],
            [
                (self.firm_north.display_name, 11, 2, 2, 0, 18.18),
                (self.firm_south.display_name, 2, 0, 1, 1, 0.0),
            ],
        )
        board.service_point_id = self.firm_north
        self.assertEqual([row["id"] for row in board.units], self.firm_point.ids)

    def test_units_are_counted_in_one_query(self):
        board = self._open(self.officer)

        def measure():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            board.mapped("units")
            return self.env.cr.sql_log_count - before

        measure()
        few = measure()
        for number in range(20):
            unit = self._create_unit(f"Unit {number}", "centre", self.firm_hq)
            self._create_managers(2, unit, certified=1)
        self.assertEqual(measure(), few)

    def test_whom_to_train(self):
        """Units that lack heads first, then the longest in the role."""
        board = self._open(self.officer)
        self.assertEqual(board.open_staff_ids[:2].service_point_id, self.firm_south)
        north = self.Staff.search(
            [("service_point_id", "=", self.firm_north.id)], order="id desc", limit=1
        )
        north.date_from = "2015-01-01"
        board.invalidate_recordset()
        self.assertEqual(board.open_staff_ids[2], north)
        self.assertEqual(len(board.open_staff_ids), 11)

    def test_propose_training(self):
        board = self._open(self.officer)
        board.service_point_id = self.firm_south
        needs = self._records(board.action_create_training_needs())
        self.assertEqual(len(needs), 1)
        self.assertEqual((needs.origin, needs.state), ("ratio", "open"))
        self.assertEqual(needs.employee_id, board.open_staff_ids[:1].employee_id)
        self.assertEqual(self._records(board.action_create_training_needs()), needs)
        board.service_point_id = False
        self.assertEqual(board.shortfall, 0)
        needs = self._records(board.action_create_training_needs())
        self.assertEqual(len(needs), 2, "two will be missing in 2028")

    def test_nobody_to_train(self):
        board = self._open(self.officer)
        board.service_point_id = self.firm_point
        with self.assertRaisesRegex(UserError, "Nobody is missing"):
            board.action_create_training_needs()
        (manager,) = self._create_managers(1, self.firm_point)
        self._create_certificate(manager.employee_id, date_expiry="2026-12-31")
        board.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "Every manager here is certified"):
            board.action_create_training_needs()

    def test_rule_of_the_day(self):
        self.firm.aftersales_ratio_percent = 50
        board = self._open(self.officer)
        self.assertEqual((board.rule_percent, board.required), (50.0, 7))
        self.assertEqual(
            board.answer,
            "2 certified of 13 managers; the rule (50 %, at least 1) asks for 7.",
        )
        board.date = date(2026, 6, 14)
        self.assertEqual((board.rule_percent, board.required), (10.0, 2))

    def test_first_menu_of_human_resources(self):
        menu = self.env.ref("aftersales_training.menu_training").with_user(self.officer)
        children = menu.child_id.sorted("sequence")
        action = self.env.ref("aftersales_training.aftersales_ratio_dashboard_action")
        self.assertEqual(children[0].action.id, action.id)

    def test_form_answers_another_question_at_once(self):
        board = self._open(self.officer)
        with Form(board) as form:
            form.service_point_id = self.firm_south
            self.assertEqual((form.managers, form.shortfall), (2, 1))
            self.assertEqual(form.forecast_note, "Not met on this date.")
            form.date = date(2019, 1, 1)
            self.assertEqual((form.managers, form.required), (0, 0))

    def test_centre_manager_only_asks_for_the_own_units(self):
        board = self._open(self.centre_manager)
        self.assertEqual(board.service_point_id, self.firm_north)
        self.assertEqual((board.managers, board.holders), (11, 2))
        self.assertEqual(len(board.open_staff_ids.mapped("name")), 9)
        for unit in (self.firm_south, self.env["aftersales.service.point"]):
            board.service_point_id = unit
            self.assertFalse(board.is_allowed)
            self.assertEqual((board.managers, board.holders), (0, 0))
            self.assertEqual(json.loads(board.curve)["labels"], [])
            self.assertFalse(board.units)
            with self.assertRaisesRegex(AccessError, "you are responsible for"):
                board.action_view_curve()

    def test_other_company_is_refused(self):
        board = self._open(self.officer)
        board.sudo().company_id = self.company_b
        self.assertFalse(board.is_allowed)
        with self.assertRaises(AccessError):
            board.action_keep_evidence()

    def test_evidence(self):
        board = self._open(self.officer)
        action = board.action_keep_evidence()
        snapshot = self.Ratio.with_user(self.officer).browse(action["res_id"])
        self.assertEqual((snapshot.kind, snapshot.managers), ("evidence", 13))
        self.assertEqual(len(snapshot.line_ids), 13)
        self.assertEqual(self._records(board.action_view_snapshots()), snapshot)
        board.date = date(2026, 6, 16)
        with self.assertRaisesRegex(UserError, "A future date is a forecast"):
            board.action_keep_evidence()

    def test_evidence_is_for_officers_and_auditors(self):
        board = self._open(self.centre_manager)
        with self.assertRaisesRegex(AccessError, "keep evidence"):
            board.action_keep_evidence()
        with self.assertRaises(AccessError):
            self.Ratio.with_user(self.officer).create({"date": "2026-01-01"})

    def test_card_on_pages_of_other_modules(self):
        """The card counts like the page that it opens, on the last day."""
        board = self._open(self.officer)
        start, stop = date(2026, 5, 1), date(2026, 5, 31)
        (card,) = board._get_shared_cards(start, stop)
        self.assertEqual((card["key"], card["value"]), ("ratio", "15.4 %"))
        self.assertEqual(card["note"], "2 of 13 managers, 2 required")
        self.assertFalse(card["is_alert"])
        opened = board.browse(card["open"]()["res_id"])
        self.assertEqual((opened.date, opened.managers), (stop, 13))
        board.service_point_id = self.firm_south
        (card,) = board._get_shared_cards(start, stop)
        self.assertEqual((card["value"], card["is_alert"]), ("0.0 %", True))
        clerk = self._create_firm_user("board_clerk", "settlement_clerk")
        mine = board.sudo(False).with_user(clerk)
        self.assertEqual(mine._get_shared_cards(start, stop), [])

    def test_boards_of_others_are_private(self):
        board = self._open(self.officer)
        with self.assertRaises(AccessError):
            board.with_user(self.centre_manager).read(["date"])
