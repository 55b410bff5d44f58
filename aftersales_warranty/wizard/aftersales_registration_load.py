import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from odoo.addons.aftersales_network.tools.table_reader import (
    HistoryFileError,
    Limits,
    open_table,
)

from ..tools import serials, unit_rows

#: A list of a dealer is no archive.
LIMITS = Limits(max_bytes=10 * 1024 * 1024)
ROWS = 5000


class AftersalesRegistrationLoad(models.TransientModel):
    """Reads a list of sold units and says for every row what became of it.

    Safe to repeat: the same list again changes nothing.
    """

    _name = "aftersales.registration.load"
    _description = "Load Sold Units"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    file = fields.Binary("List", required=True, attachment=False)
    filename = fields.Char()
    dealer_id = fields.Many2one(
        "res.partner",
        help="Who sold the units, where the list itself does not say so.",
    )
    with_customers = fields.Boolean(
        "Create Customers",
        help="Creates a contact for customers who are not known by e-mail or name.",
    )
    is_done = fields.Boolean(readonly=True)
    line_ids = fields.One2many(
        "aftersales.registration.load.line", "load_id", readonly=True
    )
    taken_count = fields.Integer("Taken", readonly=True)
    changed_count = fields.Integer("Changed", readonly=True)
    kept_count = fields.Integer("As It Was", readonly=True)
    refused_count = fields.Integer("Refused", readonly=True)

    def action_load(self):
        """Read the list, register what can be registered, and report every row."""
        self.ensure_one()
        self.env["aftersales.registration"].check_access("create")
        rows, report = self._read_rows()
        known = self._get_known(rows)
        fresh = []
        for line, row in rows:
            report[line] = self._judge(row, known, fresh, line)
        self._create_units(fresh, report)
        self._write_report(report)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Load Sold Units"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    # -- reading -----------------------------------------------------------------

    def _read_rows(self):
        """Rows of the list, and the refusals of those that cannot be read.

        :return: ``([(line, row)], {line: (serial, result, text)})``
        :raise UserError: a file that is no list
        """
        try:
            table = open_table(
                base64.b64decode(self.file or b""), self.filename or "", LIMITS
            )
        except HistoryFileError as error:
            History = self.env["aftersales.history.import"]
            raise History._get_file_error(error.code, **error.args_) from error
        mapping = unit_rows.map_header(table.header)
        missing = [name for name in unit_rows.REQUIRED if name not in mapping]
        if missing:
            raise UserError(
                self.env._(
                    "The list lacks the columns %(columns)s. Take the template.",
                    columns=", ".join(unit_rows.HEADINGS[x][0] for x in missing),
                )
            )
        rows, report = [], {}
        for raw in table:
            if len(rows) + len(report) >= ROWS:
                raise UserError(
                    self.env._("A list may have %(count)s rows at most.", count=ROWS)
                )
            try:
                rows.append((raw.line, unit_rows.read_row(raw.values, mapping)))
            except unit_rows.RowError as error:
                report[raw.line] = ("", "refused", self._explain(error))
        return rows, report

    def _explain(self, error):
        """Why a row cannot be read."""
        if error.code == "missing":
            heading = unit_rows.HEADINGS[error.text][0]
            return self.env._("“%(column)s” is empty.", column=heading)
        if error.code == "date":
            return self.env._(
                "“%(text)s” is no day; write it like 2026-01-31.", text=error.text
            )
        return self.env._("“%(text)s” is no price.", text=error.text)

    def _get_known(self, rows):
        """Products, contacts and live units that the rows name; four queries."""
        values = [row for _line, row in rows]
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
            "product": self._index(products, ("name", "barcode", "default_code")),
            "email": self._index(partners, ("email",)),
            "partner": self._index(partners, ("name",)),
            "unit": {(u.product_id, u.serial_key): u for u in units},
            "seen": set(),
        }

    @api.model
    def _index(self, records, names):
        """Records by their texts; a text of two records names none."""
        found = {}
        for name in names:
            for record in records:
                if record[name]:
                    found.setdefault(record[name], {})[record] = True
        return {key: next(iter(x)) for key, x in found.items() if len(x) == 1}

    # -- judging -----------------------------------------------------------------

    def _judge(self, row, known, fresh, line):
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
            fresh.append((line, row, serial, product, partner, known))
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

    def _create_units(self, fresh, report):
        """Register new units in one batch, with the customers they need."""
        if not fresh:
            return
        customers = self._create_customers(fresh)
        vals_list = []
        for _line, row, serial, product, partner, known in fresh:
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
            for _line, row, _serial, _product, partner, _known in fresh
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

    def _write_report(self, report):
        """Keep what became of every row."""
        results = [result for _serial, result, _text in report.values()]
        self.write(
            {
                "is_done": True,
                "taken_count": results.count("taken"),
                "changed_count": results.count("changed"),
                "kept_count": results.count("kept"),
                "refused_count": results.count("refused"),
                "line_ids": [Command.clear()]
                + [
                    Command.create(
                        {"row": row, "serial": serial, "result": result, "text": text}
                    )
                    for row, (serial, result, text) in sorted(report.items())
                ],
            }
        )


class AftersalesRegistrationLoadLine(models.TransientModel):
    """What became of one row of the list."""

    _name = "aftersales.registration.load.line"
    _description = "Row of Sold Units"
    _order = "row"

    load_id = fields.Many2one(
        "aftersales.registration.load", required=True, index=True, ondelete="cascade"
    )
    row = fields.Integer()
    serial = fields.Char("Serial Number")
    result = fields.Selection(
        [
            ("taken", "Taken"),
            ("changed", "Changed"),
            ("kept", "As It Was"),
            ("refused", "Refused"),
        ]
    )
    text = fields.Char("Reason")
