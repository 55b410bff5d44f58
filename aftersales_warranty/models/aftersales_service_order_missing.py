from odoo import api, fields, models
from odoo.exceptions import UserError

CONSENT = frozenset(
    (
        *("date_part_proposed", "part_consent_by", "part_consent_at"),
        *("part_consent_way", "part_consent_user_id"),
    )
)


class AftersalesServiceOrder(models.Model):
    """A part is missing: it is ordered, and the customer agrees to a new date.

    The promise moves only with the customer's consent; who gave it, when and how
    is evidence.
    """

    _inherit = "aftersales.service.order"

    part_request_ids = fields.One2many(
        "aftersales.part.request", "order_id", "Missing Parts", readonly=True
    )
    date_part_proposed = fields.Datetime(
        "New Date Proposed",
        readonly=True,
        copy=False,
        help="Proposed completion while a part is missing; becomes the promise with "
        "the customer's consent.",
    )
    part_consent_by = fields.Char("New Date Agreed by", readonly=True, copy=False)
    part_consent_at = fields.Datetime("New Date Agreed on", readonly=True, copy=False)
    part_consent_way = fields.Selection(
        [("phone", "By Telephone"), ("link", "Customer's Link")],
        "Way of Consent",
        readonly=True,
        copy=False,
    )
    part_consent_user_id = fields.Many2one(
        "res.users", "Consent Noted by", readonly=True, copy=False
    )

    _FLOW_FIELDS = CONSENT

    def action_part_missing(self):
        """Open the report of missing parts."""
        self.ensure_one()
        self._check_can_report()
        wizard = self.env["aftersales.part.missing.wizard"]._open(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Missing Parts"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _check_can_report(self):
        """Refuse a report on a job that is not in work."""
        self._check_transition("photo")
        done = self.filtered(lambda o: o.state == "done" or not o.service_point_id)[:1]
        if done:
            raise UserError(
                self.env._(
                    "%(order)s is not in work at a point; nothing is missing for it.",
                    order=done.name,
                )
            )

    def _report_missing(self, rows, date_proposed):
        """Order missing parts and propose a new date to the customer.

        :param rows: (order line, quantity); quantities in the product's unit
        :param date_proposed: proposed completion
        :raise UserError: nothing missing, no part, or no date in the future
        :return: the requests
        """
        self.ensure_one()
        self._check_can_report()
        self.check_access("write")
        rows = [(line, qty) for line, qty in rows if qty > 0]
        if not rows or any(
            line.order_id != self or line.kind != "part" or not line.product_id
            for line, _qty in rows
        ):
            raise UserError(
                self.env._(
                    "%(order)s: enter which part is missing, and how many.",
                    order=self.name,
                )
            )
        if not date_proposed or date_proposed <= fields.Datetime.now():
            raise UserError(
                self.env._(
                    "%(order)s: propose a new date in the future to the customer.",
                    order=self.name,
                )
            )
        requests = self.env["aftersales.part.request"]._create_requests(
            [line._prepare_request_vals(qty) for line, qty in rows]
        )
        self.env["aftersales.service.order.line"].union(
            *(line for line, _qty in rows)
        ).sudo().write({"is_short": True})
        if self.state != "waiting_part":
            self._end_pause()
            self.action_wait_part()
        self._propose_date(date_proposed)
        return requests

    def _propose_date(self, date_proposed):
        """Ask the customer for his consent to a new date."""
        self.ensure_one()
        cleared = dict.fromkeys(CONSENT, False)
        self._write_flow({**cleared, "date_part_proposed": date_proposed})
        self._log_events("part_date", fields.Datetime.to_string(date_proposed))
        template = self.env.ref(
            "aftersales_warranty.mail_template_part_date", raise_if_not_found=False
        )
        if template and self.partner_id.sudo().email:
            # The technician reads no mail templates and the link is a secret.
            template.sudo().send_mail(self.id)

    def _get_part_date_url(self):
        """Link by which the customer agrees to the new date without a login."""
        return self._get_confirm_url().replace("/service-confirm/", "/service-date/")

    def action_agree_part_date(self, customer_name=None):
        """Note that the customer agreed to the new date by telephone.

        :param customer_name: who agreed; default the contact of the order
        """
        self.check_access("write")
        for order in self:
            name = (customer_name or "").strip() or order.partner_id.sudo().name
            order._agree_part_date(name, "phone")
        return True

    def _agree_part_date(self, name, way):
        """The customer agrees: the proposed date becomes the promise.

        :param name: who agreed
        :param way: phone or link
        :raise UserError: nothing was proposed, agreed already, or no name
        """
        self.ensure_one()
        # Two open pages must not both agree.
        self.lock_for_update(allow_referencing=True)
        if not self.date_part_proposed or self.part_consent_at:
            raise UserError(
                self.env._(
                    "%(order)s has no new date that waits for the customer's consent.",
                    order=self.name,
                )
            )
        if not (name or "").strip():
            raise UserError(self.env._("Please enter your name."))
        self._write_flow(
            {
                "part_consent_by": name.strip()[:100],
                "part_consent_at": fields.Datetime.now(),
                "part_consent_way": way,
                "part_consent_user_id": self.env.uid if way == "phone" else False,
            }
        )
        self.date_promised = self.date_part_proposed
        self._log_events(
            "part_agreed",
            fields.Datetime.to_string(self.date_part_proposed),
            person=self.part_consent_by,
        )

    def _on_parts_arrived(self, requests):
        """Everything is there: tell the technician and go on with the job.

        :param requests: what arrived just now
        """
        for order in self:
            parts = requests.filtered(lambda r, order=order: r.order_id == order)
            order.message_post(
                body=self.env._(
                    "All missing parts have arrived: %(parts)s.",
                    parts=", ".join(parts.product_id.mapped("display_name")),
                ),
                partner_ids=order._get_workers().partner_id.ids,
            )
        self.filtered(lambda o: o.state == "waiting_part").action_resume()

    def write(self, vals):
        res = super().write(vals)
        if vals.get("state") in ("cancelled", "done"):
            open_requests = self.part_request_ids.filtered(
                lambda r: r.state == "requested"
            )
            # A job that ended without the part needs it no more.
            open_requests.sudo()._cancel()
        return res


class AftersalesServiceOrderLine(models.Model):
    _inherit = "aftersales.service.order.line"

    def _prepare_request_vals(self, quantity):
        """Values of the report of a missing part."""
        self.ensure_one()
        return {
            "order_id": self.order_id.id,
            "order_line_id": self.id,
            "service_point_id": self.order_id.service_point_id.id,
            "product_id": self.product_id.id,
            "quantity": quantity,
        }

    def _get_shortages(self):
        """What the point lacks for lines not used yet: ``{line: quantity}``."""
        missing = self._filter_stocked()._get_missing_use()
        places = self.order_id.service_point_id.sudo().location_id
        free = {}
        for (_place, product_id, _lot), quantity in self._get_point_stock(
            places, self.product_id.ids
        ).items():
            free[product_id] = free.get(product_id, 0.0) + quantity
        result = {}
        for line, needed in missing.items():
            there = max(free.get(line.product_id.id, 0.0), 0.0)
            free[line.product_id.id] = there - needed
            result[line] = max(needed - there, 0.0)
        return result


class AftersalesServiceOrderEvent(models.Model):
    _inherit = "aftersales.service.order.event"

    kind = fields.Selection(
        selection_add=[
            ("part_date", "New Date Proposed"),
            ("part_agreed", "New Date Agreed"),
        ],
        ondelete={"part_date": "cascade", "part_agreed": "cascade"},
    )


class AftersalesServicePoint(models.Model):
    """Supply of a point through the rules of its warehouse."""

    _inherit = "aftersales.service.point"

    def _prepare_procurement(self, product, quantity, origin, **values):
        """One need of the point for the stock rules.

        :param origin: document that needs the part
        """
        self.ensure_one()
        warehouse = self.warehouse_id
        return self.env["stock.rule"].Procurement(
            product,
            quantity,
            product.uom_id,
            self.location_id,
            origin,
            origin,
            self.company_id,
            {
                "route_ids": warehouse.aftersales_supply_route_id,
                "warehouse_id": warehouse,
                "date_planned": fields.Datetime.now(),
                "partner_id": self.partner_id.id,
                "reference_ids": self._get_supply_reference(origin),
                **values,
            },
        )

    @api.model
    def _get_supply_reference(self, origin):
        """Reference that keeps the transfers of one document together."""
        Reference = self.env["stock.reference"].sudo()
        found = Reference.search([("name", "=", origin)], limit=1)
        return found or Reference.create({"name": origin})
