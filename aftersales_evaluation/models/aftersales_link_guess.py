import hashlib
import hmac
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

#: Wrong links from one address in one window, before the address has to wait.
GUESS_LIMIT = 30
GUESS_WINDOW = timedelta(minutes=10)


class AftersalesLinkGuess(models.Model):
    """Counts wrong links per address, so that nobody tries many of them.

    Addresses are kept as keyed digests and are forgotten after a day.
    """

    _name = "aftersales.link.guess"
    _description = "Wrong Link"
    _order = "id desc"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    address = fields.Char(required=True, readonly=True)
    slot = fields.Integer("Time Window", required=True, readonly=True)
    guesses = fields.Integer("Wrong Links", required=True, readonly=True, default=1)

    _address_uniq = models.UniqueIndex(
        "(address, slot)", "The address has its counter in this window already."
    )

    @api.model
    def _get_slot(self, address):
        """Digest of an address and number of the running window."""
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        digest = hmac.new(
            (secret or "").encode(), str(address).encode(), hashlib.sha256
        ).hexdigest()
        slot = fields.Datetime.now().timestamp() // GUESS_WINDOW.total_seconds()
        return digest, int(slot)

    @api.model
    def _is_blocked(self, address):
        """Whether the address tried too many wrong links in this window."""
        digest, slot = self._get_slot(address)
        domain = [("address", "=", digest), ("slot", "=", slot)]
        counter_sudo = self.sudo().search(domain, limit=1)
        return counter_sudo.guesses >= GUESS_LIMIT

    @api.model
    def _count(self, address):
        """Count a wrong link; two at once are both counted."""
        digest, slot = self._get_slot(address)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO aftersales_link_guess
                       (company_id, address, slot, guesses, create_date)
                VALUES (%s, %s, %s, 1, now() AT TIME ZONE 'UTC')
                    ON CONFLICT (address, slot)
                    DO UPDATE SET guesses = aftersales_link_guess.guesses + 1
                """,
                self.env.company.id,
                digest,
                slot,
            )
        )
        self.invalidate_model(["guesses"])

    @api.autovacuum
    def _gc_guesses(self):
        """Forget the addresses of earlier days."""
        limit = fields.Datetime.now() - timedelta(days=1)
        self.sudo().search([("create_date", "<", limit)], limit=10000).unlink()
