from odoo import api, fields, models

from ..tools import indicator_rows

#: Columns that a list may leave out: what is there stays.
VALUE_FIELDS = (
    "name",
    "keywords",
    "kind",
    "points",
    "metric_code",
    "target",
    "direction",
    "unit",
    "min_sample",
    "confidence",
)


class AftersalesIndicatorLoad(models.TransientModel):
    """Reads the indicators of a draft set and says what became of every row.

    Rows are matched by their code, so that a list that was exported, changed and
    loaded again changes just what was changed. Nothing is deleted.
    """

    _name = "aftersales.indicator.load"
    _inherit = ["aftersales.load.mixin"]
    _description = "Load Indicators"

    _LOAD_ROWS = 2000
    _LOAD_REFUSED_NAME = "indicators-refused.csv"

    set_id = fields.Many2one(
        "aftersales.indicator.set",
        "Indicator Set",
        required=True,
        ondelete="cascade",
        domain="[('state', '=', 'draft')]",
        help="Draft that takes the rows.",
    )
    line_ids = fields.One2many(
        "aftersales.indicator.load.line", "load_id", readonly=True
    )

    def action_load(self):
        """Read the list into the draft and report every row.

        :raise UserError: a set that is no draft, or a file that is no list
        """
        self.ensure_one()
        self.set_id.check_access("write")
        self.set_id._check_not_frozen()
        header, rows, report = self._read_list()
        rows = self._refuse_rows(rows, report)
        nodes = {node.code: node for node in self.set_id.indicator_ids}
        taken = [entry for entry in rows if entry[1]["code"] not in nodes]
        changed = [entry for entry in rows if entry[1]["code"] in nodes]
        self._create_nodes(taken, nodes, report)
        self._write_nodes(changed, nodes, report)
        self._link_nodes(changed, nodes, report)
        self._write_report(header, report)
        return self._show_report(self.env._("Load Indicators"))

    def _get_load_kernel(self):
        return indicator_rows

    def _refuse_rows(self, rows, report):
        """Rows that can be taken; the others go to the report.

        Adds ``parent_code`` to the rows.
        """
        known = self.set_id.indicator_ids
        unique, seen = [], {}
        for line, row, raw in rows:
            first = seen.setdefault(row["code"], line)
            if first != line:
                text = self.env._(
                    "Code %(code)s stands in row %(row)s already.",
                    code=row["code"],
                    row=first,
                )
                report[line] = self._prepare_refusal(raw, text)
            else:
                unique.append((line, row, raw))
        parents, lost = indicator_rows.find_parents(
            [(line, row) for line, row, _raw in unique], known.mapped("code")
        )
        before = {node.code: node.parent_id.code or "" for node in known}
        loops = indicator_rows.find_loops({**before, **parents})
        kept = []
        for line, row, raw in unique:
            text = self._get_parent_problem(line, row, lost, loops)
            if text:
                report[line] = self._prepare_refusal(raw, text)
            else:
                kept.append((line, {**row, "parent_code": parents[row["code"]]}, raw))
        return kept

    def _get_parent_problem(self, line, row, lost, loops):
        """Why a row cannot be hung into the tree; empty where it can."""
        if line in lost:
            return self.env._(
                "“%(code)s”, above it, is neither in the set nor taken from the list.",
                code=lost[line],
            )
        if row["code"] in loops:
            return self.env._("It would belong to itself.")
        return ""

    def _create_nodes(self, rows, nodes, report):
        """Create the new indicators, one batch for each level of the tree."""
        level = rows
        while level:
            ready = [
                entry
                for entry in level
                if not entry[1]["parent_code"] or entry[1]["parent_code"] in nodes
            ]
            done = {entry[0] for entry in ready}
            level = [entry for entry in level if entry[0] not in done]
            created = self.env["aftersales.indicator"].create(
                [self._prepare_node_vals(row, nodes) for _line, row, _raw in ready]
            )
            nodes.update({node.code: node for node in created})
        for line, row, raw in rows:
            report[line] = {"result": "taken", "text": "", "raw": raw, **row}

    def _prepare_node_vals(self, row, nodes):
        """Values of a new indicator; the one above it exists already."""
        parent = nodes.get(row["parent_code"])
        return {
            "set_id": self.set_id.id,
            "code": row["code"],
            "parent_id": parent.id if parent else False,
            **self._prepare_values(row),
        }

    @api.model
    def _prepare_values(self, row):
        """Field values of the columns that the list has."""
        return {
            name: row[name]
            for name in VALUE_FIELDS
            if name in row and row[name] is not None
        }

    def _write_nodes(self, rows, nodes, report):
        """Write what differs; indicators with the same change share a write."""
        groups = {}
        for line, row, raw in rows:
            node = nodes[row["code"]]
            vals = {
                name: value
                for name, value in self._prepare_values(row).items()
                if (node[name] or False) != (value or False)
            }
            groups.setdefault(tuple(sorted(vals.items())), []).append(node.id)
            report[line] = {
                "result": "changed" if vals else "kept",
                "text": self._describe_change(vals),
                "raw": raw,
                **row,
            }
        for vals, ids in groups.items():
            if vals:
                self.env["aftersales.indicator"].browse(ids).write(dict(vals))

    @api.model
    def _describe_change(self, vals):
        """Labels of the fields that a row changes."""
        fields_ = self.env["aftersales.indicator"]._fields
        return ", ".join(fields_[name]._description_string(self.env) for name in vals)

    def _link_nodes(self, rows, nodes, report):
        """Move nodes that the list hangs elsewhere; one write per parent."""
        moved = {}
        for line, row, _raw in rows:
            node, parent = nodes[row["code"]], nodes.get(row["parent_code"])
            if "parent" not in row or node.parent_id == (parent or node.browse()):
                continue
            moved.setdefault(parent.id if parent else False, []).append(node.id)
            if report[line]["result"] == "kept":
                label = node._fields["parent_id"]._description_string(self.env)
                report[line].update(result="changed", text=label)
        for parent_id, ids in moved.items():
            self.env["aftersales.indicator"].browse(ids).write({"parent_id": parent_id})

    def _explain(self, error):
        if error.code == "choice":
            return self.env._("“%(text)s” is none of the choices.", text=error.text)
        if error.code == "number":
            return self.env._(
                "“%(text)s” is no number from 0 on with two decimals at most.",
                text=error.text,
            )
        if error.code == "target":
            return self.env._(
                "%(code)s: a target of zero is reached by anybody where more is "
                "better.",
                code=error.text,
            )
        return super()._explain(error)

    def _prepare_report_line(self, line, entry):
        return {
            **super()._prepare_report_line(line, entry),
            "code": entry.get("code", ""),
        }


class AftersalesIndicatorLoadLine(models.TransientModel):
    """What became of one row of the list."""

    _name = "aftersales.indicator.load.line"
    _inherit = ["aftersales.load.line.mixin"]
    _description = "Row of Indicators"
    _order = "row"

    load_id = fields.Many2one(
        "aftersales.indicator.load", required=True, index=True, ondelete="cascade"
    )
    code = fields.Char()
