from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.aftersales_network.tools import portal_form

from .aftersales_claim import EDITABLE_STATES

#: Fields of the claim that the point writes on the portal.
CLAIM_FIELDS = ("complaint", "cause", "correction", "fault_id")
#: Fields of a line besides kind, part, operation, quantity and amount.
LINE_FIELDS = ("name", "serial_removed", "sublet_invoice_ref")
#: Lines of one claim.
MAX_LINES = 100
#: Orders that are claimed in one click.
MAX_ORDERS = 100


class AftersalesClaim(models.Model):
    """What people of a point do with their drafts on the portal.

    Every step checks first, with the caller's own rights, that the claim is of his
    point and a draft or sent back; only then it writes as superuser, to that one
    claim and its lines, and only the fields listed above.
    """

    _inherit = "aftersales.claim"

    def _portal_open(self):
        """Check that the user may change the claim.

        :return: the claim as superuser
        :raise AccessError: a claim of another point
        :raise UserError: a claim that is with the company
        """
        claim_sudo = self._portal_get_own()
        claim_sudo._check_editable()
        return claim_sudo

    def _portal_get_own(self):
        """Check that the claim is of the user's own point.

        :return: the claim as superuser
        :raise AccessError: a claim of another point
        """
        self.ensure_one()
        self.check_access("read")
        claim_sudo = self.sudo()
        own = self.env.user._get_aftersales_point_ids()
        if claim_sudo.service_point_id.id not in own:
            raise AccessError(self.env._("This claim is not of your point."))
        return claim_sudo

    def _portal_may_edit(self):
        """Whether the page offers to change the claim."""
        self.ensure_one()
        own = self.env.user._get_aftersales_point_ids()
        return self.state in EDITABLE_STATES and self.service_point_id.id in own

    def _portal_save(self, post):
        """Save complaint, cause, correction and fault code."""
        claim_sudo = self._portal_open()
        claim_sudo.write(claim_sudo._portal_read(CLAIM_FIELDS, post))

    def _portal_save_line(self, post, files=()):
        """Add or change one line.

        :param post: values of the form, of which only listed ones are taken
        :param files: ``(name, content)`` of its documents
        :raise UserError: a value that cannot be taken
        """
        claim_sudo = self._portal_open()
        line_sudo = claim_sudo._portal_find_line(post.get("line_id"))
        vals = claim_sudo._portal_read_line(line_sudo, post)
        if line_sudo:
            line_sudo.write(vals)
        else:
            claim_sudo._portal_check_count(len(claim_sudo.line_ids) + 1, MAX_LINES)
            line_sudo = claim_sudo.line_ids.create({**vals, "claim_id": claim_sudo.id})
        if files:
            line_sudo._portal_attach("document_ids", files, portal_form.DOCUMENT_TYPES)
        line_sudo._portal_propose_amount(post)

    def _portal_find_line(self, line_id):
        """Line of the claim by the id that was sent; empty for a new one.

        :raise UserError: a line that is not in the claim
        """
        line = self.line_ids.filtered(lambda x: str(x.id) == str(line_id))
        if line_id and not line:
            raise UserError(self.env._("This line does not exist any more."))
        return line

    def _portal_read_line(self, line, post):
        """Values of a line from the form."""
        Line = self.line_ids
        vals = Line._portal_read(LINE_FIELDS, post)
        if not line:
            vals.update(self._portal_read_kind(post))
        kind = line.kind or vals["kind"]
        if kind == "labour" and "operation" in post:
            vals["labour_operation_id"] = self._portal_find_operation(
                post["operation"]
            ).id
        if kind == "part" and post.get("is_causal"):
            vals["is_causal"] = True
        vals.update(Line._portal_read(("quantity",), post))
        if not post.get("quantity"):
            vals.pop("quantity", None)
            self._portal_take_flat_hours(line, vals)
        if not vals.get("name"):
            vals.pop("name", None)
        return vals

    def _portal_take_flat_hours(self, line, vals):
        """Hours of a chosen operation where nobody typed any."""
        operation = self.env["aftersales.labour.operation"].browse(
            vals.get("labour_operation_id") or ()
        )
        if operation and operation != line.labour_operation_id:
            vals["quantity"] = operation.hours_flat

    def _portal_read_kind(self, post):
        """Kind, and for a part the product, of a new line."""
        kinds = dict(self.line_ids._fields["kind"].selection)
        kind = post.get("kind")
        if kind not in kinds:
            raise UserError(self.env._("Choose the kind of the line."))
        vals = {"kind": kind}
        if kind == "part":
            # The same look-up, with the same message, as on the order.
            Order = self.env["aftersales.service.order"]
            order = self.order_id or Order.new({"company_id": self.company_id.id})
            vals["product_id"] = order._portal_find_part(post.get("reference")).id
        return vals

    def _portal_find_operation(self, code):
        """Labour operation by its code; empty where none was typed.

        :raise UserError: an unknown code
        """
        Operation = self.env["aftersales.labour.operation"]
        code = (code or "").strip()
        if not code:
            return Operation
        found = Operation.search(
            [("company_id", "=", self.company_id.id), ("code", "=ilike", code)], limit=1
        )
        if not found:
            raise UserError(
                self.env._(
                    "No labour operation with the code “%(code)s”. Look it up in the "
                    "list.",
                    code=code,
                )
            )
        return found

    def _portal_remove_line(self, line_id):
        """Take one line off the claim, with its documents."""
        claim_sudo = self._portal_open()
        line_sudo = claim_sudo._portal_find_line(line_id)
        line_sudo.document_ids.unlink()
        line_sudo.unlink()

    def _portal_add_photos(self, files):
        """Add photos of the failure and the work."""
        claim_sudo = self._portal_open()
        claim_sudo._portal_attach("photo_ids", files, portal_form.IMAGE_TYPES)

    def _portal_remove_file(self, file_id):
        """Delete one photo or document of the claim."""
        claim_sudo = self._portal_open()
        files = claim_sudo.photo_ids | claim_sudo.line_ids.document_ids
        files.filtered(lambda f: str(f.id) == str(file_id)).unlink()

    def _portal_check(self):
        """Show what the checks say before the claim is handed in."""
        self._portal_open()._run_checks()

    def _portal_submit(self):
        """Hand the claim in."""
        self._portal_open().action_submit()


