from lxml import html

from odoo.tests import tagged

from .award_common import AwardCommon


@tagged("post_install", "-at_install")
class TestAwardReport(AwardCommon):
    def _render(self, report, award, **context):
        Report = self.env["ir.actions.report"].with_context(**context)
        content, _kind = Report._render_qweb_html(report, award.ids)
        return " ".join(html.fromstring(content).text_content().split())

    def test_certificate_of_a_place(self):
        self._create_award_rule(citation="For <best> service")
        ranking = self._create_ranking()
        ranking.with_user(self.user_head).action_release()
        award = ranking.award_ids
        award.with_user(self.user_head).action_release()
        text = self._render("aftersales_evaluation.report_award", award)
        for part in (
            "Certificate",
            "Point One",
            "Rank 1 of 4 – Best of the Month 2026-03",
            "For <best> service",
            "1,000.00",
            award.name,
            "Test Head",
        ):
            self.assertIn(part, text)

    def test_thanks_card(self):
        order = self._create_order(service_point_id=self.point.id)
        award = self._create_award(
            kind="praise",
            amount=0,
            recipient_type="person",
            staff_id=self.technician.id,
            order_id=order.id,
        )
        award.with_user(self.user_centre).action_release()
        text = self._render("aftersales_evaluation.report_thanks", award)
        for part in (
            "Thank You",
            "Portal Technician",
            "Repaired through the flood",
            order.name,
        ):
            self.assertIn(part, text)
