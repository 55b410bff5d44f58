"""What becomes of the rows of a list of certificates."""

from psycopg2 import IntegrityError

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools import certificate_rows
from ..tools.certificates import normalise_number

BATCH = 500
#: What the register refuses: by its own rules, or by those of the database.
REFUSALS = (UserError, IntegrityError)


class _RefusedError(Exception):
    """A row that is refused, with the reason in words."""


class AftersalesCertificateJudge(models.AbstractModel):
    """Looks up what the rows of a list name, a few queries for all of them."""

    _name = "aftersales.certificate.judge"
    _description = "Certificates of a List"

    @api.model
    def _prepare_judge(self, company, rows):
        """Everything that judging the rows needs.

        :param rows: what ``certificate_rows.read_row`` returned
        :return: :class:`Judge`
        """
        return Judge(
            self.env,
            company,
            people=self._get_people(company, rows),
            types=self._get_named("aftersales.certificate.type"),
            issuers=self._get_named("aftersales.certificate.issuer"),
            known=self._get_known(rows),
        )

    @api.model
    def _get_people(self, company, rows):
        """Employees of the company and contacts of its posts, by what names them."""
        texts = {row[name] for row in rows for name in certificate_rows.HOLDER} - {""}
        # The officer has no access to the files of employees; only whoever the list
        # names already is looked up.
        employees = (
            self.env["hr.employee"]
            .sudo()
            .search(
                Domain("company_id", "=", company.id)
                & (
                    Domain("barcode", "in", texts)
                    | Domain("work_email", "in", texts)
                    | Domain("name", "in", texts)
                )
            )
        )
        contacts = (
            self.env["res.partner"]
            .sudo()
            .search(
                Domain("aftersales_staff_ids.company_id", "=", company.id)
                & (Domain("email", "in", texts) | Domain("name", "in", texts))
            )
        )
        people = {name: {} for name in certificate_rows.HOLDER}
        for employee in employees:
            self._add_person(people, employee, employee.barcode, employee.work_email)
        for contact in contacts - employees.work_contact_id:
            self._add_person(people, contact, "", contact.email)
        return people

    @api.model
    def _add_person(self, people, person, number, email):
        named = {"employee": number, "email": email, "holder": person.name}
        for name, text in named.items():
            if text:
                people[name].setdefault(certificate_rows.key(text), []).append(person)

    @api.model
    def _get_named(self, model):
        """Types or issuers by code and by name in every language."""
        found = {}
        # Both are short lists that the company keeps itself.
        records = self.env[model].search(Domain.TRUE)
        for lang, _name in self.env["res.lang"].get_installed():
            for record in records.with_context(lang=lang):
                texts = {record.name}
                if "code" in record._fields:
                    texts.add(record.code)
                for text in texts - {False}:
                    key = certificate_rows.key(text)
                    found.setdefault(key, self.env[model])
                    found[key] |= self.env[model].browse(record.id)
        return found

    @api.model
    def _get_known(self, rows):
        """Certificates with the numbers of the list: ``{(issuer, number): …}``."""
        numbers = {normalise_number(row["number"]) for row in rows} - {""}
        # A number may belong to somebody whom the officer cannot see; that it is
        # taken decides nevertheless.
        certificates = (
            self.env["aftersales.certificate"]
            .sudo()
            .search([("number_normalized", "in", numbers)], order="date_issue, id")
        )
        return certificates.grouped(lambda c: (c.issuer_id.id, c.number_normalized))


