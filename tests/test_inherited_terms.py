from odoo.tests import tagged

from tests.common import SuiteCase


@tagged("post_install", "-at_install")
class TestInheritedTerms(SuiteCase):
    """What a module inherits from a mixin of the network is translated as well."""

    def _get_labels(self, model, field):
        description = self.env[model].with_context(lang="zh_CN").fields_get([field])
        return dict(description[field]["selection"])

    def test_severity_of_findings(self):
        self.assertEqual(
            self._get_labels("aftersales.finding", "severity"),
            {"minor": "一般", "major": "重要", "critical": "严重"},
        )

    def test_results_of_imports(self):
        known = self._get_labels("aftersales.load.line.mixin", "result")
        self.assertNotIn("Refused", known.values())
        for model in (
            "aftersales.registration.load.line",
            "aftersales.certificate.load.line",
            "aftersales.indicator.load.line",
            "aftersales.need.load.line",
        ):
            with self.subTest(model=model):
                self.assertEqual(self._get_labels(model, "result"), known)
