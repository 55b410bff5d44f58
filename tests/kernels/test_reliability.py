"""Failure rates from field data, without Odoo."""

from datetime import date, timedelta
from statistics import pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_network/tools/reliability.py")
Unit, Policy = kernel.Unit, kernel.Policy

START = date(2020, 1, 1)
days = st.integers(0, 3000).map(lambda offset: START + timedelta(offset))


@st.composite
def units(draw, **fixed):
    start = draw(days)
    end = start + timedelta(draw(st.integers(0, 2500)))
    failures = draw(st.lists(st.integers(-50, 2600), max_size=5))
    entry = draw(st.none() | days)
    values = {
        "start": start,
        "end": end,
        "failures": tuple(start + timedelta(n) for n in failures),
        "observed_from": entry,
        "quantity": draw(st.integers(1, 9)),
    }
    return Unit(**(values | fixed))


# Limits of the Poisson mean, published with the textbook tables of Garwood
# (Biometrika 28, 1936) for 95 % to three digits.
GARWOOD = {
    0: (0.0, 3.689),
    1: (0.025, 5.572),
    2: (0.242, 7.225),
    3: (0.619, 8.767),
    5: (1.623, 11.668),
    10: (4.795, 18.390),
    20: (12.217, 30.888),
    30: (20.241, 42.827),
    50: (37.111, 65.919),
    100: (81.364, 121.627),
}
# scipy 1.17.1: chi2.ppf(tail, 2 n) / 2 and chi2.ppf(1 - tail, 2 n + 2) / 2
SCIPY = [
    (0, 0.9, 0.0, 2.9957322735539895),
    (1, 0.9, 0.05129329438755053, 4.743864518390577),
    (10, 0.9, 5.425405697091292, 16.962219235721903),
    (137, 0.9, 118.33252651095596, 157.8742516698695),
    (12345, 0.9, 12162.813789876267, 12529.33063607966),
    (0, 0.95, 0.0, 3.6888794541139354),
    (1, 0.95, 0.025317807984289897, 5.571643390938898),
    (2, 0.95, 0.24220927854396507, 7.22468766772396),
    (48, 0.95, 35.39141082348324, 63.641036182127266),
    (1000, 0.95, 938.9730184076952, 1063.952136016302),
    (100000, 0.95, 99381.15266374472, 100621.74473974388),
    (0, 0.99, 0.0, 5.298317366548036),
    (3, 0.99, 0.33786338872773347, 10.977477495329765),
    (50, 0.99, 33.66378165273959, 71.26608847545108),
    (12345, 0.99, 12060.683132399843, 12634.08502415639),
]


@pytest.mark.parametrize("count", GARWOOD)
def test_interval_equals_published_table(count):
    limits = kernel.poisson_interval(count)
    assert tuple(round(x, 3) for x in limits) == GARWOOD[count]


@pytest.mark.parametrize(("count", "level", "low", "high"), SCIPY)
def test_interval_equals_chi_square_quantiles(count, level, low, high):
    found = kernel.poisson_interval(count, level)
    assert found == pytest.approx((low, high), rel=1e-11)


