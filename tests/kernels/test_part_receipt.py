"""Scans of a box of old parts."""

from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/part_receipt.py")
Expected, match, settle = kernel.Expected, kernel.match, kernel.settle

FAN = Expected(1, "OLD000001", "SN-1", ("FAN", "690001"), 1)
PUMP = Expected(2, "OLD000002", "", ("PUMP", ""), 3)
LIST = [FAN, PUMP]


def test_label_counts_for_all_pieces():
    assert match(LIST, {}, "OLD000002") == (2, 3)
    assert match(LIST, {2: 1}, "old 000002") == (2, 2)


def test_serial_and_code_count_for_one():
    assert match(LIST, {}, "sn-1") == (1, 1)
    assert match(LIST, {}, "PUMP") == (2, 1)
    assert match(LIST, {}, "690001") == (1, 1)


def test_what_is_complete_or_unknown_is_extra():
    assert match(LIST, {1: 1}, "SN-1") is None
    assert match(LIST, {}, "HOSE") is None
    assert match(LIST, {}, "  ") is None
    assert match(LIST, {}, "") is None


def test_label_beats_serial():
    odd = Expected(3, "OLD000003", "OLD000001", (), 1)
    assert match([odd, FAN], {}, "OLD000001") == (1, 1)


def test_settle():
    assert settle(LIST, {1: 1, 2: 1}) == {1: (1, 0), 2: (1, 2)}
    assert settle(LIST, {}) == {1: (0, 1), 2: (0, 3)}


lines = st.lists(
    st.builds(
        Expected,
        key=st.integers(0, 50),
        label=st.sampled_from(["OLD1", "OLD2", "OLD3"]),
        serial=st.sampled_from(["", "A", "B"]),
        codes=st.tuples(st.sampled_from(["", "X", "Y"])),
        quantity=st.integers(1, 5),
    ),
    max_size=5,
    unique_by=lambda line: line.key,
)


@given(lines, st.lists(st.sampled_from(["OLD1", "OLD2", "A", "B", "X", "Z"])))
def test_never_more_than_expected(expected, scans):
    counted, extra = {}, 0
    for scan in scans:
        found = match(expected, counted, scan)
        if found is None:
            extra += 1
            continue
        key, pieces = found
        assert pieces > 0
        counted[key] = counted.get(key, 0) + pieces
    for line in expected:
        there, missing = settle(expected, counted)[line.key]
        assert there + missing == line.quantity
        assert counted.get(line.key, 0) <= line.quantity
    assert extra <= len(scans)
