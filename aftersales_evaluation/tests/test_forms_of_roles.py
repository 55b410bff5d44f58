from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .test_finding import FindingCommon


@tagged("post_install", "-at_install")
class TestFormsOfRoles(FindingCommon):
    """Numbered documents are created as the web client does: on a form, by roles.

    The client sends what stands on the form, the placeholder of the number and
    default values included; guarded fields must bear with that.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.level = cls.env.ref("aftersales_evaluation.crisis_level_1")
        cls.fillings = {
            "aftersales.crisis": {"title": "Smoke", "level_id": cls.level},
            "aftersales.finding": {"text": "No sign", "service_point_id": cls.point},
            "aftersales.complaint": {
                "subject": "Still warm",
                "description": "Since Monday",
                "partner_id": cls.customer,
            },
            "aftersales.gap.analysis": {"title": "First half"},
            "aftersales.audit": {
                "subject": "Spring",
                "set_id": cls.set,
                "rule_id": cls.env["aftersales.audit.rule"].search([], limit=1),
                "date_from": "2026-03-01",
                "date_to": "2026-03-31",
                "date_start": "2026-05-20",
                "date_end": "2026-05-30",
            },
        }
        cls.roles = {
            "aftersales.crisis": ("head", "centre"),
            "aftersales.finding": ("head", "centre", "auditor"),
            "aftersales.complaint": ("head", "centre", "service", "dispatcher"),
            "aftersales.gap.analysis": ("head",),
            "aftersales.audit": ("head", "auditor"),
        }

    def _fill(self, model, user):
        form = Form(self.env[model].with_user(user))
        for name, value in self.fillings[model].items():
            form[name] = value
        return form.save()

    def test_each_role_creates_on_its_form(self):
        for model, roles in self.roles.items():
            for role in roles:
                with self.subTest(model=model, role=role):
                    record = self._fill(model, getattr(self, f"user_{role}"))
                    self.assertNotIn(record.name, (False, "", "/"))

    def test_the_placeholder_of_the_number_is_no_number(self):
        for model, roles in self.roles.items():
            user = getattr(self, f"user_{roles[0]}")
            saved = self._fill(model, user)
            vals = {
                name: getattr(value, "id", value)
                for name, value in self.fillings[model].items()
            }
            for name in ("/", False):
                with self.subTest(model=model, name=name):
                    record = (
                        self.env[model].with_user(user).create({**vals, "name": name})
                    )
                    self.assertNotIn(record.name, (False, "", "/", saved.name))

    def test_other_roles_are_refused(self):
        for model, role in (
            ("aftersales.crisis", "service"),
            ("aftersales.finding", "reviewer"),
            ("aftersales.complaint", "clerk"),
            ("aftersales.gap.analysis", "centre"),
            ("aftersales.audit", "centre"),
        ):
            user = getattr(self, f"user_{role}")
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(user).create(
                    {
                        name: getattr(value, "id", value)
                        for name, value in self.fillings[model].items()
                    }
                )
