from odoo.fields import Command

from .common import WarrantyCommon


class EscalationCommon(WarrantyCommon):
    """A job with a coded fault, and people who know such products."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Whoever the database names would be asked as well.
        cls.env["aftersales.escalation.expert"].search(
            [("company_id", "=", cls.company.id)]
        ).action_archive()
        cls.fault = cls.env["aftersales.fault"].create(
            {"name": "Hums", "code": "TEST-HUM"}
        )
        cls.order = cls._create_order(
            serial="ESC-1", fault_id=cls.fault.id, service_point_id=cls.point.id
        )
        cls.order.sudo()._write_flow({"state": "in_progress"})
        cls.expert = cls._create_expert(cls.user_dispatcher, cls.categ)

    @classmethod
    def _create_expert(cls, user, *categs, **vals):
        return cls.env["aftersales.escalation.expert"].create(
            {
                "user_id": user.id,
                "categ_ids": [Command.link(categ.id) for categ in categs],
                **vals,
            }
        )

    @classmethod
    def _ask(cls, user=None, **vals):
        """A question of the centre's manager about the job."""
        return (
            cls.env["aftersales.escalation"]
            .with_user(user or cls.user_centre)
            .create(
                {
                    "order_id": cls.order.id,
                    "subject": "Compressor hums",
                    "question": "Measured 3 ohm, what now?",
                    **vals,
                }
            )
        )

    @classmethod
    def _answer(cls, escalation, text="Change the capacitor.", hours=1.5, user=None):
        mine = escalation.with_user(user or escalation.expert_id)
        mine.write({"answer": text, "hours_spent": hours})
        mine.action_answer()
        return escalation

    @classmethod
    def _known(cls, approve=True, **vals):
        """An answer of the pool, approved unless told otherwise."""
        answer = (
            cls.env["aftersales.answer"]
            .with_user(cls.user_dispatcher)
            .create(
                {
                    "name": "Hums",
                    "text": "Change the capacitor.",
                    "product_id": cls.product.id,
                    "fault_id": cls.fault.id,
                    **vals,
                }
            )
        )
        if approve:
            answer.action_submit()
            answer.with_user(cls.user_reviewer).action_approve()
        return answer.with_env(cls.env)
