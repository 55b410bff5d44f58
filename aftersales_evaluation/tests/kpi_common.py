from datetime import date

from freezegun import freeze_time

from .common import MARCH, EvaluationCommon

#: A day on which March is over.
APRIL = "2026-04-02 04:00:00"


class KpiCommon(EvaluationCommon):
    """One indicator: at most 10 % complaints, yellow up to 20 %, from two jobs on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Kpi = cls.env["aftersales.kpi"]
        cls.Target = cls.env["aftersales.kpi.target"]
        cls.Value = cls.env["aftersales.kpi.value"]
        cls.Period = cls.env["aftersales.kpi.period"]
        cls.Kpi.search([("company_id", "=", False)]).active = False
        cls.env.flush_all()
        cls.kpi = cls._create_kpi("COMPR", name="Few complaints", min_sample=2)
        cls.target = cls._create_target(target=10, warning=20)
        cls.period = cls.Period.create({"month": MARCH[0]})

    @classmethod
    def _create_kpi(cls, code, **vals):
        return cls.env["aftersales.kpi"].create(
            {
                "name": f"KPI {code}",
                "metric_code": code,
                "owner_id": cls.user_head.id,
                **vals,
            }
        )

    @classmethod
    def _create_target(cls, **vals):
        defaults = {"kpi_id": cls.kpi.id, "date_from": date(2026, 1, 1)}
        return cls.env["aftersales.kpi.target"].create({**defaults, **vals})

    @classmethod
    def _measure(cls, period=None, now=APRIL, batch_size=200):
        """Run a month to its end without the job's commits."""
        period = period or cls.period
        with freeze_time(now):
            while period._run_batch(batch_size):
                continue
        return period.value_ids

    @classmethod
    def _value(cls, unit=None, kpi=None, period=None):
        return (period or cls.period).value_ids.filtered(
            lambda v: (
                v.kpi_id == (kpi or cls.kpi)
                and v.service_point_id == (unit or cls.env["aftersales.service.point"])
            )
        )

    @classmethod
    def _close(cls, period=None):
        period = (period or cls.period).with_user(cls.user_head)
        with freeze_time(APRIL):
            period.action_close()
        return period
