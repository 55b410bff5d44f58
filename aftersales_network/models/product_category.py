from odoo import models


class ProductCategory(models.Model):
    _inherit = "product.category"

    def write(self, vals):
        if "parent_id" in vals:
            self._check_aftersales_move(vals["parent_id"])
        return super().write(vals)

    def _check_aftersales_move(self, parent_id):
        """Refuse a move after which two points hold one category of an area.

        :raise ValidationError: naming the points
        """
        moved = self.filtered(lambda c: c.parent_id.id != (parent_id or False))
        if moved:
            self.env["aftersales.area.assignment"]._check_moved(
                "categ_path",
                moved.mapped("parent_path"),
                self.browse(parent_id or ()).parent_path or "",
            )
