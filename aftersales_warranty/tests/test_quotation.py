from datetime import date, datetime

from odoo.exceptions import AccessError, LockError, UserError
from odoo.tests import freeze_time, new_test_user, tagged

from odoo.addons.aftersales_network.tests.race import CommittedCase

from .prices_common import PIXEL, REASON, PricesCommon


@tagged("post_install", "-at_install")
class TestQuotation(PricesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.aftersales_quotation_rule = "always"

    def test_snapshot(self):
        self._create_list()
        order = self._create_charged(
            ("part", 1, 100.0, self.part),
            ("labour", 2, 55.0, None),
            ("travel", 10, 2.0, None),
        )
        quotation = order.with_user(self.user_service).sudo()._create_quotations()
        self.assertEqual(quotation.state, "draft")
        self.assertEqual(quotation.amount_total, 230)
        self.assertEqual(quotation.line_ids.mapped("amount"), [100, 110, 20])
        self.assertEqual(
            quotation.line_ids.mapped("kind"), ["part", "labour", "travel"]
        )
        self.assertEqual(
            quotation.line_ids.mapped("range_text"), order.line_ids.mapped("range_text")
        )
        self.assertTrue(quotation.name.startswith("QUO"))

    def test_only_what_the_customer_pays(self):
        order = self._create_order(serial=self._create_half_covered().serial)
        self._add_lines(order, ("part", 1, 100.0, self.part), ("labour", 2, 50.0, None))
        quotation = order._create_quotations()
        # The policy bears the part and half of the labour.
        self.assertEqual(quotation.line_ids.mapped("kind"), ["labour"])
        self.assertEqual(quotation.amount_total, 50)

    @freeze_time("2026-03-10 02:00:00")
    def test_accepted(self):
        order = self._create_charged()
        quotation = self._quote(order)
        self.assertEqual(quotation.date_valid, date(2026, 4, 9))
        self.assertEqual(order.quotation_state, "sent")
        self._accept(quotation, " Mrs Li ")
        self.assertEqual(quotation.state, "accepted")
        self.assertEqual(quotation.accepted_by, "Mrs Li")
        self.assertEqual(quotation.accepted_at, datetime(2026, 3, 10, 2))
        self.assertEqual(quotation.accept_way, "link")
        self.assertEqual(quotation.accept_ip, "192.0.2.1")
        self.assertTrue(quotation.signature)
        self.assertEqual(order.fee_quoted, 100)
        self.assertEqual(order.fee_agreed_by, "Mrs Li")
        self.assertEqual(order.fee_agreed_at, datetime(2026, 3, 10, 2))
        self.assertEqual(
            order.event_ids.filtered(lambda e: e.kind == "fee").person, "Mrs Li"
        )
        self._finish(order).action_close()

    def test_no_paid_work_without_acceptance(self):
        order = self._create_charged()
        self.assertEqual(order.quotation_state, "missing")
        with self.assertRaisesRegex(UserError, "no quotation is accepted"):
            order.action_start()
        self._quote(order)
        with self.assertRaisesRegex(UserError, "no quotation is accepted"):
            order.with_user(self.user_portal).sudo().action_start()
        self.assertEqual(order.state, "accepted")

    def test_a_higher_total_needs_a_new_acceptance(self):
        order = self._create_charged()
        self._accept(self._quote(order))
        order.action_start()
        self._add_lines(order, ("labour", 1, 5.0, None))
        order.step_ids.is_done = True
        order.correction = "Done"
        self.assertEqual(order.quotation_state, "exceeded")
        with self.assertRaisesRegex(UserError, "105.00.*accepted.*100.00"):
            order.action_done()
        first = order.quotation_id
        self._accept(self._quote(order))
        self.assertEqual(first.state, "superseded")
        self.assertEqual(order.fee_quoted, 105)
        order.action_done()

    def test_less_than_accepted_is_fine(self):
        order = self._create_charged()
        self._accept(self._quote(order))
        order.line_ids.price_unit = 90
        self._finish(order).action_close()

    def test_tolerance(self):
        self.company.aftersales_quotation_tolerance = 5
        order = self._create_charged()
        self._accept(self._quote(order))
        order.line_ids.price_unit = 105
        order.action_start()
        order.step_ids.is_done = True
        order.correction = "Done"
        order.line_ids.price_unit = 105.01
        with self.assertRaises(UserError):
            order.action_done()
        order.line_ids.price_unit = 105
        order.action_done()

    def test_the_charge_rises_after_the_work(self):
        order = self._create_charged()
        self._accept(self._quote(order))
        self._finish(order)
        order.line_ids.price_unit = 300
        with self.assertRaisesRegex(UserError, "300.00"):
            order.action_close()
        with self.assertRaisesRegex(UserError, "300.00"):
            order._confirm("Customer", self.SIGNATURE, "link")

    def test_covered_orders_need_none(self):
        order = self._create_done_order()
        self.assertEqual(order.quotation_state, "none")
        order.action_close()
        with self.assertRaisesRegex(UserError, "no quotation is needed"):
            self._create_order()._create_quotations()

    def test_rules_of_the_company(self):
        order = self._create_charged()
        for rule, state in (("off", "none"), ("listed", "none"), ("always", "missing")):
            self.company.aftersales_quotation_rule = rule
            self.assertEqual(order.quotation_state, state)
        self.company.aftersales_quotation_rule = "listed"
        self._create_list()
        order.invalidate_recordset()
        self.assertEqual(order.quotation_state, "missing")

    def test_outdated(self):
        order = self._create_charged()
        quotation = self._quote(order)
        order.line_ids.price_unit = 90
        with self.assertRaisesRegex(UserError, "A new quotation is needed"):
            self._accept(quotation)
        with self.assertRaisesRegex(UserError, "A new quotation is needed"):
            quotation.action_send()
        self.assertEqual(quotation.state, "sent")

    def test_superseded_is_not_accepted(self):
        order = self._create_charged()
        first = self._quote(order)
        second = self._quote(order)
        self.assertEqual(first.state, "superseded")
        with self.assertRaisesRegex(UserError, "in state “Superseded”"):
            self._accept(first)
        self._accept(second)
        with self.assertRaisesRegex(UserError, "in state “Accepted”"):
            self._accept(second)
        self.assertEqual(order.quotation_id, second)

    def test_expired(self):
        order = self._create_charged()
        with freeze_time("2026-03-10 02:00:00"):
            quotation = self._quote(order)
        with (
            freeze_time("2026-04-09 15:59:00"),
            self.cr.savepoint() as savepoint,
        ):
            # Still the last day in China.
            self._accept(quotation)
            savepoint.rollback()
        self.env.invalidate_all()
        with freeze_time("2026-04-09 16:01:00"):
            with self.assertRaisesRegex(UserError, "was valid until"):
                self._accept(quotation)
            self.env["aftersales.quotation"]._cron_expire()
        self.assertEqual(quotation.state, "expired")
        with self.assertRaisesRegex(UserError, "in state “Expired”"):
            self._accept(quotation)

    def test_declined(self):
        order = self._create_charged()
        quotation = self._quote(order)
        quotation.with_user(self.user_service).sudo()._decline("Too dear")
        self.assertEqual(quotation.state, "declined")
        self.assertEqual(quotation.decline_reason, "Too dear")
        with self.assertRaisesRegex(UserError, "in state “Declined”"):
            self._accept(quotation)

    def test_name_and_signature(self):
        quotation = self._quote(self._create_charged())
        for name, signature, message in (
            (" ", self.SIGNATURE, "enter your name"),
            ("Li", "", "Please sign"),
            ("Li", "bm8gaW1hZ2U=", "Please sign"),
        ):
            with self.assertRaisesRegex(UserError, message):
                quotation._accept(name, signature, "link")
        self.assertEqual(quotation.state, "sent")

    def test_not_sent_above_the_list(self):
        self._create_list()
        order = self._create_charged(("part", 1, 130.0, self.part))
        quotation = order._create_quotations()
        with self.assertRaisesRegex(UserError, "10.00 more than the listed range"):
            quotation.action_send()
        order.with_user(self.user_head)._approve_overcharge("Roof")
        quotation.action_send()
        self._accept(quotation)

    def test_waiver(self):
        order = self._create_charged()
        for user in (self.user_service, self.user_centre):
            with self.assertRaisesRegex(AccessError, "Only the head"):
                order.with_user(user)._waive_quotation(REASON)
        head = order.with_user(self.user_head)
        with self.assertRaisesRegex(UserError, "Give the reason"):
            head._waive_quotation("")
        head._waive_quotation("Gas leak")
        self.assertEqual(order.quotation_state, "waived")
        self.assertEqual(order.quotation_waived_by_id, self.user_head)
        approval = self.env["aftersales.approval"].search(
            [("res_id", "=", order.id), ("gate", "=", "unquoted")]
        )
        self.assertEqual(approval.comment, "Gas leak")
        self._finish(order).action_close()

    def test_nothing_is_an_input(self):
        order = self._create_charged()
        quotation = self._quote(order).with_user(self.user_head)
        Quotation = quotation.browse()
        for vals in (
            {"state": "accepted"},
            {"amount_total": 1},
            {"accepted_by": "Me"},
            {"date_valid": "2099-01-01"},
        ):
            with self.assertRaisesRegex(UserError, "only by its buttons"):
                quotation.write(vals)
            with self.assertRaisesRegex(UserError, "only by its buttons"):
                quotation.with_context(aftersales_flow=True).write(vals)
        with self.assertRaises(AccessError):
            Quotation.create({"order_id": order.id, "state": "accepted"})
        with self.assertRaises(AccessError):
            quotation.line_ids.write({"amount": 1})
        with self.assertRaises(AccessError):
            quotation.unlink()
        with self.assertRaises(AccessError):
            quotation.with_user(self.user_service).read(["accept_token"])
        with self.assertRaisesRegex(UserError, "only by its buttons"):
            order.with_user(self.user_head).write({"quotation_waiver": "Mine"})

    def test_rights(self):
        order = self._create_charged()
        quotation = self._quote(order)
        service = new_test_user(
            self.env, "prices_service", groups="aftersales_network.group_service"
        )
        for user in (service, self.user_warehouse, self.user_hr):
            with self.assertRaises(AccessError):
                quotation.with_user(user).read(["name"])
        for user in (self.user_dispatcher, self.user_clerk, self.user_auditor):
            quotation.with_user(user).read(["amount_total"])
            quotation.line_ids.with_user(user).read(["amount"])
        quotation.with_user(self.user_centre).read(["name"])
        with self.assertRaises(AccessError):
            quotation.with_user(self.user_auditor)._decline("x")
        quotation.with_user(self.user_portal).read(["amount_total"])
        for user in (self.user_portal_b, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                quotation.with_user(user).read(["name"])
        with self.assertRaises(UserError):
            quotation.with_user(self.user_portal).write({"decline_reason": "x"})
        with self.assertRaises(AccessError):
            quotation.with_user(self.user_portal).message_post(body="x")
        with self.assertRaises(AccessError):
            quotation.with_user(self.user_portal).action_send()

    def test_customer_reads_what_was_sent_to_him(self):
        user = new_test_user(self.env, "prices_customer", groups="base.group_portal")
        user.partner_id.write(
            {"country_id": self.country.id, "state_id": self.state.id}
        )
        order = self._create_charged(partner_id=user.partner_id.id)
        quotation = order._create_quotations()
        Quotation = self.env["aftersales.quotation"].with_user(user)
        self.assertFalse(Quotation.search([]))
        quotation.action_send()
        self.assertEqual(Quotation.search([]), quotation)
        self.assertEqual(Quotation.search([]).line_ids.amount, 100)

    def test_companies(self):
        quotation = self._quote(self._create_charged())
        foreign = new_test_user(
            self.env,
            "prices_foreign",
            groups="aftersales_network.group_head",
            company_id=self.company_b.id,
            company_ids=[(6, 0, self.company_b.ids)],
        )
        with self.assertRaises(AccessError):
            quotation.with_user(foreign).read(["name"])

    def test_mail(self):
        order = self._create_charged()
        quotation = self._quote(order)
        mail = self.env["mail.mail"].search(
            [("model", "=", quotation._name), ("res_id", "=", quotation.id)]
        )
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertIn(
            f"/service-quotation/{quotation.id}?access_token=", mail.body_html
        )
        self.assertIn("100.00", mail.body_html)

    def test_print(self):
        self._create_list()
        order = self._create_charged()
        quotation = self._accept(self._quote(order), "Mrs Li")
        report = self.env["ir.actions.report"].with_user(self.user_dispatcher)
        html = report._render_qweb_html(
            "aftersales_warranty.report_quotation", quotation.ids
        )[0].decode()
        for text in (quotation.name, "Listed Range", "80.00", "120.00", "Mrs Li"):
            self.assertIn(text, html)
        html = report._render_qweb_html(
            "aftersales_network.report_service_order", order.ids
        )[0].decode()
        self.assertRegex(html, r"Listed:\s+.*80\.00")

    def test_metric(self):
        Metric = self.env["aftersales.metric"]
        with freeze_time("2026-03-10 02:00:00"):
            self._accept(self._quote(self._create_charged()))
            self._quote(self._create_charged())._decline("No")
            self._quote(self._create_charged())
        march = (self.point, date(2026, 3, 1), date(2026, 3, 31))
        self.assertEqual(Metric._metric_qacc(*march), {self.point.id: (1, 2)})
        model, domain = Metric._metric_domain_qacc(*march)
        self.assertEqual(self.env[model].search_count(domain), 2)

    def test_no_trouble_found(self):
        returns = self.env["aftersales.return"].create(
            {
                "partner_id": self.customer.id,
                "service_point_id": self.point.id,
                "line_ids": [
                    (0, 0, {"product_id": self.product.id, "quantity": 1})
                    for _n in range(3)
                ],
            }
        )
        inspected = returns.line_ids[:2]
        inspected.write({"finding": "ok", "date_inspected": "2026-03-31 15:59:00"})
        inspected[0].finding = "no_fault"
        returns.line_ids[2].write(
            {"finding": "no_fault", "date_inspected": "2026-03-31 16:01:00"}
        )
        Metric = self.env["aftersales.metric"]
        # The month ends at midnight in China.
        march = (self.point, date(2026, 3, 1), date(2026, 3, 31))
        self.assertEqual(Metric._metric_ntf(*march), {self.point.id: (1, 2)})
        model, domain = Metric._metric_domain_ntf(*march)
        self.assertEqual(self.env[model].search(domain), inspected)
        self.env["aftersales.part.return"].create(
            [
                {
                    "service_point_id": self.point.id,
                    "product_id": self.part.id,
                    "finding": finding,
                    "date_inspected": day,
                    "date_due": "2026-03-01",
                }
                for finding, day in (
                    ("no_fault", "2026-03-31"),
                    ("confirmed", "2026-03-01"),
                    ("confirmed", "2026-04-01"),
                )
            ]
        )
        self.assertEqual(Metric._metric_ntfp(*march), {self.point.id: (1, 2)})


@tagged("post_install", "-at_install")
class TestQuotationConcurrency(CommittedCase):
    """Two real connections at once on one quotation."""

    def _prepare(self, env):
        company = env["res.company"].search([], order="id", limit=1)
        order = env["aftersales.service.order"].create(
            {
                "company_id": company.id,
                "partner_id": company.partner_id.id,
                # Before any prices that the database may list.
                "date_request": "1990-01-01 08:00:00",
                "service_type_id": env.ref("aftersales_network.service_type_repair").id,
                "line_ids": [
                    (0, 0, {"kind": "labour", "quantity": 1, "price_unit": 50.0})
                ],
            }
        )
        order.partner_id.email = False
        quotation = order._create_quotations()
        quotation.action_send()
        self.order_id, self.quotation_id = order.id, quotation.id

    def _remove(self):
        with self.registry.cursor() as cr:
            for table, column, value in (
                ("aftersales_quotation", "id", self.quotation_id),
                ("aftersales_service_order", "id", self.order_id),
            ):
                cr.execute(f"DELETE FROM {table} WHERE {column} = %s", [value])

    def test_accepted_once(self):
        with self.registry.cursor() as one, self.registry.cursor() as two:
            quotations = [
                self._env(cr)["aftersales.quotation"].browse(self.quotation_id)
                for cr in (one, two)
            ]
            quotations[0]._accept("First", PIXEL, "link")
            with self.assertRaises(LockError):
                quotations[1]._accept("Second", PIXEL, "link")
            with self.assertRaises(LockError):
                quotations[1].order_id._create_quotations()
            self.assertEqual(quotations[0].accepted_by, "First")
            one.rollback()
            two.rollback()
