from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import float_repr, format_date, format_datetime

from odoo.addons.aftersales_network.tools.workbook import make_workbook

READERS = (
    "aftersales_network.group_training_officer",
    "aftersales_network.group_auditor",
)
FIGURES = ("managers", "holders", "required", "shortfall")


class AftersalesManagerRatio(models.Model):
    """Evidence for the auditor: PDF and spreadsheet of the figures."""

    _inherit = "aftersales.manager.ratio"

    @api.model
    def _check_evidence_reader(self):
        """Names and certificates of everybody are for human resources and auditors.

        :raise AccessError: for anybody else
        """
        if not any(self.env.user.has_group(group) for group in READERS):
            raise AccessError(
                self.env._("Only HR training officers and auditors keep evidence.")
            )

    def action_print_evidence(self):
        """Print the recorded figures as a PDF."""
        self._check_evidence_reader()
        report = self.env.ref("aftersales_training.action_report_manager_ratio")
        return report.report_action(self)

    def action_export_evidence(self):
        """Download the recorded figures as a spreadsheet."""
        self.ensure_one()
        self._check_evidence_reader()
        return self._get_evidence_download(self)

    @api.model
    def _get_evidence_download(self, record):
        """Action that downloads the spreadsheet of a snapshot or dashboard."""
        kind = "snapshot" if record._name == self._name else "dashboard"
        return {
            "type": "ir.actions.act_url",
            "url": f"/aftersales/ratio/{kind}/{record.id}/evidence.xlsx",
            "target": "download",
        }

    def _get_evidence(self):
        """Everything that the evidence shows, in words.

        :return: dict of plain values for the PDF and the spreadsheet
        """
        self.ensure_one()
        self._check_evidence_reader()
        self.check_access("read")
        # The auditor reads the snapshot; what differs today needs the people.
        record = self.sudo()
        names = (*FIGURES, "ratio", "date", "percent", "minimum", "absence")
        vals = {name: record[name] for name in names}
        vals.update(
            company=record.company_id,
            unit_name=record.unit_name,
            rule_source=record.rule_source,
        )
        lines = [
            {name: line[name] for name in self._get_person_columns()}
            for line in record.line_ids
        ]
        return {
            **self._prepare_evidence(vals, lines),
            "recorded": self.env._(
                "Recorded on %(date)s by %(user)s",
                date=format_datetime(self.env, record.create_date),
                user=record.create_uid.name,
            ),
            "differences": record._get_differences(),
        }

    @api.model
    def _get_person_columns(self):
        """What is shown of a person: ``{name of the value: heading}``."""
        return {
            "name": self.env._("Person"),
            "role_name": self.env._("Role"),
            "point_name": self.env._("Works At"),
            "date_from": self.env._("In the Post From"),
            "date_to": self.env._("In the Post To"),
            "is_holder": self.env._("Certified"),
            "certificate_type": self.env._("Certificate"),
            "certificate_number": self.env._("Number"),
            "certificate_issuer": self.env._("Issuer"),
            "certificate_issue": self.env._("Issued"),
            "certificate_expiry": self.env._("Expires"),
        }

    @api.model
    def _prepare_evidence(self, vals, lines):
        """Bring figures and people into the form that is printed."""
        absence = dict(self._selection_absence())
        by_point = defaultdict(lambda: [0, 0])
        for line in lines:
            by_point[line["point_name"]][0] += 1
            by_point[line["point_name"]][1] += bool(line["is_holder"])
        key = ("point_name", "role_name", "name")
        return {
            "company": vals["company"],
            "unit_name": vals["unit_name"],
            "date": format_date(self.env, vals["date"]),
            "figures": self._get_figure_rows(vals),
            "rule": self.env._(
                "%(percent)s %% of the service managers, rounded up, at least "
                "%(minimum)s. Manager on long leave: %(absence)s.",
                percent=float_repr(vals["percent"], 2),
                minimum=vals["minimum"],
                absence=absence.get(vals["absence"], ""),
            ),
            "rule_source": vals["rule_source"],
            "units": [(name, *counts) for name, counts in sorted(by_point.items())],
            "people": sorted(lines, key=lambda li: [str(li[k] or "") for k in key]),
            "columns": self._get_person_columns(),
            "recorded": self.env._("Not recorded: figures as known today."),
            "differences": [],
            "made": self.env._(
                "Made on %(date)s by %(user)s",
                date=format_datetime(self.env, fields.Datetime.now()),
                user=self.env.user.name,
            ),
        }

    @api.model
    def _get_figure_rows(self, vals):
        """Figures with their labels, the share as a percentage."""
        rows = [
            (self._fields[name]._description_string(self.env), vals[name])
            for name in FIGURES
        ]
        share = f"{float_repr(100 * vals['ratio'], 2)} %"
        return [*rows, (self._fields["ratio"]._description_string(self.env), share)]

    def _make_workbook(self, evidence):
        """Bytes of the spreadsheet; text is never taken for a formula."""
        differences = [(row["what"], row["why"]) for row in evidence["differences"]]
        return make_workbook(
            [
                (
                    self.env._("Figures"),
                    [self.env._("Figure"), self.env._("Value")],
                    self._list_facts(evidence),
                ),
                (
                    self.env._("Managers by Unit"),
                    [
                        self.env._("Unit"),
                        self.env._("Managers"),
                        self.env._("Certified"),
                    ],
                    evidence["units"],
                ),
                (
                    self.env._("People"),
                    list(evidence["columns"].values()),
                    self._list_people(evidence),
                ),
                (
                    self.env._("Differences"),
                    [self.env._("What"), self.env._("Why")],
                    differences,
                ),
            ]
        )

    def _list_facts(self, evidence):
        """Rows of the first sheet: what was asked, the figures and the rule."""
        return [
            (self.env._("Company"), evidence["company"].name),
            (self.env._("Unit"), evidence["unit_name"]),
            (self.env._("Date"), evidence["date"]),
            *evidence["figures"],
            (self.env._("Rule"), evidence["rule"]),
            (self.env._("Source"), evidence["rule_source"] or ""),
            (self.env._("Record"), evidence["recorded"]),
            (self.env._("Document"), evidence["made"]),
        ]

    def _list_people(self, evidence):
        """Rows of the sheet of people, one a person."""
        yes, no = self.env._("Yes"), self.env._("No")
        return [
            [
                (yes if person[name] else no)
                if name == "is_holder"
                else person[name] or None
                for name in evidence["columns"]
            ]
            for person in evidence["people"]
        ]
