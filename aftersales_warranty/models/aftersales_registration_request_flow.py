from odoo import fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.aftersales_network.tools.portal_form import (
    DOCUMENT_TYPES,
    FormError,
    clean_text,
)

from ..tools import serials

PENDING = ("new", "duplicate")
#: Characters of one line that a customer types.
LINE = 120
#: Open requests that one customer may have.
PENDING_LIMIT = 20


class AftersalesRegistrationRequest(models.Model):
    """Steps of a request: by rule, by a person, from the portal."""

    _inherit = "aftersales.registration.request"

    def _process(self):
        """Approve what leaves no doubt, and give the rest to a person."""
        for record in self:
            doubts = record._get_doubts()
            if not doubts:
                record._register_unit()
                continue
            foreign = record.kind == "register" and record._is_foreign_unit(
                record._find_unit()
            )
            record._write_flow(
                {
                    "state": "duplicate" if foreign else "new",
                    "doubts": "\n".join(doubts),
                }
            )
            record._ask_service()

    def _ask_service(self):
        """Give the request to a dispatcher of the company."""
        self._portal_ask(
            "aftersales_network.group_dispatcher", self.env._("Registration to check")
        )

    def action_approve(self):
        """Register the units, or hand them over, after a person has looked.

        :raise UserError: a request that was decided, or lacks product or owner
        """
        self.check_access("write")
        self._check_flow_state(*PENDING)
        self.lock_for_update()
        for record in self:
            record._check_complete()
            record._register_unit()
        self._write_flow({"decided_by_id": self.env.uid})
        self.activity_unlink(["mail.mail_activity_data_todo"])

    def _check_complete(self):
        """Refuse an approval that lacks what only a person can add.

        :raise UserError: naming what is missing
        """
        self.ensure_one()
        if not self.product_id:
            raise UserError(
                self.env._(
                    "%(request)s has no product. Choose it first.", request=self.name
                )
            )
        if self.kind == "transfer" and not self.new_owner_id:
            raise UserError(
                self.env._(
                    "%(request)s has no contact of the new owner. Choose or create it "
                    "first.",
                    request=self.name,
                )
            )
        doubts = self._get_case_doubts()
        if doubts:
            raise UserError(doubts[0])

    def action_refuse(self):
        """Ask for the reason, then refuse."""
        self._check_flow_state(*PENDING)
        return self.env["aftersales.reason.wizard"]._open_for(self, "_refuse")

    def _refuse(self, reason):
        """Refuse requests; the customer reads the reason on the portal."""
        self._check_flow_state(*PENDING)
        self._write_flow(
            {
                "state": "refused",
                "reason": reason,
                "decided_by_id": self.env.uid,
                "date_decision": self.env.company._get_aftersales_today(),
            }
        )
        self.activity_unlink(["mail.mail_activity_data_todo"])

    def _register_unit(self):
        """Make or change the registration and close the request."""
        self.ensure_one()
        unit = self._find_unit().sudo(self.env.su)
        if self.kind == "transfer":
            unit = self.registration_id
            today = self.env.company._get_aftersales_today()
            line = unit._transfer(self.new_owner_id, today, self.note)
        elif unit:
            line = self._take_over(unit)
        else:
            unit = self.env["aftersales.registration"].create(
                self._prepare_registration_vals()
            )
            line = unit.sudo().owner_ids
        unit._attach_proofs(line, self.sudo().proof_ids)
        self._write_flow(
            {
                "state": "approved",
                "registration_id": unit.id,
                "date_decision": self.env.company._get_aftersales_today(),
            }
        )

    def _take_over(self, unit):
        """Give a registered unit to the customer; returns the line of the log."""
        self.ensure_one()
        if not unit.partner_id:
            unit.write(
                {
                    "partner_id": self.partner_id.id,
                    "date_sale": unit.date_sale or self.date_sale,
                }
            )
            return unit.sudo().owner_ids.sorted("id")[-1:]
        return unit._transfer(self.partner_id, self.date_sale, self.note)

    def _prepare_registration_vals(self):
        """Values of the registration of a unit that nobody knew.

        Extension point.
        """
        self.ensure_one()
        lot_sudo = self._find_lot()
        return {
            "company_id": self.company_id.id,
            "currency_id": self.company_id.currency_id.id,
            "product_id": self.product_id.id,
            "lot_id": lot_sudo.id,
            "serial": lot_sudo.name or self.serial,
            "partner_id": self.partner_id.id,
            "dealer_id": self.dealer_id.id,
            "channel": self.channel,
            "date_sale": self.date_sale,
        }

    # -- portal ------------------------------------------------------------------

    def _portal_submit(self, post, files):
        """Take a registration from the form of the portal.

        :param post: what was typed
        :param files: proofs as ``(name, content)``
        :return: the request, as superuser
        :raise ValidationError: a value that cannot be taken, or a unit that the
            customer has already
        """
        user = self.env.user
        # The portal writes nothing itself; the request is always the user's own.
        Request_sudo = self.sudo()
        vals = Request_sudo._portal_read_registration(post)
        vals["partner_id"] = user.partner_id.id
        Request_sudo._portal_check_own(vals, user.partner_id)
        request_sudo = Request_sudo.create(vals)
        if files:
            request_sudo._portal_attach("proof_ids", files, DOCUMENT_TYPES)
        # Two windows at once: the database lets one of them pass.
        self.env.flush_all()
        request_sudo._process()
        return request_sudo

    def _portal_read_registration(self, post):
        """Values of the form.

        :raise ValidationError: naming the field
        """
        post = {**post, "serial": serials.clean(post.get("serial"))}
        names = ("serial", "model_text", "dealer_name", "channel", "note")
        vals = self._portal_read(names, post)
        if not vals.get("serial"):
            raise ValidationError(self.env._("Enter the serial number of the unit."))
        vals["date_sale"] = self._portal_read_date(post.get("date_sale"))
        product = self._portal_get_product(post.get("product"))
        if product:
            vals["product_id"] = product.id
            vals["company_id"] = (product.company_id or self.env.company).id
        return vals

    def _portal_read_date(self, text):
        """Day of the purchase.

        :raise ValidationError: no day, or none that exists
        """
        try:
            day = fields.Date.to_date(text)
        except ValueError:
            day = None
        if not day:
            raise ValidationError(self.env._("Enter the day on which you bought it."))
        return day

    def _portal_get_product(self, text):
        """Product that a QR code names, as superuser; empty where there is none."""
        Product_sudo = self.env["product.product"].sudo()
        text = str(text or "")
        if not text.isascii() or not text.isdecimal() or len(text) > 9:
            return Product_sudo
        return Product_sudo.browse(int(text)).exists().filtered("active")

    def _portal_check_own(self, vals, partner):
        """Refuse what the customer has registered, or asked for, already.

        :raise ValidationError: naming the serial
        """
        key = serials.key(vals["serial"])
        mine = [("partner_id", "child_of", partner.commercial_partner_id.id)]
        Unit_sudo = self.env["aftersales.registration"].sudo()
        if Unit_sudo.search_count(
            [*mine, ("serial_key", "=", key), ("state", "=", "active")], limit=1
        ):
            raise ValidationError(
                self.env._(
                    "You have registered %(serial)s already.", serial=vals["serial"]
                )
            )
        pending = self.search([*mine, ("state", "in", PENDING)], limit=PENDING_LIMIT)
        if key in pending.mapped("serial_key"):
            raise ValidationError(
                self.env._("You have asked for this already. We are looking into it.")
            )
        if len(pending) == PENDING_LIMIT:
            raise ValidationError(
                self.env._(
                    "%(count)s of your requests are waiting. Please wait until we have "
                    "looked at them.",
                    count=PENDING_LIMIT,
                )
            )

    def _portal_request_transfer(self, unit_sudo, post):
        """Ask for a change of owner of the customer's own unit.

        The caller has checked that the unit is his.

        :raise ValidationError: no name, no address, or asked for already
        """
        partner = self.env.user.partner_id
        Request_sudo = self.sudo()
        try:
            name = clean_text(post.get("new_owner_name"), LINE)
        except FormError:
            name = ""
        vals = Request_sudo._portal_read(("new_owner_email", "note"), post)
        if not name or not vals.get("new_owner_email"):
            raise ValidationError(
                self.env._("Enter name and e-mail address of the new owner.")
            )
        asked = Request_sudo.search_count(
            [("registration_id", "=", unit_sudo.id), ("state", "in", PENDING)], limit=1
        )
        if asked:
            raise ValidationError(
                self.env._("You have asked for this already. We are looking into it.")
            )
        request_sudo = Request_sudo.create(
            {
                **vals,
                "kind": "transfer",
                "new_owner_name": name,
                "partner_id": partner.id,
                "company_id": unit_sudo.company_id.id,
                "product_id": unit_sudo.product_id.id,
                "serial": unit_sudo.serial,
                "date_sale": unit_sudo.date_sale
                or self.env.company._get_aftersales_today(),
                "registration_id": unit_sudo.id,
            }
        )
        request_sudo._process()
        return request_sudo
