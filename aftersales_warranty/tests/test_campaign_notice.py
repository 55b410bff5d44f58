from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .recall_common import RecallCommon

LOGGER = "odoo.addons.aftersales_warranty.models.aftersales_campaign_notice"


@tagged("post_install", "-at_install")
class TestCampaignNotice(RecallCommon):
    """Owners are told by mail or letter, and each notice is written down."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._start()
        cls.mute = cls.env["res.partner"].create(
            {"name": "No Mail", "country_id": cls.country.id}
        )
        cls.units[:2].partner_id = cls.mute
        cls.units[2].partner_id = False

    def _notify(self):
        self.campaign.action_notify()
        self._run_job()
        return self.campaign.unit_ids.notice_ids

    def test_mail_letter_or_nothing(self):
        notices = self._notify()
        mails = notices.filtered(lambda n: n.channel == "mail")
        self.assertEqual(len(mails), 7)
        self.assertEqual(set(mails.mapped("state")), {"sent"})
        self.assertEqual(mails.partner_id, self.customer)
        letters = notices - mails
        self.assertEqual(letters.mapped("state"), ["to_print"] * 2)
        self.assertEqual(
            (
                self.campaign.notified_count,
                self.campaign.letter_count,
                self.campaign.no_owner_count,
            ),
            (7, 1, 1),
        )
        self.assertEqual(self._row("AC-0001").state, "open")
        mail = self.env["mail.mail"].search(
            [
                ("model", "=", "aftersales.campaign.unit"),
                ("res_id", "in", self.campaign.unit_ids.ids),
            ],
            limit=1,
        )
        self.assertIn("The fan overheats.", mail.body_html)
        self.assertIn("Important safety notice", mail.subject)

    def test_an_owner_of_several_units_is_told_once(self):
        other = self.env["res.partner"].create(
            {"name": "Other Owner", "email": "other@example.com"}
        )
        self.units[9].partner_id = other
        notices = self._notify()
        self.assertEqual(len(notices), 9)
        mails = self.env["mail.mail"].search(
            [
                ("model", "=", "aftersales.campaign.unit"),
                ("res_id", "in", self.campaign.unit_ids.ids),
            ]
        )
        self.assertEqual(
            mails.recipient_ids.sorted("id"), (self.customer | other).sorted("id")
        )
        self.assertEqual(len(mails), 2)
        mine = notices.filtered(lambda n: n.partner_id == self.customer)
        leading = mine.filtered(lambda n: not n.told_with_id)
        self.assertEqual((len(mine), len(leading)), (6, 1))
        self.assertEqual((mine - leading).told_with_id, leading)
        self.assertEqual(leading._get_told_units(), mine.unit_id)
        body = mails.filtered(lambda m: self.customer in m.recipient_ids).body_html
        for serial in mine.unit_id.mapped("serial"):
            self.assertIn(serial, body)
        self.assertNotIn("AC-0010", body)
        letters = self.campaign.letter_count, self.campaign.notice_sent_count
        self.assertEqual(letters, (1, 7))

    def test_one_letter_names_all_units(self):
        self._notify()
        action = self.campaign.action_print_letters()
        ids = action["context"]["active_ids"]
        letter = self.env["aftersales.campaign.notice"].browse(ids)
        self.assertEqual((len(letter), letter.partner_id), (1, self.mute))
        html = self.env["ir.actions.report"]._render_qweb_html(
            "aftersales_warranty.report_campaign_letter", letter.ids
        )[0]
        for serial in (b"AC-0001", b"AC-0002"):
            self.assertEqual(html.count(serial), 1)
        self.assertEqual(self._row("AC-0002").state, "notified")

    def test_units_of_an_owner_stay_together_over_batches(self):
        module = "odoo.addons.aftersales_warranty.models.aftersales_campaign_notice"
        with patch(f"{module}.WORK_BATCH", 1):
            self._notify()
        mails = self.env["mail.mail"].search_count(
            [
                ("model", "=", "aftersales.campaign.unit"),
                ("res_id", "in", self.campaign.unit_ids.ids),
            ]
        )
        self.assertEqual((mails, self.campaign.letter_count), (1, 1))

    def test_printed_letters_count_as_notices(self):
        self._notify()
        action = self.campaign.action_print_letters()
        self.assertEqual(
            action["report_name"], "aftersales_warranty.report_campaign_letter"
        )
        row = self._row("AC-0001")
        self.assertEqual(
            (row.state, row.date_notified, row.notice_ids.state),
            ("notified", self.company._get_aftersales_today(), "printed"),
        )
        with self.assertRaisesRegex(UserError, "No letter waits"):
            self.campaign.action_print_letters()
        html = self.env["ir.actions.report"]._render_qweb_html(
            "aftersales_warranty.report_campaign_letter", row.notice_ids.ids
        )[0]
        self.assertIn(b"Important Safety Notice", html)
        self.assertIn(b"We replace the fan.", html)

    def test_nobody_is_told_twice_by_the_first_notice(self):
        self._notify()
        with self.assertRaisesRegex(UserError, "nobody to be told"):
            self.campaign.with_user(self.user_head).action_notify()
        self.campaign.action_remind()
        self._run_job()
        row = self._row("AC-0005")
        self.assertEqual(sorted(row.notice_ids.mapped("kind")), ["first", "reminder"])
        self.assertEqual(row.notice_count, 2)

    def test_a_notice_needs_its_text(self):
        self.campaign.remedy = False
        with self.assertRaisesRegex(UserError, "write down the defect"):
            self.campaign.action_notify()

    def test_the_new_owner_is_told(self):
        self.units[4].partner_id = self.mute
        self._notify()
        self.assertEqual(self._row("AC-0005").notice_ids.partner_id, self.mute)

    @mute_logger(LOGGER)
    def test_a_mail_that_fails_does_not_stop_the_others(self):
        bad = self._row("AC-0005")
        self.units[4].partner_id = self.env["res.partner"].create(
            {"name": "Bad Address", "email": "bad@example.com"}
        )
        Template = type(self.env["mail.template"])
        original = Template.send_mail_batch

        def send(template, ids, **kw):
            if bad.id in ids:
                reason = "broken address"
                raise UserError(reason)
            return original(template, ids, **kw)

        with patch.object(Template, "send_mail_batch", send):
            notices = self._notify()
        failed = notices.filtered(lambda n: n.state == "failed")
        self.assertEqual((failed.unit_id, failed.error), (bad, "broken address"))
        self.assertEqual((self.campaign.notified_count, bad.state), (6, "open"))
        self.assertEqual(self.campaign.notice_failed_count, 1)

    def test_automatic_notices(self):
        campaign = self._create_campaign(is_notice_automatic=True)
        self._start(campaign)
        self.assertEqual(campaign.notified_count, 7)

    def test_nothing_is_sent_after_the_closing(self):
        self.campaign.action_notify()
        self.campaign._request_close("enough")
        self.campaign.with_user(self.user_head).action_close()
        self._run_job()
        self.assertFalse(self.campaign.unit_ids.notice_ids)

    def test_the_report_of_the_campaign(self):
        self._notify()
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html(
                "aftersales_warranty.report_campaign", self.campaign.ids
            )[0]
            .decode()
        )
        for text in (self.campaign.name, "Test Province", "AC-0001 – AC-0010"):
            self.assertIn(text, html)
