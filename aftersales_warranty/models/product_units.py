from urllib.parse import urlencode

from odoo import fields, models

from odoo.addons.aftersales_network.tools import qr


class ProductTemplate(models.Model):
    _inherit = "product.template"

    aftersales_serial_pattern = fields.Char(
        "Serial Pattern",
        help="What serials of the product look like: # a digit, @ a letter, * any "
        "characters. A customer's registration with proof of purchase that fits is "
        "approved by rule.",
    )


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _get_aftersales_register_url(self, serial=False):
        """Address on which a customer registers a unit of the product.

        :param serial: serial of the unit, where the label is for one unit
        """
        self.ensure_one()
        query = {"product": self.id, **({"serial": serial} if serial else {})}
        return f"{self.get_base_url()}/register-unit?{urlencode(query)}"

    def _get_aftersales_register_qr(self, serial=False):
        """The address as a picture for a label."""
        return qr.svg_uri(self._get_aftersales_register_url(serial))
