from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

rows = load_kernel("aftersales_warranty/tools/history_rows.py")
raw_row = load_kernel("aftersales_network/tools/table_reader.py").RawRow

CASE_DATE = date(2024, 3, 31)
MAPPING = rows.Mapping(
    columns={
        "number": "No",
        "region": "Region",
        "state": "State",
        "city": "City",
        "area_kind": "Area",
        "profile": "Profile",
        "product": "Type",
        "value": "Value",
        "point": "Centre",
        "age": "Age",
        "channel": "From",
        "call_minutes": "Call",
        "purpose": "Purpose",
        "fraud": "Fraud",
    },
    components=(
        rows.Component("AC1", "AC1", "AC"),
        rows.Component("TV1", "TV1", "TV"),
        rows.Component("TV2", "TV2", "TV"),
    ),
    purposes={"claim": "claim", "complaint": "complaint", "other": "other"},
    channels={"dealer": "dealer", "internet": "online"},
    profiles={"business": "business", "personal": "personal"},
    aliases={("city", "guwhati"): "Guwahati", ("", "orissa"): "Odisha"},
)
GOOD = {
    "No": "7",
    "Region": "South",
    "State": "Kerala",
    "City": "Kochi",
    "Area": "Urban",
    "Profile": "Business",
    "Type": "TV",
    "Value": "15000",
    "Centre": "10",
    "Age": "60",
    "From": "Dealer",
    "Call": "0.5",
    "Purpose": "Claim",
    "Fraud": "1",
    "AC1": "0",
    "TV1": "1",
    "TV2": "2",
}


def read_all(*values, mapping=MAPPING, **raw_args):
    raws = [
        raw_row(line, {**GOOD, **value}, **raw_args)
        for line, value in enumerate(values, 2)
    ]
    facts = rows.FileFacts(mapping)
    for raw in raws:
        facts.add(raw)
    reader = rows.CaseReader(mapping, facts, CASE_DATE)
    return [reader.read_row(raw) for raw in raws]


def read(value, **kwargs):
    return read_all(value, **kwargs)[0]


def refusals(value, **kwargs):
    result = read(value, **kwargs)
    assert result.case is None
    return [(issue.code, dict(issue.args)) for issue in result.refusals]


def test_a_clean_row():
    result = read({})
    case = result.case
    assert (result.line, result.number) == (2, "7")
    assert (case.number, case.state, case.city, case.point) == (
        7,
        "Kerala",
        "Kochi",
        "10",
    )
    assert case.components == (("TV1", 1), ("TV2", 2))
    assert case.value == Decimal("15000.00")
    assert (case.age_days, case.call_minutes) == (60, Decimal("0.5"))
    assert (case.purpose, case.channel, case.profile) == ("claim", "dealer", "business")
    assert case.fraud is True
    assert case.date_case == CASE_DATE
    assert (result.changes, result.remarks, result.refusals) == ((), (), ())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Value": "abc"}, ("not_a_number", {"column": "Value", "value": "abc"})),
        ({"Value": "12 INR"}, ("not_a_number", {"column": "Value", "value": "12 INR"})),
        ({"Value": "1e9"}, ("not_a_number", {"column": "Value", "value": "1e9"})),
        ({"Value": "NaN"}, ("not_a_number", {"column": "Value", "value": "NaN"})),
        ({"Value": "-1"}, ("negative", {"column": "Value", "value": "-1"})),
        ({"Value": ""}, ("missing_value", {"column": "Value"})),
        (
            {"Value": "10000000.01"},
            (
                "too_large",
                {"column": "Value", "limit": "10000000", "value": "10000000.01"},
            ),
        ),
        (
            {"Value": "1.005"},
            ("too_precise", {"column": "Value", "places": 2, "value": "1.005"}),
        ),
        ({"No": ""}, ("missing_value", {"column": "No"})),
        ({"No": "x1"}, ("not_a_number", {"column": "No", "value": "x1"})),
        ({"No": "1.5"}, ("not_whole", {"column": "No", "value": "1.5"})),
        ({"No": "-1"}, ("negative", {"column": "No", "value": "-1"})),
        ({"Age": "1.5"}, ("not_whole", {"column": "Age", "value": "1.5"})),
        (
            {"Age": "40000"},
            ("too_large", {"column": "Age", "limit": "36525", "value": "40000"}),
        ),
        (
            {"Purpose": "Praise"},
            (
                "unknown_word",
                {
                    "column": "Purpose",
                    "known": "claim, complaint, other",
                    "value": "Praise",
                },
            ),
        ),
        ({"Purpose": " "}, ("missing_value", {"column": "Purpose"})),
        (
            {"From": "Market"},
            (
                "unknown_word",
                {"column": "From", "known": "dealer, internet", "value": "Market"},
            ),
        ),
        ({"TV1": "3"}, ("bad_action", {"column": "TV1", "value": "3"})),
        ({"AC1": "1"}, ("foreign_component", {"column": "AC1", "product": "TV"})),
        ({"Fraud": "maybe"}, ("not_yes_no", {"column": "Fraud", "value": "maybe"})),
        ({"Centre": None}, ("missing_value", {"column": "Centre"})),
        ({"City": "x" * 201}, ("too_long", {"column": "City", "limit": 200})),
        (
            {"Call": "99999999999"},
            (
                "too_large",
                {"column": "Call", "limit": "2147483647", "value": "99999999999"},
            ),
        ),
    ],
)
def test_refusals(value, expected):
    assert refusals(value) == [expected]


