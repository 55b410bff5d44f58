from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools import mute_logger

from odoo.addons.aftersales_network.models.aftersales_service_order_photo import (
    is_picture,
)

from ..tools import checklist
from ..tools.checklist import EntryError

#: Scorecards that the list of checklists shows.
MAX_CARDS = 100
#: Photos that one line takes.
MAX_PHOTOS = 10
#: What the checklist needs of a line.
LINE_FIELDS = (
    "conformity",
    "sample_count",
    "nonconforming_count",
    "is_excluded",
    "exclusion_reason",
    "finding",
    "outcome",
    "finding_count",
    "proof_count",
)


class AftersalesScorecard(models.Model):
    """Checklist for phones: what is judged on site, also without network."""

    _inherit = "aftersales.scorecard"

    def action_open_checklist(self):
        """Open the checklist of a draft, made for phones."""
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "aftersales_evaluation.checklist",
            "name": self.env._("Checklist"),
            "params": {"scorecard_id": self.id},
        }

    @api.model
    @api.readonly
    def get_my_checklists(self):
        """Drafts that the user judges: ``[{id, name, point, …}, …]``."""
        cards = self.search_fetch(
            Domain("auditor_id", "=", self.env.uid)
            & Domain("state", "=", "draft")
            & Domain("line_ids.kind", "!=", "metric"),
            ["name", "period", "pending_count"],
            limit=MAX_CARDS,
        )
        return [
            {
                "id": card.id,
                "name": card._get_subject_name(),
                "set": card.set_id.name,
                "period": card.period,
                "pending": card.pending_count,
            }
            for card in cards
        ]

    @api.readonly
    def get_checklist(self):
        """Everything the phone needs to go on without network.

        :raise AccessError: the user may not judge this scorecard
        """
        self.ensure_one()
        self.check_access("write")
        audit = self._get_audit()
        return {
            "id": self.id,
            "name": self._get_subject_name(),
            "set": self.set_id.name,
            "period": self.period,
            "audit": audit.display_name or "",
            "lines": [
                line._prepare_checklist_row()
                for line in self.line_ids.sorted("sort_key")
            ],
            **self._get_checklist_totals(),
        }

    def _get_checklist_totals(self):
        """State and sums that the phone shows after each sending."""
        return {
            "state": self.state,
            "pending": self.pending_count,
            "score": round(self.score, 2),
            "rated": self.is_rated,
            "level": self.level_id.name or "",
        }

    def take_checklist_entries(self, entries):
        """Take what a phone collected; sending it again changes nothing.

        Each entry stands alone: one that is refused does not stop the others.

        :param entries: list of ``{key, device, sequence, line_id, kind, values}``
        :return: ``{"results": {key: {"status", "message"}}, "card": totals}``;
            the status is ``taken``, ``known`` (came before), ``stale`` (a later
            entry came before) or ``refused`` (with the reason)
        :raise AccessError: the user may not judge this scorecard
        :raise UserError: too many entries at once
        """
        self.ensure_one()
        self.check_access("write")
        if not isinstance(entries, list) or len(entries) > checklist.MAX_ENTRIES:
            raise UserError(
                self.env._(
                    "A checklist sends at most %(count)s entries at once.",
                    count=checklist.MAX_ENTRIES,
                )
            )
        known, latest = self._get_taken_entries()
        results = {}
        for entry in entries:
            key = str(entry.get("key")) if isinstance(entry, dict) else ""
            if key in known:
                results[key] = {"status": "known"}
                continue
            results[key] = self._take_entry(entry, latest)
            known.add(key)
        return {"results": results, "card": self._get_checklist_totals()}

    def _get_taken_entries(self):
        """Keys of the user that came before, and the last place per line."""
        Entry_sudo = self.env["aftersales.scorecard.entry"].sudo()
        rows = Entry_sudo.search_fetch(
            Domain("scorecard_id", "=", self.id) & Domain("user_id", "=", self.env.uid),
            ["client_key", "device", "sequence", "line_id", "kind"],
        )
        latest = {}
        for row in rows.filtered(lambda row: row.kind == "judge"):
            key = (row.device, row.line_id.id)
            latest[key] = max(latest.get(key, -1), row.sequence)
        return set(rows.mapped("client_key")), latest

    def _take_entry(self, entry, latest):
        """Take one entry in a savepoint of its own.

        :param latest: ``{(device, line id): place}`` of what came before
        :return: ``{"status", "message"}``
        """
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                read = checklist.read_entry(entry)
                return {"status": self._apply_entry(read, latest)}
        except EntryError as error:
            return {"status": "refused", "message": self._explain_entry(error.code)}
        except UniqueViolation:
            # The same entry is being taken by another call.
            return {"status": "known"}
        except (UserError, ValidationError) as error:
            return {"status": "refused", "message": str(error)}

    def _explain_entry(self, code):
        """Rule of an entry in plain words."""
        texts = {
            "malformed": self.env._("This entry cannot be read."),
            "samples": self.env._("More samples are non-conforming than were taken."),
            "no_text": self.env._("Write down what was found."),
            "no_photo": self.env._(
                "This is no photo, or it is too large. Send JPEG, PNG or WebP."
            ),
            "many_photos": self.env._(
                "One indicator takes at most %(count)s photos.", count=MAX_PHOTOS
            ),
        }
        return texts[code]

    def _apply_entry(self, read, latest):
        """Keep an entry and bring it to the scorecard.

        :return: ``taken`` or ``stale``
        :raise UserError: the scorecard is not a draft any more
        """
        line = self.line_ids.filtered(lambda li: li.id == read["line_id"])
        if not line:
            raise EntryError("malformed")
        self._check_draft()
        place = (read["device"], line.id)
        is_judgement = read["kind"] == "judge"
        is_stale = is_judgement and latest.get(place, -1) > read["sequence"]
        # The right to judge was checked; entries themselves nobody writes.
        entry_sudo = (
            self.env["aftersales.scorecard.entry"]
            .sudo()
            .create(self._prepare_entry_vals(read, line, is_stale))
        )
        if is_stale:
            return "stale"
        if is_judgement:
            line.write(read["values"])
            latest[place] = read["sequence"]
        elif read["kind"] == "photo":
            line._add_photo(**read["values"])
        else:
            vals = {**line._prepare_finding_vals(), **read["values"]}
            entry_sudo.finding_id = self.env["aftersales.finding"].create(vals)
        self.env.flush_all()
        return "taken"

    def _prepare_entry_vals(self, read, line, is_stale):
        """Values of the evidence of one entry."""
        return {
            "scorecard_id": self.id,
            "line_id": line.id,
            "user_id": self.env.uid,
            "client_key": read["key"],
            "device": read["device"],
            "sequence": read["sequence"],
            "kind": read["kind"],
            "content": self._prepare_entry_content(read),
            "is_stale": is_stale,
        }

    @api.model
    def _prepare_entry_content(self, read):
        """What was entered; of a photo the name, its file is with the line."""
        if read["kind"] == "photo":
            return {"name": read["values"]["name"]}
        return read["values"]


class AftersalesScorecardLine(models.Model):
    _inherit = "aftersales.scorecard.line"

    def _add_photo(self, name, data):
        """Keep a photo as proof of this line.

        :param name: file name
        :param data: picture as base64 text
        :raise EntryError: no picture, or too many of them
        """
        self.ensure_one()
        if not is_picture(data, checklist.PHOTO_LIMIT):
            raise EntryError("no_photo")
        if len(self.attachment_ids) >= MAX_PHOTOS:
            raise EntryError("many_photos")
        photo = self.env["ir.attachment"].create(
            {
                "name": name,
                "datas": data,
                "res_model": self._name,
                "res_id": self.id,
            }
        )
        self.attachment_ids = [Command.link(photo.id)]

    def _prepare_checklist_row(self):
        """What the phone shows and keeps of one indicator."""
        self.ensure_one()
        indicator = self.indicator_id
        row = {name: self[name] for name in LINE_FIELDS}
        return {
            **row,
            "id": self.id,
            "section": self.section_id.display_name or "",
            "code": indicator.code,
            "name": indicator.name,
            "keywords": indicator.keywords or "",
            "kind": self.kind,
            "points": self.points,
            "explanation": self.explanation or "",
        }
