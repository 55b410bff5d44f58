"""The application opens with the page that a role works on."""

from odoo.tests import new_test_user, tagged

from tests.common import SuiteCase

GROUP = "aftersales_network.group_"
HOMES = {
    "head": "aftersales_evaluation.aftersales_evaluation_dashboard_action",
    "dispatcher": "aftersales_network.aftersales_service_order_action_board",
    "centre_manager": "aftersales_network.aftersales_system_figure_action_mine",
    "technical_reviewer": "aftersales_network.aftersales_application_review_action",
    "settlement_clerk": "aftersales_warranty.aftersales_claim_action",
    "warehouse": "aftersales_warranty.aftersales_return_receive_action",
    "training_officer": "aftersales_training.aftersales_ratio_dashboard_action",
    "auditor": "aftersales_evaluation.aftersales_scorecard_action_mine",
    "service": "aftersales_evaluation.aftersales_callback_action",
    "admin": "aftersales_network.aftersales_service_point_action",
}


@tagged("standard", "post_install", "-at_install")
class TestFirstPage(SuiteCase):
    def test_each_role_has_its_page(self):
        """The page opens under the rights of the role."""
        home = self.env.ref("aftersales_network.action_home")
        self.assertEqual(self.env.ref("aftersales_network.menu_root").action, home)
        for role, xmlid in HOMES.items():
            with self.subTest(role=role):
                user = new_test_user(
                    self.env, login=f"home_{role}", groups=f"{GROUP}{role}"
                )
                action = home.with_user(user).with_context(active_model=False).run()
                self.assertEqual(action["id"], self.env.ref(xmlid).id)
                if action["type"] == "ir.actions.act_window":
                    model = self.env[action["res_model"]].with_user(user)
                    self.assertTrue(model.has_access("read"))
                elif action["type"] == "ir.actions.server":
                    server = self.env["ir.actions.server"].browse(action["id"])
                    self.assertTrue(server.with_user(user).run())

    def test_two_roles_start_with_the_first(self):
        user = new_test_user(
            self.env, login="home_two", groups=f"{GROUP}auditor,{GROUP}dispatcher"
        )
        action = self.env["res.users"].with_user(user).action_aftersales_home()
        self.assertEqual(action["id"], self.env.ref(HOMES["dispatcher"]).id)
