from odoo.addons.aftersales_network.hooks import load_inherited_terms

from . import controllers, models, report, tools, wizard
