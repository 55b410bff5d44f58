import psycopg2

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_network.tests.race import CommittedCase


@tagged("post_install", "-at_install")
class TestAwardConcurrency(CommittedCase):
    """Two heads release the same award: the money is paid once."""

    def _prepare(self, env):
        partner = env["res.partner"].create({"name": "Race", "is_company": True})
        point = env["aftersales.service.point"].create(
            {"name": "Race", "state": "active", "kind": "own", "partner_id": partner.id}
        )
        award = env["aftersales.award"].create(
            {
                "kind": "money",
                "amount": 100,
                "reason": "Race",
                "service_point_id": point.id,
            }
        )
        self.partner, self.point, self.award = partner.id, point.id, award.id

    def _remove(self):
        with self.registry.cursor() as cr:
            env = self._env(cr)
            cr.execute(
                "DELETE FROM aftersales_point_adjustment WHERE award_id = %s",
                [self.award],
            )
            cr.execute(
                "DELETE FROM aftersales_approval WHERE res_model = 'aftersales.award'"
                " AND res_id = %s",
                [self.award],
            )
            cr.execute("DELETE FROM aftersales_award WHERE id = %s", [self.award])
            cr.execute(
                "DELETE FROM aftersales_service_point WHERE id = %s", [self.point]
            )
            env["res.partner"].browse(self.partner).unlink()

    def _count(self):
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT COUNT(*) FROM aftersales_point_adjustment WHERE award_id = %s",
                [self.award],
            )
            return cr.fetchone()[0]

    def _browse(self, cr):
        return self._env(cr)["aftersales.award"].browse(self.award)

    def test_the_second_is_told_while_the_first_decides(self):
        one, two = self._cursor(), self._cursor()
        self._browse(one).action_release()
        with self.assertRaisesRegex(UserError, "Somebody else is deciding"):
            self._browse(two).action_release()
        two.rollback()
        one.commit()
        with self.assertRaisesRegex(UserError, "in state “Released”"):
            self._browse(two).action_release()
        self.assertEqual(self._count(), 1)

    def test_the_second_with_an_old_view_is_sent_back(self):
        one, two = self._cursor(), self._cursor()
        self._browse(one).action_release()
        one.commit()
        refused = psycopg2.errors.SerializationFailure
        with self.assertRaises(refused), mute_logger("odoo.sql_db"):
            self._browse(two).action_release()
        self.assertEqual(self._count(), 1)

    def test_the_database_pays_once_whatever_the_code_does(self):
        one, two = self._cursor(), self._cursor()
        self._browse(one)._pay_out()
        one.commit()
        refused = psycopg2.errors.UniqueViolation
        with self.assertRaises(refused), mute_logger("odoo.sql_db"):
            self._browse(two)._pay_out()
        self.assertEqual(self._count(), 1)
