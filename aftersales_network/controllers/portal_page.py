"""What the portal pages of all modules share."""

from odoo.exceptions import MissingError, UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import pager

from ..models.portal_form import PORTAL_MAX_FILES
from ..tools.portal_form import MAX_FILE_SIZE

#: Records on one page of a list.
PAGE_SIZE = 40


def count_readable(model, domain=()):
    """How many records the user may see; 0 where he may see none of the model."""
    records = request.env[model]
    return records.search_count(list(domain)) if records.has_access("read") else 0


def get_list_page(model, domain, url, page, order=None, url_args=None):
    """One page of a list, under the user's own rights.

    :return: the records, and the values that every list page needs
    """
    records = request.env[model]
    page_values = pager(
        url=url,
        total=records.search_count(domain),
        page=page,
        step=PAGE_SIZE,
        url_args=url_args,
    )
    found = records.search(
        domain, limit=PAGE_SIZE, offset=page_values["offset"], order=order
    )
    return found, {"pager": page_values, "default_url": url}


def get_readable(model, record_id):
    """The record, checked against the user's own rights.

    :raise MissingError, AccessError: unknown or foreign record
    """
    request.env[model].check_access("read")
    record = request.env[model].browse(record_id).exists()
    if not record:
        raise MissingError(request.env._("This record does not exist."))
    record.check_access("read")
    return record


def get_own_sudo(model, record_id):
    """A record of the user's own point, checked under his rights, as superuser.

    :raise MissingError, AccessError: unknown record, or one of another point
    """
    record = get_readable(model, record_id)
    own = request.env.user._get_aftersales_point_ids()
    if record.service_point_id.id not in own:
        raise MissingError(request.env._("This record does not exist."))
    return record.sudo()


def take_step(handler, *args):
    """Carry out a step of a portal page, whole or not at all.

    What is wrong is kept for the page that is shown next.

    :return: whether the step was taken
    """
    try:
        with request.env.cr.savepoint():
            message = handler(*args)
    except UserError as error:
        request.session["aftersales_error"] = str(error)
        return False
    if message and isinstance(message, str):
        request.session["aftersales_error"] = message
    return True


def read_uploads(name, maximum):
    """Files of a form, as pairs of name and content; those beyond are left out."""
    uploads = request.httprequest.files.getlist(name)[:maximum]
    return [(file.filename, file.read()) for file in uploads if file.filename]


def read_all_uploads(name, size=MAX_FILE_SIZE):
    """Files of a form, as pairs of name and content, no more than allowed.

    :param size: bytes that a file may have; one more is read, so that the form can
        say that a file is too large
    :raise ValidationError: too many files at once
    """
    files = [x for x in request.httprequest.files.getlist(name) if x.filename]
    request.env["aftersales.portal.form.mixin"]._portal_check_count(
        len(files), PORTAL_MAX_FILES
    )
    return [(file.filename, file.read(size + 1)) for file in files]
