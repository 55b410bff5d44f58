from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ROLES, AftersalesCommon

#: model → {role: letters of what it may do}; r read, w write, c create, d delete
MATRIX = {
    "aftersales.service.point": {
        "service": "r",
        "dispatcher": "r",
        "centre": "rwc",
        "reviewer": "rw",
        "head": "rwcd",
        "clerk": "r",
        "warehouse": "r",
        "hr": "r",
        "auditor": "r",
        "admin": "rwcd",
        "portal": "r",
    },
    "aftersales.area": {
        **dict.fromkeys(ROLES, "r"),
        "head": "rwcd",
        "admin": "rwcd",
        "portal": "r",
    },
    "aftersales.area.assignment": {
        **dict.fromkeys(ROLES, "r"),
        "centre": "rwcd",
        "head": "rwcd",
        "admin": "rwcd",
        "portal": "",
    },
    "aftersales.agreement": {
        **dict.fromkeys(ROLES, "r"),
        "centre": "rwc",
        "head": "rwcd",
        "admin": "rwcd",
        "portal": "r",
    },
    "aftersales.staff": {
        **dict.fromkeys(ROLES, "r"),
        "centre": "rwcd",
        "hr": "rwc",
        "head": "rwcd",
        "admin": "rwcd",
        "portal": "r",
    },
    "aftersales.service.type": {
        **dict.fromkeys(ROLES, "r"),
        "head": "rwcd",
        "admin": "rwcd",
        "portal": "r",
    },
    "aftersales.service.order": {
        **dict.fromkeys(ROLES, "r"),
        "service": "rwc",
        "centre": "rwc",
        "dispatcher": "rwcd",
        "head": "rwcd",
        "admin": "rwcd",
        "portal": "r",
    },
    "aftersales.dispatch.candidate": {**dict.fromkeys(ROLES, "r"), "portal": ""},
    "aftersales.approval": {**dict.fromkeys(ROLES, "r"), "portal": ""},
    "aftersales.point.adjustment": {
        "service": "",
        "dispatcher": "",
        "centre": "r",
        "reviewer": "",
        "head": "rwcd",
        "clerk": "rwc",
        "warehouse": "",
        "hr": "",
        "auditor": "r",
        "admin": "rwcd",
        "portal": "",
    },
}
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}


@tagged("post_install", "-at_install", "security")
class TestRights(AftersalesCommon):
    def test_matrix(self):
        for model, roles in MATRIX.items():
            for role, letters in roles.items():
                user = getattr(self, f"user_{role}")
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=model, role=role, operation=operation):
                        self.assertEqual(
                            self.env[model].with_user(user).has_access(operation),
                            letter in letters,
                        )

    def test_nothing_for_the_public(self):
        public = self.env.ref("base.public_user")
        for model in self.env.registry:
            if model.startswith("aftersales."):
                cls = self.env[model]
                if not cls._abstract:
                    self.assertFalse(cls.with_user(public).has_access("read"), model)

    def _visible(self, user):
        Point = self.env["aftersales.service.point"].with_user(user)
        network = self.hq | self.centre | self.centre_b | self.point | self.point_b
        return Point.search([("id", "in", network.ids)]).with_env(self.env)

    def test_centre_manager_sees_the_own_subtree(self):
        self.assertEqual(self._visible(self.user_centre), self.centre | self.point)
        for model, field in (
            ("aftersales.staff", "staff_ids"),
            ("aftersales.agreement", "agreement_ids"),
            ("aftersales.area.assignment", "assignment_ids"),
        ):
            found = self.env[model].with_user(self.user_centre).search([])
            self.assertTrue(self.point[field] <= found.with_env(self.env), model)
            self.assertFalse(found.with_env(self.env) & self.point_b[field], model)
        with self.assertRaises(AccessError):
            self.point_b.with_user(self.user_centre).write({"name": "x"})

    def test_scope_follows_manager_and_staff(self):
        self.assertFalse(self._visible(self.user_service))
        employee = self.env["hr.employee"].create(
            {"name": "Clerk", "user_id": self.user_service.id}
        )
        line = self._create_staff(
            service_point_id=self.centre_b.id, employee_id=employee.id
        )
        self.assertEqual(self._visible(self.user_service), self.centre_b | self.point_b)
        line.date_to = "2020-12-31"
        self.assertFalse(self._visible(self.user_service))

    def test_all_roles_see_everything(self):
        for role in ("dispatcher", "reviewer", "head", "clerk", "hr", "auditor"):
            self.assertEqual(len(self._visible(getattr(self, f"user_{role}"))), 5, role)

    def test_portal_sees_the_own_point_only(self):
        self.assertEqual(self._visible(self.user_portal), self.point)
        mine = self._create_order()
        mine.action_dispatch()
        other = self._create_order()
        other._dispatch_to(self.point_b, "test")
        Order = self.env["aftersales.service.order"].with_user(self.user_portal)
        self.assertEqual(Order.search([]).ids, mine.ids)
        with self.assertRaises(AccessError):
            other.with_user(self.user_portal).read(["complaint"])
        with self.assertRaises(AccessError):
            other.step_ids.with_user(self.user_portal).read(["name"])

    def test_companies_are_separate(self):
        foreign = self._create_point(
            name="Foreign", company_id=self.company_b.id, state="active"
        )
        visible = self.env["aftersales.service.point"].with_user(self.user_head)
        self.assertNotIn(foreign.id, visible.search([]).ids)
        with self.assertRaises(AccessError):
            foreign.with_user(self.user_head).read(["name"])
        order = self._create_order()
        with self.assertRaisesRegex(Exception, "(?i)compan"):
            order._dispatch_to(foreign, "wrong company")

    def test_own_request_stays_visible_until_dispatched(self):
        order = (
            self.env["aftersales.service.order"]
            .with_user(self.user_service)
            .create(
                {
                    "partner_id": self.customer.id,
                    "service_type_id": self.type_repair.id,
                }
            )
        )
        self.assertTrue(order.has_access("read"))
        order.with_user(self.user_dispatcher).action_dispatch()
        self.assertFalse(order.with_user(self.user_service).has_access("read"))

    def test_approval_lines_cannot_be_written(self):
        approval = self.env["aftersales.approval"]._log(
            self.point, "head", "approved", "x"
        )
        for role in ROLES:
            user = getattr(self, f"user_{role}")
            with self.assertRaises(AccessError):
                approval.with_user(user).write({"decision": "rejected"})

    def test_guarded_fields_cannot_be_written_by_rpc(self):
        order = self._create_order()
        for record, vals in (
            (order, {"state": "closed"}),
            (order, {"service_point_id": self.point.id}),
            (self.point, {"state": "closed"}),
        ):
            for context in ({}, {"aftersales_flow": True}):
                caller = record.with_user(self.user_head).with_context(**context)
                with self.assertRaisesRegex(UserError, "changes only by its buttons"):
                    caller.write(vals)
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            self.env["aftersales.service.point"].with_user(self.user_head).create(
                {"name": "Quick", "state": "active"}
            )
        fresh = (
            self.env["aftersales.service.point"]
            .with_user(self.user_head)
            .create({"name": "Slow", "state": "prospect"})
        )
        self.assertEqual(fresh.state, "prospect")

    def test_decisions_are_read_with_the_point(self):
        approval = self.env["aftersales.approval"]._log(
            self.point_b, "head", "approved", "secret"
        )
        self.assertEqual(approval.service_point_id, self.point_b)
        self.assertFalse(approval.with_user(self.user_centre).has_access("read"))
        self.assertTrue(approval.with_user(self.user_auditor).has_access("read"))