# Valve-seat replacements of 41 diesel engines: engine, age in days, 1 for a
# replacement and -1 for the end of its history.  W. Nelson, "Confidence limits
# for recurrence data", Technometrics 37 (1995), 147-157, as listed in SAS/QC
# User's Guide, The RELIABILITY Procedure, "Analysis of Recurrence Data on
# Repairs".
VALVE_SEATS = """
251 761 -1 252 759 -1 327 98 1 327 667 -1 328 326 1 328 653 1 328 653 1 328 667 -1
329 665 -1 330 84 1 330 667 -1 331 87 1 331 663 -1 389 646 1 389 653 -1 390 92 1
390 653 -1 391 651 -1 392 258 1 392 328 1 392 377 1 392 621 1 392 650 -1 393 61 1
393 539 1 393 648 -1 394 254 1 394 276 1 394 298 1 394 640 1 394 644 -1 395 76 1
395 538 1 395 642 -1 396 635 1 396 641 -1 397 349 1 397 404 1 397 561 1 397 649 -1
398 631 -1 399 596 -1 400 120 1 400 479 1 400 614 -1 401 323 1 401 449 1 401 582 -1
402 139 1 402 139 1 402 589 -1 403 593 -1 404 573 1 404 589 -1 405 165 1 405 408 1
405 604 1 405 606 -1 406 249 1 406 594 -1 407 344 1 407 497 1 407 613 -1 408 265 1
408 586 1 408 595 -1 409 166 1 409 206 1 409 348 1 409 389 -1 410 601 -1 411 410 1
411 581 1 411 601 -1 412 611 -1 413 608 -1 414 587 -1 415 367 1 415 603 -1 416 202 1
416 563 1 416 570 1 416 585 -1 417 587 -1 418 578 -1 419 578 -1 420 586 -1 421 585 -1
422 582 -1
"""
# MCF of the same data by an independent implementation: MCF_nonparametric of the
# Python package reliability 0.9.0.
VALVE_MCF = {
    61: 0.0243902,
    98: 0.146341,
    139: 0.219512,
    206: 0.317073,
    298: 0.463415,
    377: 0.658537,
    404: 0.683537,
    573: 0.958537,
    581: 0.984852,
    586: 1.01426,
    604: 1.05972,
    621: 1.11854,
    635: 1.18104,
    640: 1.24354,
    646: 1.32047,
    653: 1.54269,
}


def valve_histories():
    numbers = [int(text) for text in VALVE_SEATS.split()]
    failures, ends = {}, {}
    for engine, age, kind in zip(*[iter(numbers)] * 3, strict=True):
        failures.setdefault(engine, [])
        if kind == 1:
            failures[engine].append(age)
        else:
            ends[engine] = age
    return [kernel.History(tuple(failures[e]), ends[e]) for e in failures]


def test_valve_seats_are_the_published_set():
    histories = valve_histories()
    assert len(histories) == 41
    assert sum(len(h.failures) for h in histories) == 48


def test_mean_cumulative_function_of_valve_seats():
    found = {s.age: s.mcf for s in kernel.mean_cumulative(valve_histories())}
    for age, expected in VALVE_MCF.items():
        assert found[age] == pytest.approx(expected, rel=5e-6), age


def test_variance_before_any_censoring_is_that_of_the_counts():
    """With every engine at risk the MCF is a plain mean of counts."""
    histories = valve_histories()
    for step in kernel.mean_cumulative(histories):
        if step.age < 389:
            counts = [sum(a <= step.age for a in h.failures) for h in histories]
            assert step.at_risk == 41
            assert step.mcf == pytest.approx(sum(counts) / 41)
            assert step.variance == pytest.approx(pvariance(counts) / 41)


def test_variance_by_its_definition():
    """Lawless and Nadeau: squared sums per system, written out."""
    histories = valve_histories()
    steps = kernel.mean_cumulative(histories)
    last = steps[-1]
    total = 0.0
    for h in histories:
        own = sum(
            ((h.failures.count(s.age) - s.events / s.at_risk) / s.at_risk)
            for s in steps
            if h.end >= s.age
        )
        total += own**2
    assert last.variance == pytest.approx(total)
    assert last.variance**0.5 == pytest.approx(0.3117, abs=5e-5)


def test_valve_seats_by_year_of_age():
    """Exposure and failures of the published set, counted apart by hand.

    Every history is longer than a year, so year 0 has 41 unit-years.
    """
    origin = date(2000, 1, 1)
    records = [
        Unit(
            origin,
            origin + timedelta(h.end),
            tuple(origin + timedelta(a) for a in h.failures),
        )
        for h in valve_histories()
    ]
    bins = kernel.tally(records)
    assert bins[0].exposure == 41
    # the MCF at 349 days is 0.609756 = 25 / 41, the next failure is on day 367
    assert bins[0].failures == 25
    assert sum(b.failures for b in bins.values()) == 48
    total = sum(h.end for h in valve_histories()) / 365.25
    assert sum(b.exposure for b in bins.values()) == pytest.approx(total)


