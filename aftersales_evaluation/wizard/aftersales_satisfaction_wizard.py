from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools.voice import mean, percent

#: Lines of the table of service points; the worst come first.
POINT_LINES = 20
SUMS = (
    "answers",
    "scored",
    "stars",
    "satisfied",
    "dissatisfied",
    "recommended",
    "balance",
)
NPS_WEIGHTS = {"promoter": 1, "detractor": -1}


class AftersalesSatisfactionWizard(models.TransientModel):
    """Asks for a period and reports what customers said in it.

    Figures count the answers that the user may read.
    """

    _name = "aftersales.satisfaction.wizard"
    _description = "Satisfaction Report"

    date_from = fields.Date(
        "From", required=True, default=lambda self: self._default_date_from()
    )
    date_to = fields.Date(
        "To", required=True, default=lambda self: self._default_date_to()
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Unit",
        check_company=True,
        help="With all units below it; empty: the whole company.",
    )

    @api.model
    def _default_date_from(self):
        """First day of the last month."""
        return self._get_this_month() - relativedelta(months=1)

    @api.model
    def _default_date_to(self):
        """Last day of the last month."""
        return self._get_this_month() - relativedelta(days=1)

    @api.model
    def _get_this_month(self):
        return self.env.company._get_aftersales_today().replace(day=1)

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for wizard in self:
            if wizard.date_from > wizard.date_to:
                raise ValidationError(
                    self.env._("The period ends before it begins. Change the dates.")
                )

    def action_print(self):
        """Print the report."""
        self.ensure_one()
        return self.env.ref(
            "aftersales_evaluation.action_report_satisfaction"
        ).report_action(self)

    def action_view(self):
        """Open the answers behind the report."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Answers"),
            "res_model": "aftersales.satisfaction",
            "view_mode": "pivot,graph,list,form",
            "domain": list(self._get_domain()),
        }

    def _get_domain(self):
        """Answers of the period and the unit."""
        self.ensure_one()
        domain = Domain("company_id", "=", self.company_id.id)
        domain &= Domain("date", ">=", self.date_from)
        domain &= Domain("date", "<=", self.date_to)
        if self.service_point_id:
            domain &= Domain("service_point_id", "child_of", self.service_point_id.id)
        return domain

    # Figures

    def _get_total(self):
        """Figures of all answers together."""
        return self._get_rows([])[0][1]

    def _get_source_rows(self):
        """Figures by source: list of (label, figures), in the order of sources."""
        labels = (
            self.env["aftersales.satisfaction"]
            ._fields["source"]
            ._description_selection(self.env)
        )
        figures = {group[0]: row for group, row in self._get_rows(["source"])}
        return [(label, figures[key]) for key, label in labels if key in figures]

    def _get_point_rows(self):
        """Figures by service point, the most dissatisfied customers first."""
        rows = [
            (group[0].display_name, row)
            for group, row in self._get_rows(["service_point_id"])
            if group[0]
        ]
        rows.sort(key=lambda row: (-row[1]["dissatisfied"], row[0]))
        return rows[:POINT_LINES]

    def _get_cause_rows(self):
        """Causes of dissatisfaction: list of (name, answers, percentage)."""
        domain = self._get_domain() & Domain("is_dissatisfied", "=", True)
        groups = self.env["aftersales.satisfaction"]._read_group(
            domain, ["cause_id"], ["__count"]
        )
        whole = sum(count for _cause, count in groups)
        rows = [
            (cause.name or self.env._("Not named"), count, percent(count, whole))
            for cause, count in groups
        ]
        return sorted(rows, key=lambda row: (-row[1], row[0]))

    def _get_rows(self, groupby):
        """Figures by groups: list of (group values, figures).

        :return: figures are ``answers``, ``scored``, ``mean`` (None without
            stars), ``satisfied_rate``, ``dissatisfied``, ``dissatisfied_rate``
            and ``nps``
        """
        found = {}
        for *group, score, recommend, is_bad, count in self.env[
            "aftersales.satisfaction"
        ]._read_group(
            self._get_domain(),
            [*groupby, "score", "recommend_kind", "is_dissatisfied"],
            ["__count"],
        ):
            sums = found.setdefault(tuple(group), dict.fromkeys(SUMS, 0))
            sums["answers"] += count
            sums["dissatisfied"] += count * bool(is_bad)
            sums["scored"] += count * (score > 0)
            sums["stars"] += count * score
            sums["satisfied"] += count * (score >= 4)
            sums["recommended"] += count * bool(recommend)
            sums["balance"] += count * NPS_WEIGHTS.get(recommend, 0)
        if not found and not groupby:
            found[()] = dict.fromkeys(SUMS, 0)
        return [(group, self._get_figures(sums)) for group, sums in found.items()]

    @api.model
    def _get_figures(self, sums):
        """Shares and means of one group."""
        return {
            "answers": sums["answers"],
            "scored": sums["scored"],
            "mean": mean(sums["stars"], sums["scored"]),
            "satisfied_rate": percent(sums["satisfied"], sums["scored"]),
            "dissatisfied": sums["dissatisfied"],
            "dissatisfied_rate": percent(sums["dissatisfied"], sums["answers"]),
            "nps": percent(sums["balance"], sums["recommended"]),
        }
