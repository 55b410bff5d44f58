from odoo import api, fields, models


class StockLot(models.Model):
    """Serials that were made together share what is wrong with them."""

    _inherit = "stock.lot"

    aftersales_batch = fields.Char(
        "Production Batch",
        index="btree_not_null",
        help="Batch in which the unit was made. Failures, quality reports and "
        "campaigns are counted by it.",
    )


class AftersalesRegistration(models.Model):
    _inherit = "aftersales.registration"

    batch = fields.Char(
        "Production Batch",
        compute="_compute_batch",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        help="That of the serial in stock; typed for units that never were in stock.",
    )

    @api.depends("lot_id.aftersales_batch")
    def _compute_batch(self):
        for unit in self:
            unit.batch = unit.lot_id.aftersales_batch or unit.batch

    def _get_service_start(self):
        """Day on which the unit entered service; empty where nobody knows it.

        The rule of the installed base: installed, else delivered, else sold.
        """
        self.ensure_one()
        return self.date_installation or self.date_delivery or self.date_sale
