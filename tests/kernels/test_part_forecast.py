"""Need of parts, without Odoo."""

from math import isclose
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/part_forecast.py")
reliability = load_kernel("aftersales_network/tools/reliability.py")

amounts = st.floats(0, 500, allow_nan=False)


def sure(mean):
    return kernel.Demand(mean, mean, mean)


def test_failures_follow_age_and_rate():
    rates = {0: (0.1, 0.2, 0.4), 1: (0.2, 0.3, 0.5)}
    demand = kernel.expect_failures({0: 10, 1: 100}, rates.get)
    assert isclose(demand.low, 21)
    assert isclose(demand.mean, 32)
    assert isclose(demand.high, 54)


def test_new_units_enter_evenly():
    # 10 a month: after 3 months 30 stand there, after 6 months 60: 45 × a quarter.
    assert isclose(kernel.new_unit_years(10, 3, 3), 45 / 4)
    assert isclose(kernel.new_unit_years(12, 0, 1), 6 / 12)
    assert kernel.new_unit_years(0, 5, 3) == 0


def test_usage_counts_repairs_without_the_part():
    repairs = {1: "A", 2: "A", 3: "A", 4: "A", 5: "B"}
    lines = [(1, "fan", 1), (1, "fan", 2), (2, "fan", 1), (5, "pump", 1), (9, "fan", 7)]
    usages = kernel.collect_usage(repairs, lines)
    fan = usages["A"]["fan"]
    assert (fan.repairs, fan.total, fan.squares) == (4, 4, 10)
    assert (fan.mean, fan.mean_square) == (1, 2.5)
    assert usages["B"]["pump"] == kernel.Usage(1, 1, 1)


def test_one_part_in_every_repair_is_close_to_poisson():
    usages = {"A": {"fan": kernel.Usage(1000, 1000, 1000)}}
    need = kernel.forecast({"A": sure(40)}, usages, 0.95)["fan"]
    assert isclose(need.mean, 40)
    assert isclose(need.deviation**2, 40)
    # Quantiles of the Poisson distribution with mean 40: 28 and 53.
    assert abs(need.low - 28) < 1.5
    assert abs(need.high - 53) < 1.5


def test_the_interval_holds_what_it_promises():
    draw = Random(20261122)
    shares = [0, 0, 0, 1, 1, 2]
    usage = kernel.Usage(10**9, 10**9 * 4 / 6, 10**9 * 1)
    need = kernel.forecast({"A": sure(30)}, {"A": {"fan": usage}}, 0.9)["fan"]
    inside = 0
    for _ in range(4000):
        count, time = 0, draw.expovariate(30)
        while time < 1:
            count += draw.choice(shares)
            time += draw.expovariate(30)
        inside += need.low - 0.5 <= count <= need.high + 0.5
    assert 0.87 < inside / 4000 < 0.94


def test_models_add_up():
    usages = {
        "A": {"fan": kernel.Usage(10, 5, 5)},
        "B": {"fan": kernel.Usage(10, 10, 10), "pump": kernel.Usage(10, 1, 1)},
    }
    found = kernel.forecast({"A": sure(20), "B": sure(4), "C": sure(9)}, usages, 0.95)
    assert isclose(found["fan"].mean, 14)
    assert isclose(found["pump"].mean, 0.4)


@pytest.mark.parametrize("demand", [sure(0), kernel.Demand(0, 0, 0)])
def test_nothing_fails_nothing_is_needed(demand):
    usages = {"A": {"fan": kernel.Usage(3, 3, 3)}}
    need = kernel.forecast({"A": demand}, usages, 0.95)["fan"]
    assert (need.mean, need.low, need.high) == (0, 0, 0)


@given(amounts, amounts, amounts, st.integers(1, 500), st.integers(0, 3000))
def test_limits_enclose_the_mean_and_grow_with_doubt(low, mean, high, repairs, total):
    low, mean, high = sorted((low, mean, high))
    usage = kernel.Usage(repairs, total, total**2 / repairs + total)
    usages = {"A": {"fan": usage}}
    need = kernel.forecast({"A": kernel.Demand(mean, low, high)}, usages, 0.9)["fan"]
    known = kernel.forecast({"A": sure(mean)}, usages, 0.9)["fan"]
    assert 0 <= need.low <= need.mean <= need.high
    assert isclose(need.mean, mean * total / repairs, abs_tol=1e-9)
    assert need.deviation >= known.deviation - 1e-9


@given(st.floats(0.5, 300), st.floats(0.5, 300))
def test_a_higher_level_is_wider(mean, variance):
    narrow = kernel.make_need(mean, variance, 0.8)
    wide = kernel.make_need(mean, variance, 0.98)
    assert wide.low <= narrow.low + 1e-9
    assert wide.high >= narrow.high - 1e-9


def test_quantile_is_that_of_the_reliability_kernel():
    need = kernel.make_need(10, 20, 0.9)
    assert isclose(need.low, 2 * reliability.gamma_quantile(5, 0.05))
