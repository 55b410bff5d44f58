from datetime import date, datetime

from freezegun import freeze_time

from odoo.fields import Command

from .common import WarrantyCommon

TODAY = date(2026, 6, 30)
NOW = datetime(2026, 6, 30, 4, 0)


class QualityCommon(WarrantyCommon):
    """Units of one model in service, with repairs for coded faults; 30 June 2026."""

    @classmethod
    def setUpClass(cls):
        cls.startClassPatcher(freeze_time(NOW))
        super().setUpClass()
        cls.env["aftersales.quality.threshold"].search([("active", "=", True)]).write(
            {"active": False}
        )
        Fault = cls.env["aftersales.fault"]
        cls.fault = Fault.create({"name": "Test Leak", "code": "TQ-LEAK"})
        cls.fault_b = Fault.create({"name": "Test Noise", "code": "TQ-NOISE"})
        cls.Report = cls.env["aftersales.quality.report"]
        cls.Alert = cls.env["aftersales.quality.alert"]
        cls.user_expert = cls.user_hr
        cls.template = cls.product.product_tmpl_id

    @classmethod
    def _sell(cls, serial, day=date(2026, 2, 1), **vals):
        """A unit of the test model that entered service on a day."""
        return cls._create_unit(
            serial=serial, date_sale=day, date_delivery=day, price=0, **vals
        )

    @classmethod
    def _fail(cls, unit, moment=datetime(2026, 6, 15, 4), fault=None, parts=1, **vals):
        """A finished repair of a unit, asked for and done at a moment."""
        order = cls._create_order(
            product_id=unit.product_id.id,
            serial=unit.serial,
            registration_id=unit.id,
            service_point_id=cls.point.id,
            date_request=moment,
            fault_id=(cls.fault if fault is None else fault).id,
            complaint="Drips",
            cause="Seal hardened",
            **vals,
        )
        if parts:
            cls._add_lines(order, ("part", parts, 100.0, cls.part))
        order.write({"state": "done", "date_start": moment, "date_end": moment})
        return order

    @classmethod
    def _report(cls, user=None, **vals):
        """A quality report of the head, by default on a leak of the test product."""
        values = {
            "product_id": cls.product.id,
            "fault_id": cls.fault.id,
            "description": "Drips after an hour",
            **vals,
        }
        # None leaves a field to its computation.
        values = {name: value for name, value in values.items() if value is not None}
        return cls.Report.with_user(user or cls.user_head).create(values).sudo(False)

    @classmethod
    def _send(cls, report):
        """Send a report to the expert of production."""
        report.write({"department": "production", "responsible_id": cls.user_expert.id})
        report.with_user(cls.user_reviewer).action_send()
        return report

    def _run_job(self, model, job):
        """Run a job as the server does, with commits of its own."""
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            getattr(self.env(cr=cr, user=1)[model], job)()
        self.env.invalidate_all()

    @classmethod
    def _threshold(cls, **vals):
        return cls.env["aftersales.quality.threshold"].create(
            {"name": "Test Threshold", "days": 90, "limit_count": 3, **vals}
        )

    @classmethod
    def _train(cls, user=None, **vals):
        """A training on the test unit, planned for this morning."""
        cls.topic = cls.env.ref("aftersales_warranty.topic_operation")
        values = {
            "partner_id": cls.customer.id,
            "unit_ids": [Command.set(cls.unit.ids)],
            "topic_ids": [Command.set(cls.topic.ids)],
            "service_point_id": cls.point.id,
            "staff_id": cls.technician.id,
            "date_start": datetime(2026, 6, 30, 1),
            "participant_ids": [Command.create({"name": "Li"})],
            **vals,
        }
        Training = cls.env["aftersales.customer.training"]
        return Training.with_user(user or cls.user_head).create(values).sudo(False)
