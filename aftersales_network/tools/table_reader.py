"""Rows of a table that somebody uploads, read as a stream from CSV or XLSX bytes.

Source of the rules: RFC 4180 (CSV), ECMA-376 (XLSX is a zip of XML parts), and the
usual guards against decompression bombs: the zip directory is judged before a part is
opened, then every part is really unpacked and counted once, because a directory may
lie. Nothing here knows Odoo; a refusal carries a code and figures, and the model
turns them into a sentence in the reader's language.
"""

import codecs
import csv
import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from openpyxl import load_workbook

CHUNK = 1 << 20
ZIP_MAGIC = b"PK\x03\x04"
EMPTY_ZIP_MAGIC = b"PK\x05\x06"
OLE_MAGIC = b"\xd0\xcf\x11\xe0"
DELIMITERS = (",", ";", "\t")
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, None),
    (codecs.BOM_UTF32_BE, None),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Control characters that no spreadsheet writes into text; a file with them is binary.
BINARY = bytes(set(range(0x20)) - set(b"\t\n\r\x0b\x0c")) + b"\x7f"


class HistoryFileError(Exception):
    """The file as a whole cannot be read; ``code`` and ``args_`` say why."""

    def __init__(self, code, **args):
        super().__init__(code, args)
        self.code = code
        self.args_ = args


@dataclass(frozen=True)
class Limits:
    """What a file may cost before it is refused."""

    max_bytes: int = 50 * 1024 * 1024
    max_unpacked: int = 400 * 1024 * 1024
    max_part: int = 100 * 1024 * 1024
    max_ratio: int = 100
    max_members: int = 2000
    max_columns: int = 500


@dataclass(frozen=True)
class RawRow:
    """One line of the file: where it stands, its cells by column, what is odd."""

    line: int
    values: dict
    formulas: tuple = ()
    problem: str | None = None


@dataclass
class Table:
    """A file that has been opened: its header and a way to stream its rows."""

    kind: str
    header: tuple
    encoding: str | None = None
    delimiter: str | None = None
    _open: object = field(default=None, repr=False)

    def __iter__(self) -> Iterator[RawRow]:
        return self._open()


def open_table(data, filename="", limits=None):
    """Judge the bytes and return a :class:`Table`, or raise HistoryFileError."""
    limits = limits or Limits()
    if len(data) > limits.max_bytes:
        raise HistoryFileError("too_big", size=len(data), limit=limits.max_bytes)
    if data[:4] in (ZIP_MAGIC, EMPTY_ZIP_MAGIC):
        return _open_xlsx(data, limits)
    if data[:4] == OLE_MAGIC:
        raise HistoryFileError("old_excel", filename=filename)
    if filename.lower().endswith((".xlsx", ".xlsm")) and data:
        raise HistoryFileError("broken_xlsx", filename=filename)
    return _open_csv(data, limits)


# --------------------------------------------------------------------------- CSV


def detect_encoding(data):
    """Name the encoding of a text, or raise HistoryFileError("undecodable").

    Order: byte-order mark, UTF-8 (strict, so that a hit is certain), UTF-16 without
    mark (every second byte of Latin text is zero), GB18030 where the pairs look like
    Chinese, Western (Windows-1252) last, because it accepts nearly every byte.
    """
    for mark, encoding in BOMS:
        if data.startswith(mark):
            if encoding is None or not _decodes(data, encoding):
                raise HistoryFileError("undecodable")
            return encoding
    wide = _utf16_without_mark(data)
    if wide and _decodes(data, wide):
        return wide
    if data.translate(None, BINARY) != data:
        raise HistoryFileError("undecodable")
    if _decodes(data, "utf-8"):
        return "utf-8"
    if _looks_chinese(data) and _decodes(data, "gb18030"):
        return "gb18030"
    if _decodes(data, "cp1252"):
        return "cp1252"
    raise HistoryFileError("undecodable")


