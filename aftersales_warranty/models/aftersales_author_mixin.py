from odoo import SUPERUSER_ID, fields, models
from odoo.fields import Command

from odoo.addons.aftersales_network.models.flow import FLOW


class AftersalesAuthorMixin(models.AbstractModel):
    """Remembers everybody who wrote a document that somebody else decides.

    One field with the last author is washed by the next person who touches the
    document; this list only grows.
    """

    _name = "aftersales.author.mixin"
    _description = "Authors of a Document"

    author_ids = fields.Many2many(
        "res.users",
        string="Written by",
        readonly=True,
        copy=False,
        groups="aftersales_network.group_user",
        help="Everybody who wrote or handed in; none of them decides.",
    )

    _FLOW_FIELDS = frozenset(("author_ids",))

    def _note_author(self):
        """Note that the user wrote; scheduled jobs write for nobody."""
        uid = self.env.uid
        if uid == SUPERUSER_ID:
            return
        # Who wrote is evidence and nobody's to type.
        fresh_sudo = self.sudo().filtered(lambda d: uid not in d.author_ids.ids)
        if fresh_sudo:
            fresh_sudo.with_context(
                aftersales_flow=FLOW, aftersales_claim_flow=FLOW
            ).write({"author_ids": [Command.link(uid)]})

    def _get_authors(self):
        """Users who wrote the documents.  Extension point."""
        return self.create_uid | self.sudo().author_ids.with_env(self.env)
