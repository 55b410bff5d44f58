import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import TrainingCommon

PDF = base64.b64encode(b"%PDF-1.4 scan")


@tagged("post_install", "-at_install", "security")
class TestSecurity(TrainingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own_user = new_test_user(
            cls.env,
            "own_holder",
            groups="aftersales_network.group_user",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.own_employee = cls._create_employee(
            "Own", cls.company, user_id=cls.own_user.id
        )
        cls.other = cls._create_employee("Other", cls.company)
        cls._create_post(cls.other, cls.point, cls.role_technician)
        cls.away = cls._create_employee("Away", cls.company)
        cls._create_post(cls.away, cls.point_b, cls.role_technician)
        cls.certificate_own = cls._create_certificate(cls.own_employee, file=PDF)
        cls.certificate_other = cls._create_certificate(cls.other, file=PDF)
        cls.certificate_away = cls._create_certificate(cls.away, file=PDF)
        cls.all = cls.certificate_own | cls.certificate_other | cls.certificate_away

    def _seen(self, user):
        return self.Certificate.with_user(user).search([("id", "in", self.all.ids)])

    def test_who_sees_which_certificate(self):
        self.assertEqual(self._seen(self.own_user), self.certificate_own)
        self.assertFalse(self._seen(self.user_service) - self.certificate_own)
        self.assertFalse(self._seen(self.user_dispatcher))
        self.assertFalse(self._seen(self.user_clerk))
        self.assertFalse(self._seen(self.user_warehouse))
        self.assertEqual(self._seen(self.user_centre), self.certificate_other)
        for user in (
            self.user_hr,
            self.user_head,
            self.user_auditor,
            self.user_reviewer,
            self.user_admin,
        ):
            with self.subTest(user=user.login):
                self.assertEqual(self._seen(user), self.all)

    def test_file_is_for_the_holder_and_human_resources(self):
        for certificate, user, expected in (
            (self.certificate_own, self.own_user, PDF),
            (self.certificate_own, self.user_hr, PDF),
            (self.certificate_other, self.user_centre, False),
            (self.certificate_other, self.user_head, False),
            (self.certificate_other, self.user_auditor, False),
        ):
            with self.subTest(user=user.login):
                record = certificate.with_user(user)
                record.invalidate_recordset()
                self.assertEqual(record.file, expected)

    def test_stored_file_is_out_of_reach(self):
        for user in (self.user_centre, self.user_head, self.own_user):
            record = (
                self.certificate_own
                if user == self.own_user
                else self.certificate_other
            )
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                record.with_user(user).read(["file_data"])
        attachment = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "aftersales.certificate"),
                ("res_field", "=", "file_data"),
                ("res_id", "=", self.certificate_other.id),
            ]
        )
        self.assertEqual(len(attachment), 1)
        with self.assertRaises(AccessError):
            attachment.with_user(self.user_centre).read(["datas"])
        self.assertEqual(attachment.with_user(self.user_hr).datas, PDF)

    def test_employee_proposes_the_own_draft(self):
        vals = self._prepare_certificate(self.own_employee, file=PDF)
        own = self.Certificate.with_user(self.own_user).create(vals)
        self.assertEqual(own.state, "draft")
        self.assertEqual(own.sudo().file_data, PDF)
        own.number = "CORRECTED-1"
        with self.assertRaises(AccessError):
            own.action_verify()
        self.Certificate.browse(own.id).action_verify()
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            own.number = "AFTERWARDS"
        with self.assertRaises(AccessError):
            own.activity_user_id = self.user_head
        with self.assertRaises(AccessError):
            own.unlink()

    def test_context_does_not_verify(self):
        officer = self.user_hr
        employee = self._create_employee("Officer", self.company, user_id=officer.id)
        context = {
            "default_state": "verified",
            "default_verified_by_id": self.user_head.id,
            "default_date_verified": "2026-01-01",
            "default_reminder_step": 30,
            "default_level": "senior",
        }
        own = (
            self.Certificate.with_user(officer)
            .with_context(**context)
            .create(self._prepare_certificate(employee))
        )
        self.assertEqual(own.state, "draft")
        self.assertFalse(own.verified_by_id)
        self.assertFalse(own.date_verified)
        self.assertFalse(own.reminder_step)
        self.assertEqual(own.level, "senior", "other defaults still count")
        with self.assertRaisesRegex(UserError, "is your own certificate"):
            own.action_verify()

    def test_employee_cannot_propose_for_others(self):
        vals = self._prepare_certificate(self.other)
        with self.assertRaises(AccessError):
            self.Certificate.with_user(self.own_user).create(vals)
        draft = self._create_certificate(self.own_employee, verify=False)
        with self.assertRaises(AccessError):
            draft.with_user(self.own_user).write({"holder_employee_id": self.other.id})

    def test_readers_do_not_write(self):
        draft = self._create_certificate(self.other, verify=False)
        for user in (self.user_centre, self.user_head, self.user_auditor):
            with self.subTest(user=user.login):
                record = draft.with_user(user)
                with self.assertRaises(AccessError):
                    record.number = "X"
                with self.assertRaises(AccessError):
                    record.unlink()

    def test_configuration_is_for_officers(self):
        models = (
            self.type_manager,
            self.issuer,
            self.Requirement.create(
                {
                    "role_id": self.role_extra.id,
                    "certificate_type_id": self.type_manager.id,
                }
            ),
        )
        for record in models:
            field = "name" if "name" in record._fields else "legal_basis"
            for user in (self.user_service, self.user_centre, self.user_head):
                with (
                    self.subTest(model=record._name, user=user.login),
                    self.assertRaises(AccessError),
                ):
                    record.with_user(user).write({field: "X"})
            record.with_user(self.user_hr).write({field: "Edited"})
            self.assertEqual(record[field], "Edited")

    def test_other_company(self):
        officer_b = new_test_user(
            self.env,
            "officer_b",
            groups="aftersales_network.group_training_officer",
            company_id=self.company_b.id,
            company_ids=[(6, 0, self.company_b.ids)],
        )
        self.assertFalse(self._seen(officer_b))
        with self.assertRaises(AccessError):
            self.certificate_other.with_user(officer_b).read(["number"])
        self._create_post(self.other, self.point)
        snapshot = self.Ratio._create_snapshot("2026-01-31", self.company)
        self.assertEqual(len(snapshot.line_ids), 1)
        with self.assertRaises(AccessError):
            snapshot.with_user(officer_b).read(["managers"])
        with self.assertRaises(AccessError):
            snapshot.line_ids.with_user(officer_b).read(["name"])
        self.Requirement.create(
            {
                "role_id": self.role_extra.id,
                "certificate_type_id": self.type_manager.id,
                "company_id": self.company.id,
            }
        )
        found = self.Requirement.with_user(officer_b).search(
            [("role_id", "=", self.role_extra.id)]
        )
        self.assertFalse(found)

    def test_snapshots_by_role(self):
        whole = self.Ratio._create_snapshot("2026-01-31", self.company)
        mine = self.Ratio._create_snapshot("2026-01-31", self.company, self.centre)
        both = whole | mine

        def seen(user):
            return self.Ratio.with_user(user).search([("id", "in", both.ids)])

        self.assertEqual(seen(self.user_hr), both)
        self.assertEqual(seen(self.user_auditor), both)
        self.assertEqual(seen(self.user_head), both)
        self.assertEqual(seen(self.user_centre), mine)
        for user in (self.user_service, self.user_clerk, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                seen(user)
        for user in (self.user_hr, self.user_admin):
            for operation in ("create", "write", "unlink"):
                with self.subTest(user=user.login, operation=operation):
                    self.assertFalse(both.with_user(user).has_access(operation))

    def test_portal_person_sees_the_own_only(self):
        mine = self._create_certificate(
            self.user_portal.partner_id, company_id=self.company.id
        )
        foreign = self._create_certificate(
            self.user_portal_b.partner_id, company_id=self.company.id
        )
        found = self.Certificate.with_user(self.user_portal).search([])
        self.assertEqual(found, mine)
        with self.assertRaises(AccessError):
            foreign.with_user(self.user_portal).read(["number"])
        for operation in ("create", "write", "unlink"):
            self.assertFalse(mine.with_user(self.user_portal).has_access(operation))
        for model in ("aftersales.role.requirement", "aftersales.ratio.dashboard"):
            self.assertFalse(
                self.env[model].with_user(self.user_portal).has_access("read")
            )

    def test_public_user_sees_nothing(self):
        public = self.env.ref("base.public_user")
        for model in (
            "aftersales.certificate",
            "aftersales.certificate.type",
            "aftersales.certificate.issuer",
            "aftersales.role.requirement",
            "aftersales.manager.ratio",
            "aftersales.manager.ratio.line",
            "aftersales.ratio.dashboard",
            "aftersales.ratio.forecast",
        ):
            with self.subTest(model=model):
                self.assertFalse(self.env[model].with_user(public).has_access("read"))

    def test_menus_by_role(self):
        def sees(user, *names):
            visible = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
            return [
                self.env.ref(f"aftersales_training.{name}").id in visible
                for name in names
            ]

        names = (
            "aftersales_certificate_menu",
            "aftersales_ratio_dashboard_menu",
            "aftersales_staff_menu_missing",
            "aftersales_certificate_type_menu",
        )
        self.assertEqual(sees(self.user_hr, *names), [True, True, True, True])
        self.assertEqual(sees(self.user_head, *names), [True, True, True, False])
        self.assertEqual(sees(self.user_centre, *names), [True, True, True, False])
        self.assertEqual(sees(self.user_service, *names), [True, False, False, False])
