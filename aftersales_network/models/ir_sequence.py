from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    @api.model
    def _aftersales_next_numbers(self, code, count):
        """Take several numbers with two queries instead of two per number.

        :return: list of ``count`` formatted numbers; "/" where no sequence exists
        """
        # Numbers are handed out to everybody who may create the document.
        sequence_sudo = self.sudo().search(
            Domain("code", "=", code)
            & Domain("company_id", "in", (self.env.company.id, False)),
            order="company_id",
            limit=1,
        )
        if not sequence_sudo:
            return ["/"] * count
        if sequence_sudo.implementation != "standard" or sequence_sudo.use_date_range:
            return [sequence_sudo.next_by_id() for _index in range(count)]
        rows = self.env.execute_query(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                f"ir_sequence_{sequence_sudo.id:03d}",
                count,
            )
        )
        return [sequence_sudo.get_next_char(number) for (number,) in rows]

    @api.model
    def _aftersales_fill_numbers(self, vals_list, code, field="name"):
        """Number new records of one batch, in place.

        :param vals_list: values of ``create``; those with ``field`` empty or
            "/" get the next number
        :param code: code of the sequence
        """
        empty = ("/", False, None, "")
        unnumbered = [vals for vals in vals_list if vals.get(field, "/") in empty]
        if not unnumbered:
            return
        numbers = self._aftersales_next_numbers(code, len(unnumbered))
        for vals, number in zip(unnumbered, numbers, strict=True):
            vals[field] = number

    @api.model
    def _aftersales_number(self, records):
        """Number new documents, once nothing can refuse them any more.

        Nobody uses up a number in vain. The code of the sequence is the name of the
        model, whose steps write the number.
        """
        numbers = self._aftersales_next_numbers(records._name, len(records))
        for record, number in zip(records, numbers, strict=True):
            record._write_flow({"name": number})