def test_unit_without_failure_counts_with_its_time():
    # 1 January 2020 to 1 July 2021: 547 days = 365.25 + 181.75
    unit = Unit(START, date(2021, 7, 1))
    bins = kernel.tally([unit])
    assert bins[0] == kernel.Bin(1461, 0)
    assert bins[1].exposure == pytest.approx(181.75 / 365.25)


def test_late_entry_counts_only_what_was_seen():
    """Failures before the observation are unknown, so is their time."""
    unit = Unit(
        START,
        date(2023, 1, 1),
        failures=(date(2020, 6, 1), date(2022, 6, 1)),
        observed_from=date(2022, 1, 1),
    )
    bins = kernel.tally([unit])
    # day 731 to day 1096; year 2 ends with day 1095.75
    assert sorted(bins) == [2, 3]
    assert bins[3].time == 1
    assert kernel.time_at_risk(unit)[2] == 4 * 1095.75 - 4 * 731
    assert bins[2].failures == 1


def test_last_bin_takes_everything_older():
    unit = Unit(START, date(2030, 1, 1), failures=(date(2029, 1, 1),))
    bins = kernel.tally([unit], last_bin=2)
    assert sorted(bins) == [0, 1, 2]
    assert bins[2].failures == 1
    assert sum(b.time for b in bins.values()) == 3653 * 4


def test_failure_on_the_first_and_the_last_day():
    unit = Unit(START, date(2024, 1, 1), failures=(START, date(2024, 1, 1)))
    bins = kernel.tally([unit])
    # 1461 days are exactly four years: the last failure belongs to year 3
    assert {k: b.failures for k, b in bins.items()} == {0: 1, 1: 0, 2: 0, 3: 1}


def test_age_in_completed_years():
    assert kernel.age_years(START, date(2020, 12, 31)) == 0
    assert kernel.age_years(START, date(2021, 1, 1)) == 1
    assert kernel.age_years(START, date(2019, 12, 31)) == -1


def test_rate_by_hand():
    # 10 failures in 200 unit-years: 0.05, limits 4.795 / 200 and 18.390 / 200
    found = kernel.rate(10, 200)
    assert found.rate == 0.05
    assert found.low == pytest.approx(0.023977, abs=1e-6)
    assert found.high == pytest.approx(0.091952, abs=1e-6)
    assert kernel.rate(3, 0) is None


@pytest.mark.parametrize("bad", [(-1, 10, 0.95), (1, -1, 0.95), (1, 10, 1)])
def test_bad_input_is_refused(bad):
    with pytest.raises(ValueError, match="level between 0 and 1"):
        kernel.rate(*bad)


