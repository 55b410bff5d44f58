from freezegun import freeze_time

from odoo.tests import tagged

from .common import TrainingCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-11-21 17:00:00")
class TestCertificateValidity(TrainingCommon):
    """The database and the record agree on what holds today."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.firm.partner_id.tz = "Asia/Shanghai"
        cls.west = cls.env["res.company"].create({"name": "West"})
        cls.west.partner_id.tz = "America/Los_Angeles"
        cls.employees = [
            cls._create_employee("An"),
            cls._create_employee("Bo", company=cls.west),
        ]
        make = cls._create_certificate
        cls.certificates = cls.Certificate
        for employee in cls.employees:
            for expiry in (
                "2026-11-20",
                "2026-11-21",
                "2026-11-22",
                "2027-02-18",
                "2027-02-19",
                "2027-02-20",
                "2027-02-21",
                False,
            ):
                cls.certificates |= make(employee, date_expiry=expiry)
            cls.certificates |= make(employee, date_issue="2026-11-22")
            cls.certificates |= make(employee, verify=False)
            revoked = make(employee)
            revoked._revoke("Forged")
            old = make(employee, date_expiry="2026-11-01")
            cls.certificates |= revoked | old
            cls.certificates |= make(employee, verify=False, previous_id=old.id)
            older = make(employee, date_expiry="2026-10-01")
            cls.certificates |= older | make(employee, previous_id=older.id)

    def _check_field(self, name):
        labels = [key for key, _label in self.Certificate._fields[name].selection]
        domain = [("id", "in", self.certificates.ids)]
        groups = dict(self.Certificate._read_group(domain, [name], ["id:recordset"]))
        for value in (*labels, False):
            with self.subTest(value=value):
                expected = self.certificates.filtered(lambda c, v=value: c[name] == v)
                found = self.Certificate.search([*domain, (name, "=", value)])
                self.assertEqual(set(found.ids), set(expected.ids))
                others = self.Certificate.search([*domain, (name, "!=", value)])
                self.assertEqual(others, self.certificates.sorted() - found)
                grouped = groups.get(value, self.Certificate)
                self.assertEqual(set(grouped.ids), set(expected.ids))
                self.assertEqual(
                    self.certificates.filtered_domain([(name, "=", value)]), expected
                )
        return groups

    def test_validity(self):
        groups = self._check_field("validity")
        self.assertEqual(
            set(groups),
            {"draft", "future", "valid", "expiring", "expired", "revoked"},
        )

    def test_renewal_state(self):
        groups = self._check_field("renewal_state")
        self.assertEqual(
            set(groups),
            {"not_due", "due", "proposed", "renewed", "lapsed", False},
        )

    def test_draft_in_memory_is_written_before_the_question(self):
        certificate = self.certificates[0]
        renewal = self._create_certificate(
            self.employees[0], verify=False, previous_id=certificate.id
        )
        self.assertEqual(certificate.renewal_state, "proposed")
        found = self.Certificate.search([("renewal_state", "=", "proposed")])
        self.assertIn(certificate, found)
        renewal.action_verify()
        self.assertIn(
            certificate, self.Certificate.search([("renewal_state", "=", "renewed")])
        )

    def test_grouped_for_the_web_client(self):
        description = self.Certificate.fields_get(["validity", "renewal_state"])
        for name in ("validity", "renewal_state"):
            self.assertTrue(description[name]["groupable"], name)
            self.assertTrue(description[name]["searchable"], name)
        rows = self.Certificate.formatted_read_group(
            [("id", "in", self.certificates.ids)],
            ["validity", "service_point_id"],
            ["__count"],
        )
        self.assertEqual(sum(row["__count"] for row in rows), len(self.certificates))

    def test_search_panel(self):
        panel = self.Certificate.search_panel_select_range(
            "validity",
            enable_counters=True,
            search_domain=[("id", "in", self.certificates.ids)],
        )
        counts = {row["id"]: row["__count"] for row in panel["values"]}
        self.assertEqual(counts["draft"], 4)
