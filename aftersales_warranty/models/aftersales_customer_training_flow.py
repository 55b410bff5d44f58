from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.aftersales_network.models.aftersales_service_order_confirm import (
    SIGNATURE_BYTES,
)
from odoo.addons.aftersales_network.models.aftersales_service_order_photo import (
    is_picture,
)


class AftersalesCustomerTraining(models.Model):
    """Steps of a training: held or cancelled, and confirmed by the customer."""

    _inherit = "aftersales.customer.training"

    def action_hold(self):
        """Record trainings as held; they stand in the history of their units.

        :raise UserError: naming the training and what is missing
        """
        self._check_flow_state("planned")
        self.check_access("write")
        for training in self:
            training._check_complete()
        for training in self:
            day = training.company_id._get_aftersales_today(training.date_start)
            training._write_flow(
                {"state": "held", "date_held": day, "held_by_id": self.env.uid}
            )
        self.activity_unlink(["aftersales_warranty.activity_customer_training"])
        self._tell_units()

    def _check_complete(self):
        """Whatever the protocol states is there, and the day has come."""
        self.ensure_one()
        needed = ("unit_ids", "topic_ids", "trainer_name")
        missing = [
            self._fields[name]._description_string(self.env)
            for name in needed
            if not self[name]
        ]
        if not any(self.participant_ids.mapped("is_present")):
            missing.append(
                self._fields["participant_count"]._description_string(self.env)
            )
        if missing:
            raise UserError(
                self.env._(
                    "%(training)s cannot be recorded as held; these are missing: "
                    "%(fields)s.",
                    training=self.name,
                    fields=", ".join(missing),
                )
            )
        if self.date_start > fields.Datetime.now():
            raise UserError(
                self.env._(
                    "%(training)s has not begun yet. Change its day if it was held "
                    "earlier.",
                    training=self.name,
                )
            )

    def _tell_units(self):
        """Write the trainings into the messages of their units."""
        for training in self:
            # Whoever trains may read the units, and leaves this one note there.
            for unit_sudo in training.unit_ids.sudo():
                unit_sudo.message_post(
                    body=self.env._(
                        "Customer training %(training)s: %(topics)s (%(count)s "
                        "participants).",
                        training=training.name,
                        topics=", ".join(training.topic_ids.mapped("name")),
                        count=training.participant_count,
                    )
                )

    def action_cancel(self):
        """Ask for the reason, then cancel."""
        self._check_flow_state("planned")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_cancel")

    def _cancel(self, reason):
        """Cancel planned trainings with a reason."""
        self.check_access("write")
        self._check_flow_state("planned")
        self._write_flow(
            {"state": "cancelled", "cancel_reason": self._check_reason_given(reason)}
        )
        self.activity_unlink(["aftersales_warranty.activity_customer_training"])

    def action_replan(self):
        """Plan cancelled trainings again."""
        self.check_access("write")
        self._check_flow_state("cancelled")
        self._write_flow({"state": "planned", "cancel_reason": False})

    def action_confirm(self):
        """Let the customer sign on the trainer's device."""
        self.ensure_one()
        self._check_can_confirm()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Confirmation by the Customer"),
            "res_model": "aftersales.customer.training.sign",
            "view_mode": "form",
            "target": "new",
            "context": {"default_training_id": self.id},
        }

    def _confirm(self, name, signature, way, remarks=None):
        """Take the customer's confirmation, once.

        :param name: name the customer gives
        :param signature: base64 of the image
        :param way: ``signature`` or ``portal``
        :raise UserError: not held, confirmed before, or name or signature missing
        """
        self.ensure_one()
        # Two open pages must not both confirm.
        self.lock_for_update(allow_referencing=True)
        self._check_can_confirm()
        if not (name or "").strip():
            raise UserError(self.env._("Please enter your name."))
        if not signature or not is_picture(signature, SIGNATURE_BYTES):
            raise UserError(self.env._("Please sign before you confirm."))
        self._write_flow(
            {
                "confirm_name": name.strip()[:100],
                "confirm_signature": signature,
                "confirm_remarks": (remarks or "").strip()[:5000] or False,
                "confirm_way": way,
                "date_confirmed": fields.Datetime.now(),
            }
        )

    def _check_can_confirm(self):
        """Refuse a confirmation that is too early or the second."""
        self._check_flow_state("held")
        if self.date_confirmed:
            raise UserError(
                self.env._(
                    "%(training)s was confirmed by %(name)s already.",
                    training=self.name,
                    name=self.confirm_name,
                )
            )

    @api.model
    def _cron_remind(self):
        """Remind of trainings whose day has passed and that nobody recorded.

        A second run plans no second activity.
        """
        late = self.search(
            Domain("state", "=", "planned")
            & Domain("date_end", "<", fields.Datetime.now())
            & Domain("activity_ids", "=", False),
            limit=500,
        )
        for training in late:
            user = training.user_id or training.create_uid
            if user.active and not user.share:
                training.activity_schedule(
                    "aftersales_warranty.activity_customer_training", user_id=user.id
                )
        self.env["ir.cron"]._commit_progress(len(late), remaining=0)


class AftersalesRegistration(models.Model):
    """A training stands in the history of the unit."""

    _inherit = "aftersales.registration"

    training_ids = fields.Many2many(
        "aftersales.customer.training",
        "aftersales_customer_training_unit_rel",
        "unit_id",
        "training_id",
        "Customer Trainings",
        readonly=True,
        copy=False,
    )
    training_count = fields.Integer("Trainings Held", compute="_compute_training_count")

    _FLOW_FIELDS = frozenset(("training_ids",))

    def _compute_training_count(self):
        Training = self.env["aftersales.customer.training"]
        counts = {}
        if Training.has_access("read"):
            counts = dict(
                Training._read_group(
                    Training._get_held_domain(self), ["unit_ids"], ["__count"]
                )
            )
        for unit in self:
            unit.training_count = counts.get(unit._origin, 0)

    def action_view_trainings(self):
        """Open the customer trainings on the unit."""
        action = self._get_history_action(
            "aftersales.customer.training", self.env._("Customer Trainings")
        )
        return {
            **action,
            "view_mode": "list,form,calendar",
            "domain": [("unit_ids", "in", self.ids)],
            "context": {
                "default_unit_ids": self.ids,
                "default_partner_id": self.partner_id.id,
            },
        }

    def _get_card_history(self):
        """Add the trainings, the latest event first."""
        rows = super()._get_card_history()
        Training = self.env["aftersales.customer.training"]
        if not Training.has_access("read"):
            return rows
        held = Training.search(Training._get_held_domain(self), limit=10)
        states = dict(Training._fields["state"]._description_selection(self.env))
        rows += [
            {
                "name": training.name,
                "date": training.date_held,
                "kind": self.env._("Customer Training"),
                "state": states[training.state],
                "result": ", ".join(training.topic_ids.mapped("name")),
            }
            for training in held
        ]
        return sorted(rows, key=lambda row: row["date"], reverse=True)


class AftersalesServiceOrder(models.Model):
    _inherit = "aftersales.service.order"

    def action_plan_training(self):
        """Plan a training of the customer on the unit of the order."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Customer Training"),
            "res_model": "aftersales.customer.training",
            "view_mode": "form",
            "context": {
                "default_order_id": self.id,
                "default_partner_id": self.partner_id.id,
                "default_service_point_id": self.service_point_id.id,
                "default_unit_ids": self.registration_id.ids,
            },
        }
