"""The modules speak one Chinese: names agree and placeholders survive."""

import re
from collections import defaultdict
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]
CATALOGUES = sorted(ROOT.glob("aftersales_*/i18n/zh_CN.po"))
NAMES = ("model:ir.ui.menu,name:", "model:ir.model,name:")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]")


def modules_of(path):
    return path.parents[1].name


def named_entries(path):
    """Entries that name a menu or a model."""
    for entry in polib.pofile(str(path)):
        places = (place for place, _line in entry.occurrences)
        if entry.msgstr and any(place.startswith(NAMES) for place in places):
            yield entry


def disagreements(paths):
    """``{name: {translation: [module, …]}}`` of names with two translations."""
    found = defaultdict(lambda: defaultdict(list))
    for path in paths:
        for entry in named_entries(path):
            found[entry.msgid][entry.msgstr].append(modules_of(path))
    return {
        name: {text: list(where) for text, where in texts.items()}
        for name, texts in found.items()
        if len(texts) > 1
    }


def write_catalogue(root, module, name, text, place):
    path = root / module / "i18n" / "zh_CN.po"
    path.parent.mkdir(parents=True)
    catalogue = polib.POFile()
    catalogue.append(polib.POEntry(msgid=name, msgstr=text, occurrences=[(place, "0")]))
    catalogue.save(str(path))
    return path


def test_every_catalogue_is_found():
    names = {modules_of(path) for path in CATALOGUES}
    assert {"aftersales_network", "aftersales_helpdesk"} <= names


def test_menus_and_models_have_one_name():
    assert disagreements(CATALOGUES) == {}


def test_a_second_name_is_found(tmp_path):
    model = "model:ir.model,name:x.model_x"
    label = "model:ir.model.fields,field_description:x.field_x"
    paths = [
        write_catalogue(tmp_path, "one", "Service Order", "服务单", model),
        write_catalogue(tmp_path, "two", "Service Order", "服务工单", model),
        write_catalogue(tmp_path, "three", "Service Order", "单据", label),
    ]
    expected = {"Service Order": {"服务单": ["one"], "服务工单": ["two"]}}
    assert disagreements(paths) == expected


@pytest.mark.parametrize("path", CATALOGUES, ids=modules_of)
def test_placeholders_survive(path):
    for entry in polib.pofile(str(path)):
        if entry.msgstr:
            expected = sorted(PLACEHOLDER.findall(entry.msgid))
            assert sorted(PLACEHOLDER.findall(entry.msgstr)) == expected, entry.msgid