class AftersalesServiceOrder(models.Model):
    """A point claims all of its finished orders in one click."""

    _inherit = "aftersales.service.order"

    @api.model
    def _portal_get_claimable(self):
        """Finished orders of the user's own points without a claim, as superuser."""
        own = self.env.user._get_aftersales_point_ids()
        live = Domain("state", "!=", "cancelled")
        return self.sudo().search(
            Domain("service_point_id", "in", own)
            & Domain("state", "in", ("done", "closed"))
            & Domain("is_rework", "=", False)
            & Domain("amount_warranty", ">", 0)
            & ~Domain("claim_ids", "any", live),
            order="date_end, id",
            limit=MAX_ORDERS,
        )

    @api.model
    def _portal_claim_all(self):
        """Make the drafts of all these claims.

        :return: why some orders have none; empty where all have one
        """
        report = self._portal_get_claimable()._make_claims()
        return "\n".join(
            text if order.name in text else f"{order.name}: {text}"
            for order, _claim, text in report
            if text
        )


class AftersalesClaimLine(models.Model):
    """Amount of a line that comes from the portal."""

    _inherit = "aftersales.claim.line"

    def _portal_propose_amount(self, post):
        """Take the typed amount; without one, what the rates allow.

        Users who must not see amounts name none.
        """
        self.ensure_one()
        typed = (post.get("amount_claimed") or "").strip()
        if typed and self.env.user._sees_claim_amounts():
            self.amount_claimed = self._portal_read(
                ("amount_claimed",), {"amount_claimed": typed}
            )["amount_claimed"]
        elif not self.amount_claimed or self.amount_excess:
            listed = self.quantity * self.product_id.lst_price
            self.amount_claimed = self.amount_limit if self.is_limited else listed


class AftersalesAuthorization(models.Model):
    """A point takes its request back on the portal."""

    _inherit = "aftersales.authorization"

    def _portal_withdraw(self, reason):
        """Take a request of the own point back.

        :raise AccessError: an authorisation of another point
        :raise UserError: one that is decided already
        """
        self.ensure_one()
        self.check_access("read")
        permit_sudo = self.sudo()
        own = self.env.user._get_aftersales_point_ids()
        if permit_sudo.service_point_id.id not in own:
            raise AccessError(self.env._("This authorisation is not of your point."))
        if permit_sudo.state not in ("draft", "requested"):
            raise UserError(
                self.env._(
                    "%(name)s is decided. Ask the company to withdraw it.",
                    name=permit_sudo.name,
                )
            )
        permit_sudo._withdraw((reason or "")[:500])