def _decodes(data, encoding):
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    view = memoryview(data)
    try:
        for start in range(0, len(data), CHUNK):
            decoder.decode(view[start : start + CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _utf16_without_mark(data):
    sample = data[:4096]
    if len(sample) < 4 or len(data) % 2:
        return None
    zeros_even, zeros_odd = sample[::2].count(0), sample[1::2].count(0)
    if zeros_odd > len(sample) // 5 and not zeros_even:
        return "utf-16-le"
    if zeros_even > len(sample) // 5 and not zeros_odd:
        return "utf-16-be"
    return None


def _looks_chinese(data):
    """Whether most multi-byte pairs are both high, as in GB 2312 text.

    In a Western text a high byte is an accented letter and an ASCII letter follows.
    """
    high = pairs = position = 0
    sample = data[: 1 << 16]
    while position < len(sample) - 1:
        if sample[position] < 0x80:
            position += 1
            continue
        high += 1
        if 0xA1 <= sample[position] <= 0xF7 and sample[position + 1] >= 0xA1:
            pairs += 1
        position += 2
    return high > 0 and pairs * 10 >= high * 8


def sniff_delimiter(first_line):
    """Return the separator that cuts the header into most columns."""
    outside = "".join(first_line.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def _open_csv(data, limits):
    if not data.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        raise HistoryFileError("empty")
    encoding = detect_encoding(data)
    with _text(data, encoding) as stream:
        first = stream.readline()
        while first and not first.strip(" \t\r\n,;"):
            first = stream.readline()
    delimiter = sniff_delimiter(first)
    rows = _csv_rows(data, encoding, delimiter)
    header = ()
    for _line, cells, _formulas, problem in rows:
        if problem:
            raise HistoryFileError("broken_header")
        header = _check_header(cells, limits)
        break
    if not header:
        raise HistoryFileError("empty")

    def stream_rows():
        return _named(header, _csv_rows(data, encoding, delimiter), limits)

    return Table("csv", header, encoding, delimiter, stream_rows)


def _text(data, encoding):
    return io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")


def _csv_rows(data, encoding, delimiter):
    """Yield (line, cells, formula positions, problem), blank lines left out."""
    with _text(data, encoding) as stream:
        reader = csv.reader(stream, delimiter=delimiter, strict=True)
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield line, [], (), "broken_quotes"
                continue
            if any(cell.strip() for cell in cells):
                formulas = tuple(
                    i for i, cell in enumerate(cells) if cell.lstrip().startswith("=")
                )
                yield line, cells, formulas, None


# -------------------------------------------------------------------------- XLSX


def inspect_zip(data, limits):
    """Refuse a zip that would unpack into too much, before and by unpacking it."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError):
        raise HistoryFileError("broken_xlsx", filename="") from None
    with archive:
        members = archive.infolist()
        declared = sum(member.file_size for member in members)
        if len(members) > limits.max_members:
            raise HistoryFileError("zip_bomb", size=declared, packed=len(data))
        _check_unpacked(declared, len(data), limits)
        total = 0
        for member in members:
            total = _unpack(archive, member, total, len(data), limits)


def _check_unpacked(size, packed, limits):
    # Small files compress absurdly well (a sheet of zeros), so the ratio counts
    # only from one chunk upwards.
    ratio_broken = size > CHUNK and size > packed * limits.max_ratio
    if size > limits.max_unpacked or ratio_broken:
        raise HistoryFileError("zip_bomb", size=size, packed=packed)


def _unpack(archive, member, total, packed, limits):
    """Unpack one part into nothing, counting; XML with a DTD is refused as well."""
    if member.flag_bits & 0x1:
        raise HistoryFileError("encrypted_xlsx")
    sheet = member.filename.startswith("xl/worksheets/")
    own, tail = 0, b""
    try:
        with archive.open(member) as part:
            while chunk := part.read(CHUNK):
                own += len(chunk)
                _check_unpacked(total + own, packed, limits)
                if not sheet and own > limits.max_part:
                    raise HistoryFileError("zip_bomb", size=own, packed=packed)
                plain = tail + chunk.replace(b"\0", b"")
                if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
                    raise HistoryFileError("xml_entities")
                tail = plain[-16:]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        raise HistoryFileError("broken_xlsx", filename="") from None
    return total + own


def _open_xlsx(data, limits):
    """Parse the workbook once into a spool: its XML is slow to read again."""
    inspect_zip(data, limits)
    spool = io.BytesIO()
    header = None
    for line, cells, formulas, _problem in _xlsx_rows(data, limits):
        if header is None:
            header = _check_header(["" if c is None else c for c in cells], limits)
        spool.write(json.dumps([line, cells, formulas]).encode() + b"\n")
    if not header:
        raise HistoryFileError("empty")

    def stream_rows():
        return _named(header, _spooled_rows(spool), limits)

    return Table("xlsx", header, None, None, stream_rows)


def _spooled_rows(spool):
    """Yield the rows of a spool; each reader keeps its own place in it."""
    position = 0
    while True:
        spool.seek(position)
        text = spool.readline()
        if not text:
            return
        position = spool.tell()
        line, cells, formulas = json.loads(text)
        yield line, cells, tuple(formulas), None


def _xlsx_rows(data, limits):
    """Yield (line, cells, formula positions, problem) of the first sheet."""
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        if not book.worksheets:
            raise HistoryFileError("empty")
        sheet = book.worksheets[0]
        # A wrong <dimension> would make the reader pad every row to its width.
        sheet.reset_dimensions()
        for line, cells in enumerate(sheet.iter_rows(), 1):
            if len(cells) > limits.max_columns:
                raise HistoryFileError("too_wide", limit=limits.max_columns)
            values = [_cell_value(cell.value) for cell in cells]
            if any(value is not None for value in values):
                formulas = tuple(i for i, cell in enumerate(cells) if _is_formula(cell))
                yield line, values, formulas, None
    except HistoryFileError:
        raise
    # openpyxl lets nearly every error of XML, zip and typing through as it is, and
    # the user can only be told one thing: the file is damaged.
    except Exception as error:
        raise HistoryFileError("broken_xlsx", filename="") from error


def _cell_value(value):
    """Give numbers the text a person sees: 15000.0 is 15000."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() else repr(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    return str(value)


def _is_formula(cell):
    return getattr(cell, "data_type", None) == "f"


# ------------------------------------------------------------------------ common


def _check_header(cells, limits):
    header = [cell.replace("\ufeff", "").strip() for cell in cells]
    while header and not header[-1]:
        header.pop()
    if len(header) > limits.max_columns:
        raise HistoryFileError("too_wide", limit=limits.max_columns)
    seen = set()
    for name in header:
        if name in seen:
            raise HistoryFileError("double_column", column=name)
        seen.add(name)
    return tuple(header)


def _named(header, rows, limits):
    """Give every cell its column's name; the header row itself is left out."""
    width = len(header)
    first = True
    for line, cells, formulas, problem in rows:
        if first:
            first = False
            continue
        extra = any((cell or "").strip() for cell in cells[width:])
        if extra and not problem:
            problem = "extra_cells"
        if len(cells) < width and not problem:
            cells = [*cells, *([None] * (width - len(cells)))]
        names = tuple(header[i] for i in formulas if i < width)
        yield RawRow(line, dict(zip(header, cells, strict=False)), names, problem)
