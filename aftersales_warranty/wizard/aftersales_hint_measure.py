from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command, Domain

from ..tools.rank_quality import auc, auc_error, hits_at

#: Part of the claims that somebody looks at first.
LOOKED_AT = 0.1


class AftersalesHintMeasure(models.TransientModel):
    """How the hints rank old claims whose outcome was found out later.

    The label is compared with and never used: no hint, weight or decision reads it.
    """

    _name = "aftersales.hint.measure"
    _description = "Hints against the Fraud Label"

    case_count = fields.Integer("Claims with a Label", readonly=True)
    fraud_count = fields.Integer("Found Fraudulent", readonly=True)
    base_rate = fields.Float("Share of Fraud (%)", readonly=True, digits=(5, 2))
    line_ids = fields.One2many(
        "aftersales.hint.measure.line", "measure_id", "Rankings", readonly=True
    )

    @api.model
    def default_get(self, fields_list):
        """Measure as soon as the dialog opens."""
        values = super().default_get(fields_list)
        measure = self._measure()
        lines = [Command.create(line) for line in measure.pop("lines")]
        values.update(measure, line_ids=lines)
        return {name: values[name] for name in values if name in fields_list}

    @api.model
    def _measure(self):
        """Area under the curve of the score, of each hint, and of the value alone.

        :return: ``{"case_count", "fraud_count", "base_rate", "lines": [values]}``
        :raise AccessError: by the rights on the label
        """
        Case = self.env["aftersales.history.case"]
        if not (
            Case.has_access("read")
            and Case._has_field_access(Case._fields["is_fraud_label"], "read")
        ):
            raise AccessError(self.env._("Only those who see the label compare it."))
        cases = Case.search(
            Domain("claim_id", "!=", False)
            & Domain("has_fraud_label", "=", True)
            & Domain("claim_id.date_hints", "!=", False)
        )
        labels = [case.is_fraud_label for case in cases]
        positives = sum(labels)
        return {
            "case_count": len(cases),
            "fraud_count": positives,
            "base_rate": 100.0 * positives / (len(cases) or 1),
            "lines": [
                self._prepare_line(name, kind, scores, labels)
                for name, kind, scores in self._get_rankings(cases.claim_id)
            ]
            if 0 < positives < len(cases)
            else [],
        }

    @api.model
    def _get_rankings(self, claims):
        """What is compared: ``[(name, kind, scores in the order of the claims)]``."""
        Hint = self.env["aftersales.claim.hint"]
        rows = Hint._read_group(
            [("claim_id", "in", claims.ids)], ["claim_id", "code"], ["score:max"]
        )
        scores = {(claim.id, code): score for claim, code, score in rows}
        found = {code for _claim_id, code in scores}
        rankings = [
            (self.env._("All hints together"), "total", claims.mapped("hint_score")),
        ]
        for code, label in Hint._fields["code"]._description_selection(self.env):
            if code in found:
                ranked = [scores.get((claim.id, code), 0.0) for claim in claims]
                rankings.append((label, "hint", ranked))
        rankings.append(
            (
                self.env._("Claimed amount alone, to compare"),
                "peer",
                claims.mapped("amount_claimed"),
            )
        )
        return rankings

    @api.model
    def _prepare_line(self, name, kind, scores, labels):
        """Values of one compared ranking."""
        positives = sum(labels)
        area = auc(scores, labels)
        hits, looked = hits_at(scores, labels, LOOKED_AT)
        return {
            "name": name,
            "kind": kind,
            "case_count": sum(score > 0 for score in scores),
            "area": area,
            "area_error": auc_error(area, positives, len(labels) - positives),
            "hits": hits,
            "looked": looked,
        }


class AftersalesHintMeasureLine(models.TransientModel):
    """One ranking against the label."""

    _name = "aftersales.hint.measure.line"
    _description = "Ranking against the Fraud Label"
    _order = "id"

    measure_id = fields.Many2one(
        "aftersales.hint.measure", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char("Ranking", readonly=True)
    kind = fields.Selection(
        [("total", "All Hints"), ("hint", "One Hint"), ("peer", "Comparison")],
        readonly=True,
    )
    case_count = fields.Integer("Claims above 0", readonly=True)
    area = fields.Float(
        "Area under the Curve",
        readonly=True,
        digits=(4, 3),
        help="Chance that a fraudulent claim stands above an honest one; 0.5 is "
        "guessing.",
    )
    area_error = fields.Float("Standard Error", readonly=True, digits=(4, 3))
    hits = fields.Float(
        "Found in the First Tenth",
        readonly=True,
        digits=(8, 1),
        help="Fraudulent claims among the tenth with the highest scores.",
    )
    looked = fields.Integer("Claims in the First Tenth", readonly=True)
