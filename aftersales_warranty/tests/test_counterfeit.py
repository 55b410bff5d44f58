import base64

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import make_picture
from .units_common import UnitsCommon


@tagged("post_install", "-at_install")
class TestCounterfeit(UnitsCommon):
    """Suspicion, decision by a second person, and the block on the serial."""

    def test_unknown_serial_is_blocked(self):
        case = self._create_case(serial=" fake-7 ")
        self.assertEqual((case.serial, case.serial_key), ("fake-7", "FAKE7"))
        self.assertEqual(case.state, "suspected")
        self.assertEqual(case.reported_by_id, self.user_service)
        self.assertFalse(case.registration_id)
        with self.assertRaisesRegex(
            UserError,
            f"Serial FAKE 7 cannot be returned: case {case.name} holds it for a "
            "counterfeit. Have the case cleared first.",
        ):
            self.Unit._check_serial_serviceable("FAKE 7", self.product, self.company)
        self.Unit._check_serial_serviceable("FAKE 7", self.product, self.company_b)
        self.Unit._check_serial_serviceable("FAKE 8", self.product, self.company)

    def test_registered_unit_is_blocked_and_shown(self):
        case = self._create_case(serial="test-sn-1", product_id=self.product.id)
        self.assertEqual(case.registration_id, self.unit)
        with self.assertRaisesRegex(UserError, "TEST-SN-1 cannot be returned"):
            self.unit._check_serviceable("return")
        with self.assertRaisesRegex(UserError, "No claim for serial TEST-SN-1"):
            self.unit._check_serviceable("claim")
        (notice,) = self.unit._get_unit_notices()[self.unit.id]
        self.assertEqual(
            notice["text"],
            f"Case {case.name}: suspected counterfeit with this serial.",
        )
        self.assertEqual(notice["level"], "danger")
        self.assertEqual(notice["action"]["res_id"], case.id)

    def test_a_case_for_one_product_leaves_another_alone(self):
        other = self._create_product()
        twin = self._create_unit(serial="TEST-SN-1", product_id=other.id)
        self._create_case(serial="TEST-SN-1", product_id=self.product.id)
        twin._check_serviceable("return")
        self.assertEqual(twin._get_unit_notices(), {twin.id: []})
        # Who cannot name the product meets every case.
        with self.assertRaises(UserError):
            self.Unit._check_serial_serviceable("TEST-SN-1", other[:0], self.company)

    def test_confirming_needs_photos_findings_and_another_person(self):
        case = self._create_case(photos=0, findings=False)
        as_reviewer = case.with_user(self.user_reviewer)
        with self.assertRaisesRegex(UserError, "needs photos of the unit"):
            as_reviewer.action_confirm()
        case.findings = "Wrong plate"
        with self.assertRaisesRegex(UserError, "needs photos of the unit"):
            as_reviewer.action_confirm()
        case.with_user(self.user_service).photo_ids = [
            Command.create({"image": base64.b64encode(make_picture())})
        ]
        with self.assertRaisesRegex(AccessError, "A technical reviewer or the head"):
            case.with_user(self.user_service).action_confirm()
        as_reviewer.action_confirm()
        self.assertEqual(case.state, "confirmed")
        self.assertEqual(case.decided_by_id, self.user_reviewer)
        line = self.env["aftersales.approval"].search(
            [("res_model", "=", case._name), ("res_id", "=", case.id)]
        )
        self.assertEqual(line.mapped("gate"), ["counterfeit"])
        self.assertEqual(line.user_id, self.user_reviewer)
        with self.assertRaisesRegex(UserError, "this step is not possible"):
            as_reviewer.action_confirm()

    def test_four_eyes(self):
        case = self._create_case(user=self.user_head)
        for step in ("action_confirm", "_clear"):
            with self.assertRaisesRegex(UserError, f"You reported {case.name}"):
                method = getattr(case.with_user(self.user_head), step)
                method(*(["Genuine"] if step == "_clear" else []))
        case.with_user(self.user_reviewer).action_confirm()
        self.assertEqual(case.state, "confirmed")

    def test_the_photographer_does_not_decide(self):
        case = self._create_case()
        case.with_user(self.user_reviewer).photo_ids = [
            Command.create({"image": base64.b64encode(make_picture("blue"))})
        ]
        with self.assertRaisesRegex(UserError, "Four-eyes"):
            case.with_user(self.user_reviewer).action_confirm()

    def test_clearing_takes_a_reason_and_lifts_the_block(self):
        case = self._create_case(serial="TEST-SN-1")
        case.with_user(self.user_reviewer).action_confirm()
        action = case.with_user(self.user_head).action_clear()
        wizard = (
            self.env["aftersales.reason.wizard"]
            .with_user(self.user_head)
            .with_context(**action["context"])
            .create({"reason": "Receipt of our own shop"})
        )
        wizard.action_confirm()
        self.assertEqual(case.state, "cleared")
        self.assertEqual(case.decision_note, "Receipt of our own shop")
        self.unit._check_serviceable("return")
        self.assertFalse(self.unit._get_unit_notices()[self.unit.id])
        # The serial may come under suspicion again.
        self._create_case(serial="TEST-SN-1")
        with self.assertRaises(UserError):
            self.unit._check_serviceable("return")

    def test_facts_stay(self):
        case = self._create_case()
        with self.assertRaisesRegex(UserError, "Serial Number"):
            case.with_user(self.user_service).serial = "OTHER"
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            case.with_user(self.user_head).write({"state": "cleared"})
        with self.assertRaises(UserError):
            case.with_user(self.user_head).reported_by_id = self.user_service
        case.with_user(self.user_reviewer).action_confirm()
        service = case.with_user(self.user_service)
        for step in (
            lambda: service.write({"findings": "None"}),
            lambda: service.photo_ids.unlink(),
            lambda: service.photo_ids.write({"name": "x"}),
        ):
            with self.assertRaisesRegex(UserError, "is decided"):
                step()
        with self.assertRaisesRegex(UserError, "is evidence"):
            case.sudo().unlink()
        with self.assertRaises(AccessError):
            case.with_user(self.user_head).unlink()

    def test_one_open_case_for_a_serial(self):
        self._create_case(serial="ONE-1")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(Exception, "serial_uniq"),
            self.cr.savepoint(),
        ):
            self._create_case(serial="one 1")

    def test_a_serial_has_letters_or_digits(self):
        with self.assertRaisesRegex(UserError, "is no serial number"):
            self._create_case(serial="--- ")

    def test_only_photos(self):
        with self.assertRaisesRegex(UserError, "Only photos"):
            self._create_case(
                photos=0,
                photo_ids=[Command.create({"image": base64.b64encode(b"<svg/>")})],
            )

    def test_claims_are_blocked(self):
        claim = self._create_claim(submit=False)
        case = self._create_case(serial="TEST-SN-1")
        with self.assertRaisesRegex(
            UserError, f"No claim for serial TEST-SN-1: case {case.name}"
        ):
            claim.with_user(self.user_portal).action_submit()
        self.assertEqual(claim.state, "draft")
        case.with_user(self.user_head)._clear("Genuine")
        claim.with_user(self.user_portal).action_submit()
        self.assertEqual(claim.state, "submitted")
        self._create_case(serial="TEST-SN-1")
        with self.assertRaisesRegex(UserError, "No claim for serial"):
            claim.with_user(self.user_clerk).action_approve()
        self.assertEqual(claim.state, "submitted")

    def test_roles(self):
        case = self._create_case(service_point_id=self.point.id)
        foreign = self._create_case(
            user=self.user_dispatcher,
            serial="FAKE-2",
            service_point_id=self.point_b.id,
        )
        for user in (
            self.user_dispatcher,
            self.user_reviewer,
            self.user_clerk,
            self.user_warehouse,
            self.user_auditor,
            self.user_head,
        ):
            with self.subTest(user=user.login):
                found = (case | foreign).with_user(user)._filtered_access("read")
                self.assertEqual(found, case | foreign)
        # The centre manager sees the points below; the service user what he wrote.
        mine = (case | foreign).with_user(self.user_centre)._filtered_access("read")
        self.assertEqual(mine, case)
        mine = (case | foreign).with_user(self.user_service)._filtered_access("read")
        self.assertEqual(mine, case)
        for user in (self.user_auditor, self.user_clerk, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._create_case(user=user, serial="NO-1")
        with self.assertRaises(AccessError):
            case.with_user(self.user_portal).read(["serial"])
        self._create_case(user=self.user_warehouse, serial="FAKE-3")

    def test_the_block_costs_one_query(self):
        units = self.Unit.create(
            [
                {"product_id": self.product.id, "serial": f"Q-{index}"}
                for index in range(40)
            ]
        )
        self._create_case(serial="Q-39")
        self.env.flush_all()
        for few in (units[:2], units):
            self.env.invalidate_all()
            few.mapped("serial_key")
            with self.assertQueryCount(1):
                found = self.env["aftersales.counterfeit.case"]._find_open(few)
            self.assertEqual(len(found), int(few == units))
