from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from odoo.addons.aftersales_network.models.flow import FLOW


class AftersalesReturn(models.Model):
    """What the screen “Receive Returns” asks and does.

    The screen keeps what was scanned; nothing is written until it is confirmed,
    and the confirmation judges everything anew.
    """

    _inherit = "aftersales.return"

    @api.model
    def depot_scan(self, code, document_id=False, taken=()):
        """Judge one scanned code.

        :param code: label of a return, or a serial number
        :param document_id: return on the screen, if any
        :param taken: ids of its lines that were scanned already
        :return: ``{"status", "message", "document", "line_id", "serial",
            "product_id"}``; the document only where it is another one
        """
        self.env["aftersales.return.line"]._check_depot_rights()
        code = (code or "").strip()
        found = self.search([("name", "=ilike", code)], limit=1) if code else self
        if found:
            return found._depot_describe_label()
        document = self.browse(document_id).exists()
        line = document.line_ids._find_scanned(code)
        if not line and not document:
            line = self.env["aftersales.return.line"]._find_expected(code)
            document = line.return_id
        result = document._depot_judge(line, code, taken)
        if document.id != document_id:
            result["document"] = document._depot_describe()
        return result

    def _depot_describe_label(self):
        """Answer to the label of a return."""
        self.ensure_one()
        if self.state in ("draft", "refused", "cancelled", "done"):
            labels = dict(self._fields["state"]._description_selection(self.env))
            return {
                "status": "closed",
                "message": self.env._(
                    "%(document)s is in state “%(state)s”: nothing is expected.",
                    document=self.name,
                    state=labels[self.state],
                ),
            }
        return {"status": "document", "document": self._depot_describe()}

    def _depot_judge(self, line, code, taken):
        """Right, wrong, unexpected, received already or unknown."""
        lots_sudo = self.env["aftersales.registration"]._find_lots_by_serial(code)
        expected = line._get_expected_serial() if line else ""
        serial = expected or lots_sudo[:1].name or code
        base = {"serial": serial, "line_id": line.id, "product_id": False}
        if line.state == "expected":
            return {**base, "status": "right", "message": line._get_goods_name()}
        if line:
            return {**base, "status": "received", "message": line._describe_receipt()}
        if not self:
            message = self.env._("Nothing is expected with %(code)s.", code=code)
            return {**base, "status": "unknown", "message": message}
        waiting = self.line_ids.filtered(
            lambda line: (
                line.state == "expected"
                and line.tracking == "serial"
                and line.id not in taken
            )
        )
        return {**base, **self._depot_judge_other(lots_sudo, serial, waiting)}

    def _depot_judge_other(self, lots_sudo, serial, waiting):
        """A serial that the document does not expect: in place of one, or besides.

        :param waiting: lines whose goods have neither come nor been scanned
        """
        products = lots_sudo.product_id
        same = waiting.filtered(lambda line: line.product_id in products)
        if not products and len(waiting) == 1:
            same = waiting
        if same:
            return {
                "status": "wrong",
                "line_id": same[0].id,
                "message": self.env._(
                    "%(serial)s came, but %(goods)s was expected.",
                    serial=serial,
                    goods=same[0]._get_goods_name(),
                ),
            }
        if not products:
            message = self.env._(
                "%(serial)s is unknown. Enter it at the goods it belongs to.",
                serial=serial,
            )
            return {"status": "unknown", "message": message}
        return {
            "status": "unexpected",
            "product_id": products[:1].id,
            "message": self.env._(
                "%(product)s %(serial)s is not on %(document)s.",
                product=products[:1].display_name,
                serial=serial,
                document=self.name,
            ),
        }

    def _depot_describe(self):
        """What the screen shows of a document; no money."""
        if not self:
            return False
        return {
            "id": self.id,
            "name": self.name,
            "partner": self.partner_id.display_name,
            "warehouse": self.warehouse_id.display_name,
            "state": self.state,
            "note": self.note or "",
            "lines": [line._depot_describe() for line in self.line_ids],
        }

    def depot_receive(self, entries):
        """Receive what was scanned and confirmed.

        :param entries: list of ``{"line_id", "product_id", "serial", "quantity",
            "is_damaged", "note", "photos": [{"name", "data"}]}``; without a line
            the goods were not expected
        :return: the document for the screen
        :raise UserError: nothing to receive, or goods that may not come in
        """
        self.ensure_one()
        lines = self.env["aftersales.return.line"]
        lines._check_depot_rights()
        if not entries:
            raise UserError(self.env._("Scan the goods that arrived first."))
        details = {}
        for entry in entries:
            line = self.line_ids.browse(entry.get("line_id") or [])
            if line and line not in self.line_ids:
                raise UserError(
                    self.env._(
                        "The goods are not on %(document)s. Scan its label again.",
                        document=self.name,
                    )
                )
            line = line or self._add_unexpected(entry)
            details[line.id] = line._prepare_detail(entry)
            lines |= line
        lines._receive(details)
        return self._depot_describe()

    def _add_unexpected(self, entry):
        """A line for goods that nobody announced."""
        product = self.env["product.product"].browse(entry.get("product_id")).exists()
        if not product:
            raise UserError(
                self.env._("Choose which product arrived without being expected.")
            )
        lines = self.env["aftersales.return.line"].with_context(aftersales_flow=FLOW)
        line = lines.create(
            {
                "return_id": self.id,
                "product_id": product.id,
                "quantity": entry.get("quantity") or 1.0,
                "receipt_result": "unexpected",
            }
        ).with_env(self.env)
        self._update_state()
        return line