class Judge:
    """Takes rows one after the other and writes them in batches."""

    def __init__(self, env, company, people, types, issuers, known):
        self.env = env
        self.company = company
        self.people = people
        self.types = types
        self.issuers = issuers
        self.known = dict(known)
        self.report = {}
        self.fresh = {}

    def take(self, line, row, raw):
        """Judge a row; what is new waits for its batch."""
        entry = {"label": f"{row['type']} {row['number']}", "raw": raw, "text": ""}
        self.report[line] = entry
        try:
            vals = self._read_vals(row)
        except _RefusedError as error:
            entry.update(result="refused", text=str(error))
            return
        key = vals["issuer_id"], normalise_number(vals["number"])
        if key in self.fresh or len(self.fresh) >= BATCH:
            self.finish()
        certificates = self.known.get(key)
        if certificates:
            self._compare(key, vals, certificates, entry)
        else:
            self.fresh[key] = (vals, entry)

    def finish(self):
        """Record what is new; a row that the register refuses is reported."""
        fresh, self.fresh = self.fresh, {}
        Certificate = self.env["aftersales.certificate"]
        try:
            with self.env.cr.savepoint():
                created = Certificate.create([vals for vals, _e in fresh.values()])
        except REFUSALS:
            for key, (vals, entry) in fresh.items():
                self._create_one(key, vals, entry)
            return
        for (key, (_vals, entry)), new in zip(fresh.items(), created, strict=True):
            self._note_created(key, new, entry)

    def _create_one(self, key, vals, entry):
        try:
            with self.env.cr.savepoint():
                new = self.env["aftersales.certificate"].create([vals])
        except REFUSALS as error:
            entry.update(result="refused", text=self._explain(error))
        else:
            self._note_created(key, new, entry)

    def _note_created(self, key, certificate, entry):
        entry.update(result="taken", certificate_id=certificate.id)
        earlier = self.known.get(key, certificate.browse().sudo())
        self.known[key] = earlier | certificate.sudo()

    def _explain(self, error):
        """Why the register refuses a row."""
        if isinstance(error, IntegrityError):
            return self.env["aftersales.certificate"]._sql_error_to_message(error)
        return str(error)

    # -- reading -----------------------------------------------------------------

    def _read_vals(self, row):
        """Values of the certificate of a row; raises what is refused."""
        person = self._find_person(row)
        kind = self._find(
            self.types,
            row["type"],
            self.env._("No type, or several, are named “%(text)s”.", text=row["type"]),
        )
        is_employee = person._name == "hr.employee"
        vals = {
            "company_id": self.company.id,
            "holder_employee_id": person.id if is_employee else False,
            "holder_partner_id": False if is_employee else person.id,
            "type_id": kind.id,
            "issuer_id": self._find_issuer(row, kind).id,
            "number": row["number"],
            "date_issue": row["date_issue"],
        }
        for name in ("level", "date_expiry"):
            if row[name]:
                vals[name] = row[name]
        return vals

    def _find_person(self, row):
        person, code, text = certificate_rows.match_person(row, self.people)
        if code == "ambiguous":
            raise _RefusedError(
                self.env._(
                    "Several people are called “%(text)s”; give the number or e-mail.",
                    text=text,
                )
            )
        if code == "name":
            raise _RefusedError(
                self.env._(
                    "The number or e-mail belongs to somebody who is not “%(text)s”.",
                    text=text,
                )
            )
        if not person:
            raise _RefusedError(
                self.env._(
                    "Nobody “%(text)s” works in %(company)s or at its points.",
                    text=text,
                    company=self.company.name,
                )
            )
        return person

    def _find(self, named, text, message):
        found = named.get(certificate_rows.key(text))
        if not found or len(found) > 1:
            raise _RefusedError(message)
        return found

    def _find_issuer(self, row, kind):
        """The issuer of a row; where none is given, the only one of the type."""
        if not row["issuer"]:
            return kind.issuer_ids if len(kind.issuer_ids) == 1 else kind.issuer_ids[:0]
        message = self.env._(
            "No issuer, or several, are named “%(text)s”.", text=row["issuer"]
        )
        return self._find(self.issuers, row["issuer"], message)

    # -- comparing ---------------------------------------------------------------

    def _compare(self, key, vals, certificates, entry):
        """A number that is recorded already: kept, changed, renewed or refused."""
        try:
            self._check_same_person(vals, certificates)
            same = certificates.filtered(
                lambda c: c.date_issue == vals["date_issue"] and c.state != "revoked"
            )
            if same:
                self._update(same[0], vals, entry)
            elif certificates[-1].state == "draft":
                self._update(certificates[-1], vals, entry)
            else:
                self._renew(key, certificates[-1], vals, entry)
        except _RefusedError as error:
            entry.update(result="refused", text=str(error))

    def _check_same_person(self, vals, certificates):
        person = vals["holder_partner_id"]
        if vals["holder_employee_id"]:
            employee = self.env["hr.employee"].browse(vals["holder_employee_id"])
            employee_sudo = employee.sudo()
            person = employee_sudo.work_contact_id.id or -employee.id
        if any(certificate._get_person_key() != person for certificate in certificates):
            raise _RefusedError(
                self.env._("The number is recorded for somebody else already.")
            )

    def _update(self, certificate_sudo, vals, entry):
        """Bring a draft up to date; what has been verified stays."""
        holder = ("holder_employee_id", "holder_partner_id", "company_id", "number")
        changes = {
            name: value
            for name, value in vals.items()
            if name not in holder
            and certificate_sudo._fields[name].convert_to_write(
                certificate_sudo[name], certificate_sudo
            )
            != value
        }
        entry["certificate_id"] = certificate_sudo.id
        if not changes:
            entry["result"] = "kept"
            return
        if certificate_sudo.state != "draft":
            raise _RefusedError(
                self.env._(
                    "The certificate has been verified with other values. Revoke it "
                    "and record it again."
                )
            )
        try:
            with self.env.cr.savepoint():
                certificate_sudo.with_env(self.env).write(changes)
        except REFUSALS as error:
            raise _RefusedError(self._explain(error)) from error
        entry.update(
            result="changed", text=self.env._("The draft is brought up to date.")
        )

    def _renew(self, key, last_sudo, vals, entry):
        """Record a re-registration that keeps its number."""
        if vals["date_issue"] < last_sudo.date_issue:
            raise _RefusedError(
                self.env._(
                    "The number is recorded with a later day of issue: %(day)s.",
                    day=last_sudo.date_issue,
                )
            )
        self._create_one(key, {**vals, "previous_id": last_sudo.id}, entry)
        if entry["result"] == "taken":
            entry["text"] = self.env._(
                "It renews the one of %(day)s.", day=last_sudo.date_issue
            )
