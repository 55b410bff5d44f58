from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .race import CommittedCase


@tagged("post_install", "-at_install")
class TestDispatchConcurrency(CommittedCase):
    """Two dispatchers on two real connections; nothing here is rolled back."""

    def _prepare(self, env):
        self.ids = {}
        state = env["res.country.state"].create(
            {
                "name": "Concurrent Province",
                "code": "CONC1",
                "country_id": env.ref("base.cn").id,
            }
        )
        area = env["aftersales.area"].create(
            {
                "name": "Concurrent Province",
                "country_id": state.country_id.id,
                "state_id": state.id,
            }
        )
        partner, person = env["res.partner"].create(
            [
                {
                    "name": "Concurrent Customer",
                    "country_id": state.country_id.id,
                    "state_id": state.id,
                },
                {"name": "Concurrent Technician"},
            ]
        )
        point = env["aftersales.service.point"].create(
            {
                "name": "Concurrent Point",
                "kind": "own",
                "state": "active",
                "capacity": 1,
                "resource_calendar_id": False,
            }
        )
        line = env["aftersales.area.assignment"].create(
            {
                "service_point_id": point.id,
                "area_id": area.id,
                "date_from": "2020-01-01",
            }
        )
        staff = env["aftersales.staff"].create(
            {
                "service_point_id": point.id,
                "partner_id": person.id,
                "role_id": env.ref("aftersales_network.role_technician").id,
                "date_from": "2020-01-01",
            }
        )
        orders = env["aftersales.service.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "service_type_id": env.ref(
                        "aftersales_network.service_type_consultation"
                    ).id,
                }
                for _n in range(2)
            ]
        )
        self.order_ids = orders.ids
        # Deleted in this order.
        self.ids = {
            "aftersales_service_order": orders.ids,
            "aftersales_staff": staff.ids,
            "aftersales_area_assignment": line.ids,
            "aftersales_service_point": point.ids,
            "aftersales_area": area.ids,
            "res_partner": (partner | person).ids,
            "res_country_state": state.ids,
        }

    def _remove(self):
        with self.registry.cursor() as cr:
            for table, ids in self.ids.items():
                # Names of tables are the constants above.
                cr.execute(f"DELETE FROM {table} WHERE id = ANY(%s)", [ids])
            cr.execute(
                "DELETE FROM mail_message WHERE model = 'aftersales.service.order' "
                "AND res_id = ANY(%s)",
                [self.order_ids],
            )
        self.registry.clear_all_caches()

    def _order(self, cr, number=0):
        order = self._env(cr)["aftersales.service.order"]
        return order.browse(self.order_ids[number])

    def _dispatch(self, order):
        order.action_dispatch()
        order.env.flush_all()

    def test_one_order_two_dispatchers(self):
        one, two = self._cursor(), self._cursor()
        self._dispatch(self._order(one))
        with self.assertRaisesRegex(UserError, "dispatched by somebody else"):
            self._order(two).action_dispatch()
        with self.assertRaisesRegex(UserError, "dispatched by somebody else"):
            order = self._order(two)
            order._dispatch_to(
                order.env["aftersales.service.point"].browse(
                    self.ids["aftersales_service_point"]
                ),
                "Mine",
            )
        one.commit()
        # The server repeats the second request on fresh data.
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(SerializationFailure),
        ):
            self._order(two).action_dispatch()
        two.rollback()
        with self.assertRaisesRegex(UserError, "is in state “Dispatched”"):
            self._order(two).action_dispatch()

    def test_last_free_place_two_orders(self):
        one, two = self._cursor(), self._cursor()
        self._dispatch(self._order(one, 0))
        one.commit()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(SerializationFailure),
        ):
            self._dispatch(self._order(two, 1))
        two.rollback()
        second = self._order(two, 1)
        self._dispatch(second)
        self.assertEqual(second.state, "draft")
        self.assertEqual(second.dispatch_reason_code, "full")
        two.commit()

    def test_point_without_a_limit_lets_both_pass(self):
        with self.registry.cursor() as cr:
            cr.execute(
                "UPDATE aftersales_service_point SET capacity = 0 WHERE id = ANY(%s)",
                [self.ids["aftersales_service_point"]],
            )
        one, two = self._cursor(), self._cursor()
        self._dispatch(self._order(one, 0))
        self._dispatch(self._order(two, 1))
        one.commit()
        two.commit()
        check = self._cursor()
        for number in (0, 1):
            self.assertEqual(self._order(check, number).state, "dispatched")

    def test_two_loans_of_one_person(self):
        with self.registry.cursor() as cr:
            env = self._env(cr)
            receivers = env["aftersales.service.point"].create(
                [{"name": f"Receiver {n}", "kind": "own"} for n in range(2)]
            )
            postings = env["aftersales.staff.posting"].create(
                [
                    {
                        "staff_id": self.ids["aftersales_staff"][0],
                        "to_point_id": receiver.id,
                        "date_from": "2026-01-01",
                        "date_to": "2026-01-31",
                        "reason": "Peak",
                    }
                    for receiver in receivers
                ]
            )
            posting_ids = postings.ids
            self.ids = {
                "aftersales_staff_posting": posting_ids,
                "aftersales_approval": [],
                **self.ids,
            }
            self.ids["aftersales_service_point"] += receivers.ids
        one, two = self._cursor(), self._cursor()
        for cr, posting_id in zip((one, two), posting_ids, strict=True):
            cr.execute("SET LOCAL lock_timeout = '500ms'")
            posting = self._env(cr)["aftersales.staff.posting"].browse(posting_id)
            if cr is one:
                posting._write_flow({"state": "confirmed"})
                one.flush()
            else:
                with mute_logger("odoo.sql_db"), self.assertRaises(Exception) as found:
                    posting._write_flow({"state": "confirmed"})
                    two.flush()
                self.assertEqual(type(found.exception).__name__, "LockNotAvailable")
        one.commit()