class AftersalesReturnLine(models.Model):
    _inherit = "aftersales.return.line"

    def _find_scanned(self, code):
        """The line of these that a scanned serial names."""
        lots_sudo = self.env["aftersales.registration"]._find_lots_by_serial(code)
        names = {code.lower(), *(name.lower() for name in lots_sudo.mapped("name"))}

        def is_named(line):
            texts = (line.received_serial, line.lot_id.name, line.serial)
            return any(text and text.lower() in names for text in texts)

        found = self.filtered(is_named)
        return (found.filtered(lambda line: line.state == "expected") or found)[:1]

    @api.model
    def _find_expected(self, code):
        """The line that waits for a serial on any confirmed document."""
        lots_sudo = self.env["aftersales.registration"]._find_lots_by_serial(code)
        named = Domain("lot_id", "in", lots_sudo.ids) | Domain("serial", "=ilike", code)
        waiting = Domain("state", "=", "expected") & Domain(
            "return_id.state", "=", "confirmed"
        )
        return self.search(named & waiting, limit=1)

    def _describe_receipt(self):
        """Who received the goods and when, in a sentence."""
        self.ensure_one()
        if not self.date_received:
            return self.env._(
                "%(goods)s is not expected any more.", goods=self._get_goods_name()
            )
        when = fields.Datetime.context_timestamp(self, self.date_received)
        return self.env._(
            "%(goods)s was received already by %(user)s on %(date)s.",
            goods=self._get_goods_name(),
            user=self.received_by_id.name,
            date=when.strftime("%Y-%m-%d %H:%M"),
        )

    def _depot_describe(self):
        """What the screen shows of a line; no money."""
        self.ensure_one()
        selections = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in ("state", "resolution", "receipt_result")
        }
        return {
            "id": self.id,
            "product_id": self.product_id.id,
            "product": self.product_id.display_name,
            "tracking": self.tracking,
            "serial": self._get_expected_serial(),
            "received_serial": self.received_serial or "",
            "quantity": self.quantity,
            "unit": self.product_uom_id.name,
            "state": self.state,
            "state_label": selections["state"][self.state],
            "resolution": selections["resolution"][self.resolution],
            "result": self.receipt_result or "",
            "result_label": selections["receipt_result"].get(self.receipt_result, ""),
        }

    def _prepare_detail(self, entry):
        """What the receipt needs of one entry of the screen."""
        self.ensure_one()
        photos = self.env["ir.attachment"].create(
            [
                {
                    "name": photo.get("name") or "photo.jpg",
                    "datas": photo["data"],
                    "res_model": self._name,
                    "res_id": self.id,
                }
                for photo in entry.get("photos") or []
                if photo.get("data")
            ]
        )
        return {
            "serial": (entry.get("serial") or "").strip(),
            "quantity": entry.get("quantity") or 0.0,
            "is_damaged": bool(entry.get("is_damaged")),
            "note": entry.get("note") or "",
            "photos": photos,
        }

    def action_inspect(self):
        """Open the inspection of the chosen goods."""
        return self._open_inspection()

    def action_collect_waste(self):
        """Ask for the disposal note of waste that was collected."""
        self._check_depot_rights()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_collect_waste")

    def action_accept(self):
        """Ask a manager why goods that were not expected are accepted."""
        self._check_manager()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_accept")

    def action_send_back(self):
        """Prepare the transfer that brings inspected goods back to the customer."""
        self._dispose("send_back")

    def _open_inspection(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dispose of Goods")
            if set(self.mapped("state")) == {"inspected"}
            else self.env._("Inspect Goods"),
            "res_model": "aftersales.return.inspection",
            "view_mode": "form",
            "target": "new",
            "context": {"default_line_ids": [Command.set(self.ids)]},
        }
