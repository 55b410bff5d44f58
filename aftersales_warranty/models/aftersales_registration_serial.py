from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools import serials


class AftersalesRegistration(models.Model):
    """A unit is found by its serial, however that is typed or scanned."""

    _inherit = "aftersales.registration"

    #: Serials that are compared with a mistyped one.
    _NEAR_LIMIT = 500

    serial_key = fields.Char(
        compute="_compute_serial_key", store=True, precompute=True, index=True
    )
    serial_fold = fields.Char(
        compute="_compute_serial_key", store=True, precompute=True, index=True
    )

    @api.depends("serial")
    def _compute_serial_key(self):
        for unit in self:
            unit.serial_key = serials.key(unit.serial)
            unit.serial_fold = serials.fold(unit.serial)

    @api.model
    def get_import_templates(self):
        """Sample file for Odoo's own import of units."""
        return [
            {
                "label": self.env._("Import template for units"),
                "template": "/aftersales_warranty/static/csv/unit_import.csv",
            }
        ]

    @api.model
    def _find_by_serial(self, text, product=None, company=None):
        """Units that a typed or scanned text names, live ones first.

        A unit whose serial reads exactly so beats one that differs in case,
        spaces or dashes. Several products may share a serial: the caller asks
        which one is meant.

        :param text: serial as typed, or the whole content of a scanned code
        :param product: only units of that product
        :param company: only units of that company; default: those of the user
        :return: registrations; empty where the serial is unknown
        """
        cleaned, key = serials.clean(text), serials.key(text)
        if not key:
            return self.browse()
        domain = Domain("company_id", "in", (company or self.env.companies).ids)
        if product:
            domain &= Domain("product_id", "in", product.ids)
        exact = Domain("serial", "in", [cleaned, (text or "").strip()])
        units = self.search(domain & (exact | Domain("serial_key", "=", key)))
        named = units.filtered(lambda u: u.serial in (cleaned, (text or "").strip()))
        return (named or units).sorted(lambda u: (u.state != "active", -u.id))

    @api.model
    def _find_lots_by_serial(self, text, product=None, company=None):
        """Serials in stock that a text names; they need not be registered.

        :return: lots of goods tracked by serial, as superuser: who serves a customer
            need not read the stock; give on plain values only
        """
        cleaned = serials.clean(text)
        if not serials.key(text):
            return self.env["stock.lot"].sudo()
        companies = (company or self.env.companies).ids
        domain = Domain("company_id", "in", [*companies, False]) & Domain(
            "product_id.tracking", "=", "serial"
        )
        if product:
            domain &= Domain("product_id", "in", product.ids)
        names = list(dict.fromkeys([cleaned, (text or "").strip()]))
        spelt = Domain("name", "in", names) | Domain("name", "=ilike", cleaned)
        return self.env["stock.lot"].sudo().search(domain & spelt, limit=20)

    @api.model
    def _find_near_serials(self, text, company=None, limit=5):
        """Units whose serial is one or two slips away from a text.

        A single wrong, missing, extra or swapped character leaves one half of
        the serial as it is, so that only such units are compared.  Serials of one
        series share their beginning: those that are one slip away are asked for
        by themselves, so that no series is too long to find them.
        """
        first, last = serials.halves(text)
        if len(first) < 2:
            return self.browse()
        own = Domain("company_id", "in", (company or self.env.companies).ids)
        likely = Domain("serial_fold", "=", serials.fold(text)) | Domain.OR(
            Domain("serial_key", "=like", pattern) for pattern in serials.slips(text)
        )
        similar = Domain("serial_key", "=like", f"{first}%") | Domain(
            "serial_key", "=like", f"%{last}"
        )
        units = self.search_fetch(own & likely, ["serial"], limit=self._NEAR_LIMIT)
        units |= self.search_fetch(own & similar, ["serial"], limit=self._NEAR_LIMIT)
        by_serial = units.grouped("serial")
        nearest = serials.rank(text, by_serial, limit)
        return self.union(*(by_serial[serial] for serial in nearest))

    # -- suspicion ---------------------------------------------------------------

    def _get_unit_notices(self):
        """What whoever handles the unit has to know; extension point.

        :return: ``{unit_id: [{"level", "text", "action"}, …]}`` with ``level``
            ``info``, ``warning`` or ``danger`` and ``action`` a window action or
            False; a call costs a constant number of queries
        """
        notices = {unit_id: [] for unit_id in self.ids}
        # The suspicion concerns everybody who handles the unit, whichever point
        # wrote the case.
        cases = self.env["aftersales.counterfeit.case"].sudo()._find_open(self)
        for unit, case in cases.items():
            notices[unit.id].append(
                {
                    "level": "danger",
                    "text": case._get_notice(),
                    "action": case._get_records_action(),
                }
            )
        return notices

    def _check_serviceable(self, purpose):
        """Refuse a return or a claim for units under suspicion of counterfeit.

        :param purpose: ``return`` or ``claim``
        :raise UserError: naming the unit, the case and the way out
        """
        # A case blocks whoever may read it.
        cases = self.env["aftersales.counterfeit.case"].sudo()._find_open(self)
        for unit, case in cases.items():
            self._raise_counterfeit(unit.serial, case, purpose)

    @api.model
    def _check_serial_serviceable(self, serial, product, company, purpose="return"):
        """The same for a serial that nobody registered.

        :param product: may be empty
        :raise UserError: naming the serial, the case and the way out
        """
        Case_sudo = self.env["aftersales.counterfeit.case"].sudo()
        request = (serial, product, company)
        case = Case_sudo._find_open_by_serial([request]).get(0)
        if case:
            self._raise_counterfeit(serial, case, purpose)

    @api.model
    def _raise_counterfeit(self, serial, case, purpose):
        """Refuse a purpose because of a counterfeit case."""
        values = {"serial": serial, "case": case.name}
        if purpose == "claim":
            raise UserError(
                self.env._(
                    "No claim for serial %(serial)s: case %(case)s holds it for a "
                    "counterfeit. Have the case cleared first.",
                    **values,
                )
            )
        raise UserError(
            self.env._(
                "Serial %(serial)s cannot be returned: case %(case)s holds it for a "
                "counterfeit. Have the case cleared first.",
                **values,
            )
        )
