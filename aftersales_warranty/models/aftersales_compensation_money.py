from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.aftersales_network.models.flow import FLOW

from .aftersales_compensation import FUND_GROUPS
from .aftersales_compensation_flow import HEAD


class AftersalesFundMove(models.Model):
    """A compensation is charged once."""

    _inherit = "aftersales.fund.move"

    _compensation_uniq = models.UniqueIndex(
        "(res_id) WHERE res_model = 'aftersales.compensation' AND kind = 'draw' "
        "AND state != 'refused'",
        "This compensation is charged to a fund already.",
    )

    def action_view_source(self):
        """Open the document that the movement is for; nothing where it is gone."""
        self.ensure_one()
        if self.res_model not in self.env:
            return False
        document = self.env[self.res_model].browse(self.res_id).exists()
        return document._get_records_action() if document else False


class AftersalesCompensation(models.Model):
    """The charge to the fund and the document of accounting."""

    _inherit = "aftersales.compensation"

    # -- fund ------------------------------------------------------------------

    def action_charge(self):
        """Ask for the draw anew, after a refusal or with another fund.

        :raise UserError: it is charged or asked for already
        """
        self.check_access("write")
        self._check_giver()
        self._check_flow_state("approved", "given")
        for compensation in self:
            if compensation.fund_state in ("requested", "approved"):
                raise UserError(
                    self.env._(
                        "%(compensation)s is charged, or its charge is asked for, "
                        "already.",
                        compensation=compensation.name,
                    )
                )
            compensation._charge()
        return True

    def _charge(self):
        """Ask the fund for the cost; a head who approves decides it at once.

        The proposer asks for the money, so that the rules of the fund hold: a head
        of service decides, never the one who asked.
        """
        self.ensure_one()
        fund_sudo = self.sudo().fund_id or self.sudo()._find_fund()
        requester = self.proposed_by_id
        # Who proposes and who approves need no rights on funds.
        move_sudo = (
            self.env["aftersales.fund.move"]
            .with_user(requester)
            .sudo()
            .create(self.sudo()._prepare_draw_vals(fund_sudo, requester))
        )
        self.sudo()._write_flow({"fund_id": fund_sudo.id, "fund_move_id": move_sudo.id})
        if self.env.user.has_group(HEAD):
            move_sudo.with_user(self.env.user).action_approve()
        else:
            move_sudo.with_user(self.env.user).sudo()._ask_head(
                self.env._("Decide the movement of the fund")
            )

    def _find_fund(self):
        """The fund that bears such cases: safety cases their own, else the reserve.

        :raise UserError: the company has none
        """
        self.ensure_one()
        wanted = "safety" if self.case_kind in ("safety", "recall") else "reserve"
        funds = self.env["aftersales.fund"].search(
            [("company_id", "=", self.company_id.id), ("kind", "=", wanted)]
        )
        if funds:
            return funds[:1]
        label = dict(funds._fields["kind"]._description_selection(self.env))[wanted]
        raise UserError(
            self.env._(
                "%(company)s has no fund of the kind “%(kind)s”. Set it up, or choose "
                "what %(compensation)s is charged to.",
                company=self.company_id.name,
                kind=label,
                compensation=self.name,
            )
        )

    def _prepare_draw_vals(self, fund, requester):
        """Values of the draw from the fund; extension point."""
        self.ensure_one()
        return {
            "fund_id": fund.id,
            "kind": "draw",
            "date": self.company_id._get_aftersales_today(),
            "amount": self.amount_company,
            "reason": f"{self.name} {self.cause_id.name}",
            "service_point_id": self.service_point_id.id,
            "res_model": self._name,
            "res_id": self.id,
            "state": "requested",
            "requested_by_id": requester.id,
        }

    # -- giving ----------------------------------------------------------------

    def action_give(self):
        """Make the draft credit note or the delivery, or note that it was given.

        :raise UserError: not approved, the charge was refused, or no account
        """
        self.check_access("write")
        self._check_giver()
        self._check_flow_state("approved")
        self.lock_for_update(allow_referencing=True)
        for compensation in self:
            if compensation.fund_state == "refused":
                raise UserError(
                    self.env._(
                        "The charge of %(compensation)s was refused. Ask for it again "
                        "before anything is given.",
                        compensation=compensation.name,
                    )
                )
        money = self.filtered(lambda c: c.kind == "money")
        goods = self._filter_delivered()
        (self - money - goods)._set_given()
        goods._create_deliveries()
        for compensation in money:
            compensation._create_credit_note()
        return money.action_view_credit_note() if money else True

    def _create_credit_note(self):
        """Make the draft that accounting checks, posts and pays out."""
        self.ensure_one()
        if self.move_id:
            raise UserError(
                self.env._(
                    "%(compensation)s has its credit note already.",
                    compensation=self.name,
                )
            )
        # The clerk decides; the draft itself is accounting's document.
        moves_sudo = self.env["account.move"].sudo().with_company(self.company_id)
        move_sudo = moves_sudo.with_context(aftersales_flow=FLOW).create(
            self.sudo()._prepare_credit_note_vals()
        )
        self._write_flow({"move_id": move_sudo.id})

    def _get_compensation_account(self):
        """Account that compensations are charged to.

        :raise UserError: the company has none
        """
        self.ensure_one()
        account = self.company_id.sudo().aftersales_compensation_account_id
        if not account:
            raise UserError(
                self.env._(
                    "%(company)s has no account for compensations. Choose it in the "
                    "settings.",
                    company=self.company_id.name,
                )
            )
        return account

    def _prepare_credit_note_vals(self):
        """Values of the customer's credit note; extension point."""
        self.ensure_one()
        document = self.with_context(lang=self.partner_id.lang)
        label = document.env._(
            "Compensation %(number)s: %(cause)s",
            number=self.name,
            cause=document.cause_id.name,
        )
        return {
            "move_type": "out_refund",
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": self.company_id._get_aftersales_today(),
            "invoice_origin": self.name,
            "ref": self.name,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": label,
                        "quantity": 1,
                        "price_unit": self.amount,
                        "account_id": self._get_compensation_account().id,
                        "tax_ids": [Command.clear()],
                    }
                )
            ],
        }

    def action_view_credit_note(self):
        """Open the credit notes."""
        return self.move_id._get_records_action()

    def _set_given(self):
        """The customer has it."""
        for company, compensations in self.grouped("company_id").items():
            compensations._write_flow(
                {"state": "given", "date_given": company._get_aftersales_today()}
            )

    def _unset_given(self, keep_move=False):
        """The credit note was reset, cancelled or deleted.

        :raise UserError: the compensation is closed
        """
        closed = self.filtered(lambda c: c.state == "closed")[:1]
        if closed:
            raise UserError(
                self.env._(
                    "This credit note gives the closed compensation %(compensation)s; "
                    "it stays as it is.",
                    compensation=closed.name,
                )
            )
        given = self.filtered(lambda c: c.state == "given")
        given._write_flow({"state": "approved", "date_given": False})
        if not keep_move:
            self._write_flow({"move_id": False})

    def action_print_letter(self):
        """The letter of agreement as PDF."""
        self._check_flow_state("approved", "given", "closed")
        report = self.env.ref("aftersales_warranty.action_report_compensation")
        return report.report_action(self)


