from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AftersalesCertificate(models.Model):
    """Certificates that renew each other form a chain of one person.

    An issuer who re-registers a certificate may keep its number, so a number is
    unique per issuer but for the certificates of one chain.
    """

    _inherit = "aftersales.certificate"

    chain_root_id = fields.Many2one(
        "aftersales.certificate",
        "First of the Chain",
        compute="_compute_chain_root_id",
        store=True,
        recursive=True,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Certificate that this one and those before it go back to; empty for "
        "the first one.",
    )
    chain_count = fields.Integer(
        "Certificates in the Chain", compute="_compute_chain_count"
    )

    # One number of one issuer belongs to one chain: two rows clash unless they
    # go back to the same first certificate.
    _number_chain_excl = models.Constraint(
        "EXCLUDE USING gist (COALESCE(issuer_id, 0) WITH =, number_normalized WITH =, "
        "COALESCE(chain_root_id, id) WITH <>)",
        "This issuer's certificate number is already recorded. Only a renewal of that "
        "certificate may keep its number: open it and choose Renew.",
    )
    _renewed_once_uniq = models.UniqueIndex(
        "(previous_id, COALESCE(issuer_id, 0)) "
        "WHERE previous_id IS NOT NULL AND state != 'revoked'",
        "A renewal of this certificate is already recorded.",
    )
    _number_idx = models.Index("(number_normalized)")

    @api.depends("previous_id", "previous_id.chain_root_id")
    def _compute_chain_root_id(self):
        for certificate in self:
            previous = certificate.previous_id
            certificate.chain_root_id = previous.chain_root_id or previous

    def _compute_chain_count(self):
        roots = self.mapped("chain_root_id") | self
        counts = dict(
            self._read_group(
                [("chain_root_id", "in", roots.ids)], ["chain_root_id"], ["__count"]
            )
        )
        for certificate in self:
            root = certificate.chain_root_id or certificate._origin
            certificate.chain_count = counts.get(root, 0) + 1

    @api.constrains("previous_id", "holder_employee_id", "holder_partner_id")
    def _check_previous(self):
        if self._has_cycle("previous_id"):
            raise ValidationError(self.env._("A certificate cannot renew itself."))
        for certificate in (self | self.sudo().next_ids).filtered("previous_id"):
            previous = certificate.previous_id
            if certificate._get_person_key() != previous._get_person_key():
                raise ValidationError(
                    self.env._(
                        "%(new)s cannot renew %(old)s: the holders differ.",
                        new=certificate.display_name,
                        old=previous.display_name,
                    )
                )

    def action_renew(self):
        """Open a new draft that continues this certificate."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Renew %(name)s", name=self.display_name),
            "res_model": "aftersales.certificate",
            "view_mode": "form",
            "context": {
                f"default_{name}": value
                for name, value in self._prepare_renewal_vals().items()
            },
        }

    def _prepare_renewal_vals(self):
        """Values of the certificate that continues this one.

        A re-registration often keeps the number, so it is offered; any other
        renewal comes with a number of its own.
        """
        self.ensure_one()
        keeps = self.type_id.renewal_rule == "registration"
        return {
            "previous_id": self.id,
            "type_id": self.type_id.id,
            "issuer_id": self.issuer_id.id,
            "number": self.number if keeps else False,
            "holder_employee_id": self.holder_employee_id.id,
            "holder_partner_id": self.holder_partner_id.id,
            "company_id": self.company_id.id,
        }

    def action_view_chain(self):
        """Open every certificate of the chain, oldest first."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Renewals of %(name)s", name=self.display_name),
            "res_model": "aftersales.certificate",
            "view_mode": "list,form",
            "domain": self._get_chain_domain(),
            "context": {"create": False},
        }

    def _get_chain_domain(self):
        """Domain of this certificate and all that share its first one."""
        self.ensure_one()
        root = self.chain_root_id or self
        return ["|", ("id", "=", root.id), ("chain_root_id", "=", root.id)]
