from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from odoo.addons.aftersales_network.tools.workbook import make_workbook

from ..tools import charts


class AftersalesPeriodPage(models.AbstractModel):
    """The page as a PDF and as a spreadsheet, with the figures of the reader."""

    _inherit = "aftersales.period.page"

    #: Part of the address of the spreadsheet, and the report of the page.
    _PAGE_KIND = ""
    _PAGE_REPORT = ""

    def action_export_page(self):
        """Download the page as a spreadsheet."""
        self.ensure_one()
        self._check_page_ready()
        return {
            "type": "ir.actions.act_url",
            "url": f"/aftersales/page/{self._PAGE_KIND}/{self.id}.xlsx",
            "target": "download",
        }

    def action_print_page(self):
        """Print the page."""
        self.ensure_one()
        self._check_page_ready()
        return self.env.ref(self._PAGE_REPORT).report_action(self)

    def _is_page_ready(self):
        """Whether the reader may ask for this page, and it has a period."""
        self.ensure_one()
        return self._is_scope_allowed() and self._is_period_complete()

    def _check_page_ready(self):
        """Refuse to hand over a page that would be empty.

        :raise AccessError: a unit that is none of the user's business
        :raise UserError: a page without dates
        """
        self.check_access("read")
        self._check_scope()
        if not self._is_period_complete():
            raise UserError(
                self.env._("Choose a first and a last day; the first comes first.")
            )

    def _get_page_facts(self):
        """What the page is about: ``[(label, value)]``; extension point."""
        return [
            (self.env._("Company"), self.company_id.name),
            (
                self.env._("Unit"),
                self.service_point_id.display_name or self.env._("Whole company"),
            ),
            (self.env._("Period"), self.page["period"]),
            (self.env._("Period Before"), self.page["before"]),
            (
                self.env._("Document"),
                self.env._(
                    "Made on %(date)s by %(user)s",
                    date=format_datetime(self.env, fields.Datetime.now()),
                    user=self.env.user.name,
                ),
            ),
        ]

    def _make_page_workbook(self):
        """Bytes of the spreadsheet: facts, figures, then a sheet per section."""
        page = self.page
        figures = [
            (group["name"], card["name"], card["value"], card["change"], card["note"])
            for group in page["groups"]
            for card in group["cards"]
        ]
        headings = [
            self.env._("Group"),
            self.env._("Figure"),
            self.env._("Value"),
            self.env._("Change"),
            self.env._("Note"),
        ]
        about = [self.env._("What"), self.env._("Value")]
        return make_workbook(
            [
                (self._get_page_name(), about, self._get_page_facts()),
                (self.env._("Figures"), headings, figures),
                *(
                    (
                        section["name"],
                        section["headings"],
                        [row["values"] for row in section["rows"]],
                    )
                    for section in page["sections"]
                ),
            ]
        )

    def _get_section_picture(self, section):
        """Chart of a section as the source of an image; nothing for a table."""
        if section["kind"] == "table" or not section["rows"]:
            return False
        rows = section["rows"]
        values = [row["values"][1] for row in rows]
        labels = [row["values"][0] for row in rows]
        # Scores have a scale of their own, counts have none.
        maximum = 100 if section.get("is_score") else None
        return charts.data_uri(charts.bars(labels, values, maximum=maximum))
