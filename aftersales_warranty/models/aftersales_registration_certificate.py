import secrets

from odoo import api, fields, models
from odoo.tools import consteq

from odoo.addons.aftersales_network.tools import qr

from ..tools import serials


class AftersalesRegistration(models.Model):
    """The certificate of a unit, and the page on which anybody can check it."""

    _inherit = "aftersales.registration"

    check_token = fields.Char(
        readonly=True, copy=False, groups="base.group_system", index="btree_not_null"
    )

    _FLOW_FIELDS = frozenset(("check_token",))

    def _get_check_url(self):
        """Address of the public page about the unit."""
        self.ensure_one()
        # Whoever may read the unit may print its certificate.
        unit_sudo = self.sudo()
        if not unit_sudo.check_token:
            unit_sudo.check_token = secrets.token_urlsafe(24)
        return f"{self.get_base_url()}/unit/{unit_sudo.check_token}"

    def _get_check_qr(self):
        """The address as a picture."""
        return qr.svg_uri(self._get_check_url())

    @api.model
    def _find_by_check_token(self, token):
        """Unit of a public link, as superuser; empty for a wrong token."""
        Unit_sudo = self.sudo()
        if not isinstance(token, str) or not token.isascii() or len(token) < 20:
            return Unit_sudo.browse()
        unit_sudo = Unit_sudo.search([("check_token", "=", token)], limit=1)
        same = unit_sudo and consteq(unit_sudo.check_token, token)
        return unit_sudo if same else Unit_sudo.browse()

    def _get_public_values(self):
        """What anybody with the certificate in hand may know; nothing personal."""
        self.ensure_one()
        today = self.env.company._get_aftersales_today()
        cover = self._get_cover(today)
        return {
            "product": self.product_id.name,
            "serial": serials.masked(self.serial),
            "date_end": self.date_cover_end,
            "is_in_cover": bool(cover["share"]),
            "is_active": self.state == "active",
            "company": self.company_id.name,
        }

    def _get_certificate(self):
        """Plain values of the certificate.

        Content after article 9 of the car rules (Order 43), which other goods may
        follow: unit, maker and seller, dates, look-up of repairers, terms, lists
        of main and wear parts with their periods.
        """
        self.ensure_one()
        self.check_access("read")
        # Its owner reads neither contacts nor categories; the paper names them.
        unit_sudo = self.sudo()
        product_class = unit_sudo._get_certificate_class()
        terms = unit_sudo._get_certificate_terms()
        return {
            "unit": unit_sudo,
            "company": unit_sudo.company_id,
            "seller": unit_sudo.dealer_id or unit_sudo.company_id.partner_id,
            "whole": [row for row in terms if not row["is_wear"]],
            "wear": [row for row in terms if row["is_wear"]],
            "product_class": product_class,
            "daily_rate": f"{product_class.daily_rate:g}" if product_class else "",
            "end": unit_sudo.date_cover_end,
            "qr": self._get_check_qr(),
        }

    def _get_certificate_class(self):
        """Class whose periods the law gives the unit; empty where it gives none.

        The paper promises nothing that the cover does not know: figures that
        nobody has confirmed, or those of another country.
        """
        self.ensure_one()
        categ = self.product_id.categ_id
        none = self.env["aftersales.product.class"]
        product_class = categ._get_aftersales_class() if categ else none
        if product_class.country_id not in (none.country_id, self.country_id):
            return none
        return product_class if product_class.active else none

    def _get_certificate_terms(self):
        """Terms of the policy of the unit, with their days."""
        self.ensure_one()
        Term = self.env["aftersales.policy.term"]
        labels = {
            name: dict(Term._fields[name]._description_selection(self.env))
            for name in ("component", "basis", "usage_uom")
        }
        terms = self.policy_version_id.term_ids
        covers = self._evaluate_cover(
            [
                (
                    self,
                    self.env.company._get_aftersales_today(),
                    term.component,
                    term._get_certificate_part(),
                    None,
                )
                for term in terms
            ]
        )
        return [
            {
                "label": term.name
                or term.product_id.display_name
                or term.categ_id.name
                or labels["component"][term.component],
                "months": term.months,
                "usage": f"{term.usage_limit:g} {labels['usage_uom'][term.usage_uom]}"
                if term.usage_limit and term.usage_uom
                else "",
                "share": f"{term.share:g}",
                "basis": labels["basis"][term.basis],
                "date_end": cover.date_end,
                "is_wear": term.is_wear,
            }
            for term, cover in zip(terms, covers, strict=True)
        ]

    def action_print_certificate(self):
        """Print the certificates of the units."""
        return self.env.ref(
            "aftersales_warranty.action_report_unit_certificate"
        ).report_action(self)


class AftersalesPolicyTerm(models.Model):
    _inherit = "aftersales.policy.term"

    def _get_certificate_part(self):
        """Part that stands for the term; a nameless one for a whole category."""
        self.ensure_one()
        if self.product_id or not self.categ_id:
            return self.product_id
        return self.env["product.product"].new({"categ_id": self.categ_id.id})