def test_a_row_names_all_its_faults():
    assert [
        code for code, _args in refusals({"Value": "-5", "Age": "x", "TV1": "9"})
    ] == [
        "negative",
        "not_a_number",
        "bad_action",
    ]


def test_formula_cells_and_broken_rows_are_refused():
    assert refusals({}, formulas=("Value", "Age")) == [
        ("formula", {"column": "Value"}),
        ("formula", {"column": "Age"}),
    ]
    assert refusals({}, problem="extra_cells") == [("extra_cells", {})]


def test_duplicate_number_names_the_first_line():
    first, second, third = read_all({"No": "5"}, {"No": "5.0"}, {"No": "6"})
    assert first.case.number == 5
    assert [(i.code, dict(i.args)) for i in second.refusals] == [
        ("duplicate_number", {"first": 2, "number": 5})
    ]
    assert third.case.number == 6


def test_spaces_case_and_aliases_are_changed_and_reported():
    results = read_all(
        {"No": "1", "City": "Guwahati"},
        {"No": "2", "City": " guwahati "},
        {"No": "3", "City": "Guwhati"},
        {"No": "4", "City": "Guwahati", "State": "ORISSA"},
    )
    assert [result.case.city for result in results] == ["Guwahati"] * 4
    assert results[0].changes == ()
    assert [dict(change.args) for change in results[1].changes] == [
        {"column": "City", "before": " guwahati ", "after": "Guwahati"}
    ]
    assert [dict(change.args) for change in results[2].changes] == [
        {"column": "City", "before": "Guwhati", "after": "Guwahati"}
    ]
    assert [dict(change.args) for change in results[3].changes] == [
        {"column": "State", "before": "ORISSA", "after": "Odisha"}
    ]


def test_a_region_against_the_majority_is_reported_and_kept():
    results = read_all(
        {"No": "1"}, {"No": "2"}, {"No": "3"}, {"No": "4", "Region": "north west"}
    )
    assert [result.remarks for result in results[:3]] == [(), (), ()]
    (remark,) = results[3].remarks
    assert (remark.code, dict(remark.args)) == (
        "region_contradicts",
        {
            "region": "north west",
            "state": "Kerala",
            "majority": "South",
            "count": 3,
            "total": 4,
        },
    )
    assert results[3].case.region == "north west"


