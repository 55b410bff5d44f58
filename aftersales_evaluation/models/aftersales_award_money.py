from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

#: Category of the service budget that awards are spent from.
BUDGET_CODE = "PAY"


class AftersalesAward(models.Model):
    """Money of an award: budget, settlement of the point, payroll."""

    _inherit = "aftersales.award"

    adjustment_ids = fields.One2many(
        "aftersales.point.adjustment", "award_id", "Settlement Entries"
    )
    payroll_line_ids = fields.One2many(
        "aftersales.award.payroll.line", "award_id", "Payroll Entries"
    )
    budget_post_id = fields.Many2one(
        "aftersales.budget.post", "Spending", readonly=True, copy=False
    )

    _FLOW_FIELDS = frozenset(("budget_post_id", "adjustment_ids", "payroll_line_ids"))

    # -- payout --------------------------------------------------------------------

    def _pay_out(self):
        """Hand the money over: unique indexes let each award pay once."""
        self._create_payouts(1, {award: award._get_pay_text() for award in self})

    def _take_back(self, reason):
        """Counter entries for what was paid, and the budget is free again."""
        texts = {
            award: self.env._(
                "Award %(award)s cancelled: %(reason)s", award=award.name, reason=reason
            )
            for award in self
        }
        self._create_payouts(-1, texts)
        for post in self.budget_post_id:
            post._cancel(reason)

    def _create_payouts(self, sign, texts):
        """Write the entries for settlement and payroll.

        :param sign: 1 pays, -1 takes back
        :param texts: ``{award: reason of the entry}``
        """
        by_route = self.grouped("payout")
        Adjustment = self.env["aftersales.point.adjustment"]
        settled = by_route.get("settlement", self.browse())
        settled._check_payee()
        Adjustment._create_for_awards(
            [award._prepare_adjustment_vals(sign, texts[award]) for award in settled]
        )
        # Payroll entries are evidence that nobody may write; the release checked.
        self.env["aftersales.award.payroll.line"].sudo().create(
            [
                award._prepare_payroll_vals(sign, texts[award])
                for award in by_route.get("payroll", self.browse())
            ]
        )

    def _check_payee(self):
        """A settlement needs the point.

        :raise UserError: naming the award
        """
        lost = self.filtered(lambda award: not award.service_point_id)[:1]
        if lost:
            raise UserError(
                self.env._(
                    "%(award)s: choose the point whose settlement pays.",
                    award=lost.display_name,
                )
            )

    def _get_pay_text(self):
        """Reason of the entry: number, person and what it is for."""
        self.ensure_one()
        words = self.rule_id.name or (self.reason or "").strip().splitlines()[0]
        if self.recipient_type == "person":
            return self.env._(
                "Award %(award)s for %(person)s: %(words)s",
                award=self.name,
                person=self.recipient_name,
                words=words,
            )
        return self.env._("Award %(award)s: %(words)s", award=self.name, words=words)

    def _prepare_adjustment_vals(self, sign, text):
        """Values of the entry that waits for the settlement of the point."""
        self.ensure_one()
        return {
            "award_id": self.id,
            "service_point_id": self.service_point_id.id,
            "currency_id": self.currency_id.id,
            "date": self.company_id._get_aftersales_today(),
            "amount": sign * self.amount,
            "reason": text,
            "res_model": self._name,
            "res_id": self.id,
        }

    def _prepare_payroll_vals(self, sign, text):
        """Values of the entry that waits for the payroll."""
        self.ensure_one()
        return {
            "award_id": self.id,
            "employee_id": self.employee_id.id,
            "company_id": self.company_id.id,
            "date": self.company_id._get_aftersales_today(),
            "amount": sign * self.amount,
            "reason": text,
        }

    # -- budget --------------------------------------------------------------------

    def _get_budget_lines(self):
        """Budget line that pays each award: ``{award: line}``.

        The nearest unit above the recipient with an approved budget for today and
        a line for pay and awards; people without a unit are paid by the head
        office.  Where nobody has a budget, nothing is checked.
        """
        units = {award: award._get_budget_units() for award in self}
        lines = self._find_budget_lines({u for ids in units.values() for u in ids})
        found = {}
        for award, unit_ids in units.items():
            line = next((lines[unit] for unit in unit_ids if unit in lines), None)
            if line:
                found[award] = line
        return found

    def _get_budget_units(self):
        """Ids of the units that may pay, nearest first."""
        self.ensure_one()
        point_sudo = self.sudo().service_point_id
        if point_sudo:
            return [int(part) for part in point_sudo.parent_path.split("/")[-2::-1]]
        return point_sudo.search(
            [("tier", "=", "hq"), ("company_id", "=", self.company_id.id)]
        ).ids

    @api.model
    def _find_budget_lines(self, unit_ids):
        """Open lines for awards of today by unit: ``{unit id: line}``."""
        today = fields.Date.context_today(self)
        lines = self.env["aftersales.budget.line"].search(
            Domain("service_point_id", "in", list(unit_ids))
            & Domain("category_id.code", "=", BUDGET_CODE)
            & Domain("state", "=", "approved")
            & Domain("budget_id.active", "=", True)
            & Domain("date_from", "<=", today)
            & Domain("date_to", ">=", today)
        )
        return {line.service_point_id.id: line for line in lines}

    def _has_overrun(self):
        """Whether a budget that asks for a reason would be exceeded."""
        needed = {}
        money = self.filtered(lambda award: award.kind == "money")
        for award, line in money._get_budget_lines().items():
            needed[line] = needed.get(line, 0.0) + award.amount
        return any(
            line.currency_id.compare_amounts(amount, line.amount_left) > 0
            for line, amount in needed.items()
            if not line.is_blocking
        )

    def _book_budget(self, reason):
        """Post the awards against the budgets that pay them.

        :raise UserError: a budget that blocks, or that asks for a reason
        """
        lines = self._get_budget_lines()
        Post = self.env["aftersales.budget.post"]
        posts = Post.create(
            [
                {
                    "name": award._get_pay_text(),
                    "reference": award.name,
                    "line_id": line.id,
                    "amount": award.amount,
                    "date": fields.Date.context_today(self),
                }
                for award, line in lines.items()
            ]
        )
        if posts:
            posts._post(reason or self.env._("Award"))
        for award, post in zip(lines, posts, strict=True):
            award._write_flow({"budget_post_id": post.id})
