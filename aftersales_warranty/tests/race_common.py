from odoo.addons.aftersales_network.tests.race import RaceMixin

from .common import WarrantyCommon


class RaceCommon(RaceMixin, WarrantyCommon):
    """Two connections race over the goods and papers of a warranty."""
