from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.aftersales_network.tools.list_rows import RowError

from ..tools import serials, unit_rows


class AftersalesRegistrationLoad(models.TransientModel):
    """Reads a list of sold units and says for every row what became of it.

    Safe to repeat: the same list again changes nothing.
    """

    _name = "aftersales.registration.load"
    _inherit = ["aftersales.load.mixin"]
    _description = "Load Sold Units"

    _LOAD_REFUSED_NAME = "sold-units-refused.csv"

    dealer_id = fields.Many2one(
        "res.partner",
        help="Who sold the units, where the list itself does not say so.",
    )
    with_customers = fields.Boolean(
        "Create Customers",
        help="Creates a contact for customers who are not known by e-mail or name.",
    )
    line_ids = fields.One2many(
        "aftersales.registration.load.line", "load_id", readonly=True
    )

    def action_load(self):
        """Read the list, register what can be registered, and report every row."""
        self.ensure_one()
        self.env["aftersales.registration"].check_access("create")
        header, rows, report = self._read_list()
        known = self._get_known(row for _line, row, _raw in rows)
        fresh = []
        for line, row, raw in rows:
            serial, result, text = self._judge(row, known, fresh)
            entry = {"serial": serial, "result": result, "text": text, "raw": raw}
            report[line] = entry
        self._create_units(fresh)
        self._write_report(header, report)
        return self._show_report(self.env._("Load Sold Units"))

    def _get_load_kernel(self):
        return unit_rows

    def _explain(self, error):
        if error.code == "price":
            return self.env._("“%(text)s” is no price.", text=error.text)
        if error.code == "missing":
            error = RowError("missing", unit_rows.HEADINGS[error.text][0])
        return super()._explain(error)

    def _prepare_report_line(self, line, entry):
        return {
            **super()._prepare_report_line(line, entry),
            "serial": entry.get("serial", ""),
        }

    def _get_known(self, rows):
        """Products, contacts and live units that the rows name; four queries."""
        values = list(rows)
        codes = {row["product"] for row in values}
        company = Domain("company_id", "in", (self.company_id.id, False))
        products = self.env["product.product"].search(
            company
            & (
                Domain("default_code", "in", codes)
                | Domain("barcode", "in", codes)
                | Domain("name", "in", codes)
            )
        )
        names = {row["customer"] for row in values} | {row["dealer"] for row in values}
        emails = {row["email"] for row in values if row["email"]}
        partners = self.env["res.partner"].search(
            company
            & (Domain("name", "in", names - {""}) | Domain("email", "in", emails))
        )
        keys = {serials.key(row["serial"]) for row in values}
        units = self.env["aftersales.registration"].search(
            Domain("serial_key", "in", keys)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("state", "=", "active")
        )
        return {
            "product": self._index_by_text(
                products, ("name", "barcode", "default_code")
            ),
            "email": self._index_by_text(partners, ("email",)),
            "partner": self._index_by_text(partners, ("name",)),
            "unit": {(u.product_id, u.serial_key): u for u in units},
            "seen": set(),
        }

    # -- judging -----------------------------------------------------------------

    def _judge(self, row, known, fresh):
        """What becomes of one row: ``(serial, result, text)``.

        New units are collected in ``fresh`` and created at once.
        """
        serial = serials.clean(row["serial"])
        product = known["product"].get(row["product"])
        partner = known["email"].get(row["email"]) or known["partner"].get(
            row["customer"]
        )
        problem = self._get_problem(row, serial, product, partner, known)
        if problem:
            return serial, "refused", problem
        key = product, serials.key(serial)
        known["seen"].add(key)
        unit = known["unit"].get(key)
        if not unit:
            fresh.append((row, serial, product, partner, known))
            return serial, "taken", ""
        return (serial, *self._update_unit(unit, row, partner))

    def _get_problem(self, row, serial, product, partner, known):
        """Why a row is refused, or None."""
        if not serials.key(serial):
            return self.env._("“%(text)s” is no serial number.", text=serial)
        if not product:
            return self.env._(
                "No product, or several, are named “%(text)s”.", text=row["product"]
            )
        if (product, serials.key(serial)) in known["seen"]:
            return self.env._("The serial stands in the list already.")
        if row["date_sale"] > self.env.company._get_aftersales_today():
            return self.env._("The day of the sale lies in the future.")
        if row["customer"] and not partner and not self.with_customers:
            return self.env._(
                "No customer, or several, are named “%(text)s”.", text=row["customer"]
            )
        return None

    def _update_unit(self, unit, row, partner):
        """Complete a unit that is registered: ``(result, text)``."""
        owner = unit.partner_id.commercial_partner_id
        if unit.is_dealer_stock and row["customer"] and not partner:
            return "refused", self.env._(
                "The unit is with the dealer; create the customer first."
            )
        if unit.is_dealer_stock and partner:
            try:
                unit._transfer(partner, row["date_sale"], price=row["price"])
            except UserError as error:
                return "refused", str(error)
            return "changed", self.env._("The sale by the dealer is reported.")
        if partner and owner and partner.commercial_partner_id != owner:
            return "refused", self.env._("The unit is registered to somebody else.")
        vals = {
            name: row[name] for name in unit_rows.DATES if row[name] and not unit[name]
        }
        if partner and not owner:
            vals["partner_id"] = partner.id
        if not vals:
            return "kept", ""
        unit.write(vals)
        return "changed", self.env._("What was missing is filled in.")

    def _create_units(self, fresh):
        """Register new units in one batch, with the customers they need."""
        if not fresh:
            return
        customers = self._create_customers(fresh)
        vals_list = []
        for row, serial, product, partner, known in fresh:
            partner = partner or customers.get((row["customer"], row["email"]))
            dealer = known["partner"].get(row["dealer"]) or self.dealer_id
            vals_list.append(
                {
                    **{name: row[name] for name in unit_rows.DATES},
                    "company_id": self.company_id.id,
                    "currency_id": self.company_id.currency_id.id,
                    "product_id": product.id,
                    "serial": serial,
                    "partner_id": partner.id if partner else False,
                    "dealer_id": dealer.id,
                    "channel": "dealer" if dealer else "shop",
                    "price": row["price"],
                }
            )
        self.env["aftersales.registration"].create(vals_list)

    def _create_customers(self, fresh):
        """Contacts of customers who are not known: ``{(name, e-mail): partner}``."""
        wanted = {
            (row["customer"], row["email"]): row
            for row, _serial, _product, partner, _known in fresh
            if row["customer"] and not partner
        }
        if not wanted:
            return {}
        if not self.env["res.partner"].has_access("create"):
            raise UserError(
                self.env._(
                    "You may not create contacts. Load the list without new customers, "
                    "or ask somebody who may."
                )
            )
        partners = self.env["res.partner"].create(
            [
                {"name": row["customer"], "email": row["email"], "phone": row["phone"]}
                for row in wanted.values()
            ]
        )
        return dict(zip(wanted, partners, strict=True))


class AftersalesRegistrationLoadLine(models.TransientModel):
    """What became of one row of the list."""

    _name = "aftersales.registration.load.line"
    _inherit = ["aftersales.load.line.mixin"]
    _description = "Row of Sold Units"
    _order = "row"

    load_id = fields.Many2one(
        "aftersales.registration.load", required=True, index=True, ondelete="cascade"
    )
    serial = fields.Char("Serial Number")
