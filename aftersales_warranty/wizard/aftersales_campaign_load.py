from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.aftersales_network.models.flow import FLOW

from ..tools import recall_rows, serials


class AftersalesCampaignLoad(models.TransientModel):
    """Reads a list of affected serials into a campaign, and reports every row.

    Safe to repeat: the same list again changes nothing.
    """

    _name = "aftersales.campaign.load"
    _inherit = ["aftersales.load.mixin"]
    _description = "Load Affected Serials"

    _LOAD_REFUSED_NAME = "affected-serials-refused.csv"

    campaign_id = fields.Many2one(
        "aftersales.campaign", "Recall Campaign", required=True, readonly=True
    )
    with_unknown = fields.Boolean(
        "Also Unregistered Serials",
        default=True,
        help="Serials that nobody registered are affected as well: intake tells of "
        "the recall as soon as one of them comes in.",
    )
    line_ids = fields.One2many(
        "aftersales.campaign.load.line", "load_id", readonly=True
    )

    def action_load(self):
        """Read the list, take what can be taken, and report every row.

        :raise UserError: the campaign is over
        """
        self.ensure_one()
        campaign = self.campaign_id
        campaign._check_runner()
        campaign._check_flow_state("draft", "running")
        if campaign.company_id != self.company_id:
            raise UserError(
                self.env._("The list must be of the company of the campaign.")
            )
        header, rows, report = self._read_list()
        known = self._get_known([row for _line, row, _raw in rows])
        fresh = []
        for line, row, raw in rows:
            serial, result, text = self._judge(row, known, fresh)
            report[line] = {
                "serial": serial,
                "result": result,
                "text": text,
                "raw": raw,
            }
        Unit = self.env["aftersales.campaign.unit"]
        Unit.with_context(aftersales_flow=FLOW).create(fresh)
        self._write_report(header, report)
        return self._show_report(self.env._("Load Affected Serials"))

    def _get_load_kernel(self):
        return recall_rows

    def _explain(self, error):
        if error.code == "missing":
            return self.env._(
                "“%(column)s” is empty.", column=recall_rows.HEADINGS[error.text][0]
            )
        return super()._explain(error)

    def _prepare_report_line(self, line, entry):
        return {
            **super()._prepare_report_line(line, entry),
            "serial": entry.get("serial", ""),
        }

    def _get_known(self, rows):
        """Products, units and affected rows that the list names; three queries."""
        codes = [row["product"] for row in rows if row["product"]]
        keys = [serials.key(row["serial"]) for row in rows]
        campaign = self.campaign_id
        products = self.env["product.product"].search(
            Domain("company_id", "in", (self.company_id.id, False))
            & (
                Domain("default_code", "in", codes)
                | Domain("barcode", "in", codes)
                | Domain("name", "in", codes)
            )
        )
        units = self.env["aftersales.registration"].search(
            Domain("serial_key", "in", keys)
            & Domain("company_id", "=", self.company_id.id),
            order="id",
        )
        taken = self.env["aftersales.campaign.unit"].search_fetch(
            [("campaign_id", "=", campaign.id), ("serial_key", "in", keys)],
            ["product_id", "serial_key"],
        )
        names = ("name", "barcode", "default_code")
        return {
            "product": self._index_by_text(products, names),
            "unit": units.sorted(lambda u: u.state == "active").grouped("serial_key"),
            "taken": {(row.product_id.id, row.serial_key) for row in taken},
        }

    def _judge(self, row, known, fresh):
        """What becomes of one row: ``(serial, result, text)``."""
        serial, key = serials.clean(row["serial"]), serials.key(row["serial"])
        if not key:
            return (
                serial,
                "refused",
                self.env._("“%(text)s” is no serial number.", text=serial),
            )
        product_id, unit, problem = self._find_product(row, key, known)
        if problem:
            return serial, "refused", problem
        if (product_id, key) in known["taken"]:
            return serial, "kept", ""
        if not unit and not self.with_unknown:
            return serial, "refused", self.env._("Nobody registered this serial.")
        known["taken"].add((product_id, key))
        fresh.append(
            {
                "campaign_id": self.campaign_id.id,
                "registration_id": unit.id if unit else False,
                "product_id": product_id,
                "serial": unit.serial if unit else serial,
                "source": "list",
            }
        )
        text = "" if unit else self.env._("Nobody registered this serial.")
        return serial, "taken", text

    def _find_product(self, row, key, known):
        """Product and unit of one row, or what is wrong with it."""
        units = known["unit"].get(key, self.env["aftersales.registration"])
        affected = self.campaign_id.product_ids.ids
        if row["product"]:
            product = known["product"].get(row["product"])
            if not product:
                return (
                    False,
                    units,
                    self.env._(
                        "No product, or several, are named “%(text)s”.",
                        text=row["product"],
                    ),
                )
            affected = product.ids
        found = units.filtered(lambda u: not affected or u.product_id.id in affected)
        products = found.product_id.ids or affected
        if len(products) != 1:
            text = self.env._("Name the product; the serial alone does not tell it.")
            return False, units, text
        return products[0], found[-1:], None


class AftersalesCampaignLoadLine(models.TransientModel):
    """What became of one row of the list."""

    _name = "aftersales.campaign.load.line"
    _inherit = ["aftersales.load.line.mixin"]
    _description = "Row of Affected Serials"
    _order = "row"

    load_id = fields.Many2one(
        "aftersales.campaign.load", required=True, index=True, ondelete="cascade"
    )
    serial = fields.Char("Serial Number")
