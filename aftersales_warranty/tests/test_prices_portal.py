from odoo import http
from odoo.tests import HttpCase, new_test_user, tagged

from .prices_common import PricesCommon


@tagged("post_install", "-at_install")
class TestPricesPortal(PricesCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.aftersales_quotation_rule = "always"
        cls.prices = cls._create_list(
            {
                "kind": "part",
                "product_id": cls.part.id,
                "price_min": 80,
                "price_max": 120,
            },
            {
                "kind": "labour",
                "categ_id": cls.categ.id,
                "operation": "Refill",
                "price_min": 50,
                "price_max": 60,
            },
            note="Prices with tax",
        )
        cls.user_portal.password = "aftersales_portal"
        cls.user_customer = new_test_user(
            cls.env,
            "prices_customer",
            password="prices_customer",
            groups="base.group_portal",
        )
        cls.user_customer.partner_id.write(
            {"country_id": cls.country.id, "state_id": cls.state.id}
        )

    def _call(self, url, **params):
        answer = self.url_open(url, json={"jsonrpc": "2.0", "params": params})
        return answer.json()

    def _post(self, url, **data):
        data["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(url, data=data)

    def _get_path(self, quotation):
        return "/" + quotation._get_accept_url().split("/", 3)[3]

    # -- prices ----------------------------------------------------------------

    def test_everybody_reads_what_is_in_force(self):
        draft = self._create_list(name="Secret Draft", publish=False)
        other = self._create_list(name="Foreign", company_id=self.company_b.id)
        self.authenticate(None, None)
        page = self.url_open(f"/service-prices?company={self.company.id}")
        self.assertEqual(page.status_code, 200)
        for text in ("Test Prices", "Test Compressor", "120.00", "Refill", "with tax"):
            self.assertIn(text, page.text)
        self.assertNotIn("Secret Draft", page.text)
        self.assertNotIn("Foreign", page.text)
        page = self.url_open(f"/service-prices?company={other.company_id.id}")
        self.assertIn("Foreign", page.text)
        for bad in ("abc", "99999999", "-1", "1 or 1=1", "9" * 40):
            page = self.url_open("/service-prices", params={"company": bad})
            self.assertEqual(page.status_code, 200, bad)
        for list_id in (draft.id, 99999999):
            answer = self.url_open(f"/service-prices/{list_id}/pdf")
            self.assertEqual(answer.status_code, 404)

    def test_search(self):
        url = f"/service-prices?company={self.company.id}"
        page = self.url_open(f"{url}&search=REFILL")
        self.assertIn("Refill", page.text)
        self.assertNotIn("Test Compressor", page.text)
        page = self.url_open(f"{url}&search=nothing+like+it")
        self.assertIn("No price is found", page.text)
        other = self.env["product.category"].create({"name": "Other"})
        page = self.url_open(f"{url}&categ={other.id}")
        # What holds for all products stays, the other category goes.
        self.assertIn("Test Compressor", page.text)
        self.assertNotIn("Refill", page.text)
        page = self.url_open(url, params={"search": "<script>x</script>", "categ": "x"})
        self.assertNotIn("<script>x", page.text)

    def test_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        prices = self.prices.copy({"company_id": self.company_b.id})
        prices.line_ids[1].with_context(lang="zh_CN").operation = "加氟"
        prices.action_publish()
        page = self.url_open(f"/service-prices?company={self.company_b.id}&lang=zh_CN")
        self.assertIn("加氟", page.text)
        page = self.url_open(f"/service-prices?company={self.company.id}&lang=xx")
        self.assertEqual(page.status_code, 200)

    # -- quotation by link -----------------------------------------------------

    def test_link(self):
        order = self._create_charged()
        quotation = self._quote(order)
        self.authenticate(None, None)
        path = self._get_path(quotation)
        page = self.url_open(path)
        self.assertIn(quotation.name, page.text)
        self.assertIn("80.00", page.text)
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        token = path.split("access_token=")[1]
        url = f"/service-quotation/{quotation.id}/accept"
        answer = self._call(url, access_token=token, name="Li", signature="x")
        self.assertIn("sign", answer["result"]["error"])
        answer = self._call(
            url, access_token=token, name="Li", signature=self.SIGNATURE.decode()
        )
        self.assertTrue(answer["result"]["force_refresh"])
        self.assertEqual(quotation.state, "accepted")
        self.assertEqual(quotation.accept_way, "link")
        self.assertTrue(quotation.accept_ip)
        self.assertEqual(order.fee_agreed_by, "Li")
        again = self._call(
            url, access_token=token, name="Bo", signature=self.SIGNATURE.decode()
        )
        self.assertIn("Accepted", again["result"]["error"])
        self.assertEqual(quotation.accepted_by, "Li")
        self.assertIn("Accepted by", self.url_open(path).text)

    def test_wrong_token(self):
        quotation = self._quote(self._create_charged())
        other = self._quote(self._create_charged())
        token = self._get_path(other).split("access_token=")[1]
        self.authenticate(None, None)
        for bad in ("", token, "wröng", "False"):
            for number in (quotation.id, 99999999):
                page = self.url_open(
                    f"/service-quotation/{number}", params={"access_token": bad}
                )
                self.assertEqual(page.status_code, 404, bad)
            answer = self._call(
                f"/service-quotation/{quotation.id}/accept",
                access_token=bad,
                name="Li",
                signature=self.SIGNATURE.decode(),
            )
            self.assertIn("error", answer)
        self.assertEqual(quotation.state, "sent")

    def test_draft_has_no_page(self):
        quotation = self._create_charged()._create_quotations()
        path = self._get_path(quotation)
        self.authenticate(None, None)
        self.assertEqual(self.url_open(path).status_code, 404)

    def test_declined_by_link(self):
        quotation = self._quote(self._create_charged())
        token = self._get_path(quotation).split("access_token=")[1]
        self.authenticate(None, None)
        page = self._post(
            f"/service-quotation/{quotation.id}/decline",
            access_token=token,
            reason="Too dear",
        )
        self.assertIn("not open any more", page.text)
        self.assertEqual(quotation.state, "declined")

    # -- portal of the customer ------------------------------------------------

    def test_customer(self):
        order = self._create_charged(partner_id=self.user_customer.partner_id.id)
        quotation = self._quote(order)
        foreign = self._quote(self._create_charged())
        self.authenticate("prices_customer", "prices_customer")
        page = self.url_open("/my/quotations")
        self.assertIn(quotation.name, page.text)
        self.assertNotIn(foreign.name, page.text)
        for number in (foreign.id, 99999999):
            page = self.url_open(f"/my/quotations/{number}")
            self.assertTrue(page.url.endswith("/my/quotations"))
            answer = self._call(
                f"/my/quotations/{number}/accept",
                name="Li",
                signature=self.SIGNATURE.decode(),
            )
            self.assertIn("error", answer["result"])
            self._post(f"/my/quotations/{number}/decline", reason="x")
        self.assertEqual(foreign.state, "sent")
        page = self.url_open(f"/my/quotations/{quotation.id}")
        self.assertIn("Sign here to accept", page.text)
        self._call(
            f"/my/quotations/{quotation.id}/accept",
            name="Li",
            signature=self.SIGNATURE.decode(),
        )
        self.assertEqual(quotation.state, "accepted")
        self.assertEqual(quotation.accept_way, "portal")

    # -- portal of the point ---------------------------------------------------

    def test_technician(self):
        order = self._create_charged()
        self.authenticate("aftersales_portal", "aftersales_portal")
        url = f"/my/service-orders/{order.id}"
        page = self.url_open(url)
        self.assertIn("Listed:", page.text)
        self.assertIn("Quotation Missing", page.text)
        page = self._post(f"{url}/start")
        self.assertIn("no quotation is accepted", page.text)
        page = self._post(f"{url}/quote")
        quotation = order.quotation_ids
        self.assertEqual(quotation.state, "sent")
        # He reads the quotation but is not the customer.
        page = self.url_open(f"/my/quotations/{quotation.id}")
        self.assertIn(quotation.name, page.text)
        self.assertNotIn("Sign here to accept", page.text)
        answer = self._call(
            f"/my/quotations/{quotation.id}/accept",
            name="Li",
            signature=self.SIGNATURE.decode(),
        )
        self.assertIn("Only the customer", answer["result"]["error"])
        answer = self._call(
            f"{url}/accept-quotation", name="Li", signature=self.SIGNATURE.decode()
        )
        self.assertTrue(answer["result"]["force_refresh"])
        self.assertEqual(quotation.accept_way, "signature")
        self._post(f"{url}/start")
        self.assertEqual(order.state, "in_progress")

    def test_technician_asks_for_an_approval(self):
        order = self._create_charged(("part", 1, 150.0, self.part))
        self.authenticate("aftersales_portal", "aftersales_portal")
        url = f"/my/service-orders/{order.id}"
        page = self._post(f"{url}/quote")
        self.assertIn("30.00 more than the listed range", page.text)
        self.assertFalse(order.quotation_ids)
        page = self._post(f"{url}/overcharge", reason="")
        self.assertIn("give the reason", page.text)
        self._post(f"{url}/overcharge", reason="Roof")
        self.assertEqual(order.overcharge_state, "requested")
        self.assertEqual(order.overcharge_user_id, self.user_portal)

    def test_another_point(self):
        order = self._create_charged()
        quotation = self._quote(order)
        self.user_portal_b.password = "aftersales_portal_b"
        self.authenticate("aftersales_portal_b", "aftersales_portal_b")
        url = f"/my/service-orders/{order.id}"
        self._post(f"{url}/quote")
        answer = self._call(
            f"{url}/accept-quotation", name="Li", signature=self.SIGNATURE.decode()
        )
        self.assertIn("error", answer["result"])
        self.assertEqual(order.quotation_ids, quotation)
        self.assertEqual(quotation.state, "sent")

    def test_confirmation_page_shows_the_range(self):
        order = self._create_charged()
        self._accept(self._quote(order))
        self._finish(order)
        path = "/" + order._get_confirm_url().split("/", 3)[3]
        self.authenticate(None, None)
        page = self.url_open(path)
        self.assertIn("Listed Range", page.text)
        self.assertIn("80.00", page.text)
