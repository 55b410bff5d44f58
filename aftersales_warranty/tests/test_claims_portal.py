from odoo import http
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged

from .claims_common import ClaimsCommon
from .common import make_picture

MEGABYTE = 1024 * 1024


@tagged("post_install", "-at_install", "security")
class TestClaimsPortal(ClaimsCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_rate()
        cls.claim = cls._create_claim(submit=False)
        cls.claim_b = cls._create_claim(
            point=cls.point_b, date_request="2026-03-10 08:00:00", submit=False
        )
        cls.user_portal.password = "aftersales_portal"

    def setUp(self):
        super().setUp()
        self.authenticate("aftersales_portal", "aftersales_portal")

    def _post(self, step, claim=None, files=None, **data):
        claim = claim or self.claim
        token = http.Request.csrf_token(self)
        response = self.url_open(
            f"/my/claims/{claim.id}/{step}",
            data={"csrf_token": token, **data},
            files=files,
        )
        self.env.invalidate_all()
        return response

    # -- editing -------------------------------------------------------------------

    def test_complaint_cause_and_correction(self):
        fault = self.env["aftersales.fault"].create({"name": "Leak", "code": "TL3"})
        page = self._post(
            "save",
            complaint="Leaks",
            cause="Seal worn",
            correction="Seal replaced",
            fault_id=fault.id,
            state="approved",
            service_point_id=self.point_b.id,
        )
        self.assertEqual(page.status_code, 200)
        claim = self.claim
        self.assertEqual(
            (claim.complaint, claim.cause, claim.correction, claim.fault_id),
            ("Leaks", "Seal worn", "Seal replaced", fault),
        )
        self.assertEqual((claim.state, claim.service_point_id), ("draft", self.point))

    def test_lines_are_added_changed_and_removed(self):
        operation = self._create_operation()
        self._post("line", kind="labour", operation="ac-100", name="Compressor")
        line = self.claim.line_ids[1]
        self.assertEqual(
            (line.labour_operation_id, line.quantity, line.amount_claimed),
            (operation, 2.5, 125.0),
        )
        page = self._post("line", line_id=line.id, quantity="2", amount_claimed="90,5")
        self.assertIn("90.50", page.text)
        self.assertEqual((line.quantity, line.amount_claimed), (2.0, 90.5))
        self.assertEqual(line.author_id, self.user_portal)
        self._post("line", kind="part", reference="TEST-CMP", quantity="1")
        self.assertEqual(self.claim.line_ids[2].amount_claimed, 120.0)
        self._post("line", line_id=self.claim.line_ids[2].id, is_causal="1")
        self.assertEqual(self.claim.line_ids.mapped("is_causal"), [False, False, True])
        self._post("remove", line_id=line.id)
        self.assertFalse(line.exists())
        self._post("submit")
        self.assertEqual(self.claim.state, "submitted")

    def test_wrong_values_are_explained(self):
        cases = [
            ({"kind": "gift"}, "Choose the kind of the line."),
            ({"kind": "part", "reference": "?"}, "No part with the reference “?”"),
            ({"kind": "labour", "operation": "NO"}, "operation with the code “NO”"),
            ({"kind": "labour", "quantity": "-2"}, "the number cannot be negative"),
            ({"kind": "labour", "quantity": "many"}, "this is not a number"),
            ({"line_id": "999999999"}, "This line does not exist any more."),
            (
                {"line_id": str(self.claim_b.line_ids.id), "quantity": "9"},
                "This line does not exist any more.",
            ),
        ]
        for data, message in cases:
            with self.subTest(data=data):
                page = self._post("line", **data)
                self.assertIn(message, page.text)
        self.assertEqual(len(self.claim.line_ids), 1)
        self.assertEqual(self.claim_b.line_ids.quantity, 1.0)

    def test_a_line_above_the_table_is_told(self):
        line = self.claim.line_ids
        page = self._post("line", line_id=line.id, amount_claimed="150")
        self.assertIn("150.00", page.text)
        page = self._post("submit")
        self.assertIn("are too much", page.text)
        self.assertEqual(self.claim.state, "draft")

    def test_outside_work_with_its_invoice(self):
        files = {"documents": ("invoice.png", make_picture(), "image/png")}
        page = self._post(
            "line",
            files=files,
            kind="sublet",
            name="Welding",
            amount_claimed="80",
            sublet_invoice_ref="INV-7",
        )
        self.assertIn("invoice.png", page.text)
        line = self.claim.line_ids[1]
        self.assertEqual(line.document_ids.res_model, "aftersales.claim.line")
        self.assertFalse(line.document_ids.public)
        self._check_link(line.document_ids, "/web/content/{}?download=1")
        self._post("submit")
        self.assertEqual(self.claim.state, "submitted")

    def _check_link(self, file, url):
        """The link of the page opens the file, without it nobody does."""
        token = file.access_token
        self.assertTrue(token)
        url = url.format(file.id)
        mark = "&" if "?" in url else "?"
        page = self.url_open(f"{url}{mark}access_token={token}")
        self.assertEqual((page.status_code, page.content), (200, file.raw))
        page = self.url_open(f"{url}{mark}access_token=wrong")
        self.assertNotEqual(page.content, file.raw)

    def test_photos(self):
        self._post("photos", files={"photos": ("a.png", make_picture(), "image/png")})
        photo = self.claim.photo_ids
        self.assertEqual(
            (photo.name, photo.res_model, photo.res_id),
            ("a.png", "aftersales.claim", self.claim.id),
        )
        self._check_link(photo, "/web/image/{}")
        page = self._post("photos", files={"photos": ("a.png", b"<html>", "image/png")})
        self.assertIn("only pictures", page.text)
        self._post("remove_file", file_id=photo.id)
        self.assertFalse(photo.exists())

    def test_a_photo_of_30_mb_is_refused(self):
        big = make_picture() + b"\0" * (30 * MEGABYTE)
        page = self._post("photos", files={"photos": ("a.png", big, "image/png")})
        self.assertIn("a.png: a file may have 10 MB at most", page.text)
        self.assertFalse(self.claim.photo_ids)

    # -- what is not his -------------------------------------------------------------

    def test_foreign_and_unknown_claims_look_the_same(self):
        before = self.claim_b.complaint
        for claim in (self.claim_b, self.claim.browse(99999999)):
            for step in ("save", "line", "remove", "photos", "check", "submit"):
                with self.subTest(claim=claim.id, step=step):
                    page = self._post(step, claim, complaint="Mine", kind="other")
                    self.assertTrue(page.url.endswith("/my/claims"), page.url)
        self.assertEqual(
            (self.claim_b.complaint, self.claim_b.state), (before, "draft")
        )
        self.assertEqual(len(self.claim_b.line_ids), 1)

    def test_the_point_checks_before_it_submits(self):
        page = self._post("save", complaint="Leaks", cause="", correction="Sealed")
        self.assertIn("Check before Submitting", page.text)
        self.assertNotIn("Empty: Cause", page.text)
        page = self._post("check")
        self.assertIn("Empty: Cause", page.text)
        self.assertEqual((self.claim.state, self.claim.amount_allowed), ("draft", 0.0))
        self._post("submit")
        page = self._post("check")
        self.assertIn("is submitted and cannot be changed", page.text)

    def test_all_finished_orders_are_claimed_in_one_click(self):
        orders = self._create_done_order(date_request="2026-03-11 08:00:00")
        orders |= self._create_done_order(date_request="2026-03-12 08:00:00")
        dear = self._create_done_order(
            ("labour", 1, 99.0, None), date_request="2026-03-13 08:00:00"
        )
        foreign = self._create_done_order(
            point=self.point_b, date_request="2026-03-14 08:00:00"
        )
        rework = self._create_done_order(date_request="2026-03-15 08:00:00")
        rework._write_flow({"is_rework": True})
        page = self.url_open("/my/claims")
        self.assertRegex(page.text, r"without a claim:\s*<strong>3</strong>")
        token = http.Request.csrf_token(self)
        page = self.url_open("/my/claims/create", data={"csrf_token": token})
        self.env.invalidate_all()
        self.assertTrue(page.url.endswith("/my/claims"), page.url)
        self.assertNotIn("without a claim", page.text)
        claims = (orders | dear).claim_ids
        self.assertEqual(claims.mapped("state"), ["draft"] * 3)
        self.assertEqual(claims.create_uid, self.user_portal)
        self.assertEqual(claims.line_ids.author_id, self.user_portal)
        self.assertEqual(dear.claim_ids.amount_claimed, 50.0, "lowered to the rates")
        self.assertFalse((foreign | rework).claim_ids)
        # Internal people are of no point.
        Order = self.env["aftersales.service.order"].with_user(self.user_clerk)
        self.assertFalse(Order._portal_get_claimable())

    def test_a_submitted_claim_is_closed_to_the_point(self):
        self._post("submit")
        page = self._post("save", complaint="Later")
        self.assertIn("is submitted and cannot be changed", page.text)
        self.assertNotIn('name="claim_fault"', page.text)
        page = self._post("line", kind="other", amount_claimed="5")
        self.assertIn("is submitted and cannot be changed", page.text)
        self.assertEqual(len(self.claim.line_ids), 1)
        self.claim.with_user(self.user_clerk)._send_back("Photo missing")
        page = self._post("save", complaint="Later")
        self.assertIn("Photo missing", page.text)
        self.assertEqual(self.claim.complaint, "Later")

    def test_portal_steps_check_by_themselves(self):
        mine = self.claim.with_user(self.user_portal)
        foreign = self.claim_b.with_user(self.user_portal)
        with self.assertRaises(AccessError):
            foreign._portal_save({"complaint": "Mine"})
        # Internal people are no point.
        with self.assertRaises(AccessError):
            self.claim.with_user(self.user_clerk)._portal_submit()
        mine._portal_submit()
        with self.assertRaises(UserError):
            mine._portal_add_photos([("a.png", make_picture())])

    def test_at_most_so_many_lines(self):
        mine = self.claim.with_user(self.user_portal)
        self.claim.write({"line_ids": [(0, 0, {"kind": "other", "name": "x"})] * 99})
        with self.assertRaisesRegex(ValidationError, "At most 100 entries"):
            mine._portal_save_line({"kind": "other"})

    # -- hidden amounts -------------------------------------------------------------

    def test_pages_show_no_amounts_to_technicians(self):
        self.company.aftersales_claim_amounts_hidden = True
        for url in ("/my/claims", f"/my/claims/{self.claim.id}"):
            page = self.url_open(url)
            self.assertIn(self.claim.name, page.text)
            self.assertNotIn("100.00", page.text)
            self.assertNotIn("Approved</th>", page.text)
        self._post("line", kind="labour", quantity="2", amount_claimed="999")
        self.assertEqual(self.claim.line_ids[1].amount_claimed, 100.0)
        self._make_manager()
        self.assertIn("100.00", self.url_open(f"/my/claims/{self.claim.id}").text)

    # -- authorisations --------------------------------------------------------------

    def _order(self):
        order = self._create_order(lot_id=self.unit.lot_id.id, serial=self.unit.serial)
        self._add_lines(order, ("part", 1, 600.0, self.part))
        order.write({"service_point_id": self.point.id, "state": "accepted"})
        return order

    def _ask(self, order, **data):
        token = http.Request.csrf_token(self)
        page = self.url_open(
            f"/my/service-orders/{order.id}/authorisation",
            data={"csrf_token": token, **data},
        )
        self.env.invalidate_all()
        return page

    def test_an_authorisation_is_asked_for_and_followed(self):
        self.Rule.create({"name": "Above 500", "amount": 500})
        order = self._order()
        page = self.url_open(f"/my/service-orders/{order.id}")
        self.assertIn("needs an authorisation before it begins", page.text)
        self.assertIn("Above 500", page.text)
        self.assertIn("Write down what is to be done", self._ask(order).text)
        page = self._ask(order, reason="Compressor broken", amount="650")
        permit = order.authorization_ids
        self.assertEqual(
            (permit.state, permit.amount_requested, permit.requested_by_id),
            ("requested", 650.0, self.user_portal),
        )
        self.assertIn("already", self._ask(order, reason="Again").text)
        self.assertIn(permit.name, self.url_open("/my/authorisations").text)
        permit.with_user(self.user_reviewer).action_approve()
        page = self.url_open(f"/my/authorisations/{permit.id}")
        self.assertIn("650.00", page.text)
        self.assertIn("Approved", page.text)

    def test_a_request_is_withdrawn(self):
        order = self._order()
        self._ask(order, reason="Compressor broken")
        permit = order.authorization_ids
        self.assertEqual(permit.amount_requested, 600.0)
        token = http.Request.csrf_token(self)
        url = f"/my/authorisations/{permit.id}/withdraw"
        self.url_open(url, data={"csrf_token": token, "reason": "Not needed"})
        self.env.invalidate_all()
        self.assertEqual(
            (permit.state, permit.decision_note), ("withdrawn", "Not needed")
        )
        page = self.url_open(url, data={"csrf_token": token, "reason": "Again"})
        self.assertIn("is decided. Ask the company", page.text)

    def test_foreign_authorisations_look_like_unknown_ones(self):
        foreign = self._create_permit(service_point_id=self.point_b.id, approve=False)
        token = http.Request.csrf_token(self)
        for permit_id in (foreign.id, 99999999):
            page = self.url_open(f"/my/authorisations/{permit_id}")
            self.assertTrue(page.url.endswith("/my/authorisations"), page.url)
            page = self.url_open(
                f"/my/authorisations/{permit_id}/withdraw",
                data={"csrf_token": token, "reason": "x"},
            )
            self.assertTrue(page.url.endswith("/my/authorisations"), page.url)
        self.assertEqual(foreign.state, "requested")

    def test_goodwill_is_asked_for(self):
        order = self._order()
        self._ask(order, reason="Good customer", is_goodwill="1", amount="50")
        self.assertTrue(order.authorization_ids.is_goodwill)
