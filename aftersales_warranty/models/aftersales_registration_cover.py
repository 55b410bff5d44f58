from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import cover as cover_kernel


class AftersalesRegistration(models.Model):
    """Which part of a job on a unit is covered."""

    _inherit = "aftersales.registration"

    @api.onchange("partner_id", "country_id", "date_delivery")
    def _onchange_policy_basis(self):
        """A new unit follows its owner's country and its delivery."""
        for unit in self:
            if not unit._origin.id or not unit.policy_version_id:
                unit._compute_policy_version_id()

    def write(self, vals):
        """A unit without version, or without date of sale, looks for it again."""
        result = super().write(vals)
        if not set(vals) & {"partner_id", "country_id", "date_delivery"}:
            return result
        if "policy_version_id" not in vals:
            field = self._fields["policy_version_id"]
            open_units = self.filtered(
                lambda unit: (
                    not unit.policy_version_id
                    or ("date_delivery" in vals and not unit.date_sale)
                )
            )
            self.env.add_to_compute(field, open_units)
        return result

    # -- facts ---------------------------------------------------------------

    def _get_counters(self, on_date=None):
        """Repairs, repair days and waiting days of units, one query a batch.

        :param on_date: count finished repairs up to that day and the running
            ones as they stand then; None: all finished repairs
        :return: ``{id: {"repairs", "repair_days", "longest_repair",
            "waiting_days", "longest_waiting"}}``
        """
        if not self.ids:
            return {}
        Order = self.env["aftersales.service.order"]
        mine = self._get_own_domain("registration_id")
        names = (
            "repairs",
            "repair_days",
            "longest_repair",
            "waiting_days",
            "longest_waiting",
        )
        # The counters belong to the unit, whichever point did the work.
        rows = Order.sudo()._read_group(
            mine & Order._get_repair_domain(on_date),
            ["registration_id"],
            [
                "__count",
                "repair_days:sum",
                "repair_days:max",
                "waiting_days:sum",
                "waiting_days:max",
            ],
        )
        result = {
            unit.id: dict(zip(names, values, strict=True)) for unit, *values in rows
        }
        if on_date:
            self._add_running_repairs(result, mine, on_date)
        return result

    def _count_orders(self):
        """Service orders of each unit that were not cancelled: ``{unit: count}``."""
        domain = self._get_own_domain("registration_id")
        return dict(
            # They belong to the unit, whichever point did the work.
            self.env["aftersales.service.order"]
            .sudo()
            ._read_group(
                domain & Domain("state", "!=", "cancelled"),
                ["registration_id"],
                ["__count"],
            )
        )

    def _get_own_domain(self, name):
        """What belongs to these units by a field, however many they are."""
        ids = self._get_ids_query()

        def to_sql(model, alias, query):
            return SQL("%s IN %s", model._field_to_sql(alias, name, query), ids)

        return Domain.custom(to_sql=to_sql)

    def _get_ids_query(self):
        """Ids of these units as a subquery.

        A long list is joined to a table in one go, where a plain list of values
        would be read value by value and looked up one by one.
        """
        ids = ",".join(map(str, self.ids))
        return SQL("(SELECT UNNEST(%s::int[]))", f"{{{ids}}}")

    @api.model
    def _add_running_repairs(self, counters, domain, on_date):
        """Add the days of repairs that are still running on a day."""
        Order_sudo = self.env["aftersales.service.order"].sudo()
        running = Order_sudo.search_fetch(
            domain
            & Domain("service_type_id.kind", "=", "repair")
            & Domain("state", "in", ("in_progress", "waiting_part")),
            ["registration_id", "date_start", "date_waiting", "waiting_days"],
        )
        for order in running:
            repair, waiting = order._get_running_days(on_date)
            values = counters.setdefault(order.registration_id.id, {})
            for name, longest, days in (
                ("repair_days", "longest_repair", repair),
                ("waiting_days", "longest_waiting", waiting),
            ):
                values[name] = values.get(name, 0) + days
                values[longest] = max(values.get(longest, 0), days)

    def _get_unit_dates(self):
        """Dates that both calculations start from."""
        self.ensure_one()
        return {
            "date_invoice": self.date_sale or None,
            "date_delivery": self.date_delivery or None,
            "date_installation": self.date_installation or None,
            "date_restart": self.date_restart or None,
            "date_closed": self.date_closed or None,
        }

    def _get_cover_facts(self, counters):
        """Facts of one unit for the cover calculation."""
        values = counters.get(self.id or self._origin.id, {})
        return cover_kernel.CoverFacts(
            date_factory=self.date_factory or None,
            repair_days=values.get("repair_days", 0) or 0,
            waiting_days=values.get("waiting_days", 0) or 0,
            **self._get_unit_dates(),
        )

    # -- cover ---------------------------------------------------------------

    def _get_terms(self):
        """Terms of every unit, read from the cache: ``{unit: terms}``."""
        Version = self.env["aftersales.policy.version"]
        found = {}
        for company in self.company_id:
            found.update(Version._get_catalogue(company.id)[1])
        return {unit: found.get(unit.policy_version_id.id, ()) for unit in self}

    def _evaluate_whole_unit(self):
        """Pairs of unit and last covered day of the whole unit, by either basis."""
        counters = self._origin._get_counters()
        terms, legal_facts = self._get_terms(), self._get_legal_facts(counters)
        result = []
        for unit in self:
            today = unit.company_id._get_aftersales_today()
            facts = unit._get_cover_facts(counters)
            promise = cover_kernel.best_cover(terms[unit], facts, today, "whole_unit")
            legal = self._get_legal_periods(legal_facts[unit], "whole_unit")
            ends = [promise.date_end, *(period.date_end for period in legal)]
            result.append((unit, cover_kernel.last_day(*ends)))
        return result

    @api.model
    def _evaluate_cover(self, requests):
        """Kernel covers of many questions with a constant number of queries.

        The better of the policy and the law counts, component by component.

        :param requests: list of ``(unit, date, component, part, usage)``, where a
            sixth value names the basis that counts: ``both`` (default), ``law``,
            ``none`` or, for what is promised free in any case, ``all``
        :return: list of kernel covers in the same order
        """
        units = self.union(*(request[0] for request in requests))
        counters, terms = units._get_counters(), units._get_terms()
        legal_facts = units._get_legal_facts(counters)
        facts = {unit: unit._get_cover_facts(counters) for unit in units}
        return [
            self._evaluate_request(
                terms[request[0]], facts[request[0]], legal_facts[request[0]], *request
            )
            for request in requests
        ]

    @api.model
    def _evaluate_request(
        self,
        terms,
        facts,
        legal_facts,
        unit,
        on_date,
        component,
        part,
        usage,
        basis="both",
    ):
        """Kernel cover of one question, see :meth:`_evaluate_cover`."""
        if basis in ("none", "all"):
            share = cover_kernel.HUNDRED if basis == "all" else Decimal(0)
            return cover_kernel.Cover(share, None, None, "exclusion", basis="")
        usage = None if usage is None else Decimal(str(usage))
        named = self._get_part_names(part)
        promise = cover_kernel.best_cover(
            terms, facts, on_date, component, *named, usage
        )
        if basis == "law":
            promise = cover_kernel.Cover(Decimal(0), None, None, "exclusion")
        if component == "part" and cover_kernel.is_wear(terms, *named):
            return promise
        legal = self._get_legal_periods(legal_facts, component, part)
        return cover_kernel.better(promise, legal, facts, on_date, usage)

    @api.model
    def _get_part_names(self, part):
        """(id, ids of its categories) by which the terms of a policy name a part."""
        path = part.categ_id.parent_path or ""
        return part.id, [int(x) for x in path.split("/") if x]

    @api.model
    def _export_cover(self, cover, version, date_closed, texts):
        """One kernel cover as the dict that callers get.

        :param version: policy version of the unit
        :param date_closed: day on which the unit was closed
        :param texts: sentences, texts of days and sources of the batch
        """
        origin = (cover.basis, cover.key, version.id)
        if origin not in texts.sources:
            texts.sources[origin] = self._get_cover_source(cover, version)
        rule, source = texts.sources[origin]
        code, reasons, days = cover.reason, texts.reasons, texts.days
        sentence = reasons.get(f"{code}_{cover.basis}") or reasons[code]
        return {
            "share": float(cover.share),
            "date_start": cover.date_start,
            "date_end": cover.date_end,
            "reason": sentence
            % {
                "start": days[cover.date_start],
                "end": days[cover.date_end],
                "closed": days[date_closed],
                "share": f"{cover.share.normalize():f}",
                "source": source,
            },
            "code": code,
            "basis": cover.basis,
            "rule": rule,
            "source": source,
        }

    @api.model
    def _get_cover_source(self, cover, version):
        """(record, its name) that a cover rests on."""
        if cover.basis == "law":
            rule = self.env["aftersales.entitlement.rule"].browse(cover.key)
            # The holder may know the source of his right, not the whole rule.
            return rule, rule.sudo().source
        return version, version.sudo().display_name or ""

    def _get_cover(self, on_date, component="whole_unit", product=None, usage=None):
        """Cover of one unit for one component on a date.

        :param component: whole_unit, part, labour or travel
        :param product: the part, for ``component="part"``
        :param usage: kilometres, hours or cycles, where the term has a limit
        :return: dict, see :meth:`_get_cover_batch`
        """
        self.ensure_one()
        return self._get_cover_batch(on_date, component, product, usage)[self.id]

    @api.model
    def _get_cover_reasons(self):
        """Sentences of the cover reasons."""
        return {
            "covered": self.env._("Covered at %(share)s %% until %(end)s."),
            "covered_law": self.env._(
                "Free by law until %(end)s (%(source)s).",
            ),
            "expired_law": self.env._(
                "The cover by law ended on %(end)s (%(source)s).",
            ),
            "excluded": self.env._("The policy excludes this part."),
            "exclusion": self.env._("An exclusion was found; nothing is covered."),
            "expired": self.env._("The cover ended on %(end)s."),
            "not_started": self.env._("The cover starts on %(start)s."),
            "closed": self.env._("The unit was closed on %(closed)s."),
            "usage": self.env._("The usage limit is exceeded."),
            "no_start": self.env._("No date of sale or delivery is known."),
            "no_term": self.env._("No policy covers this."),
        }
