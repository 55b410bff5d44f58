from contextlib import contextmanager
from datetime import date, datetime

from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.aftersales_network.tests.common import CONTEXT, AftersalesCommon

MARCH = (date(2026, 3, 1), date(2026, 3, 31))


class EvaluationCommon(AftersalesCommon):
    """A set of two sections: 60 qualitative and sampled points, 40 measured."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scale = cls.env.ref("aftersales_evaluation.scale_standard")
        cls.set = cls._create_set("TEST")
        cls._create_nodes(
            cls.set,
            ("1", 60, "qualitative"),
            ("1.1", 20, "qualitative"),
            ("1.2", 40, "sampled"),
            ("2", 40, "qualitative"),
        )
        cls.metric_node = cls._create_nodes(
            cls.set,
            ("2.1", 40, "metric"),
            metric_code="COMPR",
            direction="down",
            target=10,
            min_sample=2,
        )
        cls.set.action_use()

    @contextmanager
    def assertRefused(self, exception, message):
        """The block raises ``exception`` with this message and leaves no trace."""
        with self.assertRaises(exception) as error:
            yield
        self.assertRegex(str(error.exception), message)

    @classmethod
    def _create_set(cls, code, **vals):
        return cls.env["aftersales.indicator.set"].create(
            {"name": f"Set {code}", "code": code, "scale_id": cls.scale.id, **vals}
        )

    @classmethod
    def _create_nodes(cls, indicator_set, *rows, **vals):
        """Create indicators from ``(code, points, kind)``."""
        return cls.env["aftersales.indicator"].create(
            [
                {
                    "set_id": indicator_set.id,
                    "code": code,
                    "name": f"Indicator {code}",
                    "points": points,
                    "kind": kind,
                    **vals,
                }
                for code, points, kind in rows
            ]
        )

    @classmethod
    def _create_card(cls, **vals):
        """A draft of March for ``cls.point``, by the auditor."""
        defaults = {
            "set_id": cls.set.id,
            "service_point_id": cls.point.id,
            "date_from": MARCH[0],
            "date_to": MARCH[1],
            "auditor_id": cls.user_auditor.id,
        }
        return cls.env["aftersales.scorecard"].create({**defaults, **vals})

    @classmethod
    def _create_jobs(cls, point, count, complaints=0):
        """Jobs requested at a point in March, some of them complaints."""
        return cls.env["aftersales.service.order"].create(
            [
                {
                    "partner_id": cls.customer.id,
                    "product_id": cls.product.id,
                    "service_type_id": cls.type_repair.id,
                    "service_point_id": point.id,
                    "is_complaint": number < complaints,
                    "complaint": "Does not cool",
                    "date_request": datetime(2026, 3, 2, 8, 0),
                }
                for number in range(count)
            ]
        )

    @classmethod
    def _line(cls, card, code):
        return card.line_ids.filtered(lambda line: line.indicator_id.code == code)

    @classmethod
    def _judge(cls, card, lost_samples=0):
        """Judge everything that is not measured."""
        cls._line(card, "1.1").conformity = "yes"
        cls._line(card, "1.2").write(
            {"sample_count": 8, "nonconforming_count": lost_samples}
        )
        return card

    @classmethod
    def _pass_card(cls, card):
        """Submit a card as its auditor and approve it as head of service."""
        card.with_user(cls.user_auditor).action_submit()
        card.with_user(cls.user_head).action_approve()
        return card

    @classmethod
    def _create_head(cls, login="aftersales_head_2", name="Other Head"):
        return new_test_user(
            cls.env,
            login=login,
            name=name,
            groups="aftersales_network.group_head",
            context=CONTEXT,
        )

    @classmethod
    def _create_promise(cls, **vals):
        """At most 10 % of the jobs are complaints."""
        return cls.env["aftersales.promise"].create(
            {
                "name": "Some Promise",
                "text": "We do it well.",
                "metric_code": "COMPR",
                "operator": "<=",
                "target_value": 10,
                "date_from": date(2026, 1, 1),
                **vals,
            }
        )

    def _give_reason(self, action, user, reason="Seen on site"):
        """Fill the dialog that asks for a reason, and confirm it."""
        wizard = (
            self.env[action["res_model"]]
            .with_user(user)
            .with_context(**action["context"])
            .create({"reason": reason})
        )
        return wizard.action_confirm()

    @classmethod
    def _deduct(cls, card, count):
        card.deduction_ids = [
            Command.create({"kind": "rules", "reason": f"Case {number}"})
            for number in range(count)
        ]
