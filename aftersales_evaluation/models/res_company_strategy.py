from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_promise_without_board = fields.Selection(
        [
            ("head", "The head of service decides"),
            ("refuse", "Nothing is published"),
        ],
        "Promises without a Board",
        required=True,
        default="head",
        help="What happens to service promises where the company has no board.",
    )
    aftersales_document_reminder_days = fields.Integer(
        "Days between Reminders to Read",
        default=7,
        help="Whoever has not confirmed a controlled document is reminded so many "
        "days after it took effect, and again after as many days.",
    )

    _aftersales_document_reminder_positive = models.Constraint(
        "CHECK (aftersales_document_reminder_days BETWEEN 1 AND 365)",
        "Reminders to read are 1 to 365 days apart.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_promise_without_board = fields.Selection(
        related="company_id.aftersales_promise_without_board", readonly=False
    )
    aftersales_document_reminder_days = fields.Integer(
        related="company_id.aftersales_document_reminder_days", readonly=False
    )
