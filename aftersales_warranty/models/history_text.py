from odoo import models


class AftersalesHistoryText(models.AbstractModel):
    """The sentences of the history import, in the user's language.

    The readers know codes and figures only; here each code has its sentence.
    """

    _name = "aftersales.history.text"
    _description = "History Import Sentences"

    def _get_file_sentences(self):
        """Sentences about the file as a whole, with placeholders."""
        return {
            "empty": self.env._("The file is empty: it has no heading or no rows."),
            "too_big": self.env._(
                "The file has %(size)s MB; at most %(limit)s MB are read. Split it, or "
                "raise the limit on the template."
            ),
            "undecodable": self.env._(
                "The file is not readable text. Save it as CSV in UTF-8, or as XLSX."
            ),
            "old_excel": self.env._(
                "The file is an old Excel workbook (.xls). Save it as XLSX or CSV."
            ),
            "broken_xlsx": self.env._(
                "The file is damaged or is not an XLSX workbook."
            ),
            "encrypted_xlsx": self.env._(
                "The workbook is protected by a password. Save it without one."
            ),
            "zip_bomb": self.env._(
                "The workbook would unpack from %(packed)s MB to %(size)s MB or more; "
                "such a file is not opened."
            ),
            "xml_entities": self.env._(
                "The workbook holds XML definitions that no spreadsheet writes; such a "
                "file is not opened."
            ),
            "too_wide": self.env._("The file has more than %(limit)s columns."),
            "broken_header": self.env._(
                "The heading of the file has broken quotation marks."
            ),
            "double_column": self.env._(
                "Column “%(column)s” stands twice in the file."
            ),
            "missing_columns": self.env._(
                "The file lacks these columns of template %(template)s: %(columns)s."
            ),
        }

    def _get_row_sentences(self):
        """Sentences about one row, with placeholders."""
        return {**self._get_refusal_sentences(), **self._get_remark_sentences()}

    def _get_refusal_sentences(self):
        return {
            "missing_value": self.env._("%(column)s is empty."),
            "not_a_number": self.env._("%(column)s: “%(value)s” is not a number."),
            "negative": self.env._("%(column)s: %(value)s is negative."),
            "not_whole": self.env._("%(column)s: %(value)s is not a whole number."),
            "too_large": self.env._(
                "%(column)s: %(value)s is above the limit of %(limit)s."
            ),
            "too_precise": self.env._(
                "%(column)s: %(value)s has more than %(places)s decimals."
            ),
            "too_long": self.env._("%(column)s is longer than %(limit)s characters."),
            "unknown_word": self.env._(
                "%(column)s: “%(value)s” is not known; the template knows %(known)s."
            ),
            "bad_action": self.env._(
                "%(column)s: “%(value)s” is neither 0 (none), 1 (repair) nor "
                "2 (replacement)."
            ),
            "foreign_component": self.env._(
                "%(column)s has an issue, but a %(product)s has no such component."
            ),
            "not_yes_no": self.env._("%(column)s: “%(value)s” is neither yes nor no."),
            "not_a_date": self.env._(
                "%(column)s: “%(value)s” is not a date like 2024-12-31."
            ),
            "future_date": self.env._(
                "%(column)s: %(value)s lies after the case date given."
            ),
            "duplicate_number": self.env._(
                "Row number %(number)s stood already in line %(first)s."
            ),
            "formula": self.env._("%(column)s holds a formula; only values are read."),
            "extra_cells": self.env._("The row has more cells than the heading."),
            "broken_quotes": self.env._("The row has broken quotation marks."),
            "unknown_state": self.env._(
                "%(state)s is no state of %(country)s; correct it, or add the "
                "spelling to the template."
            ),
            "decided": self.env._(
                "Claim %(claim)s is already %(state)s; the row differs from what was "
                "decided, so nothing was changed."
            ),
            "rule": self.env._("A rule refused the row: %(error)s"),
            "unexpected": self.env._("The row could not be imported: %(error)s"),
            "database": self.env._("The database refused the row: %(error)s"),
        }

    def _get_remark_sentences(self):
        return {
            "spelling": self.env._("%(column)s: “%(before)s” → “%(after)s”."),
            "updated": self.env._("%(field)s: %(before)s → %(after)s."),
            "label_updated": self.env._(
                "Only the label kept for comparison was updated."
            ),
            "region_contradicts": self.env._(
                "Region %(region)s contradicts %(count)s of %(total)s rows of "
                "%(state)s that say %(majority)s; kept as it is."
            ),
            "region_unclear": self.env._(
                "The %(total)s rows of %(state)s give several regions equally often; "
                "%(region)s is kept."
            ),
        }

    def _get_note(self, sentences, issue):
        """Sentence of one reason or remark about a row."""
        args = dict(issue.args)
        if args.get("column") == "":
            args["column"] = self.env._("Column without heading")
        return sentences[issue.code] % args

    def _get_file_sentence(self, code, **args):
        """Full sentence of a refused file; sizes are shown in MB."""
        for name in ("size", "packed") + (("limit",) if code == "too_big" else ()):
            if name in args:
                args[name] = f"{args[name] / 1048576:.1f}".removesuffix(".0")
        return self._get_file_sentences()[code] % args
