from odoo import models
from odoo.exceptions import UserError

from ..tools import scoring


class AftersalesIndicator(models.Model):
    """Steps that make editing the tree quick."""

    _inherit = "aftersales.indicator"

    def action_add_part(self):
        """Add a part below the node, with the points that are missing there.

        :raise UserError: the set is in use
        """
        self.ensure_one()
        self.set_id._check_not_frozen()
        missing = self.points_difference if self.child_ids else self.points
        self.create(
            {
                "set_id": self.set_id.id,
                "parent_id": self.id,
                "code": self._get_next_part_code(),
                "name": self.env._("New indicator"),
                "points": max(missing, 0),
                # What was scored in one becomes the first of its parts.
                "kind": self.kind if self.kind != "metric" else "qualitative",
            }
        )
        return True

    def _get_next_part_code(self):
        """The first code below the node that is free: 5.1.3 after 5.1.2."""
        self.ensure_one()
        taken = set(self.set_id.indicator_ids.mapped("code"))
        number = len(self.child_ids) + 1
        while f"{self.code}.{number}" in taken:
            number += 1
        return f"{self.code}.{number}"

    def action_spread_points(self):
        """Share the points of the node out to its parts, as equally as it goes.

        :raise UserError: the node has no parts, or the set is in use
        """
        self.ensure_one()
        parts = self.child_ids.sorted("sort_key")
        if not parts:
            raise UserError(
                self.env._(
                    "%(node)s has no parts to share its points out to.",
                    node=self.display_name,
                )
            )
        shares = scoring.spread(str(self.points), len(parts))
        for share, group in parts.grouped(
            dict(zip(parts, shares, strict=True)).get
        ).items():
            group.write({"points": float(share)})
        return True
