from odoo import api, models

from odoo.addons.aftersales_network.tools.workbook import make_workbook

from ..tools import indicator_rows


class AftersalesIndicatorSet(models.Model):
    """The set as a spreadsheet that can be loaded again."""

    _inherit = "aftersales.indicator.set"

    def action_export(self):
        """Download the indicators as XLSX."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/aftersales/indicator-set/{self.id}/indicators.xlsx",
            "target": "download",
        }

    def action_load(self):
        """Open the window that loads indicators from a list.

        :raise UserError: the set is in use
        """
        self.ensure_one()
        self._check_not_frozen()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_evaluation.aftersales_indicator_load_action"
        )
        return {**action, "context": {"default_set_id": self.id}}

    def _make_workbook(self):
        """Bytes of the spreadsheet; an empty recordset gives the template."""
        headings = [texts[0].capitalize() for texts in indicator_rows.HEADINGS.values()]
        nodes = self.indicator_ids.sorted("sort_key")
        rows = [node._prepare_export_row() for node in nodes]
        return make_workbook(
            [
                (self.code or "Indicators", headings, rows),
                self._prepare_choice_sheet(),
            ]
        )

    @api.model
    def _prepare_choice_sheet(self):
        """Second sheet: what may stand in the columns with choices."""
        fields_ = self.env["aftersales.indicator"]._fields
        rows = [
            (indicator_rows.HEADINGS[name][0].capitalize(), value, label)
            for name in indicator_rows.CHOICES
            for value, label in fields_[name]._description_selection(self.env)
        ]
        catalog = self.env["aftersales.metric"]._get_metric_catalog()
        heading = indicator_rows.HEADINGS["metric_code"][0].capitalize()
        rows += [(heading, code, catalog[code]["name"]) for code in sorted(catalog)]
        headings = [self.env._("Column"), self.env._("Value"), self.env._("Meaning")]
        return self.env._("Choices"), headings, rows


class AftersalesIndicator(models.Model):
    _inherit = "aftersales.indicator"

    def _prepare_export_row(self):
        """Cells in the order of the headings."""
        self.ensure_one()
        cells = {
            **{
                name: self[name] or ""
                for name in indicator_rows.HEADINGS
                if name in self
            },
            "parent": self.parent_id.code or "",
            "points": self.points,
            "target": self.target if self.kind == "metric" else "",
            "min_sample": self.min_sample or "",
        }
        if self.kind != "metric":
            cells.update(direction="", unit="", metric_code="")
        return [cells[name] for name in indicator_rows.HEADINGS]
