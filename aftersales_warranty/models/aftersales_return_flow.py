from markupsafe import Markup, escape

from odoo import api, models
from odoo.exceptions import UserError

from ..tools import barcode


class AftersalesReturn(models.Model):
    """Steps of a return: confirm, refuse, cancel; its state from the lines."""

    _inherit = "aftersales.return"

    #: Line states in the order of the work.
    _LINE_STATES = ("expected", "received", "inspected", "disposed")

    def action_confirm(self):
        """Check drafts, freeze what the customer gets and expect the goods.

        :raise UserError: nothing to return, goods that may not come back, or a
            wish that no rule grants and no manager overrides
        """
        self.check_access("write")
        self._check_flow_state("draft")
        self._check_returnable()
        self.line_ids._freeze_entitlements()
        self._write_flow(
            {
                "state": "confirmed",
                "date_confirmed": self.env.company._get_aftersales_today(),
            }
        )
        self.line_ids._freeze_paid()
        # The unique indexes must see it before the warehouse gets its transfer.
        self.flush_recordset()
        self.line_ids.flush_recordset()
        self._create_receipts()

    def _create_receipts(self):
        """Make the incoming transfers of confirmed documents; extension point."""

    def action_refuse(self):
        """Ask for the reason, then refuse requests."""
        self._check_flow_state("draft", "confirmed")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_refuse")

    def action_cancel(self):
        """Ask for the reason, then cancel returns that have not arrived."""
        self._check_before_receipt()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_cancel")

    def _refuse(self, reason):
        """Refuse requests whose goods have not arrived.

        :param reason: what the customer is told
        """
        self._end("refused", reason)

    def _cancel(self, reason):
        """Cancel returns whose goods have not arrived.

        :param reason: why the goods do not come
        """
        self._end("cancelled", reason)

    def _end(self, state, reason):
        self.check_access("write")
        self._check_before_receipt()
        if not (reason or "").strip():
            raise UserError(
                self.env._(
                    "%(document)s: say why it ends here.", document=self[:1].name
                )
            )
        self._cancel_receipts()
        self.line_ids._write_flow({"state": "cancelled"})
        self._write_flow({"state": state, "decision_note": reason.strip()})
        for document in self:
            document.message_post(body=reason.strip())

    def _cancel_receipts(self):
        """Cancel the transfers that nobody has worked on; extension point."""

    def _check_before_receipt(self):
        """Refuse the end of a return whose goods have arrived.

        :raise UserError: naming the document
        """
        self._check_flow_state("draft", "confirmed")
        arrived = self.line_ids.filtered(
            lambda line: line.state not in ("expected", "missing", "cancelled")
        )[:1]
        if arrived:
            raise UserError(
                self.env._(
                    "%(product)s of %(document)s has arrived. The return can no longer "
                    "be cancelled; inspect the goods and decide.",
                    product=arrived.product_id.display_name,
                    document=arrived.return_id.name,
                )
            )

    def _update_state(self):
        """Derive the state of running documents from their lines.

        The slowest line that is still expected to end decides; a document is done
        when every line is disposed of and the customer got what was promised.
        """
        targets = {}
        for document in self:
            target = document._get_state_of_lines()
            if target != document.state:
                targets[target] = targets.get(target, self.browse()) | document
        for target, documents in targets.items():
            documents._write_flow({"state": target})
        if "done" in targets:
            # Whoever takes the last step need not be the one who was reminded.
            targets["done"].sudo()._close_reminders()

    def _close_reminders(self):
        """Nothing is due to the customers of these returns any more."""
        self.activity_unlink(["mail.mail_activity_data_todo"])

    def _get_state_of_lines(self):
        """State that the lines of the document stand for."""
        self.ensure_one()
        if self.state in ("draft", "refused", "cancelled"):
            return self.state
        live = self.line_ids.filtered(
            lambda line: line.state not in ("missing", "cancelled")
        )
        if not live:
            return "cancelled"
        slowest = min(live.mapped("state"), key=self._LINE_STATES.index)
        if slowest == "expected":
            return "confirmed"
        if slowest != "disposed":
            return slowest
        settled = all(line._is_settled() for line in live)
        return "done" if settled else "inspected"

    def action_add_goods(self):
        """Pick what comes back from what the customer received."""
        self.ensure_one()
        self._check_draft()
        wizard = self.env["aftersales.return.add"].create(
            {
                "return_id": self.id,
                "partner_id": self.partner_id.id,
                "company_id": self.company_id.id,
            }
        )
        wizard._load_lines()
        return wizard._get_action()

    # -- label -------------------------------------------------------------------

    @api.model
    def _get_barcode_image(self, text):
        """Bar code of a number for labels; empty where a scanner cannot read it."""
        return barcode.code128_uri(text)

    def _get_label_lines(self):
        """Lines whose goods are to be sent in."""
        return self.line_ids.filtered(
            lambda line: line.state not in ("missing", "cancelled")
        )

    def _get_return_address(self):
        """Where the customer sends the goods, as HTML."""
        self.ensure_one()
        # The address of the warehouse is for the customer to read.
        document_sudo = self.sudo()
        depot = document_sudo.warehouse_id.partner_id
        place = depot or document_sudo.company_id.partner_id
        rows = [place.name, *place._display_address(without_company=True).split("\n")]
        return Markup("<br/>").join(escape(row) for row in rows if row and row.strip())

    def action_send_label(self):
        """Write to the customer, with the label and the address."""
        self.ensure_one()
        self._check_flow_state("confirmed")
        template = self.env.ref(
            "aftersales_warranty.mail_template_return_label", raise_if_not_found=False
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send Label"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_template_id": template.id if template else False,
                "default_composition_mode": "comment",
                "force_email": True,
            },
        }