def test_two_regions_equally_often_have_no_majority():
    results = read_all({"No": "1"}, {"No": "2", "Region": "North"})
    assert [[issue.code for issue in result.remarks] for result in results] == [
        ["region_unclear"],
        ["region_unclear"],
    ]


def test_the_checksum_is_of_the_content_not_of_the_spelling():
    base = read({}).case.checksum
    assert (
        read({"City": " KOCHI", "Value": "15,000.00", "From": "dealer"}).case.checksum
        == base
    )
    for change in (
        {"Value": "15000.01"},
        {"City": "Munnar"},
        {"TV1": "0"},
        {"Fraud": "0"},
    ):
        assert read(change).case.checksum != base


def test_missing_columns_and_roles():
    header = tuple(name for name in GOOD if name not in {"City", "TV2"})
    assert MAPPING.missing_columns(header) == ["City", "TV2"]
    assert rows.Mapping(columns={"number": "No", "value": "V"}).missing_roles() == [
        "state",
        "city",
        "product",
        "point",
        "purpose",
    ]


def test_a_date_column_wins_over_the_given_date():
    mapping = rows.Mapping(
        **{**vars(MAPPING), "columns": {**MAPPING.columns, "case_date": "Date"}}
    )
    assert read({"Date": "2024-02-29"}, mapping=mapping).case.date_case == date(
        2024, 2, 29
    )
    assert read({"Date": ""}, mapping=mapping).case.date_case == CASE_DATE
    assert refusals({"Date": "30/02/2024"}, mapping=mapping) == [
        ("not_a_date", {"column": "Date", "value": "30/02/2024"})
    ]
    assert refusals({"Date": "2024-04-01"}, mapping=mapping) == [
        ("future_date", {"column": "Date", "value": "2024-04-01"})
    ]


@pytest.mark.parametrize(
    ("text", "mark", "expected"),
    [
        ("1234.5", ".", "1234.5"),
        ("1,234.50", ".", "1234.50"),
        ("12,34,567", ".", "1234567"),
        ("1 234", ".", "1234"),
        ("1.234,5", ",", "1234.5"),
        ("5,5", ",", "5.5"),
        ("5,5", ".", None),
        (",5", ".", None),
        (".5", ".", "0.5"),
        ("٣", ".", None),
        ("1.2.3", ".", None),
        ("--1", ".", None),
        ("\u22125", ".", "-5"),
        ("inf", ".", None),
        ("1" * 41, ".", None),
        ("", ".", None),
    ],
)
def test_numbers(text, mark, expected):
    found = rows.parse_decimal(text, mark)
    assert found == (None if expected is None else Decimal(expected))


@given(st.decimals(min_value=0, max_value=10**7, places=2))
def test_every_amount_to_the_cent_is_read_exactly(value):
    assert read({"Value": f"{value:f}"}).case.value == value
    assert read({"Value": f"{value:,f}"}).case.value == value


@given(st.dictionaries(st.sampled_from(sorted(GOOD)), st.text(max_size=30), max_size=6))
def test_any_text_is_taken_or_refused_with_reasons(values):
    result = read(values)
    assert (result.case is None) == bool(result.refusals)
    if result.case:
        assert result.case.value >= 0
        assert len(result.case.checksum) == 64


@given(st.permutations(["Kochi", "Kochi", "KOCHI", "kochi "]))
def test_the_usual_spelling_does_not_depend_on_the_order(cities):
    results = read_all(*[{"No": str(i), "City": city} for i, city in enumerate(cities)])
    assert {result.case.city for result in results} == {"Kochi"}


def test_the_first_date_of_the_file_is_known():
    mapping = rows.Mapping(
        **{**vars(MAPPING), "columns": {**MAPPING.columns, "case_date": "Date"}}
    )
    facts = rows.FileFacts(mapping)
    for text in ("2023-05-02", "", "soon", "2021-12-31", "2022-01-01"):
        facts.add(raw_row(2, {**GOOD, "Date": text}))
    assert facts.first_date == date(2021, 12, 31)
