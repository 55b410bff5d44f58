from odoo import api, models


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    @api.model
    def _aftersales_fill_numbers(self, vals_list, code, field="name"):
        """Number new records of one batch, looking the sequence up only once.

        :param vals_list: values of ``create``; those with ``field`` empty or
            "/" get the next number, in place
        :param code: code of the sequence
        """
        unnumbered = [
            v for v in vals_list if v.get(field, "/") in ("/", False, None, "")
        ]
        if not unnumbered:
            return
        company = self.env.company.id
        sequence = self.sudo().search(
            [("code", "=", code), ("company_id", "in", (company, False))],
            order="company_id",
            limit=1,
        )
        for vals in unnumbered:
            vals[field] = sequence._next() if sequence else "/"
