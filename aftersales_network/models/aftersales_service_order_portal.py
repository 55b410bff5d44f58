import base64

from odoo import models
from odoo.exceptions import UserError

from .aftersales_service_order_photo import PHOTO_BYTES

#: Kinds of line a point may add on the portal.
PORTAL_LINE_KINDS = ("part", "labour", "travel", "inspection")


class AftersalesServiceOrder(models.Model):
    """What people of a point do on the portal.

    The controller checks that the user belongs to the point; these methods
    check the values and run as superuser on that one order.
    """

    _inherit = "aftersales.service.order"

    def _portal_refuse(self, reason):
        """Refuse with a reason typed on the portal."""
        self.ensure_one()
        if not (reason or "").strip():
            raise UserError(
                self.env._("%(order)s: give a reason for refusing.", order=self.name)
            )
        self._refuse(reason.strip())

    def _portal_tick(self, step_id):
        """Tick or untick one written step."""
        self.ensure_one()
        self._check_portal_open()
        step = self.step_ids.filtered(lambda s: str(s.id) == str(step_id))
        if step:
            step.is_done = not step.is_done

    def _portal_number(self, text, label):
        """Read a positive number typed by a person.

        :raise UserError: no number, negative or not finite
        """
        try:
            number = float((text or "").replace(",", ".").strip())
        except ValueError:
            number = -1.0
        if not 0 < number < 1e9:
            raise UserError(
                self.env._(
                    "%(label)s must be a number above zero, not “%(value)s”.",
                    label=label,
                    value=text or "",
                )
            )
        return number

    def _portal_add_line(self, post):
        """Add a part (by its reference), labour, travel or inspection line.

        Prices come from the price list and the agreement, never from the form.
        """
        self.ensure_one()
        self._check_portal_open()
        kind = post.get("kind")
        if kind not in PORTAL_LINE_KINDS:
            raise UserError(self.env._("Choose the kind of the line."))
        quantity = self._portal_number(post.get("quantity"), self.env._("Quantity"))
        product = self.env["product.product"]
        if kind == "part":
            product = self._portal_find_part(post.get("reference"))
        self.env["aftersales.service.order.line"].create(
            {
                "order_id": self.id,
                "kind": kind,
                "product_id": product.id,
                "quantity": quantity,
            }
        )

    def _portal_find_part(self, reference):
        """Product by its internal reference or barcode.

        :raise UserError: nothing found
        """
        reference = (reference or "").strip()
        product = self.env["product.product"].search(
            [
                ("company_id", "in", (self.company_id.id, False)),
                "|",
                ("default_code", "=", reference),
                ("barcode", "=", reference),
            ],
            limit=1,
        )
        if not reference or not product:
            raise UserError(
                self.env._(
                    "No part with the reference “%(reference)s”. Check the label or "
                    "ask the dispatcher.",
                    reference=reference,
                )
            )
        return product

    def _portal_remove_line(self, line_id):
        """Take one line off again."""
        self.ensure_one()
        self._check_portal_open()
        self.line_ids.filtered(lambda x: str(x.id) == str(line_id)).unlink()

    def _portal_done(self, post):
        """Finish the job with cause and correction."""
        self.ensure_one()
        self.write(
            {
                "cause": (post.get("cause") or "").strip() or self.cause,
                "correction": (post.get("correction") or "").strip() or self.correction,
                "fault_id": self._portal_find("aftersales.fault", post.get("fault_id"))
                or self.fault_id.id,
            }
        )
        self.action_done()

    def _portal_find(self, model, text):
        """Id of a record chosen on the portal; ``False`` where there is none."""
        text = str(text or "")
        if not text.isdigit() or len(text) > 9:
            return False
        return self.env[model].search([("id", "=", int(text))], limit=1).id

    def _portal_pause(self, post):
        """Pause for a reason chosen on the portal."""
        self.ensure_one()
        reason = self._portal_find("aftersales.pause.reason", post.get("reason_id"))
        self.action_pause(reason, (post.get("note") or "").strip()[:200])

    def _portal_fee(self, post):
        """Tell the estimated fee and record who agreed to it."""
        self.ensure_one()
        self._check_transition("agree")
        self.fee_quoted = self._portal_number(post.get("fee"), self.env._("Fee"))
        self.action_agree_fee((post.get("customer_name") or "").strip()[:100])

    def _portal_photo(self, post):
        """Add one photo from the telephone.

        :raise UserError: no photo, too large or of another type
        """
        self.ensure_one()
        self._check_transition("photo")
        upload = post.get("photo")
        data = upload.read(PHOTO_BYTES + 1) if hasattr(upload, "read") else b""
        kinds = dict(self.photo_ids._fields["kind"].selection)
        self.env["aftersales.service.order.photo"].create(
            {
                "order_id": self.id,
                "kind": post.get("kind") if post.get("kind") in kinds else "other",
                "name": (post.get("name") or "").strip()[:100],
                "image": base64.b64encode(data),
            }
        )

    def _portal_inspect(self, post, item_ids):
        """Record an inspection by a second person of the point.

        :param item_ids: ids of the items ticked as in order, as text
        """
        self.ensure_one()
        items = self._get_inspection_items()
        ticked = items.filtered(lambda item: str(item.id) in set(item_ids))
        self._inspect(post.get("result"), post.get("findings"), ticked)

    def _check_portal_open(self):
        """Only a job in work can be changed on the portal."""
        self.ensure_one()
        if self.state not in ("accepted", "in_progress", "waiting_part"):
            raise UserError(self.env._("%(order)s is not in work.", order=self.name))
