from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools import cover as cover_kernel
from ..tools import entitlement as kernel


class AftersalesRegistration(models.Model):
    """What a unit's holder is entitled to, and which part of a job is covered."""

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
        """Repairs, repair days and waiting days of units, two queries a batch.

        :param on_date: count finished repairs up to that day and the running
            ones as they stand then; None: all finished repairs
        :return: ``{id: {"orders", "repairs", "repair_days", "longest_repair",
            "waiting_days", "longest_waiting"}}``
        """
        if not self.ids:
            return {}
        Order = self.env["aftersales.service.order"]
        # The counters belong to the unit, whichever point did the work.
        Order_sudo = Order.sudo()
        mine = Domain("registration_id", "in", self.ids)
        mine &= Domain("state", "!=", "cancelled")
        result = {
            unit.id: {"orders": count}
            for unit, count in Order_sudo._read_group(
                mine, ["registration_id"], ["__count"]
            )
        }
        for unit, *values in Order_sudo._read_group(
            mine & Order._get_repair_domain(on_date),
            ["registration_id"],
            [
                "__count",
                "repair_days:sum",
                "repair_days:max",
                "waiting_days:sum",
                "waiting_days:max",
            ],
        ):
            names = (
                "repairs",
                "repair_days",
                "longest_repair",
                "waiting_days",
                "longest_waiting",
            )
            result[unit.id].update(zip(names, values, strict=True))
        if on_date:
            self._add_running_repairs(result, mine, on_date)
        return result

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
            values = counters[order.registration_id.id]
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

    def _get_unit_facts(self, counters, product_class):
        """Facts of one unit for the entitlement calculation."""
        values = counters.get(self.id, {})
        names = ("repair_days", "longest_repair", "waiting_days", "longest_waiting")
        return kernel.UnitFacts(
            price=Decimal(str(self.price)),
            currency=self.currency_id.name,
            digits=self.currency_id.decimal_places,
            channel="distance" if self.channel == "distance" else "shop",
            category=product_class.category or "general",
            repair_count=values.get("repairs", 0),
            whole_months=product_class.whole_months or None,
            part_months=product_class.part_months or None,
            daily_rate=product_class._get_daily_rate() if product_class else None,
            **{name: values.get(name, 0) or 0 for name in names},
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
        """Pairs of unit and kernel cover of the whole unit, today."""
        today = self.env.company._get_aftersales_today()
        counters = self._origin._get_counters()
        terms = self._get_terms()
        return [
            (
                unit,
                cover_kernel.best_cover(
                    terms[unit], unit._get_cover_facts(counters), today, "whole_unit"
                ),
            )
            for unit in self
        ]

    @api.model
    def _evaluate_cover(self, requests):
        """Kernel covers of many questions with a constant number of queries.

        :param requests: list of ``(unit, date, component, part, usage)``
        :return: list of kernel covers in the same order
        """
        units = self.union(*(request[0] for request in requests))
        counters, terms = units._get_counters(), units._get_terms()
        facts = {unit: unit._get_cover_facts(counters) for unit in units}
        return [
            cover_kernel.best_cover(
                terms[unit],
                facts[unit],
                on_date,
                component,
                part.id,
                [int(x) for x in (part.categ_id.parent_path or "").split("/") if x],
                None if usage is None else Decimal(str(usage)),
            )
            for unit, on_date, component, part, usage in requests
        ]

    def _get_cover_batch(
        self, on_date, component="whole_unit", product=None, usage=None
    ):
        """Cover of many units for one component: ``{id: dict}``.

        :return: dicts with ``share`` (percent), ``date_start``, ``date_end``,
            ``reason`` (a sentence) and ``code`` (its key)
        """
        self.check_access("read")
        part = product or self.env["product.product"]
        covers = self._evaluate_cover(
            [(unit, on_date, component, part, usage) for unit in self]
        )
        reasons = self._get_cover_reasons()
        return {
            unit.id: {
                "share": float(cover.share),
                "date_start": cover.date_start,
                "date_end": cover.date_end,
                "reason": reasons[cover.reason]
                % {
                    "start": format_date(self.env, cover.date_start) or "",
                    "end": format_date(self.env, cover.date_end) or "",
                    "closed": format_date(self.env, unit.date_closed) or "",
                    "share": f"{cover.share.normalize():f}",
                },
                "code": cover.reason,
            }
            for unit, cover in zip(self, covers, strict=True)
        }

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
            "expired": self.env._("The cover ended on %(end)s."),
            "not_started": self.env._("The cover starts on %(start)s."),
            "closed": self.env._("The unit was closed on %(closed)s."),
            "usage": self.env._("The usage limit is exceeded."),
            "no_start": self.env._("No date of sale or delivery is known."),
            "no_term": self.env._("No policy covers this."),
        }

    # -- entitlements ----------------------------------------------------------

    def _get_entitlements(self, on_date, fault_class=None, usage=None):
        """What the holder of one unit may ask for on a date.

        :param fault_class: appearance, performance, main_part or safety; None:
            no fault is stated, so only rights that need none are allowed
        :return: list of dicts ``type, allowed, fee, currency, rule, source,
            reason, code, deadline, chooser``, allowed ones first
        """
        self.ensure_one()
        return self._get_entitlements_batch(on_date, fault_class, usage)[self.id]

    def _get_entitlements_batch(self, on_date, fault_class=None, usage=None):
        """Entitlements of many units: ``{id: [dict, …]}``; constant queries."""
        self.check_access("read")
        usage = None if usage is None else Decimal(str(usage))
        rules = self.env["aftersales.entitlement.rule"]._get_rules_by_country(
            self.country_id
        )
        counters = self._get_counters(on_date)
        categories = self.product_id.categ_id
        classes = {categ: categ._get_aftersales_class() for categ in categories}
        terms, texts = self._get_terms(), self._get_entitlement_texts()
        result = {}
        for unit in self:
            facts = unit._get_unit_facts(counters, classes[unit.product_id.categ_id])
            found = kernel.evaluate(
                rules.get(unit.country_id.id, []), facts, on_date, fault_class, usage
            )
            found += unit._get_promises(
                terms[unit], counters, on_date, fault_class, usage
            )
            found += unit._get_paid_repair(found)
            found.sort(key=lambda item: not item.allowed)
            result[unit.id] = [unit._export_result(item, texts) for item in found]
        return result

    def _get_promises(self, terms, counters, on_date, fault_class, usage):
        """Free repair by the own policy, beside what the law gives."""
        if not terms:
            return []
        facts = self._get_cover_facts(counters)
        cover = cover_kernel.best_cover(
            terms, facts, on_date, "whole_unit", usage=usage
        )
        allowed = cover.share == 100 and bool(fault_class)
        reason = cover.reason
        if reason == "covered":
            reason = "granted" if allowed else "needs_fault"
            reason = "shared" if 0 < cover.share < 100 else reason
        return [
            kernel.Result(
                type="free_repair",
                allowed=allowed,
                fee=Decimal(0) if allowed else None,
                currency=self.currency_id.name,
                rule=self.policy_version_id,
                source=self.policy_version_id.sudo().display_name,
                reason=reason,
                args={
                    "date": cover.date_end,
                    "share": cover.share,
                    "fault": "any",
                    "arithmetic": "",
                },
                deadline=cover.date_end,
            )
        ]

    def _get_paid_repair(self, results):
        """Repair at the customer's cost, where none is free."""
        free = any(item.type == "free_repair" and item.allowed for item in results)
        return [
            kernel.Result(
                type="paid_repair",
                allowed=not free,
                fee=None,
                currency=self.currency_id.name,
                rule=self.env["aftersales.entitlement.rule"],
                source="",
                reason="is_free" if free else "charged",
            )
        ]

    def _export_result(self, item, texts):
        """One kernel result as the dict that callers get."""
        rule = item.rule
        if isinstance(rule, int):
            rule = self.env["aftersales.entitlement.rule"].browse(rule)
        return {
            "type": item.type,
            "allowed": item.allowed,
            "fee": None if item.fee is None else float(item.fee),
            "currency": self.currency_id,
            "rule": rule,
            "source": item.source,
            "reason": self._get_entitlement_reason(item, texts),
            "code": item.reason,
            "deadline": item.deadline,
            "chooser": item.chooser,
        }

    @api.model
    def _get_entitlement_texts(self):
        """(sentences, fault labels, formatted dates) for one batch of results."""
        Rule = self.env["aftersales.entitlement.rule"]
        faults = dict(Rule._fields["fault"]._description_selection(self.env))
        return self._get_entitlement_reasons(), faults, {}

    @api.model
    def _get_entitlement_reason(self, item, texts):
        """The reason of a result as a sentence in the user's language."""
        reasons, faults, dates = texts
        args = dict(item.args)
        if "fault" in args:
            args["fault"] = faults[args["fault"]]
        day = args.get("date")
        if day:
            if day not in dates:
                dates[day] = format_date(self.env, day)
            args["date"] = dates[day]
        key = item.reason
        if key == "granted" and args.get("arithmetic"):
            key = "granted_fee"
        return reasons[key] % args

    @api.model
    def _get_entitlement_reasons(self):
        """Sentences of the entitlement reasons."""
        return {
            "granted": self.env._("All conditions are met."),
            "granted_fee": self.env._("All conditions are met. Fee: %(arithmetic)s."),
            "closed": self.env._("The unit was closed on %(date)s."),
            "no_start": self.env._("No date of sale or delivery is known."),
            "no_window": self.env._("No period is laid down for this product."),
            "not_started": self.env._("The right starts on %(date)s."),
            "expired": self.env._("The period ended on %(date)s."),
            "usage": self.env._("The usage limit is exceeded."),
            "needs_fault": self.env._("A fault must be stated: %(fault)s."),
            "other_fault": self.env._("Only for another kind of fault: %(fault)s."),
            "repairs": self.env._("%(count)s of %(needed)s repairs so far."),
            "repair_days": self.env._(
                "The longest repair took %(count)s days, not over %(over)s."
            ),
            "waiting_days": self.env._(
                "The longest wait for parts took %(count)s days, not over %(over)s."
            ),
            "no_fee": self.env._(
                "The fee cannot be told: a rate or the usage is missing."
            ),
            "no_term": self.env._("No policy covers this."),
            "shared": self.env._("The policy bears %(share)s %% until %(date)s."),
            "charged": self.env._("No free repair applies; the work is charged."),
            "is_free": self.env._("The repair is free."),
        }
