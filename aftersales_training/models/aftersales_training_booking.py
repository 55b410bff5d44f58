from odoo import fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools.seats import overlaps


class AftersalesTrainingBooking(models.Model):
    """Time of a trainer that a session takes up.

    The rows follow from the sessions.  They carry the period so that the database
    itself refuses to book a trainer twice, also for two users at once.
    """

    _name = "aftersales.training.booking"
    _description = "Trainer Booking"
    _order = "date_start desc, id desc"
    _rec_name = "trainer_id"

    session_id = fields.Many2one(
        "aftersales.training.session", required=True, index=True, ondelete="cascade"
    )
    trainer_id = fields.Many2one(
        "aftersales.trainer", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="session_id.company_id", store=True, index=True, precompute=True
    )
    date_start = fields.Datetime("Start", required=True)
    date_stop = fields.Datetime("End", required=True)

    _no_overlap = models.Constraint(
        "EXCLUDE USING gist "
        "(trainer_id WITH =, tsrange(date_start, date_stop) WITH &&)",
        "A trainer is already booked for another session at that time.",
    )


class AftersalesTrainingSession(models.Model):
    _inherit = "aftersales.training.session"

    def _sync_bookings(self):
        """Book the trainers for the time of the sessions.

        :raise ValidationError: naming the trainer and his other session
        """
        # The rows follow from sessions the user could write; nobody edits them.
        bookings_sudo = self.env["aftersales.training.booking"].sudo()
        bookings_sudo.search([("session_id", "in", self.ids)]).unlink()
        bookings_sudo.flush_model()
        kept = self.filtered(lambda session: session.state != "cancelled")
        kept._check_trainer_times()
        bookings_sudo.create(
            [
                {
                    "session_id": session.id,
                    "trainer_id": trainer.id,
                    "date_start": session.date_start,
                    "date_stop": session.date_stop,
                }
                for session in kept
                for trainer in session.sudo().trainer_ids
            ]
        )
        bookings_sudo.flush_model()

    def _check_trainer_times(self):
        """Refuse a trainer who teaches elsewhere at the time."""
        bookings_sudo = self.env["aftersales.training.booking"].sudo()
        dates = [session.date_start for session in self if session.date_start]
        if not dates:
            return
        others = bookings_sudo.search(
            Domain("trainer_id", "in", self.sudo().trainer_ids.ids)
            & Domain("date_stop", ">", min(dates))
            & Domain("date_start", "<", max(self.mapped("date_stop")))
        )
        for session in self.filtered(lambda s: s.date_start and s.date_stop):
            clash = others.filtered(
                lambda booking, s=session: (
                    booking.trainer_id in s.sudo().trainer_ids
                    and overlaps(
                        booking.date_start, booking.date_stop, s.date_start, s.date_stop
                    )
                )
            )[:1]
            if clash:
                raise ValidationError(
                    self.env._(
                        "%(trainer)s already teaches “%(other)s” at the time of "
                        "“%(session)s”. Choose another trainer or time.",
                        trainer=clash.trainer_id.person_name,
                        other=clash.session_id.display_name,
                        session=session.display_name,
                    )
                )
