"""Reads the shipped law data as kernel rules, without Odoo and without a database."""

from dataclasses import fields
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

from tests.kernels.conftest import ROOT, load_kernel

kernel = load_kernel("aftersales_warranty/tools/entitlement.py")
DATA = ROOT / "aftersales_warranty" / "data"
FILES = ("rule", "phone", "car", "abroad")

#: Fields of the record whose name differs in the kernel.
NAMES = {
    "model_available": "model",
    "fault_group_ids": "groups",
    "except_group_ids": "except_groups",
    "counted_group_ids": "counted_groups",
}
OVER = {"repair_days_over", "total_days_over", "waiting_days_over"}


def _records(filename):
    root = ElementTree.parse(DATA / filename).getroot()
    for node in root.iter("record"):
        yield node.get("id"), {field.get("name"): field for field in node}


def _value(name, field):
    if name.endswith("group_ids"):
        parts = field.get("eval").split("'fault_group_")[1:]
        return frozenset(part.split("'")[0] for part in parts)
    if field.get("eval"):
        return field.get("eval") == "True"
    if field.get("ref"):
        return field.get("ref")
    return field.text


def _typed(name, value):
    """A value as the rule model hands it to the kernel."""
    if name in ("date_from", "date_to"):
        return date.fromisoformat(value)
    if name == "usage_limit":
        return Decimal(value)
    if name == "fee_rate":
        return Decimal(value) / 100
    types = {field.name: field.type for field in fields(kernel.Rule)}
    if name in OVER or types[name] in (int, "int"):
        return int(value)
    return value


def load_rules():
    """Shipped rules by code: ``{code: (kernel rule, values of the record)}``."""
    known = {field.name for field in fields(kernel.Rule)}
    found = {}
    for name in FILES:
        filename = f"aftersales_entitlement_{name}_data.xml"
        for _xmlid, record in _records(filename):
            values = {key: _value(key, field) for key, field in record.items()}
            named = {NAMES.get(key, key): value for key, value in values.items()}
            code = values["code"]
            rule = kernel.Rule(
                key=code,
                **{
                    key: _typed(key, value)
                    for key, value in named.items()
                    if key in known
                },
            )
            found[code] = (rule, values)
    return found


def load_classes():
    """Shipped product classes by the end of their identifier, as facts."""
    found = {}
    for xmlid, record in _records("aftersales_product_class_data.xml"):
        rate = Decimal(record["daily_rate"].text)
        found[xmlid.removeprefix("product_class_")] = {
            "category": record["category"].text,
            "whole_months": int(record["whole_months"].text) or None,
            "part_months": int(record["part_months"].text) or None,
            "daily_rate": rate / 100 if rate else None,
        }
    return found


def load_groups():
    """Shipped fault groups: ``{code: kernel fault}``."""
    records = {
        record["code"].text: record
        for _xmlid, record in _records("aftersales_fault_group_data.xml")
    }
    found = {}
    for code, record in records.items():
        codes, above = {code}, record.get("parent_id")
        while above is not None:
            parent = above.get("ref").removeprefix("fault_group_")
            codes.add(parent)
            above = records[parent].get("parent_id")
        found[code] = kernel.Fault(record["kind"].text, frozenset(codes))
    return found
