from odoo.fields import Command

from .common import WarrantyCommon


class RecallCommon(WarrantyCommon):
    """Units AC-0001 … AC-0012 of the test product and a recall of the first ten."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._silence_law()
        cls.units = cls.env["aftersales.registration"].create(
            [
                {
                    "product_id": cls.product.id,
                    "serial": f"AC-{number:04d}",
                    "partner_id": cls.customer.id,
                    "date_sale": "2026-01-01",
                    "date_delivery": "2026-01-05",
                }
                for number in range(1, 13)
            ]
        )
        cls.campaign = cls._create_campaign()

    @classmethod
    def _create_campaign(cls, **vals):
        return (
            cls.env["aftersales.campaign"]
            .with_user(cls.user_reviewer)
            .create(
                {
                    "title": "Fan may overheat",
                    "product_ids": [Command.set(cls.product.ids)],
                    "range_ids": [
                        Command.create(
                            {"serial_from": "AC-0001", "serial_to": "AC-0010"}
                        )
                    ],
                    "hazard": "The fan overheats.",
                    "remedy": "We replace the fan.",
                    "labour_hours": 0.5,
                    "part_ids": [
                        Command.create({"product_id": cls.part.id, "quantity": 1})
                    ],
                    **vals,
                }
            )
        )

    @classmethod
    def _start(cls, campaign=None):
        campaign = campaign or cls.campaign
        campaign.action_start()
        cls._run_job()
        return campaign

    @classmethod
    def _run_job(cls):
        """All steps of the job, without its commits."""
        Campaign = cls.env["aftersales.campaign"].sudo()
        Unit = cls.env["aftersales.campaign.unit"].sudo()
        for step in (
            Campaign._resolve_next,
            Unit._send_next,
            Unit._order_next,
            Campaign._save_progress_next,
        ):
            while step():
                pass

    def _row(self, serial, campaign=None):
        campaign = campaign or self.campaign
        return campaign.unit_ids.filtered(lambda u: u.serial == serial)

    def _finish_recall(self, row):
        """Let the point do the order of an affected unit."""
        order = row.order_id.sudo().with_env(self.env)
        if not order.service_point_id:
            order._write_flow(
                {"state": "dispatched", "service_point_id": self.point.id}
            )
        return self._finish_order(order)
