"""Every form opens for every role that may use it."""

from odoo.tests import Form, new_test_user, tagged

from tests.common import SuiteCase
from tests.test_rights_matrix import ROLES

#: What returns, parts, units, repairs, prices and policies brought.
MODELS = (
    "aftersales.counterfeit.case",
    "aftersales.entitlement.rule",
    "aftersales.fault.group",
    "aftersales.maintenance.plan",
    "aftersales.maintenance.plan.line",
    "aftersales.part.request",
    "aftersales.part.return",
    "aftersales.part.shipment",
    "aftersales.point.count",
    "aftersales.policy",
    "aftersales.policy.exclusion",
    "aftersales.policy.version",
    "aftersales.price.list",
    "aftersales.promise",
    "aftersales.quotation",
    "aftersales.registration",
    "aftersales.registration.request",
    "aftersales.repair.line",
    "aftersales.return",
    "aftersales.return.grade",
    "aftersales.return.line",
    "aftersales.return.reason",
    "aftersales.service.order",
    "aftersales.service.specification",
    "repair.order",
)


@tagged("standard", "post_install", "-at_install", "security")
class TestRoleForms(SuiteCase):
    def test_forms_open(self):
        opened = 0
        for role, group in ROLES.items():
            if role in ("portal", "public", "employee"):
                continue
            user = new_test_user(
                self.env,
                login=f"form_{role}",
                groups=group,
                context={"no_reset_password": True, "tracking_disable": True},
            )
            for name in MODELS:
                Model = self.env[name].with_user(user)
                if not Model.has_access("read"):
                    continue
                with self.subTest(role=role, model=name):
                    opened += self._open(Model)
        self.assertGreater(opened, len(MODELS) * 6)

    def _open(self, Model):
        """Open a new form where the user may create, an old one where there is any."""
        # Repairs have a form of their own for whoever has no stock rights.
        view = Model.get_formview_id() or None
        for kind in ("list", "search"):
            Model.get_view(view_type=kind)
        Model.get_view(view, "form")
        if Model.has_access("create"):
            Form(Model, view=view)
        record = Model.search([], limit=1)
        if record:
            Form(record, view=view)
        return 1
