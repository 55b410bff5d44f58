from odoo import fields, models


class AftersalesHistoryCase(models.Model):
    """One old case as it was imported, and the documents made of it.

    The key (template, row number) makes a second import of the same row find the
    first.  The fraud label is kept apart for comparison: no decision reads it, and
    only auditors and administrators see it.
    """

    _name = "aftersales.history.case"
    _description = "Imported Case"
    _order = "template_id, number, id"
    _rec_name = "number"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    template_id = fields.Many2one(
        "aftersales.history.template", required=True, index=True, ondelete="restrict"
    )
    number = fields.Integer("Row Number", required=True, aggregator=None)
    checksum = fields.Char(required=True)
    date_case = fields.Date("Date", required=True)
    purpose = fields.Selection(
        [
            ("claim", "Repair with a Claim"),
            ("complaint", "Repair after a Complaint"),
            ("other", "Consultation"),
        ],
        required=True,
    )
    region = fields.Char()
    area_kind = fields.Char("Urban or Rural")
    call_minutes = fields.Float("Minutes of the Call")
    currency_id = fields.Many2one("res.currency", required=True)
    value = fields.Monetary("Value in the File")
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    order_id = fields.Many2one(
        "aftersales.service.order",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    registration_id = fields.Many2one(
        "aftersales.registration",
        "Unit",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    claim_id = fields.Many2one(
        "aftersales.claim",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    is_fraud_label = fields.Boolean(
        "Found Fraudulent",
        groups="aftersales_network.group_auditor,aftersales_network.group_admin",
        help="Label of the source, to compare hints with. No decision reads it.",
    )
    has_fraud_label = fields.Boolean(
        "Has a Fraud Label",
        groups="aftersales_network.group_auditor,aftersales_network.group_admin",
    )
    content = fields.Json(help="What the row said, to tell later what changed.")
    line_ids = fields.One2many("aftersales.history.import.line", "case_id")

    _number_uniq = models.UniqueIndex(
        "(company_id, template_id, number)",
        "This row of this kind of file was imported already.",
    )
