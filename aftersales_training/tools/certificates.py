"""Arithmetic of certificates and qualifications, without the ORM.

Sources: certificates carry an end of validity that is commonly quoted as three
years (not confirmed, so the number of months is a setting of the type); the
reminder steps 90, 60 and 30 days and the comparison of numbers are proposals.
"""

import calendar
import unicodedata
from datetime import date

REMINDER_DAYS = (90, 60, 30)


def normalise_number(number):
    """Return the comparable form of a certificate number.

    Two spellings of one number are the same: full-width characters, case,
    spaces, dashes and other punctuation do not matter.
    """
    folded = unicodedata.normalize("NFKC", number or "").upper()
    return "".join(char for char in folded if char.isalnum())


def add_months(day, months):
    """Return the same day some months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def expiry_of(date_issue, validity_months):
    """Return the last valid day, ``None`` where the type never expires.

    The period ends on the day before its anniversary, as with a lease.
    """
    if not date_issue or not validity_months:
        return None
    end = add_months(date_issue, validity_months)
    if end.day < date_issue.day:
        return end  # 31 January + 1 month has no anniversary in February
    return date.fromordinal(end.toordinal() - 1)


def is_valid_on(day, date_issue, date_expiry, date_revoked=None):
    """Whether a verified certificate holds on a day.

    Issue and expiry day are valid days, the day of the revocation is not.
    """
    return bool(
        date_issue
        and date_issue <= day
        and (not date_expiry or day <= date_expiry)
        and (not date_revoked or day < date_revoked)
    )


def reminder_step(day, date_expiry):
    """Return the step (90, 60 or 30) that is due on a day, ``0`` for none.

    A job that did not run for a while asks once, for the step that is due now.
    """
    if not date_expiry or date_expiry < day:
        return 0
    left = (date_expiry - day).days
    due = [step for step in REMINDER_DAYS if left <= step]
    return min(due, default=0)


def missing_qualifications(requirements, held):
    """Return the keys of requirements that no held certificate type meets.

    :param requirements: list of (key, set of accepted type ids)
    :param held: set of type ids that the person holds validly
    """
    return [key for key, accepted in requirements if not accepted & held]


def mask_name(name):
    """Return a name of which only the first letter of each word is left.

    The number of letters is hidden as well.
    """
    words = unicodedata.normalize("NFKC", name or "").split()
    return " ".join(f"{word[0]}**" for word in words)


def name_key(name):
    """Return the comparable form of a person's name.

    Case, width, spaces and punctuation do not matter; the order of words does.
    """
    folded = unicodedata.normalize("NFKC", name or "").casefold()
    return "".join(char for char in folded if char.isalnum())
