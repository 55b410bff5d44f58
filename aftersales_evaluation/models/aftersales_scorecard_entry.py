from odoo import fields, models


class AftersalesScorecardEntry(models.Model):
    """What was entered on a checklist, as the phone sent it.

    The key comes from the phone: an entry that arrives twice, because the answer
    of the first sending was lost, is taken once.  Entries are evidence and only the
    checklist writes them.
    """

    _name = "aftersales.scorecard.entry"
    _description = "Checklist Entry"
    _order = "id desc"
    _rec_name = "line_id"
    _check_company_auto = True

    scorecard_id = fields.Many2one(
        "aftersales.scorecard", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="scorecard_id.company_id", store=True, index=True, precompute=True
    )
    line_id = fields.Many2one(
        "aftersales.scorecard.line",
        "Indicator",
        required=True,
        index=True,
        ondelete="cascade",
    )
    user_id = fields.Many2one(
        "res.users", "Entered by", required=True, index=True, ondelete="restrict"
    )
    client_key = fields.Char("Key", required=True)
    device = fields.Char(required=True)
    sequence = fields.Integer("Place on the Device", required=True)
    kind = fields.Selection(
        [("judge", "Judgement"), ("finding", "Finding"), ("photo", "Photo")],
        required=True,
    )
    content = fields.Json("Entered Values", required=True)
    is_stale = fields.Boolean(
        "Overtaken", help="A later entry of the same phone had arrived before."
    )
    finding_id = fields.Many2one(
        "aftersales.finding", index="btree_not_null", ondelete="restrict"
    )

    _key_uniq = models.UniqueIndex(
        "(user_id, client_key)", "An entry of a checklist is taken only once."
    )
