from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from odoo.addons.aftersales_network.tools.list_rows import key

from ..tools import need_rows

#: What a row may change of a need that is known already.
TEXTS = ("quality_standard", "added_value")


class AftersalesNeedLoad(models.TransientModel):
    """Reads a list of needs and says for every row what became of it.

    A need is known again by its group and its basic need; the same list a second
    time changes nothing.
    """

    _name = "aftersales.need.load"
    _inherit = ["aftersales.load.mixin"]
    _description = "Load Needs"

    _LOAD_REFUSED_NAME = "needs-refused.csv"

    line_ids = fields.One2many("aftersales.need.load.line", "load_id", readonly=True)

    def action_load(self):
        """Read the list, record what can be recorded, and report every row."""
        self.ensure_one()
        if not self.env["aftersales.customer.need"].has_access("create"):
            raise AccessError(self.env._("Only the head of service loads needs."))
        header, rows, report = self._read_list()
        known = self._find_needs(rows)
        promises = self._find_promises()
        for line, row, raw in rows:
            report[line] = self._take(row, raw, known, promises)
        self._create_needs(known, report)
        self._write_report(header, report)
        return self._show_report(self.env._("Load Needs"))

    def action_view_needs(self):
        """Open the needs that the list is about."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Loaded Needs"),
            "res_model": "aftersales.customer.need",
            "view_mode": "list,form",
            "domain": [("id", "in", self.line_ids.need_id.ids)],
        }

    def _get_load_kernel(self):
        return need_rows

    def _explain(self, error):
        if error.code == "group":
            return self.env._(
                "“%(text)s” is none of customers, dealers, service providers and "
                "departments.",
                text=error.text,
            )
        if error.code == "both":
            return self.env._("A need has a promise or is a gap, not both.")
        return super()._explain(error)

    def _find_needs(self, rows):
        """Needs of the company by group and name."""
        groups = {row["group"] for _line, row, _raw in rows}
        needs = self.env["aftersales.customer.need"].search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("group", "in", list(groups))
        )
        return {(need.group, key(need.name)): need for need in needs}

    def _find_promises(self):
        """Promises of the company by name; the newest version of a name counts."""
        promises = self.env["aftersales.promise"].search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("state", "!=", "withdrawn"),
            order="state, version, id",
        )
        return {key(promise.name): promise for promise in promises}

    def _take(self, row, raw, known, promises):
        """Judge one row; what is new waits in ``known`` to be created.

        :param known: ``{(group, name): need, or values of a new one}``
        :return: entry of the report
        """
        promise = promises.get(key(row["promise"]))
        if row["promise"] and not promise:
            text = self.env._(
                "There is no promise “%(promise)s”.", promise=row["promise"]
            )
            return self._prepare_refusal(raw, text)
        vals = self._prepare_need_vals(row, promise)
        place = (row["group"], key(row["name"]))
        entry = {"text": "", "raw": raw, "place": place}
        need = known.get(place)
        if need is None:
            known[place] = {
                **vals,
                "name": row["name"],
                "group": row["group"],
                "company_id": self.company_id.id,
            }
            return {**entry, "result": "taken"}
        if isinstance(need, dict):
            changed = any(need.get(name) != value for name, value in vals.items())
            need.update(vals)
        else:
            changed = self._change(need, vals)
        return {**entry, "result": "changed" if changed else "kept"}

    def _change(self, need, vals):
        """Write what differs; whether anything did."""
        changed = {
            name: value
            for name, value in vals.items()
            if (need[name].id if name == "promise_id" else need[name]) != value
        }
        if changed:
            need.write(changed)
        return bool(changed)

    def _create_needs(self, known, report):
        """Create what is new at once and name the need of every row."""
        fresh = {place: x for place, x in known.items() if isinstance(x, dict)}
        needs = self.env["aftersales.customer.need"].create(list(fresh.values()))
        known.update(zip(fresh, needs, strict=True))
        for entry in report.values():
            if place := entry.get("place"):
                entry["need_id"] = known[place].id

    def _prepare_need_vals(self, row, promise):
        """What a row says about a need; empty cells say nothing."""
        vals = {name: row[name] for name in TEXTS if row[name]}
        if promise:
            vals.update(promise_id=promise.id, is_gap=False)
        elif row["gap_reason"]:
            vals.update(promise_id=False, is_gap=True, gap_reason=row["gap_reason"])
        return vals

    def _prepare_report_line(self, line, entry):
        raw = entry["raw"]
        label = next((str(cell) for cell in raw.values() if cell), "")
        return {
            **super()._prepare_report_line(line, entry),
            "label": label,
            "need_id": entry.get("need_id"),
        }


class AftersalesNeedLoadLine(models.TransientModel):
    """What became of one row of the list."""

    _name = "aftersales.need.load.line"
    _inherit = ["aftersales.load.line.mixin"]
    _description = "Row of Needs"
    _order = "row"

    load_id = fields.Many2one(
        "aftersales.need.load", required=True, index=True, ondelete="cascade"
    )
    label = fields.Char("Row Read")
    need_id = fields.Many2one("aftersales.customer.need", ondelete="cascade")
