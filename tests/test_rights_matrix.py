"""Who may do what: every model of the suite × every role, and the record rules.

``tests/data/rights_matrix.csv`` is the agreed matrix.  A change of rights fails
here until the file says the same; ``RIGHTS_MATRIX=write`` writes what is.
"""

import csv
import os
from pathlib import Path

from odoo.tests import new_test_user, tagged

from tests.common import SuiteCase

MATRIX = Path(__file__).parent / "data" / "rights_matrix.csv"
ROLES = {
    "service": "aftersales_network.group_service",
    "dispatcher": "aftersales_network.group_dispatcher",
    "centre": "aftersales_network.group_centre_manager",
    "reviewer": "aftersales_network.group_technical_reviewer",
    "clerk": "aftersales_network.group_settlement_clerk",
    "warehouse": "aftersales_network.group_warehouse",
    "hr": "aftersales_network.group_training_officer",
    "auditor": "aftersales_network.group_auditor",
    "head": "aftersales_network.group_head",
    "admin": "aftersales_network.group_admin",
    "employee": "base.group_user",
    "portal": "base.group_portal",
    "public": "base.group_public",
}
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
#: Shared by all companies on purpose: lists of words and rules, no business data.
SHARED = {
    "aftersales.budget.category",
    "aftersales.certificate.issuer",
    "aftersales.certificate.type",
    "aftersales.claim.reason",
    "aftersales.compensation.cause",
    "aftersales.customer.topic",
    "aftersales.entitlement.rule",
    "aftersales.fault",
    "aftersales.fault.group",
    "aftersales.history.alias",
    "aftersales.history.column",
    "aftersales.history.template",
    "aftersales.history.word",
    "aftersales.indicator",
    "aftersales.indicator.set",
    "aftersales.pause.reason",
    "aftersales.policy.exclusion",
    "aftersales.product.class",
    "aftersales.return.grade",
    "aftersales.return.reason",
    "aftersales.role.requirement",
    "aftersales.scorecard.level",
    "aftersales.scorecard.scale",
    "aftersales.service.check",
    "aftersales.service.specification",
    "aftersales.service.step",
    "aftersales.service.type",
    "aftersales.staff.role",
}


@tagged("standard", "post_install", "-at_install", "security")
class TestRightsMatrix(SuiteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: new_test_user(
                cls.env,
                login=f"matrix_{role}",
                groups=group,
                context={"no_reset_password": True, "tracking_disable": True},
            )
            for role, group in ROLES.items()
        }
        cls.models = sorted(
            name
            for name in cls.env.registry
            if name.startswith("aftersales.") and not cls.env[name]._abstract
        )

    def _letters(self, model, user):
        records = self.env[model].with_user(user)
        return "".join(
            letter
            for letter, operation in OPERATIONS.items()
            if records.has_access(operation)
        )

    def _actual(self):
        return {
            model: {
                role: self._letters(model, user) for role, user in self.users.items()
            }
            for model in self.models
        }

    def test_matrix_is_as_agreed(self):
        actual = self._actual()
        if os.environ.get("RIGHTS_MATRIX") == "write":
            with MATRIX.open("w", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(["model", *ROLES])
                for model, roles in actual.items():
                    writer.writerow([model, *roles.values()])
        with MATRIX.open(newline="") as file:
            agreed = {row.pop("model"): row for row in csv.DictReader(file)}
        self.assertEqual(sorted(agreed), self.models)
        for model, roles in actual.items():
            with self.subTest(model=model):
                self.assertEqual(roles, agreed[model])

    def test_outsiders_get_nothing(self):
        for model, roles in self._actual().items():
            with self.subTest(model=model):
                self.assertEqual(roles["public"], "")
                # A point writes its own draft claims on the portal, nothing else.
                if not model.startswith("aftersales.claim"):
                    self.assertIn(roles["portal"], ("", "r"))

    def test_auditor_writes_only_scorecards_and_his_own_papers(self):
        allowed = (
            "aftersales.scorecard",
            "aftersales.audit",
            "aftersales.finding",
            "aftersales.certificate",
        )
        for model, roles in self._actual().items():
            if model.startswith(allowed) or self.env[model]._transient:
                continue
            with self.subTest(model=model):
                self.assertIn(roles["auditor"], ("", "r"))

    def test_business_data_is_separated_by_company(self):
        Rule = self.env["ir.rule"]
        for model in self.models:
            if model in SHARED or self.env[model]._transient:
                continue
            with self.subTest(model=model):
                rules = Rule.search(
                    [("model_id.model", "=", model), ("global", "=", True)]
                )
                self.assertTrue(
                    any("company" in (rule.domain_force or "") for rule in rules),
                    f"{model} has no global rule on the company",
                )

    def test_dialogs_are_private(self):
        """What somebody typed or was shown in a dialog is his alone."""
        Rule = self.env["ir.rule"]
        for model in self.models:
            if not self.env[model]._transient:
                continue
            with self.subTest(model=model):
                rules = Rule.search(
                    [("model_id.model", "=", model), ("global", "=", True)]
                )
                self.assertTrue(
                    any("create_uid" in (rule.domain_force or "") for rule in rules),
                    f"{model} has no rule for its own dialogs",
                )

    def test_what_belongs_to_a_point_is_limited_to_the_subtree(self):
        Rule = self.env["ir.rule"]
        group = self.env.ref("aftersales_network.group_user")
        for model in self.models:
            fields = self.env[model]._fields
            if "service_point_id" not in fields or self.env[model]._transient:
                continue
            if not self.env[model].with_user(self.users["service"]).has_access("read"):
                continue
            with self.subTest(model=model):
                rules = Rule.search(
                    [("model_id.model", "=", model), ("groups", "in", group.ids)]
                )
                self.assertTrue(rules, f"{model} has no rule for the own subtree")
