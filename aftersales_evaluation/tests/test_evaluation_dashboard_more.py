from freezegun import freeze_time

from odoo.tests import tagged

from .common_pages import APRIL, TODAY, PagesCommon

BOARD = "aftersales.isation.board"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestDashboardCards(PagesCommon):
    """Cards about targets, complaints, crises, awards and documents."""

    def test_targets(self):
        kpi = self.env["aftersales.kpi"].create(
            {
                "name": "Few complaints",
                "metric_code": "COMPR",
                "owner_id": self.user_head.id,
                "company_id": self.company.id,
            }
        )
        period = self.env["aftersales.kpi.period"].create({"month": APRIL[0]})
        base = {
            "kpi_id": kpi.id,
            "period_id": period.id,
            "company_id": self.company.id,
            "month": APRIL[0],
            "tier": "company",
            "owner_id": self.user_head.id,
            "date_computed": "2026-05-01 00:00:00",
        }
        point = {"service_point_id": self.point.id, "tier": "point"}
        values = self.env["aftersales.kpi.value"].sudo()
        values = values.create(
            [{**base, "status": "ok"}, {**base, **point, "status": "missed"}]
        )
        for model in ("aftersales.evaluation.dashboard", BOARD):
            page = self._open(self.user_head, model)
            card = self._card(page, "targets")
            self.assertEqual((card["value"], card["note"]), ("100.0 %", "1 of 1"))
            self.assertEqual(self._records(page, "card:targets"), values[0])
            page.service_point_id = self.point
            self.assertEqual(self._card(page, "targets")["value"], "0.0 %")

    def test_complaints(self):
        complaint = self.env["aftersales.complaint"].create(
            {
                "subject": "Still warm",
                "description": "Repaired twice, still warm",
                "partner_id": self.customer.id,
                "service_point_id": self.point.id,
                "date_received": "2026-04-10 02:00:00",
                "user_id": self.user_centre.id,
            }
        )
        page = self._open(self.user_head)
        card = self._card(page, "complaints")
        self.assertEqual(
            (card["value"], card["note"], card["is_alert"], card["tone"]),
            ("1", "1 overdue today", True, "bad"),
        )
        self.assertEqual(self._records(page, "card:complaints"), complaint)
        page.service_point_id = self.centre_b
        self.assertEqual(self._card(page, "complaints")["value"], "0")

    def test_crisis(self):
        page = self._open(self.user_head)
        self.assertIsNone(self._card(page, "crisis"))
        crisis = self.env["aftersales.crisis"].create(
            {
                "title": "Overheating of a batch",
                "owner_id": self.user_head.id,
                "level_id": self.env["aftersales.crisis.level"].search([], limit=1).id,
            }
        )
        page.invalidate_recordset()
        card = self._card(page, "crisis")
        self.assertEqual((card["value"], card["is_alert"]), ("1", True))
        self.assertEqual(self._records(page, "card:crisis"), crisis)
        page.service_point_id = self.centre
        self.assertIsNone(self._card(page, "crisis"))

    def test_awards(self):
        award = self.env["aftersales.award"].with_user(self.user_head)
        award = award.create(
            {
                "kind": "praise",
                "service_point_id": self.point.id,
                "reason": "Best of April",
            }
        )
        page = self._open(self.user_head, BOARD)
        self.assertEqual(self._card(page, "awards")["value"], "0")
        award.sudo().write({"state": "released", "date_released": "2026-04-30"})
        page.invalidate_recordset()
        card = self._card(page, "awards")
        self.assertEqual((card["value"], card["change"]), ("1", "+1"))
        self.assertEqual(self._records(page, "card:awards"), award)
        card = self._card(page, "praised")
        self.assertEqual((card["value"], card["note"]), ("50.0 %", "1 of 2"))
        self.assertEqual(self._records(page, "card:praised"), self.point_b)

    def test_documents(self):
        document = self.env["aftersales.document"].create(
            {"name": "Rules of installation", "code": "INS", "body": "<p>Level it</p>"}
        )
        page = self._open(self.user_head, BOARD)
        note = "Documents in force today: 0"
        self.assertEqual(self._card(page, "reading")["note"], note)
        document.sudo().write({"state": "approved", "date_effective": "2026-04-01"})
        page.invalidate_recordset()
        card = self._card(page, "reading")
        self.assertEqual(
            (card["value"], card["note"]), ("0.0 %", "Documents in force today: 1")
        )
        self.assertEqual(self._records(page, "card:reading"), document)
        page.service_point_id = self.centre
        self.assertIsNone(self._card(page, "reading"))
