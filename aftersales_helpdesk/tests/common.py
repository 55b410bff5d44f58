from odoo.addons.aftersales_network.tests.common import CONTEXT, AftersalesCommon

MAIL = """\
From: Test Customer <customer@example.com>
To: {to}
Subject: {subject}
Message-ID: <{number}@example.com>
Date: Mon, 16 Mar 2026 09:30:00 +0000
MIME-Version: 1.0
Content-Type: text/plain; charset="utf-8"

{body}
"""


class HelpdeskCommon(AftersalesCommon):
    """A service desk and two registered units of the test customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["helpdesk.ticket.team"].create(
            {"name": "Test Desk", "user_ids": [(4, cls.user_dispatcher.id)]}
        )
        policy = cls.env["aftersales.policy"].create(
            {"name": "Test Promise", "categ_ids": [(6, 0, cls.categ.ids)]}
        )
        cls.env["aftersales.policy.version"].create(
            {
                "policy_id": policy.id,
                "date_effective": "2020-01-01",
                "reason": "First",
                "term_ids": [(0, 0, {"component": "whole_unit", "months": 24})],
            }
        ).action_publish()
        cls.unit = cls._create_unit("HELP-0001", date_sale="2026-03-01")
        cls.unit_b = cls._create_unit("HELP-0002", date_sale="2020-03-01")

    @classmethod
    def _create_unit(cls, serial, **vals):
        return cls.env["aftersales.registration"].create(
            {
                "product_id": cls.product.id,
                "serial": serial,
                "partner_id": cls.customer.id,
                "country_id": cls.country.id,
                "price": 1000,
                **vals,
            }
        )

    @classmethod
    def _create_ticket(cls, **vals):
        return cls.env["helpdesk.ticket"].create(
            {
                "name": "Does not cool",
                "description": "<p>Loud noise</p>",
                "team_id": cls.team.id,
                **vals,
            }
        )

    @classmethod
    def _receive(cls, subject, body, number=1):
        """Hand a message to the mail gateway."""
        message = MAIL.format(
            to="desk@example.com", subject=subject, body=body, number=number
        )
        ticket_id = (
            cls.env["mail.thread"]
            .with_context(**CONTEXT)
            .message_process(
                "helpdesk.ticket", message, custom_values={"team_id": cls.team.id}
            )
        )
        return cls.env["helpdesk.ticket"].browse(ticket_id)
