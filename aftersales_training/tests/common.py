from contextlib import contextmanager
from itertools import count
from unittest.mock import patch

from odoo.addons.aftersales_network.tests.common import AftersalesCommon


class TrainingCommon(AftersalesCommon):
    """A company of its own with head office, two centres and two points.

    The figures of the ratio must not depend on the people that the common test
    data of the network brings along.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.numbers = count(1)
        cls.Certificate = cls.env["aftersales.certificate"]
        cls.Ratio = cls.env["aftersales.manager.ratio"]
        cls.Staff = cls.env["aftersales.staff"]
        cls.Requirement = cls.env["aftersales.role.requirement"]
        cls.type_manager = cls.env.ref("aftersales_training.certificate_type_manager")
        cls.type_senior = cls.env.ref(
            "aftersales_training.certificate_type_manager_senior"
        )
        cls.type_technician = cls.env.ref(
            "aftersales_training.certificate_type_technician"
        )
        cls.issuer = cls.env.ref("aftersales_training.certificate_issuer_chamber")
        cls.issuer_other = cls.env.ref(
            "aftersales_training.certificate_issuer_ministry"
        )
        cls.role_manager = cls.env.ref("aftersales_network.role_service_manager")
        cls.role_technician = cls.env.ref("aftersales_network.role_technician")
        cls.role_extra = cls.env["aftersales.staff.role"].create(
            {"name": "Head of Complaints", "code": "complaints", "is_manager": True}
        )
        cls.firm = cls.env["res.company"].create({"name": "Ratio Company"})
        cls.firm_hq = cls._create_unit("Firm HQ", "hq")
        cls.firm_north = cls._create_unit("North", "centre", cls.firm_hq)
        cls.firm_south = cls._create_unit("South", "centre", cls.firm_hq)
        cls.firm_point = cls._create_unit("North 1", "point", cls.firm_north)
        cls.firm_point_south = cls._create_unit("South 1", "point", cls.firm_south)

    @classmethod
    def _create_unit(cls, name, tier, parent=None, company=None):
        return cls.env["aftersales.service.point"].create(
            {
                "name": name,
                "tier": tier,
                "kind": "own",
                "parent_id": parent.id if parent else False,
                "company_id": (company or cls.firm).id,
            }
        )

    @classmethod
    def _create_employee(cls, name="Employee", company=None, **vals):
        return cls.env["hr.employee"].create(
            {"name": name, "company_id": (company or cls.firm).id, **vals}
        )

    @classmethod
    def _create_post(cls, person, point, role=None, **vals):
        """Staff line of an employee or a contact, since long ago."""
        link = "employee_id" if person._name == "hr.employee" else "partner_id"
        return cls.Staff.create(
            {
                link: person.id,
                "service_point_id": point.id,
                "role_id": (role or cls.role_manager).id,
                "date_from": "2020-01-01",
                **vals,
            }
        )

    @classmethod
    def _prepare_certificate(cls, person, **vals):
        is_employee = person._name == "hr.employee"
        link = "holder_employee_id" if is_employee else "holder_partner_id"
        return {
            link: person.id,
            "type_id": cls.type_manager.id,
            "issuer_id": cls.issuer.id,
            "number": f"TEST-{next(cls.numbers):05d}",
            "date_issue": "2025-01-01",
            "date_expiry": "2027-12-31",
            "company_id": person.company_id.id or cls.firm.id,
            **vals,
        }

    @classmethod
    def _create_certificate(cls, person, verify=True, **vals):
        certificate = cls.Certificate.create(cls._prepare_certificate(person, **vals))
        if verify:
            certificate.action_verify()
        return certificate

    @classmethod
    def _create_managers(cls, amount, point=None, certified=0):
        """People who manage at a point; the first ones are certified."""
        employees = cls.env["hr.employee"].create(
            [
                {"name": f"Manager {number}", "company_id": cls.firm.id}
                for number in range(amount)
            ]
        )
        staff = cls.Staff.create(
            [
                {
                    "employee_id": employee.id,
                    "service_point_id": (point or cls.firm_hq).id,
                    "role_id": cls.role_manager.id,
                    "date_from": "2020-01-01",
                }
                for employee in employees
            ]
        )
        cls.Certificate.create(
            [cls._prepare_certificate(person) for person in employees[:certified]]
        ).action_verify()
        return staff

    @contextmanager
    def without_commit(self):
        """Let a scheduled job report its progress without a commit."""
        progress = []

        def commit_progress(self, processed=0, *, remaining=None, deactivate=False):
            progress.append((processed, remaining))
            return float("inf")

        with patch.object(
            self.registry["ir.cron"], "_commit_progress", commit_progress
        ):
            yield progress

    def assert_figures(self, figures, managers, holders, required):
        self.assertEqual(
            (figures["managers"], figures["holders"], figures["required"]),
            (managers, holders, required),
        )
        self.assertEqual(figures["shortfall"], max(0, required - holders))
        self.assertEqual(len(figures["manager_ids"]), managers)
        self.assertEqual(len(figures["holder_ids"]), holders)
        self.assertLessEqual(set(figures["holder_ids"]), set(figures["manager_ids"]))
