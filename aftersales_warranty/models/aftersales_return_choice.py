from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .aftersales_return_line import MONEY_GROUPS

#: What an entitlement means for the goods.
RESOLUTIONS = {
    "return": "refund",
    "exchange": "exchange",
    "free_repair": "repair",
    "part_replacement": "repair",
    "paid_repair": "repair",
}


class AftersalesReturnLine(models.Model):
    """What the customer gets: an entitlement, or a manager's word."""

    _inherit = "aftersales.return.line"

    entitlement_type = fields.Selection(
        lambda self: self.env["aftersales.entitlement.rule"]._selection_type(),
        "Entitlement",
        readonly=True,
        copy=False,
    )
    entitlement_rule_id = fields.Many2one(
        "aftersales.entitlement.rule",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    entitlement_text = fields.Text(
        "Grounds",
        readonly=True,
        copy=False,
        groups=MONEY_GROUPS,
        help="Rule, reason and fee as they stood when the return was accepted.",
    )
    fee = fields.Monetary(
        "Depreciation Fee",
        readonly=True,
        copy=False,
        groups=MONEY_GROUPS,
        help="Kept from the refund, as the rule says.",
    )
    deadline = fields.Date(
        "Right Ends on",
        readonly=True,
        copy=False,
        help="Last day on which the customer may claim the entitlement.",
    )
    is_override = fields.Boolean("Outside the Rules", readonly=True, copy=False)
    override_reason = fields.Text(
        "Reason of the Override",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    override_user_id = fields.Many2one(
        "res.users", "Overridden by", readonly=True, copy=False
    )
    has_choice = fields.Boolean(compute="_compute_has_choice")

    _FLOW_FIELDS = frozenset(
        (
            "entitlement_type",
            "entitlement_rule_id",
            "entitlement_text",
            "fee",
            "deadline",
            "is_override",
            "override_reason",
            "override_user_id",
        )
    )

    _fee_positive = models.Constraint(
        "CHECK (fee >= 0)", "The fee of a return line cannot be negative."
    )

    @api.depends("entitlement_type", "is_override")
    def _compute_has_choice(self):
        for line in self:
            line.has_choice = bool(line.entitlement_type or line.is_override)

    # -- what is possible --------------------------------------------------------

    def _get_options(self):
        """Everything the customer might get for the line, with the stock of today.

        See the batch form.
        """
        self.ensure_one()
        return self._get_options_batch(check_stock=True)[self]

    def _get_options_batch(self, check_stock=False):
        """Entitlements of lines: ``{line: [dict, …]}``; constant queries a kind.

        :param check_stock: some rights hold only while the same model cannot be had;
            False: it is taken to be available
        :return: the dicts of ``registration._get_entitlements`` that mean a return,
            an exchange or a repair, with the key ``resolution`` and the fee of the
            whole line
        """
        groups = {}
        for line in self:
            available = not line._is_out_of_stock() if check_stock else None
            key = (line.date_request, line.fault_class, line.usage, available)
            groups[key] = groups.get(key, self.browse()) | line
        result = {}
        for (date, fault, usage, available), lines in groups.items():
            # Whoever judges a return need not see the unit's other points.
            units_sudo = lines.registration_id.sudo()
            found = units_sudo._get_entitlements_batch(
                date, fault or None, usage or None, available
            )
            for line in lines:
                unit = line.registration_id
                options = found[unit.id] if unit else line._get_commercial_options()
                result[line] = [
                    {**option, "resolution": RESOLUTIONS[option["type"]]}
                    for option in options
                    if option["type"] in RESOLUTIONS
                ]
        return result

    def _get_commercial_options(self):
        """Own promise for goods that are no registered unit.

        They may come back within the days of the settings, counted from the
        delivery; the delivery day itself does not count.
        """
        self.ensure_one()
        company = self.company_id
        day = self._get_commercial_start()
        days = company.aftersales_accept_days
        deadline = day + timedelta(days=days) if day else False
        allowed = bool(deadline and self.date_request <= deadline)
        rule = self.env["aftersales.entitlement.rule"]
        shared = {
            "currency": self.currency_id,
            "rule": rule,
            "chooser": "consumer",
            "source": self.env._("Return period of %(company)s", company=company.name),
        }
        promise = {
            **shared,
            "allowed": allowed,
            "fee": 0.0 if allowed else None,
            "reason": self._get_commercial_reason(day, deadline, allowed),
            "code": "granted" if allowed else "expired" if day else "no_start",
            "deadline": deadline or None,
        }
        repair = {
            **shared,
            "type": "paid_repair",
            "allowed": True,
            "fee": None,
            "source": "",
            "reason": self.env._("The work is charged."),
            "code": "charged",
            "deadline": None,
        }
        return [{**promise, "type": kind} for kind in ("return", "exchange")] + [repair]

    def _get_commercial_start(self):
        """Day from which the own return period counts; False: not known."""
        self.ensure_one()
        # The date of a delivery is no secret to whoever takes the goods back.
        delivered = self.sudo().origin_move_id.date
        return delivered and self.company_id._get_aftersales_today(delivered)

    def _get_commercial_reason(self, day, deadline, allowed):
        if not day:
            return self.env._("No delivery to this customer is known.")
        if allowed:
            return self.env._(
                "Within %(days)s days of the delivery.",
                days=self.company_id.aftersales_accept_days,
            )
        return self.env._("The period ended on %(date)s.", date=deadline)

    # -- choice ------------------------------------------------------------------

    def action_open_choice(self):
        """Show what the customer may ask for, and choose."""
        self.ensure_one()
        self.check_access("write")
        self._check_may_choose()
        wizard = self.env["aftersales.return.choice"].create({"line_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Entitlements"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _choose(self, option):
        """Take an entitlement that the rules grant.

        :param option: a dict of :meth:`_get_options`
        :raise UserError: the rules do not grant it
        """
        self.ensure_one()
        self.check_access("write")
        self._check_may_choose()
        if not option["allowed"]:
            raise UserError(self._get_refused_message(option["resolution"], [option]))
        self._write_flow(self._prepare_choice_vals(option))
        self._on_chosen()

    def _check_may_choose(self):
        """Only drafts, and goods that arrived without a return, are chosen for.

        :raise UserError: naming the document
        """
        self.filtered(
            lambda line: not line.date_received or line.has_choice
        ).return_id._check_draft()

    def _on_chosen(self):
        """Goods that are here already get their price with the choice."""
        arrived = self.filtered("date_received")
        arrived._freeze_paid()
        arrived.return_id._update_state()

    def _override(self, reason, resolution=None, fee=0.0):
        """Accept a line outside the rules, on a manager's responsibility.

        :param reason: why; it is kept and shown
        :param resolution: refund, exchange or repair; None: as the line says
        :param fee: what is kept from a refund, in the currency of the line
        :raise AccessError: no manager, or the person who asks for it
        """
        self.check_access("write")
        self._check_may_choose()
        self._check_may_override()
        if not (reason or "").strip():
            raise UserError(
                self.env._(
                    "%(line)s: say why it is accepted outside the rules.",
                    line=self[:1].display_name,
                )
            )
        for line in self:
            chosen = resolution or line.resolution
            line._write_flow(
                {
                    **line._prepare_no_choice_vals(),
                    "resolution": chosen,
                    "fee": fee,
                    "is_override": True,
                    "override_reason": reason.strip(),
                    "override_user_id": self.env.uid,
                    "entitlement_text": self.env._(
                        "Accepted by %(user)s outside the rules: %(reason)s",
                        user=self.env.user.name,
                        reason=reason.strip(),
                    ),
                }
            )
            line.return_id.message_post(
                body=self.env._(
                    "%(line)s is accepted outside the rules: %(reason)s",
                    line=line.serial or line.product_id.display_name,
                    reason=reason.strip(),
                )
            )

        self._on_chosen()

    def _check_may_override(self):
        """Refuse an override by anybody but a manager who did not ask for it.

        :raise AccessError: naming the role or the document
        """
        if self.env.su:
            return
        if not self.return_id._is_manager():
            raise AccessError(
                self.env._(
                    "Only a centre manager or the head of service accepts a return "
                    "outside the rules."
                )
            )
        own = self.return_id.filtered(lambda r: r.create_uid == self.env.user)[:1]
        if own:
            raise AccessError(
                self.env._(
                    "You entered %(document)s yourself. Another manager must accept "
                    "it outside the rules.",
                    document=own.name,
                )
            )

    def _freeze_entitlements(self):
        """Keep the entitlement on which each line is accepted.

        A chosen right must still hold; where none was chosen, the cheapest one for
        the customer that means the wished resolution is taken.

        :raise UserError: no rule grants what the line asks for
        """
        lines = self.filtered(lambda line: not line.is_override)
        options = lines._get_options_batch()
        for line in lines:
            option = line._pick_option(options[line])
            # Some rights hold only while the same model cannot be had.
            option = option or line._pick_option(line._get_options())
            if not option:
                raise UserError(
                    line._get_refused_message(line.resolution, options[line])
                )
            # The warehouse may take goods in and sees no fee; the step keeps it.
            line.sudo()._write_flow(line._prepare_choice_vals(option))

    def _pick_option(self, options):
        """Granted option that the line asks for; None where there is none."""
        allowed = [
            option
            for option in options
            if option["allowed"] and option["resolution"] == self.resolution
        ]
        if self.entitlement_type:
            chosen = (self.entitlement_type, self.entitlement_rule_id.id)
            allowed = [
                option
                for option in allowed
                if (option["type"], self._get_rule_of(option).id) == chosen
            ]
        # A repair without a stated fee is charged: last.
        worst = float("inf")
        return min(
            allowed,
            key=lambda x: worst if x["fee"] is None else x["fee"],
            default=None,
        )

    def _get_rule_of(self, option):
        """Entitlement rule of an option; empty for promises of a policy."""
        rule = option["rule"]
        Rule = self.env["aftersales.entitlement.rule"]
        return rule if rule and rule._name == Rule._name else Rule

    def _get_refused_message(self, resolution, options):
        labels = dict(self._fields["resolution"]._description_selection(self.env))
        reasons = self._get_refused_reasons(resolution, options)
        return self.env._(
            "%(line)s: no rule grants “%(resolution)s” on %(date)s.\n%(reasons)s\n"
            "Choose another entitlement, or ask a manager to accept it outside the "
            "rules.",
            line=self.display_name,
            resolution=labels[resolution],
            date=self.date_request,
            reasons="\n".join(f"– {reason}" for reason in reasons)
            or self.env._("– No rule is about these goods."),
        )

    def _get_refused_reasons(self, resolution, options):
        """Why each option that means the resolution is refused; extension point."""
        self.ensure_one()
        labels = dict(self._fields["resolution"]._description_selection(self.env))
        return [
            f"{option['source'] or labels[resolution]}: {option['reason']}"
            for option in options
            if option["resolution"] == resolution
        ]

    def _prepare_choice_vals(self, option):
        """Values that freeze an option on the line."""
        rule = self._get_rule_of(option)
        fee = option["fee"] or 0.0
        if option["resolution"] != "refund":
            fee = 0.0
        text = "\n".join(
            part
            for part in (rule.sudo().name, option["source"], option["reason"])
            if part
        )
        return {
            **self._prepare_no_choice_vals(),
            "resolution": option["resolution"],
            "entitlement_type": option["type"],
            "entitlement_rule_id": rule.id,
            "entitlement_text": text,
            "fee": fee,
            "deadline": option["deadline"],
            "date_due": self._get_due_of(option),
        }

    def _get_due_of(self, option):
        """Day by which the law wants the option carried out; False: not laid down."""
        if option["resolution"] == "refund" and option.get("refund_deadline"):
            return option["refund_deadline"]
        return option.get("completion_deadline") or False

    def _prepare_no_choice_vals(self):
        return {
            "entitlement_type": False,
            "entitlement_rule_id": False,
            "entitlement_text": False,
            "fee": 0.0,
            "deadline": False,
            "date_due": False,
            "is_override": False,
            "override_reason": False,
            "override_user_id": False,
        }

    def _forget_choice(self):
        """Forget the choice of lines whose facts have changed."""
        chosen = self.filtered("has_choice")
        if chosen:
            # Whoever may change the facts need not see the fee that goes with them.
            chosen.sudo()._write_flow(chosen._prepare_no_choice_vals())