class TestChoice:
    POLICY = Policy(min_failures=5, min_exposure=100, prior_years=50)

    def test_thick_data_stands_alone(self):
        choice = kernel.choose(10, 200, 0.2, self.POLICY)
        assert (choice.source, choice.used.rate) == ("learned", 0.05)
        assert choice.design == 0.2

    def test_thin_data_is_blended(self):
        # (2 + 0.2 × 50) / (30 + 50) = 0.15, between 2 / 30 and 0.2
        choice = kernel.choose(2, 30, 0.2, self.POLICY)
        assert (choice.source, choice.used.rate) == ("blended", 0.15)
        assert choice.learned.rate == pytest.approx(2 / 30)
        # chi-square with 24 degrees of freedom: 12.401; with 26: 41.923
        assert choice.used.low == pytest.approx(12.401 / 160, abs=1e-5)
        assert choice.used.high == pytest.approx(41.923 / 160, abs=1e-5)

    def test_without_weight_the_design_rate_is_taken(self):
        policy = Policy(5, 100, 0)
        choice = kernel.choose(4, 30, 0.2, policy)
        assert choice.source == "design"
        assert choice.used == kernel.Rate(0.2, 0.2, 0.2)
        assert choice.learned.rate == pytest.approx(4 / 30)

    def test_without_data_the_design_rate_is_taken(self):
        choice = kernel.choose(0, 0, 0.2, self.POLICY)
        assert (choice.source, choice.used.rate) == ("design", 0.2)
        assert choice.learned is None

    def test_without_design_rate_thin_data_is_all_there_is(self):
        choice = kernel.choose(1, 10, None, self.POLICY)
        assert (choice.source, choice.used.rate) == ("learned", 0.1)

    def test_nothing_known(self):
        choice = kernel.choose(0, 0, None)
        assert (choice.source, choice.used) == ("none", None)

    def test_many_failures_in_little_time_are_still_thin(self):
        assert kernel.choose(50, 99, 0.2, self.POLICY).source == "blended"

    @given(
        st.integers(0, 50),
        st.floats(0.1, 1000),
        st.floats(0.001, 3),
        st.floats(1, 500),
    )
    def test_blend_lies_between_both(self, failures, exposure, design, weight):
        policy = Policy(10**9, 10**9, weight)
        choice = kernel.choose(failures, exposure, design, policy)
        low, high = sorted((failures / exposure, design))
        assert low * (1 - 1e-9) <= choice.used.rate <= high * (1 + 1e-9)
        assert choice.used.low <= choice.used.rate <= choice.used.high


@given(st.lists(units(), max_size=8), st.lists(units(), max_size=8))
def test_exposure_and_failures_are_additive(first, second):
    both = kernel.tally([*first, *second])
    one, two = kernel.tally(first), kernel.tally(second)
    assert set(both) == set(one) | set(two)
    for index, found in both.items():
        parts = [one.get(index, kernel.Bin()), two.get(index, kernel.Bin())]
        assert found.time == sum(p.time for p in parts)
        assert found.failures == sum(p.failures for p in parts)


@given(st.lists(units(), max_size=8), st.randoms())
def test_order_does_not_matter(records, random):
    shuffled = list(records)
    random.shuffle(shuffled)
    assert kernel.tally(shuffled) == kernel.tally(records)


@given(units(), st.integers(0, 1000))
def test_later_censoring_never_lowers_exposure(unit, more):
    later = Unit(
        unit.start,
        unit.end + timedelta(more),
        unit.failures,
        unit.observed_from,
        unit.quantity,
    )
    before, after = kernel.tally([unit]), kernel.tally([later])
    for index, found in before.items():
        assert after[index].time >= found.time
        assert after[index].failures >= found.failures


@given(units(observed_from=None))
def test_exposure_is_the_whole_life(unit):
    total = sum(kernel.time_at_risk(unit).values())
    assert total == (unit.end - unit.start).days * 4


@given(st.integers(0, 500), st.floats(0.01, 1e5), st.floats(1, 100))
def test_more_exposure_never_raises_the_rate(failures, exposure, factor):
    one, two = kernel.rate(failures, exposure), kernel.rate(failures, exposure * factor)
    assert two.rate <= one.rate
    assert two.high <= one.high


@given(st.integers(0, 2000), st.floats(0.01, 1e5), st.sampled_from([0.8, 0.95, 0.99]))
def test_interval_encloses_the_rate(failures, exposure, level):
    found = kernel.rate(failures, exposure, level)
    assert found.low <= found.rate <= found.high
    assert failures or found.low == 0


@given(st.integers(1, 300), st.sampled_from([0.8, 0.9, 0.95]))
def test_limits_leave_the_promised_tails(count, level):
    low, high = kernel.poisson_interval(count, level)
    tail = (1 - level) / 2
    # P(X >= n | low) and P(X <= n | high) are both half of what is left out
    assert kernel.gamma_cdf(count, low) == pytest.approx(tail, rel=1e-9)
    assert 1 - kernel.gamma_cdf(count + 1, high) == pytest.approx(tail, rel=1e-9)
