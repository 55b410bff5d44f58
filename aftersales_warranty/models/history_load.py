import logging
from datetime import datetime, time, timedelta

import psycopg2

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..tools.history_rows import Issue
from ..tools.history_split import split_case

_logger = logging.getLogger(__name__)

# States of a claim in which nobody has decided anything yet.
UNDECIDED_STATES = ("draft", "submitted", "review", "sent_back", "cancelled")


class AftersalesHistoryImport(models.Model):
    """Rows of one batch made into documents, all of a row or nothing of it."""

    _inherit = "aftersales.history.import"

    def _get_loader(self):
        """The import with the context for bulk work: no mails, no tracking."""
        return self.with_context(
            aftersales_history=True,
            tracking_disable=True,
            mail_create_nolog=True,
            mail_create_nosubscribe=True,
            mail_notrack=True,
        )

    def _import_batch(self, results, known):
        """Import a batch of row results and write their report lines."""
        self.ensure_one()
        good = [result for result in results if result.case]
        existing = self._get_existing_cases(good)
        outcomes, fresh, stale = {}, [], []
        for result in good:
            refusal = self._get_place_issue(result.case, known)
            case = existing.get(result.case.number)
            if refusal:
                outcomes[result.line] = ("refused", [refusal], None)
            elif not case:
                fresh.append(result)
            elif case.checksum == result.case.checksum:
                outcomes[result.line] = ("unchanged", [], case.id)
            else:
                stale.append((result, case.id))
        outcomes.update(self._create_cases_safely(fresh, known))
        for result, case_id in stale:
            outcomes[result.line] = self._update_safely(result, case_id, known)
        self._create_report_lines(results, outcomes)

    def _get_existing_cases(self, results):
        """Cases of an earlier import by row number."""
        cases = self.env["aftersales.history.case"].search_fetch(
            [
                ("company_id", "=", self.company_id.id),
                ("template_id", "=", self.template_id.id),
                ("number", "in", [result.case.number for result in results]),
            ],
            ["number", "checksum"],
        )
        return {case.number: case for case in cases}

    def _get_place_issue(self, case, known):
        """Why the place of a case cannot be found, or None."""
        if case.state.casefold() in known.states:
            return None
        return Issue.make(
            "unknown_state", state=case.state, country=self.template_id.country_id.name
        )

    # -------------------------------------------------------------------- creating

    def _create_cases_safely(self, results, known):
        """Create cases in one go; where that fails, row by row.

        :return: ``{line: (result, issues, case id)}``
        """
        if not results:
            return {}
        try:
            with self.env.cr.savepoint():
                cases = self._create_cases([r.case for r in results], known)
                ids = cases.ids
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            # One bad row must not cost the others; which one it is shows row by row.
            known.forget()
            if len(results) == 1:
                return {results[0].line: ("refused", [self._get_issue(error)], None)}
            outcomes = {}
            for result in results:
                outcomes.update(self._create_cases_safely([result], known))
            return outcomes
        return {
            result.line: (
                "changed" if result.changes else "taken",
                [*result.changes, *result.remarks],
                case_id,
            )
            for result, case_id in zip(results, ids, strict=True)
        }

    def _get_issue(self, error):
        """The reason that an exception gives for refusing a row."""
        if isinstance(error, UserError):
            return Issue.make("rule", error=str(error).strip())
        if isinstance(error, psycopg2.Error):
            _logger.info("The database refused a row of old cases", exc_info=error)
            return Issue.make("database", error=self._get_database_reason(error))
        _logger.warning("A row of old cases failed", exc_info=error)
        return Issue.make("unexpected", error=f"{type(error).__name__}: {error}")

    def _get_database_reason(self, error):
        """The sentence of the constraint that a row broke, else the database's own."""
        table = getattr(error.diag, "table_name", None)
        for model in self.env.registry.values():
            if table and model._table == table and not model._abstract:
                return self.env[model._name]._sql_error_to_message(error).strip()
        return (getattr(error.diag, "message_primary", None) or str(error)).strip()

    def _create_cases(self, cases, known):
        """Create every document of the cases; returns the history cases."""
        self._learn(cases, known)
        partners = self.env["res.partner"].create(
            [self._prepare_customer_vals(case, known) for case in cases]
        )
        registrations = self.env["aftersales.registration"].create(
            [
                self._prepare_registration_vals(case, partner, known)
                for case, partner in zip(cases, partners, strict=True)
            ]
        )
        orders = self.env["aftersales.service.order"].create(
            [
                self._prepare_order_vals(case, registration, known)
                for case, registration in zip(cases, registrations, strict=True)
            ]
        )
        claims = self._create_claims(
            {
                order: case
                for order, case in zip(orders, cases, strict=True)
                if case.purpose == "claim"
            },
            known,
        )
        return self.env["aftersales.history.case"].create(
            [
                {
                    **self._prepare_case_vals(case, known),
                    "template_id": self.template_id.id,
                    "company_id": self.company_id.id,
                    "number": case.number,
                    "registration_id": order.registration_id.id,
                    "order_id": order.id,
                    "claim_id": claims[order].id if order in claims else False,
                }
                for case, order in zip(cases, orders, strict=True)
            ]
        )

    def _create_claims(self, case_by_order, known):
        """Create and submit the claims of orders: ``{order: claim}``."""
        claims = self.env["aftersales.claim"].create(
            [
                self._prepare_claim_vals(case, order, known)
                for order, case in case_by_order.items()
            ]
        )
        claim_by_order = dict(zip(case_by_order, claims, strict=True))
        self._submit_claims(
            {claim: case_by_order[order] for order, claim in claim_by_order.items()}
        )
        return claim_by_order

    def _submit_claims(self, case_by_claim):
        """Hand claims in on the day of their case, which the source knows.

        With today's date each of them would have missed the deadline for filing.
        """
        empty = self.env["aftersales.claim"]
        by_day = {}
        for claim, case in case_by_claim.items():
            by_day[case.date_case] = by_day.get(case.date_case, empty) | claim
        for day, claims in by_day.items():
            claims._change_state(
                "submitted", date_submission=day, submitted_by_id=self.env.uid
            )
        submitted = empty.union(*case_by_claim)
        # The hints compare claims of all points, whoever imports the file.
        submitted.sudo()._find_hints()
        submitted._run_checks()

    # ---------------------------------------------------------------------- values

    def _prepare_customer_vals(self, case, known):
        """Values of the customer; the source names nobody, so the row does."""
        state = known.states[case.state.casefold()]
        names = {
            "business": self.env._("Customer %(number)s (Business)"),
            "personal": self.env._("Customer %(number)s (Personal)"),
        }
        city_key = (state, case.city.casefold())
        return {
            "name": names[case.profile] % {"number": f"{case.number:04d}"},
            "is_company": case.profile == "business",
            "company_id": self.company_id.id,
            "country_id": self.template_id.country_id.id,
            "state_id": state,
            "city_id": known.cities.get(city_key),
            "city": case.city,
        }

    def _get_serial(self, case):
        """Serial of a unit whose source has none."""
        return f"H-{self.template_id.code}-{case.number:04d}"

    def _prepare_registration_vals(self, case, partner, known):
        """Values of the unit; it went into service its age before the case."""
        in_service = case.date_case - timedelta(days=case.age_days)
        return {
            "company_id": self.company_id.id,
            "product_id": known.products[case.product.casefold()],
            "serial": self._get_serial(case),
            "partner_id": partner.id,
            "date_sale": in_service,
            **({"channel": case.channel} if case.channel else {}),
            "currency_id": self.template_id.currency_id.id,
        }

    def _prepare_order_vals(self, case, registration, known):
        """Values of the closed order.

        The source has one date a case: request and finish are known to the day, the
        start and the promise are not, so that no punctuality is made up.
        """
        moment = datetime.combine(case.date_case, time(12))
        area_key = (known.states[case.state.casefold()], case.city.casefold())
        template = self.template_id
        consultation = case.purpose == "other"
        service_type = (
            template.consultation_type_id if consultation else template.repair_type_id
        )
        return {
            "name": f"{template.code}/{case.number:06d}",
            "company_id": self.company_id.id,
            "currency_id": template.currency_id.id,
            "service_type_id": service_type.id,
            "state": "closed",
            "partner_id": registration.partner_id.id,
            "product_id": registration.product_id.id,
            "serial": registration.serial,
            "registration_id": registration.id,
            "area_id": known.areas[area_key],
            "service_point_id": known.points[case.point],
            "is_complaint": case.purpose == "complaint",
            "date_request": moment,
            "date_end": moment,
            "date_promised": False,
            "outcome": "solved",
            "origin": self.env._("History import, row %(row)s", row=case.number),
            "line_ids": [
                Command.create(vals) for vals in self._prepare_line_vals(case, known)
            ],
        }

    def _split(self, case):
        """Lines of a case with their exact shares of the value."""
        places = self.template_id.currency_id.decimal_places
        return split_case(case.components, case.value, places)

    def _prepare_line_vals(self, case, known):
        """Values of the order lines: what was repaired or replaced, at which value."""
        return [
            {
                "kind": line.kind,
                "product_id": known.parts.get(line.component),
                "quantity": 1.0,
                "price_unit": float(line.amount),
            }
            for line in self._split(case)
            if line.component or case.purpose == "claim"
        ]

    def _prepare_claim_vals(self, case, order, known):
        """Values of the claim whose lines sum to the claim value exactly."""
        return {
            "service_point_id": order.service_point_id.id,
            "order_id": order.id,
            "registration_id": order.registration_id.id,
            "company_id": self.company_id.id,
            "currency_id": self.template_id.currency_id.id,
            "line_ids": [
                Command.create(vals)
                for vals in self._prepare_claim_line_vals(case, known)
            ],
        }

    def _prepare_claim_line_vals(self, case, known):
        """Values of the claim lines; a single part is the causal one."""
        lines = self._split(case)
        single = sum(line.kind == "part" for line in lines) == 1
        return [
            {
                "kind": line.kind,
                "product_id": known.parts.get(line.component),
                "quantity": 1.0,
                "amount_claimed": float(line.amount),
                "is_causal": single and line.kind == "part",
            }
            for line in lines
        ]

    def _prepare_case_vals(self, case, known):
        """Values of the history case that may change with a corrected file."""
        return {
            **self._prepare_label_vals(case),
            "date_case": case.date_case,
            "purpose": case.purpose,
            "region": case.region,
            "area_kind": case.area_kind,
            "call_minutes": float(case.call_minutes),
            "currency_id": self.template_id.currency_id.id,
            "value": float(case.value),
            "service_point_id": known.points[case.point],
            "content": self._get_content(case),
        }

    def _prepare_label_vals(self, case):
        """Values of the label that is kept apart, and the seal of the row."""
        return {
            "checksum": case.checksum,
            "is_fraud_label": bool(case.fraud),
            "has_fraud_label": case.fraud is not None,
        }

    def _get_content(self, case):
        """What the row said, to tell later what a corrected file changed.

        The fraud label is not in it: it has its own field with its own rights.
        """
        return {
            "date_case": case.date_case.isoformat(),
            "region": case.region,
            "state": case.state,
            "city": case.city,
            "area_kind": case.area_kind,
            "profile": case.profile,
            "category": case.category,
            "product": case.product,
            "component": ", ".join(f"{code}: {act}" for code, act in case.components),
            "value": f"{case.value:f}",
            "point": case.point,
            "age": str(case.age_days),
            "channel": case.channel,
            "call_minutes": f"{case.call_minutes:f}",
            "purpose": case.purpose,
        }

    # ---------------------------------------------------------------------- report

    def _create_report_lines(self, results, outcomes):
        """Write what became of every row of the batch."""
        text = self.env["aftersales.history.text"]
        sentences = text._get_row_sentences()
        ids = [case_id for _kind, _issues, case_id in outcomes.values() if case_id]
        cases = {
            case.id: case for case in self.env["aftersales.history.case"].browse(ids)
        }
        empty = self.env["aftersales.history.case"]
        vals_list = []
        for result in results:
            kind, issues, case_id = outcomes.get(
                result.line, ("refused", result.refusals, None)
            )
            case = cases.get(case_id, empty)
            notes = [text._get_note(sentences, issue) for issue in issues]
            vals_list.append(
                {
                    "import_id": self.id,
                    "line": result.line,
                    "number": result.number,
                    "result": kind,
                    "note": "\n".join(notes),
                    "has_remark": any(i.code.startswith("region_") for i in issues),
                    "checksum": case.checksum,
                    "case_id": case.id,
                    "date_case": case.date_case,
                    "service_point_id": case.service_point_id.id,
                    "order_id": case.order_id.id,
                    "registration_id": case.registration_id.id,
                    "claim_id": case.claim_id.id,
                    "amount_claimed": case.value if case.claim_id else 0.0,
                }
            )
        self.env["aftersales.history.import.line"].create(vals_list)