class AccountMove(models.Model):
    """Credit notes that give a compensation."""

    _inherit = "account.move"

    aftersales_compensation_ids = fields.One2many(
        "aftersales.compensation", "move_id", "Compensation", groups=FUND_GROUPS
    )

    def _get_aftersales_compensations_sudo(self):
        """Compensations that these documents give."""
        # Accounting posts the document and need not read compensations.
        return self.sudo().aftersales_compensation_ids

    def _post(self, soft=True):
        """A credit note gives what was approved, and no more."""
        compensations_sudo = self._get_aftersales_compensations_sudo()
        for compensation_sudo in compensations_sudo:
            compensation_sudo.move_id._check_aftersales_compensation(compensation_sudo)
        posted = super()._post(soft)
        compensations_sudo.filtered(lambda c: c.state == "approved")._set_given()
        return posted

    def _check_aftersales_compensation(self, compensation):
        """Refuse a document that differs from what was approved.

        :raise UserError: naming both amounts
        """
        self.ensure_one()
        payee = compensation.partner_id.commercial_partner_id
        if (
            self.move_type != "out_refund"
            or self.commercial_partner_id != payee
            or self.currency_id != compensation.currency_id
            or self.currency_id.compare_amounts(self.amount_total, compensation.amount)
        ):
            raise UserError(
                self.env._(
                    "Credit note %(document)s must give %(customer)s %(amount)s, as "
                    "compensation %(compensation)s says. Correct it.",
                    document=self.display_name,
                    customer=payee.display_name,
                    amount=compensation.currency_id.format(compensation.amount),
                    compensation=compensation.name,
                )
            )

    def button_draft(self):
        """A credit note in draft gives nothing."""
        self._get_aftersales_compensations_sudo()._unset_given(keep_move=True)
        return super().button_draft()

    def button_cancel(self):
        """A cancelled credit note leaves the compensation to be given."""
        compensations_sudo = self._get_aftersales_compensations_sudo()
        result = super().button_cancel()
        compensations_sudo._unset_given()
        return result

    def unlink(self):
        """A deleted credit note leaves the compensation to be given."""
        self.check_access("unlink")
        self._get_aftersales_compensations_sudo()._unset_given()
        return super().unlink()
