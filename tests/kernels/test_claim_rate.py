"""Choice and limits of rate tables, without Odoo."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/claim_rate.py")

DAY = date(2026, 3, 4)
JOB = kernel.Job(DAY, level_id=7, area_ids=(1, 2), categ_ids=(3, 4))
RATES = kernel.Rates(
    labour=6000,
    diagnostic=4000,
    diagnostic_hours=Decimal("1.5"),
    travel=200,
    travel_km=Decimal(100),
    inspection=3000,
    markup=Decimal(10),
    markups={8: Decimal(20), 9: Decimal("12.5")},
    freight=5000,
    sublet=20000,
)
ZONES = ((11, Decimal(0), 1000), (12, Decimal(20), 2500), (13, Decimal(50), 6000))


def table(number, **vals):
    return kernel.Table(number, **{"date_from": date(2026, 1, 1), **vals})


def limit(kind, rates=RATES, **vals):
    return kernel.limit(kernel.Item(kind, **vals), rates)


class TestChoice:
    def test_level_beats_area_beats_category(self):
        tables = [
            table(1),
            table(2, categ_id=4),
            table(3, area_id=1),
            table(4, level_id=7),
        ]
        assert kernel.choose(tables, JOB).id == 4
        assert kernel.choose(tables[:3], JOB).id == 3
        assert kernel.choose(tables[:2], JOB).id == 2
        assert kernel.choose(tables[:1], JOB).id == 1

    def test_the_narrower_area_and_category_win(self):
        assert kernel.choose([table(1, area_id=1), table(2, area_id=2)], JOB).id == 2
        assert kernel.choose([table(1, categ_id=4), table(2, categ_id=3)], JOB).id == 1

    @pytest.mark.parametrize(
        "vals",
        [
            {"level_id": 8},
            {"area_id": 5},
            {"categ_id": 5},
            {"date_from": date(2026, 3, 5)},
            {"date_to": date(2026, 3, 3)},
        ],
    )
    def test_what_does_not_fit_is_left_out(self, vals):
        assert kernel.choose([table(1, **vals)], JOB) is None

    def test_first_and_last_day_count(self):
        assert kernel.choose([table(1, date_from=DAY, date_to=DAY)], JOB).id == 1

    def test_without_a_day_nothing_applies(self):
        assert kernel.choose([table(1)], kernel.Job(None)) is None


class TestDates:
    def test_gap_names_the_missing_days(self):
        periods = [
            (date(2026, 4, 1), None),
            (date(2026, 1, 1), date(2026, 2, 28)),
        ]
        assert kernel.gaps(periods) == [(date(2026, 3, 1), date(2026, 3, 31))]

    def test_followers_have_no_gap(self):
        periods = [
            (date(2026, 1, 1), date(2026, 2, 28)),
            (date(2026, 3, 1), None),
        ]
        assert kernel.gaps(periods) == []
        assert not kernel.overlap(*periods)

    def test_a_shared_day_overlaps(self):
        one = (date(2026, 1, 1), date(2026, 2, 28))
        assert kernel.overlap(one, (date(2026, 2, 28), None))
        assert kernel.overlap(one, (date(2025, 1, 1), None))
        assert kernel.overlap((date(2020, 1, 1), None), (date(2030, 1, 1), None))

    @given(st.lists(st.integers(0, 9), min_size=1, max_size=8))
    def test_gaps_and_periods_tile_the_time(self, lengths):
        start, periods, missing = date(2026, 1, 1), [], []
        for index, length in enumerate(lengths):
            end = start + timedelta(days=length)
            if index % 2 and index + 1 < len(lengths):
                missing.append((start, end))
            else:
                periods.append((start, end))
            start = end + timedelta(days=1)
        assert kernel.gaps(periods[::-1]) == missing

    @given(*(st.integers(0, 20) for _number in range(4)))
    def test_overlap_is_symmetric_and_true(self, a, b, c, d):
        first = (DAY + timedelta(a), DAY + timedelta(a + b))
        second = (DAY + timedelta(c), DAY + timedelta(c + d))
        shared = set(range(a, a + b + 1)) & set(range(c, c + d + 1))
        assert kernel.overlap(first, second) == kernel.overlap(second, first)
        assert kernel.overlap(first, second) == bool(shared)


class TestLimits:
    def test_hours_beyond_the_flat_rate_are_not_paid(self):
        found = limit("labour", quantity=Decimal(3), hours_flat=Decimal("2.5"))
        assert (found.amount, found.unit) == (15000, 6000)
        assert limit("labour", quantity=Decimal(2)).amount == 12000

    def test_diagnosis_has_its_rate_and_cap(self):
        found = limit("labour", quantity=Decimal(2), is_diagnostic=True)
        assert (found.amount, found.unit) == (6000, 4000)
        plain = kernel.Rates(labour=6000)
        assert limit("labour", plain, is_diagnostic=True).amount == 6000

    def test_mark_up_of_the_narrowest_category(self):
        assert limit("part", reference=10000).amount == 11000
        assert limit("part", reference=10000, categ_ids=(8,)).amount == 12000
        found = limit("part", reference=10000, categ_ids=(8, 9), quantity=Decimal(2))
        assert (found.amount, found.unit) == (11250, 5625)
        assert found.markup == Decimal("12.5")

    def test_part_without_a_list_price_is_not_limited(self):
        assert limit("part").amount is None

    def test_travel_by_kilometre(self):
        assert limit("travel", quantity=Decimal(30)).amount == 6000
        assert limit("travel", quantity=Decimal(300)).amount == 20000

    @pytest.mark.parametrize(
        ("km", "named", "amount", "zone"),
        [
            (0, None, 1000, 11),
            (19.99, None, 1000, 11),
            (20, None, 2500, 12),
            (70, None, 6000, 13),
            (70, 12, 2500, 12),
            (5, 13, 1000, 11),
        ],
    )
    def test_travel_by_zone(self, km, named, amount, zone):
        found = limit(
            "travel",
            kernel.Rates(zones=ZONES),
            quantity=Decimal(str(km)),
            zone_id=named,
        )
        assert (found.amount, found.zone_id) == (amount, zone)

    def test_before_the_first_zone_nothing_is_paid(self):
        rates = kernel.Rates(zones=ZONES[1:])
        assert limit("travel", rates, quantity=Decimal(5)).amount == 0

    def test_freight(self):
        assert limit("freight").amount == 5000
        assert limit("freight", kernel.Rates()).amount is None
        none = kernel.Rates(freight_mode="none", freight=5000)
        assert limit("freight", none).amount == 0
        fixed = kernel.Rates(freight_mode="fixed", freight=5000)
        assert limit("freight", fixed, quantity=Decimal(2)).amount == 10000

    def test_caps(self):
        assert limit("sublet").amount == 20000
        assert limit("other").amount is None
        assert limit("inspection", quantity=Decimal(2)).amount == 6000

    def test_share_of_the_policy(self):
        assert limit("labour", share=Decimal(50)).amount == 3000
        assert limit("part", reference=333, share=Decimal(50)).amount == 183

    @given(
        st.sampled_from(sorted(kernel.LIMITS)),
        st.decimals(0, 1000, places=2),
        st.integers(0, 10**7),
        st.decimals(0, 100, places=2),
    )
    def test_never_negative_and_a_share_never_more(self, kind, quantity, value, share):
        whole = limit(kind, quantity=quantity, reference=value)
        part = limit(kind, quantity=quantity, reference=value, share=share)
        assert (whole.amount is None) == (part.amount is None)
        if whole.amount is not None:
            assert 0 <= part.amount <= whole.amount

    @given(st.decimals(0, 500, places=2), st.decimals(0, 500, places=2))
    def test_more_hours_never_pay_less(self, first, second):
        low, high = sorted((first, second))
        assert (
            limit("labour", quantity=low).amount
            <= limit("labour", quantity=high).amount
        )
