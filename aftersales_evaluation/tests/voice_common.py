from .common import EvaluationCommon


class VoiceCommon(EvaluationCommon):
    """Jobs of ``cls.point`` that are finished or closed; one rule of 100 %."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Rule = cls.env["aftersales.callback.rule"]
        Rule.search([("company_id", "=", cls.company.id)]).active = False
        Rule.flush_model()
        cls.rule = Rule.create({"level": "centre", "share": 100, "days": 3})
        cls.customer.phone = "+86 10 5555 0101"
        cls.cause = cls.env.ref("aftersales_evaluation.cause_late")
        cls.cards = cls.env["aftersales.evaluation.card"]

    @classmethod
    def _create_work(cls, **vals):
        """A repair in progress at ``cls.point``, ready to be finished."""
        return cls._create_order(
            **{
                "service_point_id": cls.point.id,
                "technician_id": cls.technician.id,
                "state": "in_progress",
                "correction": "Replaced the compressor",
                **vals,
            }
        )

    @classmethod
    def _create_done(cls, **vals):
        order = cls._create_work(**vals)
        order.step_ids.is_done = True
        order.action_done()
        return order

    @classmethod
    def _create_closed(cls, **vals):
        order = cls._create_done(**vals)
        order.action_close()
        return order
