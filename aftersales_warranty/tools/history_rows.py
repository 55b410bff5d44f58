"""Raw cells of an old case made into a typed case, or refused with every reason.

Source of the rules: the history import of the suite (capability X14). Spellings are
made alike (spaces, upper/lower case, an editable table of known names) and each such
change is reported; a region that contradicts most rows of its state is reported and
never guessed; money is Decimal; a value that is not clean refuses its row and no
other. Nothing here knows Odoo.
"""

import hashlib
import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

TEXT_ROLES = (
    "region",
    "state",
    "city",
    "area_kind",
    "profile",
    "category",
    "product",
    "point",
    "channel",
    "purpose",
)
# Spelled alike over the whole file; codes of points are not words.
SPELLED_ROLES = ("region", "state", "city", "area_kind", "category", "product")
NEEDED_ROLES = ("number", "state", "city", "product", "point", "purpose", "value")
TRUE_WORDS = {"1", "true", "yes", "y", "是"}
FALSE_WORDS = {"", "0", "false", "no", "n", "否"}
MAX_TEXT = 200
MAX_NUMBER = 2**31 - 1
# Older than the oldest car on the road: a unit of 150 years is a typing error.
MAX_AGE_DAYS = 36525
PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{2,3})*,\d{3}(\.\d*)?")


@dataclass(frozen=True)
class Component:
    """A column that says what was done to one component of one product."""

    column: str
    code: str
    product: str


@dataclass(frozen=True)
class Mapping:
    """How the columns of a file are read; made from a saved template."""

    columns: dict
    components: tuple = ()
    purposes: dict = field(default_factory=dict)
    channels: dict = field(default_factory=dict)
    profiles: dict = field(default_factory=dict)
    aliases: dict = field(default_factory=dict)
    decimal_mark: str = "."
    places: int = 2
    max_value: Decimal = Decimal("10000000")

    def missing_columns(self, header):
        """Columns of the mapping that the file does not have, in mapping order."""
        wanted = list(self.columns.values()) + [c.column for c in self.components]
        return [name for name in wanted if name not in header]

    def missing_roles(self):
        """Roles without which no case can be made."""
        return [role for role in NEEDED_ROLES if role not in self.columns]


@dataclass(frozen=True)
class Issue:
    """A reason or remark: a code, the column and figures for the sentence."""

    code: str
    args: tuple

    @classmethod
    def make(cls, code, **args):
        """Build from keyword figures; kept as a tuple so that it is hashable."""
        return cls(code, tuple(sorted(args.items())))


@dataclass(frozen=True)
class Case:
    """One clean case."""

    number: int
    line: int
    region: str
    state: str
    city: str
    area_kind: str
    profile: str
    category: str
    product: str
    components: tuple
    value: Decimal
    point: str
    date_case: date
    age_days: int
    channel: str
    call_minutes: Decimal
    purpose: str
    fraud: bool | None
    checksum: str = ""


@dataclass(frozen=True)
class RowResult:
    """What became of a row: a case with changes and remarks, or refusals."""

    line: int
    number: str
    case: Case | None = None
    changes: tuple = ()
    remarks: tuple = ()
    refusals: tuple = ()


# ------------------------------------------------------------------ first reading


class FileFacts:
    """What only the whole file knows: usual spellings and each state's region."""

    def __init__(self, mapping):
        self.mapping = mapping
        self._spellings = {role: defaultdict(Counter) for role in SPELLED_ROLES}
        self._regions = defaultdict(Counter)
        self.rows = 0
        self.first_date = None

    def add(self, raw):
        """Count one raw row; rows that will be refused count as well."""
        self.rows += 1
        seen = {}
        for role in SPELLED_ROLES:
            if role not in self.mapping.columns:
                continue
            text = self.alias(role, squeeze(raw.values.get(self.mapping.columns[role])))
            if text:
                self._spellings[role][text.casefold()][text] += 1
                seen[role] = text.casefold()
        if "case_date" in self.mapping.columns:
            self._add_date(squeeze(raw.values.get(self.mapping.columns["case_date"])))
        if seen.get("state") and seen.get("region"):
            self._regions[seen["state"]][seen["region"]] += 1

    def _add_date(self, text):
        found = parse_date(text)
        if found and (self.first_date is None or found < self.first_date):
            self.first_date = found

    def alias(self, role, text):
        """Replace a known other name of the same thing."""
        key = text.casefold()
        aliases = self.mapping.aliases
        return aliases.get((role, key)) or aliases.get(("", key)) or text

    def usual(self, role, text):
        """Return the spelling most rows use; between equals the first one met."""
        counter = self._spellings[role].get(text.casefold())
        return counter.most_common(1)[0][0] if counter else text

    def region_issue(self, region, state):
        """Return the remark on a region that most rows of the state contradict."""
        counter = self._regions.get(state.casefold())
        if not region or not counter:
            return None
        ranked = counter.most_common()
        (best, count), total = ranked[0], sum(counter.values())
        if len(ranked) > 1 and ranked[1][1] == count:
            return Issue.make("region_unclear", region=region, state=state, total=total)
        if best == region.casefold():
            return None
        return Issue.make(
            "region_contradicts",
            region=region,
            state=state,
            majority=self.usual("region", best),
            count=count,
            total=total,
        )


