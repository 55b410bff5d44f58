from odoo import models

from ..tools import ranking as kernel


class AftersalesRanking(models.Model):
    """Awards that a released ranking proposes by its rules."""

    _inherit = "aftersales.ranking"

    def _propose_awards(self):
        """Propose the awards that the places earn; each place once by each rule.

        The rule decides, not the user: the awards count as proposed by whoever
        calculated the ranking.
        """
        vals_list = []
        for ranking in self:
            # The head releases; rules and places of the company are read for him.
            for rule in ranking.sudo()._get_award_rules():
                vals_list += ranking.sudo()._prepare_award_vals(rule)
        return self.env["aftersales.award"].sudo().create(vals_list).sudo(False)

    def _get_award_rules(self):
        """Award rules in force for the ranking."""
        self.ensure_one()
        return self.rule_id.award_rule_ids.filtered(
            lambda rule: rule.company_id.id in (False, self.company_id.id)
        )

    def _prepare_award_vals(self, rule):
        """Values of the awards that one rule gives, money divided among ties."""
        vals_list = []
        earned = self.line_ids.filtered(rule._is_earned)
        for lines in earned.grouped("centre_group").values():
            for place, ties in lines.grouped("position").items():
                vals_list += self._prepare_tied_vals(rule, place, ties)
        return vals_list

    def _prepare_tied_vals(self, rule, place, lines):
        """Values of the awards of one place, which several may share."""
        if rule.kind == "money" and self.rule_id.tie_mode == "share":
            amounts = self._share_prize(rule, place, lines)
        elif rule.place_from <= place <= rule.place_to:
            amount = self._get_prize(rule) if rule.kind == "money" else 0.0
            amounts = [amount] * len(lines)
        else:
            return []
        return [
            self._prepare_line_award_vals(rule, line, amount)
            for line, amount in zip(lines, amounts, strict=True)
            if amount or rule.kind != "money"
        ]

    def _get_prize(self, rule):
        """Amount of a rule in the currency of the company of the ranking."""
        return rule.currency_id._convert(
            rule.amount, self.company_id.currency_id, self.company_id, self.date_to
        )

    def _share_prize(self, rule, place, lines):
        """Divide the prizes of the places that the ties take up, to the cent."""
        currency = self.company_id.currency_id
        cents = round(self._get_prize(rule) / currency.rounding)
        prizes = dict.fromkeys(range(rule.place_from, rule.place_to + 1), cents)
        shares = kernel.shared_prize(prizes, place, len(lines))
        return [currency.round(share * currency.rounding) for share in shares]

    def _prepare_line_award_vals(self, rule, line, amount):
        """Values of the award of one place."""
        is_person = bool(line.staff_id)
        vals = {
            "kind": rule.kind,
            "recipient_type": "person" if is_person else "point",
            "company_id": self.company_id.id,
            "amount": amount,
            "date": self.company_id._get_aftersales_today(),
            "rule_id": rule.id,
            "ranking_line_id": line.id,
            "badge_id": rule.badge_id.id,
            "proposed_by_id": self.computed_by_id.id,
        }
        if is_person:
            return {**vals, "staff_id": line.staff_id.id}
        return {**vals, "service_point_id": line.service_point_id.id}
