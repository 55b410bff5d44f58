from datetime import date as date_type
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class OwnerStep(NamedTuple):
    """Why a unit changes hands; only code can make one, never a caller by RPC."""

    kind: str
    date: date_type
    note: str | bool = False


class AftersalesRegistrationOwner(models.Model):
    """Who had a unit, from when to when; written by the unit's own steps."""

    _name = "aftersales.registration.owner"
    _description = "Owner of a Unit"
    _order = "registration_id, date_from desc, id desc"
    _rec_name = "partner_id"

    registration_id = fields.Many2one(
        "aftersales.registration", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="registration_id.company_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one("res.partner", "Owner", required=True, index=True)
    kind = fields.Selection(
        [
            ("first", "First Owner"),
            ("dealer", "Dealer"),
            ("sale", "Sale by the Dealer"),
            ("transfer", "Transfer"),
            ("correction", "Correction"),
        ],
        required=True,
    )
    date_from = fields.Date("From", required=True)
    date_to = fields.Date("To")
    note = fields.Text()
    user_id = fields.Many2one(
        "res.users", "Entered by", default=lambda self: self.env.user
    )
    proof_ids = fields.Many2many("ir.attachment")

    def _get_frozen_attachments(self):
        """Proofs are evidence."""
        return self.sudo().proof_ids


class AftersalesRegistration(models.Model):
    """Units change hands; dealers hold units that nobody has bought yet."""

    _inherit = "aftersales.registration"

    owner_ids = fields.One2many(
        "aftersales.registration.owner",
        "registration_id",
        "Owner History",
        readonly=True,
        groups="aftersales_network.group_user",
    )
    dealer_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        check_company=True,
        tracking=True,
        help="Who sold the unit, or has it for sale.",
    )
    date_dealer = fields.Date(
        "Delivered to the Dealer on",
        help="The cover does not start with it, but with the sale to the customer or "
        "so many days after the factory, as the policy says.",
    )
    is_dealer_stock = fields.Boolean(
        "With the Dealer",
        compute="_compute_is_dealer_stock",
        store=True,
        precompute=True,
        help="Not sold to a customer yet.",
    )
    conflict_picking_id = fields.Many2one(
        "stock.picking",
        "Delivered again with",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Transfer that delivered the same serial to somebody else.",
        groups="aftersales_network.group_user",
    )

    _FLOW_FIELDS = frozenset(("conflict_picking_id",))

    @api.depends(
        "dealer_id.commercial_partner_id", "partner_id.commercial_partner_id", "state"
    )
    def _compute_is_dealer_stock(self):
        for unit in self:
            dealer = unit.dealer_id.commercial_partner_id
            owner = unit.partner_id.commercial_partner_id
            unit.is_dealer_stock = bool(dealer) and dealer == owner

    @api.depends("date_dealer")
    def _compute_policy_version_id(self):
        """A unit for sale goes by the version of the day it came to the dealer."""
        result = super()._compute_policy_version_id()
        Version = self.env["aftersales.policy.version"]
        for unit in self:
            if unit.date_dealer and not (unit.date_sale or unit.date_delivery):
                unit.policy_version_id = Version._pick_version(
                    unit.product_id,
                    unit.date_dealer,
                    unit.company_id.id,
                    unit.country_id.id,
                )
        return result

    @api.constrains("lot_id")
    def _check_lot_is_serial(self):
        """A lot of many pieces is no unit; every piece needs its own serial."""
        for unit in self.filtered("lot_id"):
            if unit.lot_id.product_id.tracking == "lot":
                raise UserError(
                    self.env._(
                        "%(lot)s is a lot of several pieces of %(product)s. Register a "
                        "piece by the serial that it carries itself.",
                        lot=unit.lot_id.name,
                        product=unit.product_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        units = super().create(vals_list)
        units._log_owners(is_new=True)
        return units

    def write(self, vals):
        before = {}
        if "partner_id" in vals:
            before = {unit: unit.partner_id for unit in self}
        result = super().write(vals)
        moved = self.filtered(lambda u: u in before and u.partner_id != before[u])
        if moved:
            moved._log_owners()
        return result

    def _get_owner_step(self):
        """The step that changes the owner; a correction where there is none."""
        step = self.env.context.get("aftersales_owner_step")
        return step if isinstance(step, OwnerStep) else None

    def _log_owners(self, is_new=False):
        """Write the present owners down and end the ownership of the former."""
        # The log is evidence: nobody writes it but these steps.
        Owner_sudo = self.env["aftersales.registration.owner"].sudo()
        owned = self.filtered("partner_id")
        step = self._get_owner_step()
        today = self.env.company._get_aftersales_today()
        former = Owner_sudo
        if not is_new:
            former = self.sudo().owner_ids.filtered(lambda line: not line.date_to)
            former.write({"date_to": step.date if step else today})
        known = former.registration_id
        return Owner_sudo.create(
            [
                {
                    "registration_id": unit.id,
                    "partner_id": unit.partner_id.id,
                    **unit._prepare_owner_vals(step, today, unit in known),
                }
                for unit in owned
            ]
        )

    def _prepare_owner_vals(self, step, today, had_owner):
        """Kind and days of the present ownership."""
        self.ensure_one()
        if step:
            return {"kind": step.kind, "date_from": step.date, "note": step.note}
        if had_owner:
            return {"kind": "correction", "date_from": today}
        if self.is_dealer_stock:
            return {"kind": "dealer", "date_from": self.date_dealer or today}
        since = self.date_sale or self.date_delivery or today
        return {"kind": "first", "date_from": since}

    def action_transfer(self):
        """Open the dialog that hands the unit to another owner."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Report the Sale")
            if self.is_dealer_stock
            else self.env._("Transfer to Another Owner"),
            "res_model": "aftersales.unit.transfer",
            "view_mode": "form",
            "target": "new",
            "context": {"default_registration_id": self.id},
        }

    def action_solve_conflict(self):
        """The second delivery is clarified; the owner stays."""
        self.check_access("write")
        self._write_flow({"conflict_picking_id": False})

    def _check_transfer(self, partner, date):
        """Refuse a change of hands that cannot be.

        :raise UserError: naming the unit and what is wrong
        """
        self.ensure_one()
        values = {"unit": self.display_name, "partner": partner.display_name}
        if self.state != "active":
            raise UserError(
                self.env._(
                    "%(unit)s is not active any more and cannot change its owner.",
                    **values,
                )
            )
        if partner == self.partner_id:
            raise UserError(
                self.env._("%(unit)s belongs to %(partner)s already.", **values)
            )
        if date > self.env.company._get_aftersales_today():
            raise UserError(
                self.env._(
                    "%(unit)s cannot change its owner on a day to come.", **values
                )
            )
        # Who may transfer the unit need not read its former owners.
        last = self.sudo().owner_ids.filtered(lambda line: not line.date_to)[:1]
        if last and date < last.date_from:
            raise UserError(
                self.env._(
                    "%(unit)s came to its present owner on %(date)s only. Choose that "
                    "day or a later one.",
                    date=fields.Date.to_string(last.date_from),
                    **values,
                )
            )

    def _transfer(self, partner, date, note=False, price=None):
        """Hand the unit to a new owner; rights and history move with the unit.

        Source: the rights of the three-guarantee rules move with the goods. The
        sale by a dealer starts the cover, a transfer changes no date.

        :param partner: new owner
        :param date: day of the change
        :param price: what the customer paid the dealer
        :return: the new line of the log
        :raise UserError: see :meth:`_check_transfer`
        """
        self.lock_for_update()
        self._check_transfer(partner, date)
        vals = {"partner_id": partner.id, "conflict_picking_id": False}
        kind = "transfer"
        if self.is_dealer_stock:
            kind = "sale"
            vals.update(date_sale=date, date_delivery=date)
            if price is not None:
                vals["price"] = price
        step = OwnerStep(kind, date, note)
        self.with_context(aftersales_owner_step=step)._write_flow(vals)
        # The dialog adds its files to the line that the step has just written.
        return self.sudo().owner_ids.sorted("id")[-1:]

    def _attach_proofs(self, owner_line, attachments):
        """Keep files as the proof of an ownership."""
        if not attachments:
            return
        # Files of the dialog belong to its user until they become evidence.
        attachments.check_access("read")
        copies_sudo = self.env["ir.attachment"]
        for attachment in attachments.sudo():
            copies_sudo |= attachment.copy(
                {"res_model": owner_line._name, "res_id": owner_line.id}
            )
        owner_line.sudo().proof_ids = [Command.set(copies_sudo.ids)]

    def _get_unit_notices(self):
        """Add serials that were delivered twice, and units for sale."""
        notices = super()._get_unit_notices()
        for unit in self.filtered("conflict_picking_id"):
            # The number of the transfer is shown to whoever handles the unit.
            picking_sudo = unit.conflict_picking_id.sudo()
            notices[unit.id].append(
                {
                    "level": "warning",
                    "text": self.env._(
                        "Delivered again with %(picking)s to %(partner)s. Transfer the "
                        "unit, or correct the delivery.",
                        picking=picking_sudo.name,
                        partner=picking_sudo.partner_id.display_name or "",
                    ),
                    "action": False,
                }
            )
        for unit in self.filtered("is_dealer_stock"):
            if unit.state == "active":
                notices[unit.id].append(
                    {
                        "level": "info",
                        "text": self.env._(
                            "With the dealer: the sale to a customer is not reported."
                        ),
                        "action": False,
                    }
                )
        return notices
