import threading

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.aftersales_network.tests.race import CommittedCase


@tagged("post_install", "-at_install")
class TestChecklistRace(CommittedCase):
    """A phone sends the same entry over two connections at once."""

    def _prepare(self, env):
        indicator_set = env["aftersales.indicator.set"].create(
            {
                "name": "Checklist race",
                "code": "CHECKRACE",
                "scale_id": env.ref("aftersales_evaluation.scale_standard").id,
                "indicator_ids": [
                    Command.create({"code": "1", "name": "All", "points": 100})
                ],
            }
        )
        indicator_set.action_use()
        point = env["aftersales.service.point"].create(
            {"name": "Checklist race", "state": "active"}
        )
        card = env["aftersales.scorecard"].create(
            {"set_id": indicator_set.id, "service_point_id": point.id}
        )
        self.set_id, self.point_id = indicator_set.id, point.id
        self.card_id, self.line_id = card.id, card.line_ids.id

    def _remove(self):
        with self.registry.cursor() as cr:
            env = self._env(cr)
            env["aftersales.scorecard"].browse(self.card_id).unlink()
            indicator_set = env["aftersales.indicator.set"].browse(self.set_id)
            indicator_set._write_flow({"state": "draft"})
            indicator_set.unlink()
            point = env["aftersales.service.point"].browse(self.point_id)
            partner = point.partner_id
            point._write_flow({"state": "prospect"})
            point.unlink()
            partner.unlink()

    def _send(self, cr):
        entry = {
            "key": "phone-1",
            "device": "phone",
            "sequence": 1,
            "line_id": self.line_id,
            "kind": "judge",
            "values": {"conformity": "no"},
        }
        card = self._env(cr)["aftersales.scorecard"].browse(self.card_id)
        answer = card.take_checklist_entries([entry])
        return answer["results"]["phone-1"]["status"]

    def test_only_one_is_taken(self):
        first, second = self._cursor(), self._cursor()
        self.assertEqual(self._send(first), "taken")
        late = []
        thread = threading.Thread(target=lambda: late.append(self._send(second)))
        thread.start()
        thread.join(1)
        self.assertTrue(thread.is_alive(), "the second waits for the first")
        first.commit()
        thread.join(30)
        self.assertEqual(late, ["known"])
        second.commit()
        with self.registry.cursor() as cr:
            env = self._env(cr)
            Entry = env["aftersales.scorecard.entry"]
            found = Entry.search([("scorecard_id", "=", self.card_id)])
            self.assertEqual(len(found), 1)
            self.assertEqual(found.line_id.conformity, "no")
