from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize
from odoo.tools.mimetypes import guess_mimetype

from ..tools import portal_form
from ..tools.portal_form import FormError

#: Largest value of a number, by field; anything else up to a million.
PORTAL_MAXIMA = {
    "years": 80,
    "years_in_trade": 300,
    "technician_headcount": 10_000,
    "vehicle_count": 10_000,
    "amount_claimed": 1_000_000_000,
}
#: Files of one field of one record.
PORTAL_MAX_FILES = 20
CHAR_LIMIT = 200
TEXT_LIMIT = 4000


class AftersalesPortalFormMixin(models.AbstractModel):
    """Reads forms of the portal into values, and binds uploaded files.

    Nothing here checks who calls: the ``_portal_*`` step of the document does, and
    hands in the names of the fields that the form may set.
    """

    _name = "aftersales.portal.form.mixin"
    _description = "Portal Form"

    def _portal_read(self, names, post):
        """Read the listed fields of a form; fields that were not sent are left out.

        :raise ValidationError: one line for each value that cannot be taken
        """
        vals, errors = {}, []
        for name in names:
            if name not in post:
                continue
            field = self._fields[name]
            try:
                vals[name] = self._portal_parse(field, post[name])
            except FormError as error:
                errors.append(
                    self.env._(
                        "%(field)s: %(rule)s",
                        field=field._description_string(self.env),
                        rule=self._portal_explain(error),
                    )
                )
        if errors:
            raise ValidationError("\n".join(errors))
        return vals

    def _portal_ask(self, group, summary):
        """Give what came from the portal to a person of a role, who decides.

        :param group: external id of the group
        :param summary: what is to be done, in words for that person
        """
        self.ensure_one()
        self.company_id._ask_aftersales_people(self, group, summary)

    def _portal_parse(self, field, value):
        """Value of one field from the text of a form.

        :raise FormError: the value cannot be taken
        """
        if field.type in ("integer", "float", "monetary"):
            maximum = PORTAL_MAXIMA.get(field.name, 1_000_000)
            return portal_form.parse_number(value, maximum, field.type == "integer")
        if field.type == "text":
            return portal_form.clean_text(value, TEXT_LIMIT, multiline=True)
        text = portal_form.clean_text(value, CHAR_LIMIT)
        if field.type in ("selection", "many2one"):
            return self._portal_parse_choice(field, text)
        if "email" in field.name and text and not email_normalize(text):
            raise FormError("email")
        return text

    def _portal_parse_choice(self, field, text):
        """Value of a selection or many2one from the key that was sent.

        :raise FormError: not one of those that may be chosen
        """
        if not text and not field.required:
            return False
        if field.type == "selection":
            chosen = text in self._portal_get_choices(field) and text
        else:
            chosen = self._portal_get_option(field, text).id
        if not chosen:
            raise FormError("choice")
        return chosen

    def _portal_get_choices(self, field):
        """Choices of a selection on the portal: ``{key: label}``."""
        return dict(field._description_selection(self.env))

    def _portal_get_option(self, field, text):
        """Record of which the id was sent; empty when there is none."""
        Comodel = self.env[field.comodel_name].sudo()
        if not text.isascii() or not text.isdecimal() or len(text) > 9:
            return Comodel
        chosen = Comodel.browse(int(text)).exists()
        return chosen.filtered("active") if "active" in Comodel._fields else chosen

    @api.model
    def _portal_explain(self, error):
        """Rule of a form in plain words."""
        texts = {
            "too_long": self.env._(
                "at most %(limit)s characters, please", limit=error.limit
            ),
            "not_a_number": self.env._("this is not a number"),
            "negative": self.env._("the number cannot be negative"),
            "too_large": self.env._("at most %(limit)s, please", limit=error.limit),
            "choice": self.env._("choose one of the list"),
            "email": self.env._("this is no e-mail address"),
            "file_empty": self.env._("the file is empty"),
            "file_too_large": self.env._(
                "a file may have %(limit)s MB at most", limit=error.limit
            ),
            "file_type": self.env._(
                "only pictures (PNG, JPEG, WebP) and, for documents, PDF are taken"
            ),
        }
        return texts[error.code]

    @api.model
    def _portal_check_count(self, count, maximum):
        """Hold lines and files of a form to a number.

        :raise ValidationError: naming the number
        """
        if count > maximum:
            raise ValidationError(
                self.env._("At most %(count)s entries of this kind.", count=maximum)
            )

    def _portal_check_twin(self, vals):
        """Refuse a line that repeats one of ``self``.  Extension point."""

    def _portal_attach(self, field, files, allowed):
        """Bind uploaded files to this record, never public.

        :param field: many2many of attachments
        :param files: list of ``(name, content)``
        :param allowed: mimetypes, judged by the content
        """
        self.ensure_one()
        self._portal_check_count(len(self[field]) + len(files), PORTAL_MAX_FILES)
        vals_list = [self._prepare_portal_file(*file, allowed) for file in files]
        self.sudo()[field] |= self.env["ir.attachment"].sudo().create(vals_list)

    def _portal_get_file_limit(self):
        """Largest size of one file, in bytes.  Extension point."""
        return portal_form.MAX_FILE_SIZE

    def _prepare_portal_file(self, name, content, allowed):
        """Values of the attachment of one uploaded file.

        :raise ValidationError: naming the file and the rule
        """
        name = portal_form.file_name(name)
        mimetype = guess_mimetype(content, default="application/octet-stream")
        try:
            limit = self._portal_get_file_limit()
            portal_form.check_file(content, mimetype, allowed, limit)
        except FormError as error:
            raise ValidationError(
                self.env._(
                    "%(file)s: %(rule)s", file=name, rule=self._portal_explain(error)
                )
            ) from error
        return {
            "name": name,
            "raw": content,
            "mimetype": mimetype,
            "res_model": self._name,
            "res_id": self.id,
            "public": False,
        }
