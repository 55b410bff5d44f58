from datetime import date

from odoo.fields import Command

from .common import WarrantyCommon

TODAY = date(2026, 3, 10)


class MoneyCommon(WarrantyCommon):
    """Ways of payment with their journals, and jobs that customers pay."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.aftersales_quotation_rule = "off"
        cls.company.aftersales_difference_limit = 10.0
        cls.currency = cls.company.currency_id
        cls._setup_money_accounts()
        cls.cash = cls._create_method("Till", "cash", cls.journal_cash)
        cls.card = cls._create_method("Bank Card", "card", cls.journal_bank)
        cls.credit = cls._create_method("Monthly Account", "credit", False)
        cls.cause = cls.env.ref("aftersales_warranty.compensation_cause_delay")

    @classmethod
    def _setup_money_accounts(cls):
        Account = cls.env["account.account"]
        cls.account_receivable = Account.create(
            {
                "name": "Test Receivable",
                "code": "TWX4",
                "account_type": "asset_receivable",
                "reconcile": True,
            }
        )
        income = Account.create(
            {"name": "Test Income", "code": "TWX5", "account_type": "income"}
        )
        cls.account_bank = Account.create(
            {"name": "Test Bank", "code": "TWX6", "account_type": "asset_cash"}
        )
        cls.account_difference = Account.create(
            {"name": "Test Difference", "code": "TWX7", "account_type": "expense"}
        )
        cls.account_compensation = Account.create(
            {"name": "Test Compensation", "code": "TWX8", "account_type": "expense"}
        )
        Journal = cls.env["account.journal"]
        cls.journal_cash = Journal.create(
            {
                "name": "Test Till",
                "code": "TWC",
                "type": "cash",
                "default_account_id": cls.account_cash.id,
            }
        )
        cls.journal_bank = Journal.create(
            {
                "name": "Test Bank",
                "code": "TWK",
                "type": "bank",
                "default_account_id": cls.account_bank.id,
            }
        )
        cls.journal_sale = Journal.create(
            {
                "name": "Test Sales",
                "code": "TWS",
                "type": "sale",
                "default_account_id": income.id,
                "sequence": -100,
            }
        )
        # The journals' own accounts go before that of the company.
        (cls.journal_cash | cls.journal_bank).write(
            {"profit_account_id": False, "loss_account_id": False}
        )
        cls.company.aftersales_difference_account_id = cls.account_difference
        cls.company.aftersales_compensation_account_id = cls.account_compensation
        cls.customer.property_account_receivable_id = cls.account_receivable

    @classmethod
    def _create_method(cls, name, kind, journal, **vals):
        return cls.env["aftersales.payment.method"].create(
            {
                "name": name,
                "kind": kind,
                "journal_id": journal.id if journal else False,
                **vals,
            }
        )

    @classmethod
    def _create_charged(cls, amount=100.0, point=None, state="done", **vals):
        """A job of which the customer pays all: its unit is not registered."""
        order = cls._create_order(
            serial="NOT-OURS",
            service_point_id=(point or cls.point).id,
            cause="Worn",
            correction="Replaced",
            **vals,
        )
        cls._add_lines(order, ("part", 1, amount, cls.part))
        order.step_ids.is_done = True
        order.state = state
        return order

    @classmethod
    def _pay(cls, order, amount, method=None, user=None, post=True, **vals):
        """A payment as a service person of the centre takes it."""
        payment = (
            cls.env["aftersales.order.payment"]
            .with_user(user or cls.user_centre)
            .create(
                {
                    "order_id": order.id,
                    "method_id": (method or cls.cash).id,
                    "amount": amount,
                    "date": TODAY,
                    **vals,
                }
            )
        )
        if post:
            payment.action_post()
        return payment

    @classmethod
    def _refund(cls, payment, amount, note="Too much", user=None, **vals):
        return cls._pay(
            payment.order_id,
            amount,
            payment.method_id,
            user=user,
            kind="refund",
            origin_id=payment.id,
            note=note,
            **vals,
        )

    @classmethod
    def _count(cls, close, counted, reason=False):
        """Type what was counted of each way of payment."""
        for line in close.line_ids:
            if line.method_id.id in counted:
                line.write(
                    {"amount_counted": counted[line.method_id.id], "reason": reason}
                )

    @classmethod
    def _create_fund(cls, kind="reserve", amount=5000.0, **vals):
        """A fund of the company that holds money."""
        fund = cls.env["aftersales.fund"].create(
            {"name": f"Test {kind}", "kind": kind, **vals}
        )
        cls.env["aftersales.fund.move"].create(
            {
                "fund_id": fund.id,
                "kind": "deposit",
                "amount": amount,
                "reason": "Year",
                "state": "approved",
            }
        )
        return fund

    @classmethod
    def _create_compensation(cls, user=None, **vals):
        """A draft proposed by the centre."""
        defaults = {
            "partner_id": cls.customer.id,
            "service_point_id": cls.point.id,
            "cause_id": cls.cause.id,
            "cause": "Waited three weeks",
            "amount": 300.0,
            "date": TODAY,
        }
        return (
            cls.env["aftersales.compensation"]
            .with_user(user or cls.user_centre)
            .create({**defaults, **vals})
        )

    @classmethod
    def _create_foreign_company(cls):
        """A point of the second company with a job that was done."""
        company = cls.company_b
        point = cls.env["aftersales.service.point"].create(
            {
                "name": "Foreign Point",
                "company_id": company.id,
                "partner_id": cls.env["res.partner"].create({"name": "Foreign"}).id,
                "state": "active",
            }
        )
        order = cls.env["aftersales.service.order"].create(
            {
                "partner_id": cls.customer.id,
                "service_type_id": cls.type_repair.id,
                "company_id": company.id,
                "service_point_id": point.id,
                "line_ids": [
                    Command.create(
                        {"kind": "other", "name": "Work", "price_unit": 50.0}
                    )
                ],
            }
        )
        order.state = "done"
        return order


class CompensationCommon(MoneyCommon):
    """Approval limits, a reserve and the people who decide."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["aftersales.fund"].search([("active", "=", True)]).active = False
        cls.fund = cls._create_fund()
        cls.rule_centre = cls._create_rule("centre", 500)
        cls.rule_clerk = cls._create_rule("clerk", 1000)
        cls.rule_head = cls._create_rule("head", 0, is_unlimited=True)
        cls.head_b = cls.user_head.copy({"login": "aftersales_head_b"})
        cls.clerk_b = cls.user_clerk.copy({"login": "aftersales_clerk_b"})
        cls.point.manager_id = cls.user_service

    @classmethod
    def _create_rule(cls, approver, limit, **vals):
        return cls.env["aftersales.compensation.rule"].create(
            {"approver": approver, "amount_limit": limit, **vals}
        )

    def _propose(self, amount=300.0, user=None, **vals):
        compensation = self._create_compensation(
            user=user or self.user_service, amount=amount, **vals
        )
        compensation.action_propose()
        return compensation

    def _approve(self, *args, by=None, **kwargs):
        compensation = self._propose(*args, **kwargs)
        compensation.with_user(by or self.user_head).action_approve()
        return compensation.sudo()
