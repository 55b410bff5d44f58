"""One case from the delivery of a serial to the vendor bill, step by step."""

from . import goods

#: A message as a mail server hands it over (RFC 822).
MAIL = """\
From: Zhang Hong <{sender}>
To: Service <{alias}>
Subject: Air conditioner does not cool, serial {serial}
Message-ID: <case-{number}.{serial}@customers.example>
Date: {date}
MIME-Version: 1.0
Content-Type: text/plain; charset="utf-8"

Hello,

my air conditioner (serial {serial}) makes a loud noise and does not cool
any more. Please send somebody.

Zhang Hong
"""
RFC_DATE = "Mon, 16 Nov 2026 09:30:00 +0800"


def get_team(env):
    """The service desk with its mail address."""
    Team = env["helpdesk.ticket.team"]
    team = Team.search([("alias_name", "=", "service")], limit=1)
    if team:
        return team
    domain = env["mail.alias.domain"].search([], limit=1)
    if not domain:
        domain = env["mail.alias.domain"].create({"name": "lanhai.example"})
        env.company.alias_domain_id = domain
    return Team.create({"name": "Service Desk", "alias_name": "service"})


def receive_mail(env, serial, number, sender="zhang1@customers.example"):
    """Hand a customer's message to the mail gateway; returns the ticket."""
    team = get_team(env)
    alias = f"{team.alias_name}@{team.alias_domain or 'lanhai.example'}"
    message = MAIL.format(
        sender=sender, alias=alias, serial=serial, number=number, date=RFC_DATE
    )
    ticket_id = env["mail.thread"].message_process(
        "helpdesk.ticket", message, custom_values={"team_id": team.id}
    )
    return env["helpdesk.ticket"].browse(ticket_id)


class LiveCase:
    """The main job of the suite on one unit, each step by its own role.

    ``run`` goes through all of it; the parts can be called one by one and
    leave what they made on the object.
    """

    serial = "LH-AC-2000"

    def __init__(self, env, company, users, points, goods):
        self.env = env
        self.company = company
        self.users = users
        self.points = points
        self.goods = goods

    def run(self):
        """Everything in order."""
        self.deliver()
        self.receive()
        self.open_order()
        self.dispatch()
        self.repair()
        self.claim()
        self.decide()
        self.settle()
        self.score()

    def deliver(self):
        """A serial leaves the stock; its registration and policy follow."""
        self.customer = goods.get_live_customer(self.env)
        self.lot = goods.sell_live_unit(
            self.env, self.goods["ac"], self.customer, self.serial
        )
        self.unit = self.env["aftersales.registration"].search(
            [("lot_id", "=", self.lot.id)]
        )

    def receive(self):
        """The customer's e-mail becomes a ticket with its unit."""
        self.ticket = receive_mail(self.env, self.serial, number=1)

    def open_order(self):
        """The dispatcher makes the service order from the ticket."""
        self.ticket.with_user(self.users["dispatcher"]).action_create_service_order()
        self.order = self.ticket.aftersales_order_ids

    def dispatch(self):
        """The order goes to the point of the customer's area."""
        self.order.with_user(self.users["dispatcher"]).action_dispatch()

    def repair(self):
        """The point's technician does the job with parts and labour."""
        order = self.order
        order.action_accept()
        order.action_start()
        order.step_ids.write({"is_done": True})
        for kind, quantity, product in (
            ("part", 1, self.goods["AC-CMP"]),
            ("labour", 1.5, None),
            ("travel", 24, None),
        ):
            self.env["aftersales.service.order.line"].create(
                {
                    "order_id": order.id,
                    "kind": kind,
                    "quantity": quantity,
                    "product_id": product.id if product else False,
                    "serial_removed": "CMP-OLD-77" if product else False,
                }
            )
        order.write({"cause": "Compressor seized", "correction": "Compressor replaced"})
        order.action_done()
        order.action_close()

    def claim(self):
        """The dispatcher claims the closed order for the point."""
        self.order.with_user(self.users["head"]).action_create_claim()
        self.claim_record = self.order.claim_ids
        self.claim_record.with_user(self.users["head"]).action_submit()

    def decide(self):
        """The clerk cuts the travel with a reason and approves the rest."""
        claim = self.claim_record.with_user(self.users["clerk"])
        travel = claim.line_ids.filtered(lambda line: line.kind == "travel")
        reason = self.env.ref("aftersales_warranty.claim_reason_ef")
        travel.action_decide_line(40.0, reason, "16 km are enough")
        claim.action_approve()

    def settle(self):
        """The clerk settles the month with the point: one draft vendor bill."""
        today = self.company._get_aftersales_today()
        Settlement = self.env["aftersales.settlement"].with_user(self.users["clerk"])
        self.settlement = Settlement._settle_points(
            self.order.service_point_id.with_user(self.users["clerk"]),
            today.replace(day=1),
            today,
        )
        self.settlement.action_confirm()
        self.settlement.action_create_bill()
        self.bill = self.settlement.move_id

    def score(self):
        """The auditor opens the scorecard of the point for this month."""
        today = self.company._get_aftersales_today()
        Scorecard = self.env["aftersales.scorecard"].with_user(self.users["auditor"])
        self.scorecard = Scorecard._create_period_scorecards(
            self.order.service_point_id.with_user(self.users["auditor"]),
            self.env.ref("aftersales_evaluation.set_month"),
            today.replace(day=1),
            today,
        )
