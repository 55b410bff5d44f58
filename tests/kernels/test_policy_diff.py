"""Comparison of two policy versions, without Odoo."""

from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/policy_diff.py")

OLD = {"unit": ("Unit", "60 months"), "labour": ("Labour", "12 months")}
NEW = {
    "unit": ("Unit", "24 months"),
    "travel": ("Travel", "6 months"),
}
versions = st.dictionaries(
    st.sampled_from("abcd"), st.tuples(st.text(max_size=3), st.text(max_size=3))
)


def test_each_line_says_what_becomes_of_it():
    rows = [(r.key, r.old, r.new, r.change) for r in kernel.compare(OLD, NEW)]
    assert rows == [
        ("unit", "60 months", "24 months", "changed"),
        ("travel", "", "6 months", "added"),
        ("labour", "12 months", "", "removed"),
    ]


@given(old=versions, new=versions)
def test_nothing_is_lost(old, new):
    rows = kernel.compare(old, new)
    assert sorted(row.key for row in rows) == sorted({*old, *new})
    assert all(row.change == "same" for row in kernel.compare(new, new))
