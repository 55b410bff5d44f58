"""Money of customers: payments, the close of the day and compensations."""

from datetime import timedelta

from .chapter import Chapter

#: Jobs that ended in these last days are paid.
DAYS_PAID = 12
#: What the till differs by on some days, and why.
DIFFERENCES = (
    (-50.0, "A note of 50 was found to be false at the bank."),
    (-2.0, "Two coins fell behind the counter."),
)
#: given, approved, waiting for the head
COMPENSATIONS = (
    {
        "cause_id": "delay",
        "cause": "Waited three weeks for a compressor.",
        "kind": "service",
        "gift_note": "Two free cleanings",
        "amount": 400,
    },
    {
        "cause_id": "damage",
        "cause": "The unit dripped on the parquet after our repair.",
        "kind": "service",
        "gift_note": "Floor sanded by our joiner",
        "amount": 850,
    },
    {
        "cause_id": "promise",
        "cause": "Took two days off, and nobody came.",
        "kind": "service",
        "gift_note": "A free inspection in spring",
        "amount": 150,
    },
)


class Money(Chapter):
    """What points take from customers, and what the company gives them."""

    def run(self):
        """Payments, then what was promised to customers."""
        self.take_money()
        self.compensate()

    def take_money(self):
        """Customers pay at the counter: days are counted, today is open."""
        self.company.aftersales_difference_limit = 20.0
        self.set_accounts()
        cash, card = self.create_methods()
        orders = self.env["aftersales.service.order"].search(
            [
                ("service_point_id", "in", self.active.ids),
                ("payment_status", "=", "unpaid"),
                ("date_end", ">=", self.today - timedelta(days=DAYS_PAID)),
            ],
            order="date_end, id",
        )
        self.payments = self._as("head", "aftersales.order.payment")
        for number, order in enumerate(orders[:-2]):
            self.payments |= self.pay(order, card if number % 3 == 2 else cash)
        # What was fetched today is on a sheet that nobody counted yet.
        for order in orders[-2:]:
            self.payments |= self.pay(order, cash, self.today)
        self.close_days()

    def create_methods(self):
        """The till of the counter, and cards."""
        Journal = self.env["account.journal"]
        till = Journal.create({"name": "Till", "code": "TILL", "type": "cash"})
        bank = Journal.search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        return self.env["aftersales.payment.method"].create(
            [
                {"name": "Cash", "kind": "cash", "journal_id": till.id},
                {"name": "Bank Card", "kind": "card", "journal_id": bank.id},
            ]
        )

    def set_accounts(self):
        """Where differences of the day and compensations are booked."""
        account = self.env["account.account"].search(
            [
                ("account_type", "=", "expense"),
                ("company_ids", "in", self.company.ids),
            ],
            limit=1,
        )
        self.company.aftersales_difference_account_id = account
        self.company.aftersales_compensation_account_id = account

    def pay(self, order, method, day=None):
        """The customer pays what he owes, on the day the job ended."""
        payment = self._as("head", "aftersales.order.payment").create(
            {
                "order_id": order.id,
                "method_id": method.id,
                "amount": order.amount_due,
                "date": day or order.date_end.date(),
            }
        )
        payment.action_post()
        return payment

    def close_days(self):
        """Past days are counted: two differ, of which one waits for approval."""
        closes = self.payments.close_id.filtered(lambda c: c.date < self.today)
        differences = list(DIFFERENCES)
        for close in closes.sorted("date", reverse=True):
            for line in close.line_ids:
                line.amount_counted = line.amount_expected
                if differences and line.method_kind == "cash":
                    difference, reason = differences.pop()
                    line.amount_counted += difference
                    line.reason = reason
            close.action_close()

    def compensate(self):
        """A customer who waited too long gets money from the reserve."""
        fund = self.env["aftersales.fund"].create(
            {"name": "Reserve for Compensation", "kind": "reserve"}
        )
        deposit = self._as("clerk", "aftersales.fund.move").create(
            {
                "fund_id": fund.id,
                "kind": "deposit",
                "amount": 20000,
                "reason": "Budget",
            }
        )
        deposit.action_request()
        deposit.with_user(self.users["head"]).action_approve()
        # The desk that proposes them looks after the points of the South Centre.
        orders = self.payments.order_id.filtered(
            lambda o: o.service_point_id in self.active[:3]
        )[: len(COMPENSATIONS)]
        given = self._as("service", "aftersales.compensation").create(
            [
                {
                    "partner_id": order.partner_id.id,
                    "order_id": order.id,
                    **vals,
                    "cause_id": self.env.ref(
                        f"aftersales_warranty.compensation_cause_{vals['cause_id']}"
                    ).id,
                }
                for order, vals in zip(orders, COMPENSATIONS, strict=True)
            ]
        )
        given.action_propose()
        given[:2].with_user(self.users["head"]).action_approve()
        given[:1].with_user(self.users["clerk"]).action_give()
