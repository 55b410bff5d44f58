from odoo.tests import Form, tagged

from .common import WarrantyCommon


@tagged("post_install", "-at_install")
class TestViews(WarrantyCommon):
    """Every form opens for the roles that use it and saves what it shows."""

    def _web_read(self, record, user):
        """Read a record the way its form does."""
        record = record.with_user(user)
        views = record.get_views([(False, "form")])
        names = views["models"][record._name]["fields"]
        spec = {name: {} for name in names if name in record._fields}
        return record.web_read(spec)[0]

    def test_forms_read_for_every_role(self):
        claim = self._create_claim()
        claim.with_user(self.user_clerk).action_approve()
        settlement = self._settle()
        settlement.action_confirm()
        settlement.action_create_bill()
        readers = {
            claim: ("centre", "reviewer", "head", "clerk", "auditor", "admin"),
            self.unit: ("service", "dispatcher", "warehouse", "hr", "auditor"),
            settlement: ("centre", "head", "clerk", "auditor"),
            self.policy: ("service", "head"),
            self.version: ("service", "head"),
            claim.order_id: ("centre", "dispatcher", "head"),
            self.point: ("centre", "dispatcher", "head"),
            settlement.move_id.with_env(self.env): ("clerk",),
        }
        for record, roles in readers.items():
            for role in roles:
                with self.subTest(model=record._name, role=role):
                    values = self._web_read(record, getattr(self, f"user_{role}"))
                    self.assertEqual(values["id"], record.id)

    def test_every_action_opens(self):
        actions = self.env["ir.model.data"].search(
            [
                ("module", "=", "aftersales_warranty"),
                ("model", "=", "ir.actions.act_window"),
            ]
        )
        self.assertGreater(len(actions), 8)
        for data in actions:
            action = self.env["ir.actions.act_window"].browse(data.res_id)
            with self.subTest(action=data.name):
                views = [(False, mode) for mode in action.view_mode.split(",")]
                model = self.env[action.res_model].with_user(self.user_admin)
                result = model.get_views([*views, (False, "search")])
                self.assertLessEqual(
                    set(action.view_mode.split(",")), set(result["views"])
                )

    def test_unit_form(self):
        Unit = self.env["aftersales.registration"].with_user(self.user_service)
        with Form(Unit) as form:
            form.product_id = self.product
            form.serial = "FORM-1"
            form.partner_id = self.customer
            form.date_sale = "2026-01-01"
        unit = form.record
        self.assertEqual(unit.policy_version_id, self.version)
        self.assertEqual(str(unit.date_cover_end), "2027-01-01")

    def test_policy_forms(self):
        head = self.user_head
        with Form(self.env["aftersales.policy"].with_user(head)) as form:
            form.name = "Form Policy"
        policy = form.record
        action = policy.action_new_version()
        version = self.env["aftersales.policy.version"].browse(action["res_id"])
        with Form(version.with_user(head)) as form, form.term_ids.new() as term:
            term.component = "labour"
            term.months = 3
        self.assertEqual(version.term_ids.months, 3)

    def test_claim_form(self):
        order = self._create_done_order()
        with Form(self.env["aftersales.claim"].with_user(self.user_admin)) as form:
            form.service_point_id = self.point
            form.order_id = order
            with form.line_ids.new() as line:
                line.kind = "travel"
                line.amount_claimed = 12.5
        claim = form.record
        self.assertEqual(claim.serial, "TEST-SN-1")
        self.assertEqual(claim.amount_claimed, 12.5)

    def test_settings(self):
        settings = self.env["res.config.settings"].create({})
        settings.aftersales_claim_days = 45
        settings.execute()
        self.assertEqual(self.company.aftersales_claim_days, 45)