def squeeze(value):
    """Trim a cell and make inner white space single."""
    return " ".join(str(value or "").replace("\ufeff", "").split())


# ------------------------------------------------------------------------ numbers


def parse_decimal(text, decimal_mark="."):
    """Return the Decimal of a cell's text, or None where it is no plain number.

    Thousands marks are taken only where they stand in groups (1,234.5 and the Indian
    12,34,567), scientific notation and currency signs are not taken at all.
    """
    text = text.replace("\u00a0", "").replace(" ", "").replace("\u2212", "-")
    if decimal_mark == ",":
        text = text.translate({ord("."): ",", ord(","): "."})
    if not text.isascii():
        return None
    if GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not PLAIN.fullmatch(text) or len(text) > 40:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def parse_date(text):
    """Return the date at the start of an ISO text, or None."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


# ------------------------------------------------------------------ second reading


class CaseReader:
    """Turns raw rows into results; remembers the row numbers it has met."""

    def __init__(self, mapping, facts, case_date):
        self.mapping = mapping
        self.facts = facts
        self.case_date = case_date
        self._numbers = {}
        self._actions = {
            component.column: component for component in mapping.components
        }

    def read_row(self, raw):
        """Return the RowResult of one raw row."""
        row = _Row(self, raw)
        return row.result()

    def first_line_of(self, number, line):
        """Return the line where the number stood first, or None if it is new."""
        first = self._numbers.setdefault(number, line)
        return None if first == line else first


class _Row:
    """One row while it is read; collects changes, remarks and refusals."""

    def __init__(self, reader, raw):
        self.reader = reader
        self.mapping = reader.mapping
        self.facts = reader.facts
        self.raw = raw
        self.changes, self.remarks, self.refusals = [], [], []

    def result(self):
        """Read every cell, so that a refused row names all its faults at once."""
        number_text = self._cell("number")
        if self.raw.problem:
            self._refuse(self.raw.problem)
            return self._refused(number_text)
        for column in self.raw.formulas:
            self._refuse("formula", column=column)
        if self.refusals:
            return self._refused(number_text)
        values = {
            "number": self._number(),
            **{role: self._text(role) for role in TEXT_ROLES},
            "value": self._value(),
            "date_case": self._date(),
            "age_days": self._whole("age", MAX_AGE_DAYS),
            "call_minutes": self._minutes(),
            "fraud": self._fraud(),
        }
        self._translate(values)
        values["components"] = self._components(values["product"])
        if self.refusals:
            return self._refused(number_text)
        case = Case(line=self.raw.line, **values)
        issue = self.facts.region_issue(case.region, case.state)
        if issue:
            self.remarks.append(issue)
        case = _with_checksum(case)
        return RowResult(
            self.raw.line,
            str(case.number),
            case,
            tuple(self.changes),
            tuple(self.remarks),
        )

    def _refused(self, number_text):
        return RowResult(
            self.raw.line, number_text[:MAX_TEXT], refusals=tuple(self.refusals)
        )

    def _refuse(self, code, **args):
        self.refusals.append(Issue.make(code, **args))

    def _column(self, role):
        return self.mapping.columns.get(role, "")

    def _cell(self, role):
        if role not in self.mapping.columns:
            return ""
        return squeeze(self.raw.values.get(self.mapping.columns[role]))

    def _text(self, role):
        before = self.raw.values.get(self._column(role)) or ""
        text = squeeze(before)
        if role in SPELLED_ROLES and text:
            text = self.facts.usual(role, self.facts.alias(role, text))
        if not text and role in NEEDED_ROLES:
            self._refuse("missing_value", column=self._column(role))
        if len(text) > MAX_TEXT:
            self._refuse("too_long", column=self._column(role), limit=MAX_TEXT)
        elif text != before and str(before).strip("\ufeff"):
            self.changes.append(
                Issue.make(
                    "spelling",
                    column=self._column(role),
                    before=str(before)[:MAX_TEXT],
                    after=text,
                )
            )
        return text

    def _translate(self, values):
        """Map the words for purpose, channel and customer to the suite's codes."""
        for role, table, fallback in (
            ("purpose", self.mapping.purposes, ""),
            ("channel", self.mapping.channels, ""),
            ("profile", self.mapping.profiles, "personal"),
        ):
            word = values[role]
            if not word:
                values[role] = fallback
            elif word.casefold() in table:
                values[role] = table[word.casefold()]
            elif word:
                self._refuse(
                    "unknown_word",
                    column=self._column(role),
                    value=word,
                    known=", ".join(sorted(table)),
                )

    def _decimal(self, role):
        text = self._cell(role)
        if not text:
            return None
        number = parse_decimal(text, self.mapping.decimal_mark)
        if number is None:
            self._refuse("not_a_number", column=self._column(role), value=text[:80])
        elif number < 0:
            self._refuse("negative", column=self._column(role), value=text[:80])
            return None
        return number

    def _number(self):
        number = self._whole("number", MAX_NUMBER, needed=True)
        if number is None:
            return 0
        first = self.reader.first_line_of(number, self.raw.line)
        if first is not None:
            self._refuse("duplicate_number", number=number, first=first)
        return number

    def _whole(self, role, limit, needed=False):
        number = self._decimal(role)
        if number is None:
            if needed and not self._cell(role):
                self._refuse("missing_value", column=self._column(role))
            return None if needed else 0
        text = self._cell(role)[:80]
        if number != number.to_integral_value():
            self._refuse("not_whole", column=self._column(role), value=text)
        elif number > limit:
            self._refuse(
                "too_large", column=self._column(role), value=text, limit=str(limit)
            )
        else:
            return int(number)
        return None if needed else 0

    def _value(self):
        number = self._decimal("value")
        column, text = self._column("value"), self._cell("value")
        if number is None:
            if not text:
                self._refuse("missing_value", column=column)
            return Decimal(0)
        if number > self.mapping.max_value:
            self._refuse(
                "too_large",
                column=column,
                value=text[:80],
                limit=str(self.mapping.max_value),
            )
            return Decimal(0)
        exact = number.quantize(Decimal(1).scaleb(-self.mapping.places))
        if exact != number:
            self._refuse(
                "too_precise",
                column=column,
                value=text[:80],
                places=self.mapping.places,
            )
        return exact

    def _minutes(self):
        number = self._decimal("call_minutes")
        if number is not None and number > MAX_NUMBER:
            self._refuse(
                "too_large",
                column=self._column("call_minutes"),
                value=self._cell("call_minutes")[:80],
                limit=str(MAX_NUMBER),
            )
            return Decimal(0)
        return (number or Decimal(0)).normalize() + Decimal(0)

    def _date(self):
        text = self._cell("case_date")
        if not text:
            return self.reader.case_date
        found = parse_date(text)
        if found is None:
            self._refuse(
                "not_a_date", column=self._column("case_date"), value=text[:80]
            )
            return self.reader.case_date
        if found > self.reader.case_date:
            self._refuse("future_date", column=self._column("case_date"), value=text)
        return found

    def _fraud(self):
        if "fraud" not in self.mapping.columns:
            return None
        word = self._cell("fraud").casefold()
        if word in TRUE_WORDS | FALSE_WORDS:
            return word in TRUE_WORDS
        self._refuse("not_yes_no", column=self._column("fraud"), value=word[:80])
        return None

    def _components(self, product):
        found = []
        for component in self.mapping.components:
            text = squeeze(self.raw.values.get(component.column)) or "0"
            if text not in {"0", "1", "2"}:
                self._refuse("bad_action", column=component.column, value=text[:80])
            elif text != "0" and component.product.casefold() != product.casefold():
                self._refuse(
                    "foreign_component", column=component.column, product=product
                )
            elif text != "0":
                found.append((component.code, int(text)))
        return tuple(found)


def _with_checksum(case):
    """Seal a case: the same content gives the same sum in whatever spelling."""
    content = {
        name: value.casefold() if isinstance(value, str) else str(value)
        for name, value in vars(case).items()
        if name not in {"line", "checksum"}
    }
    # 15000 and 15000.00 are the same money.
    content["value"] = str(case.value.normalize() + Decimal(0))
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Case(**{**vars(case), "checksum": digest})
