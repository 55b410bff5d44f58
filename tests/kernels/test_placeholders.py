"""Contract texts: names are filled in, nothing is ever run."""

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from .conftest import load_kernel

placeholders = load_kernel("aftersales_network/tools/placeholders.py")


def test_values_are_escaped_and_markup_is_kept():
    html = "<p>{{ point }} of {{company}}, {{\u00a0number }}</p>"
    values = {"point": "<b>A & B</b>", "company": Markup("<i>C</i>"), "number": "7"}
    assert placeholders.render(html, values) == (
        "<p>&lt;b&gt;A &amp; B&lt;/b&gt; of <i>C</i>, 7</p>"
    )


def test_expressions_stay_text():
    for typed in ("{{ 7*7 }}", "{{ point.env.cr }}", "{{ __import__('os') }}"):
        assert placeholders.render(typed, {"point": "P"}) == typed
        assert placeholders.unknown(typed, ("point",)) == [typed[3:-3]]


def test_unknown_names_each_once():
    html = "{{ b }} {{ a }} {{ b }} {{ point }}"
    assert placeholders.unknown(html, ("point",)) == ["a", "b"]
    assert placeholders.unknown(None, ()) == []
    assert placeholders.render(False, {}) == ""


@given(st.text(), st.text())
def test_a_value_never_opens_a_tag(name, value):
    result = placeholders.render("{{ point }}", {"point": value, name: value})
    assert "<" not in result
