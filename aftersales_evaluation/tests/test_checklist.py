from base64 import b64encode
from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.aftersales_network.tests.test_order_handover import PIXEL as PNG

from .test_audit import TODAY, AuditCommon

PIXEL = PNG.decode()


class ChecklistCommon(AuditCommon):
    """A running audit; the auditor's phone sends entries of one scorecard."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.audit = cls._start()
        cls.card = cls.audit.point_ids.scorecard_id.filtered(
            lambda card: card.service_point_id == cls.point
        ).with_user(cls.user_auditor)
        cls.quality = cls._line(cls.card, "1.1")
        cls.samples = cls._line(cls.card, "1.2")

    def _entry(self, sequence, line=None, device="phone", kind="judge", **values):
        line = line or self.quality
        return {
            "key": f"{device}-{sequence}",
            "device": device,
            "sequence": sequence,
            "line_id": line.id,
            "kind": kind,
            "values": values,
        }

    def _send(self, *entries, user=None):
        card = self.card.with_user(user or self.user_auditor)
        answer = card.take_checklist_entries(list(entries))
        return {key: row["status"] for key, row in answer["results"].items()}


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestChecklist(ChecklistCommon):
    def test_everything_for_work_without_network(self):
        data = self.card.get_checklist()
        self.assertEqual(data["name"], "Point One")
        self.assertEqual(data["audit"], self.audit.display_name)
        self.assertEqual((data["state"], data["pending"]), ("draft", 2))
        rows = {row["code"]: row for row in data["lines"]}
        self.assertEqual(list(rows), ["1.1", "1.2", "2.1"])
        self.assertEqual(rows["1.2"]["kind"], "sampled")
        self.assertEqual(rows["1.2"]["sample_count"], 0)
        self.assertEqual(rows["2.1"]["kind"], "metric")

    def test_entries_reach_the_scorecard(self):
        found = self._send(
            self._entry(1, conformity="yes"),
            self._entry(2, self.samples, sample_count=8, nonconforming_count=3),
            self._entry(3, finding="Good order"),
        )
        self.assertEqual(set(found.values()), {"taken"})
        self.assertEqual(self.quality.conformity, "yes")
        self.assertEqual(self.quality.finding, "Good order")
        self.assertEqual(self.card.score, 75)
        self.assertIn(self.user_auditor, self.card.judged_by_ids)

    def test_sent_again_changes_nothing(self):
        entries = (
            self._entry(1, conformity="no"),
            self._entry(2, kind="finding", text="No sign", severity="major"),
        )
        self._send(*entries)
        self.quality.conformity = "yes"
        self.assertEqual(set(self._send(*entries).values()), {"known"})
        self.assertEqual(self.quality.conformity, "yes")
        finding = self.audit.finding_ids
        self.assertEqual((finding.text, finding.severity), ("No sign", "major"))
        self.assertEqual(finding.auditor_id, self.user_auditor)
        self.assertEqual(finding.indicator_id, self.quality.indicator_id)
        Entry = self.env["aftersales.scorecard.entry"]
        kept = Entry.search([("scorecard_id", "=", self.card.id)])
        self.assertEqual(len(kept), 2)
        self.assertEqual(kept.finding_id, finding)
        twice = self._entry(3, conformity="no")
        self.assertEqual(self._send(twice, twice), {"phone-3": "known"})

    def test_late_entries_do_not_overtake(self):
        self._send(self._entry(5, conformity="no"))
        found = self._send(self._entry(4, conformity="yes"))
        self.assertEqual(found, {"phone-4": "stale"})
        self.assertEqual(self.quality.conformity, "no")
        self._send(self._entry(1, device="tablet", conformity="yes"))
        self.assertEqual(self.quality.conformity, "yes", "another device counts apart")

    def test_refused_entries_do_not_stop_the_others(self):
        foreign = self._line(
            self._create_card(service_point_id=self.point_b.id, date_to="2026-04-01"),
            "1.1",
        )
        bad = [
            self._entry(1, conformity="maybe"),
            self._entry(2, self.samples, sample_count=2, nonconforming_count=3),
            self._entry(3, points_lost=0),
            self._entry(4, foreign, conformity="yes"),
            self._entry(5, kind="finding", text="  "),
            self._entry(6, kind="finding", text="x", state="verified"),
            self._entry(7, kind="other"),
            self._entry(8, self.samples, sample_count=True),
            {"key": "phone-9"},
            "nonsense",
        ]
        answer = self.card.take_checklist_entries(
            [*bad, self._entry(10, conformity="yes")]
        )["results"]
        refused = {key for key, row in answer.items() if row["status"] == "refused"}
        self.assertEqual(refused, {f"phone-{n}" for n in range(1, 10)} | {""})
        self.assertEqual(
            answer["phone-2"]["message"],
            "More samples are non-conforming than were taken.",
        )
        self.assertEqual(answer["phone-10"]["status"], "taken")
        self.assertEqual(self.quality.conformity, "yes")
        self.assertFalse(foreign.conformity)
        self.assertFalse(self.samples.sample_count)

    def test_photos_are_proof_of_their_line(self):
        photo = self._entry(1, kind="photo", name="door.png", data=PIXEL)
        self.assertEqual(self._send(photo), {"phone-1": "taken"})
        self.assertEqual(self._send(photo), {"phone-1": "known"})
        kept = self.quality.attachment_ids
        self.assertEqual((kept.name, kept.datas.decode()), ("door.png", PIXEL))
        self.assertEqual(
            (kept.res_model, kept.res_id), (self.quality._name, self.quality.id)
        )
        entry = self.env["aftersales.scorecard.entry"].search([])
        self.assertEqual((entry.kind, entry.content), ("photo", {"name": "door.png"}))
        rows = {row["code"]: row for row in self.card.get_checklist()["lines"]}
        self.assertEqual(rows["1.1"]["proof_count"], 1)
        self._judge(self.card).action_submit()
        with self.assertRefused(UserError, "is evidence and cannot be changed"):
            kept.with_user(self.user_auditor).unlink()

    def test_what_is_no_photo_is_refused(self):
        page = b64encode(b"<html><script>alert(1)</script></html>").decode()
        for sequence, values in enumerate(
            (
                {"name": "a.html", "data": page},
                {"name": "a.png", "data": "no base64 ü"},
                {"name": "a.png", "data": ""},
                {"name": "a.png"},
                {"name": "a.png", "data": PIXEL, "res_id": 1},
                {"name": 5, "data": PIXEL},
            )
        ):
            with self.subTest(values=values):
                found = self._send(self._entry(sequence, kind="photo", **values))
                self.assertEqual(set(found.values()), {"refused"})
        self.assertFalse(self.quality.attachment_ids)
        many = [
            self._entry(number, kind="photo", name=f"{number}.png", data=PIXEL)
            for number in range(20, 31)
        ]
        found = self._send(*many)
        self.assertEqual(found.pop("phone-30"), "refused")
        self.assertEqual(set(found.values()), {"taken"})
        self.assertEqual(len(self.quality.attachment_ids), 10)

    def test_metric_lines_are_not_judged(self):
        metric = self._line(self.card, "2.1")
        self._send(self._entry(1, metric, conformity="no"))
        self.assertEqual(metric.points_lost, 0)

    def test_submitted_scorecards_take_nothing(self):
        self._judge(self.card).action_submit()
        answer = self.card.take_checklist_entries([self._entry(1, conformity="no")])
        row = answer["results"]["phone-1"]
        self.assertEqual(row["status"], "refused")
        self.assertIn("is frozen since it was submitted", row["message"])
        self.assertEqual(answer["card"]["state"], "submitted")
        self.assertEqual(self.quality.conformity, "yes")
        self.assertFalse(self.env["aftersales.scorecard.entry"].search_count([]))

    def test_only_who_may_judge(self):
        entry = self._entry(1, conformity="yes")
        for role in ("centre", "service", "reviewer", "dispatcher", "portal"):
            user = getattr(self, f"user_{role}")
            with self.subTest(role=role):
                with self.assertRaises(AccessError):
                    self._send(entry, user=user)
                with self.assertRaises(AccessError):
                    self.card.with_user(user).get_checklist()
        self.assertFalse(self.quality.conformity)

    def test_entries_are_evidence(self):
        self._send(self._entry(1, conformity="yes"))
        entry = self.env["aftersales.scorecard.entry"].search([])
        for user in (self.user_auditor, self.user_head, self.user_admin):
            for step in ("write", "create", "unlink"):
                self.assertFalse(entry.with_user(user).has_access(step), step)
        self.assertFalse(entry.with_user(self.user_service).has_access("read"))

    def test_too_many_at_once(self):
        entries = [self._entry(number, conformity="yes") for number in range(201)]
        with self.assertRefused(UserError, "at most 200 entries"):
            self.card.take_checklist_entries(entries)
        with self.assertRefused(UserError, "at most 200 entries"):
            self.card.take_checklist_entries("nonsense")

    def test_my_checklists(self):
        Card = self.env["aftersales.scorecard"]
        rows = Card.with_user(self.user_auditor).get_my_checklists()
        self.assertEqual({row["name"] for row in rows}, {"Point One", "Point Two"})
        self.assertEqual(rows[0]["pending"], 2)
        self.assertFalse(Card.with_user(self.user_centre).get_my_checklists())

    def test_known_entries_cost_few_queries(self):
        entries = [self._entry(n, conformity="yes") for n in range(50)]
        self.card.take_checklist_entries(entries)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(25):
            self.card.take_checklist_entries(entries)


@tagged("post_install", "-at_install", "e2e")
class TestChecklistTour(ChecklistCommon, HttpCase):
    browser_size = "375x667"
    touch_enabled = True

    def test_audit_on_a_phone_without_network(self):
        self.audit.point_ids.filtered(
            lambda line: line.service_point_id == self.point_b
        )._skip("Flooded")
        self.start_tour(
            "/odoo/aftersales-checklist",
            "aftersales_checklist",
            login=self.user_auditor.login,
        )
        self.assertEqual(self.card.state, "submitted")
        self.assertEqual(self.quality.conformity, "no")
        self.assertEqual(
            (self.samples.sample_count, self.samples.nonconforming_count), (8, 3)
        )
        finding = self.audit.finding_ids
        self.assertEqual(finding.text, "No safety sign at the door")
        self.assertEqual(finding.owner_id, self.user_centre)
        self.assertGreater(finding.date_due, date(2026, 1, 1))
        photo = self.quality.attachment_ids
        self.assertEqual((photo.name, photo.mimetype), ("door.jpg", "image/jpeg"))
        self.assertEqual(photo.create_uid, self.user_auditor)
