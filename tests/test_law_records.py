"""The records of the law are those of the shipped files, rule by rule."""

from dataclasses import replace

from odoo.tests import tagged

from tests.common import SuiteCase
from tests.kernels.law_data import load_groups, load_rules


@tagged("post_install", "-at_install")
class TestLawRecords(SuiteCase):
    def test_every_rule_is_read_as_the_worked_cases_read_it(self):
        records = self.env["aftersales.entitlement.rule"].with_context(
            active_test=False
        )
        for code, (rule, values) in load_rules().items():
            with self.subTest(code=code):
                record = records.search([("code", "=", code)])
                self.assertEqual(record.active, values.get("active") is not False)
                place = values.get("country_id") or values["country_group_id"]
                self.assertEqual(
                    record.country_id or record.country_group_id, self.env.ref(place)
                )
                found = replace(record._to_kernel(), key=code)
                names = [name for name in rule.__slots__]
                self.assertEqual(
                    {name: getattr(found, name) for name in names},
                    {name: getattr(rule, name) for name in names},
                )

    def test_fault_groups_are_those_of_the_file(self):
        Group = self.env["aftersales.fault.group"]
        for code, fault in load_groups().items():
            with self.subTest(code=code):
                found = Group._resolve(code)
                self.assertEqual((found.kind, found.groups), (fault.kind, fault.groups))
