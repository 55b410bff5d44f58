"""Strengths and weaknesses of an audit report."""

from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

report = load_kernel("aftersales_evaluation/tools/audit_report.py")
POINTS = st.floats(0, 1e4).map(lambda value: round(value, 2))


@pytest.mark.parametrize(
    ("applicable", "lost", "percent", "grade"),
    [
        (10, 1, 90.0, "strong"),
        (10, 1.01, 89.9, "fair"),
        (10, 3, 70.0, "fair"),
        (10, 3.01, 69.9, "weak"),
        (3, 1, 66.67, "weak"),
        (0, 0, None, "none"),
        (10, 0, 100.0, "strong"),
        (10, 10, 0.0, "weak"),
    ],
)
def test_grades(applicable, lost, percent, grade):
    (row,) = report.rate([("x", applicable, lost)])
    assert (row["percent"], row["grade"]) == (percent, grade)


def test_bounds_are_exact_with_floats():
    assert report.grade(report.share(0.3, 0.1 + 0.2 - 0.27)) == "strong"
    assert report.share(0.3, 0.03) == F(9, 10)


@given(rows=st.lists(st.tuples(st.integers(), POINTS, st.floats(0, 1)), max_size=20))
def test_best_and_worst_never_meet(rows):
    rated = report.rate([(key, total, total * part) for key, total, part in rows])
    strong, weak = report.best(rated, 50), report.worst(rated, 50)
    assert not [row for row in strong if row in weak]
    assert all(0 <= row["percent"] <= 100 for row in strong + weak)
    assert strong == sorted(strong, key=lambda row: -row["percent"])
    assert len(report.worst(rated, 3)) <= 3
