"""Base classes for tests outside the modules.

Odoo gives tags only to classes below ``odoo.addons``; these carry them themselves.
"""

from odoo.tests import HttpCase, TransactionCase, tagged


@tagged("standard", "post_install", "-at_install")
class SuiteCase(TransactionCase):
    """A transaction test over the whole suite."""


@tagged("standard", "post_install", "-at_install")
class SuiteHttpCase(HttpCase):
    """A test over the whole suite through HTTP or a browser."""
