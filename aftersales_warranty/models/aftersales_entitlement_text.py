from odoo import api, models
from odoo.tools import format_date


class AftersalesEntitlementRule(models.Model):
    """Answers of the calculation as sentences, with their figures."""

    _inherit = "aftersales.entitlement.rule"

    @api.model
    def _get_texts(self):
        """Everything that a batch of sentences shares, in the user's language."""
        faults = dict(self._fields["fault"]._description_selection(self.env))
        return {
            "reasons": self._get_reasons(),
            "needs": self._get_needs(),
            "met": self._get_met(),
            "starts": self._get_starts(),
            "stated": self._get_stated(),
            "faults": faults,
            "groups": self.env["aftersales.fault.group"]._get_names(self.env.lang),
            "dates": {},
        }

    @api.model
    def _get_sentence(self, item, texts):
        """The reason of a result as sentences in the user's language.

        :param item: kernel result
        :param texts: see :meth:`_get_texts`
        """
        if item.reason == "granted":
            return " ".join(self._get_granted_parts(item, texts))
        args = dict(item.args)
        if item.reason in texts["needs"]:
            return texts["needs"][item.reason] % args
        if "fault" in args:
            args["fault"] = texts["faults"][args["fault"]]
        if "groups" in args:
            args["groups"] = self._join_groups(args["groups"], texts)
        for name in ("usage", "limit", "share"):
            if name in args:
                args[name] = f"{args[name].normalize():f}"
        args["date"] = self._get_day_text(args.get("date"), texts)
        return texts["reasons"][item.reason] % args

    @api.model
    def _get_granted_parts(self, item, texts):
        """The sentences of a right that is given: why, until when, at what price."""
        args = item.args
        parts = [self._get_window_text(args, texts)]
        if args["fault"]:
            parts.append(self._get_fault_text(args, texts))
        parts += [
            texts["met"][condition.name]
            % {"count": condition.count, "needed": condition.needed}
            for condition in args["conditions"]
        ]
        parts.append(self._get_usage_text(args))
        if args["model"] == "unavailable":
            parts.append(self.env._("The same model is not available."))
        if item.arithmetic:
            parts.append(self.env._("Fee: %(sum)s.", sum=item.arithmetic))
        return [part for part in parts if part]

    @api.model
    def _get_window_text(self, args, texts):
        """Which day of the window it is."""
        start = texts["starts"][args["basis"]]
        if args["end"] is None:
            return start["open"] % {"day": args["day"]}
        values = {
            "day": args["day"],
            "days": args["days"],
            "end": self._get_day_text(args["end"], texts),
        }
        return start["days" if args["unit"] == "day" else "until"] % values

    @api.model
    def _get_fault_text(self, args, texts):
        """Which fault is stated."""
        if args["groups"]:
            return self.env._(
                "Fault stated: %(groups)s.",
                groups=self._join_groups(args["groups"], texts),
            )
        return texts["stated"][args["fault"]]

    @api.model
    def _get_usage_text(self, args):
        """How far the usage is from its limit."""
        if args["limit"] is None:
            return ""
        limit = f"{args['limit'].normalize():f}"
        if args["usage"] is None:
            return self.env._(
                "Provided that the usage is not over %(limit)s.", limit=limit
            )
        usage = f"{args['usage'].normalize():f}"
        return self.env._("Usage %(usage)s of %(limit)s.", usage=usage, limit=limit)

    @api.model
    def _join_groups(self, codes, texts):
        """Names of fault groups, in a steady order."""
        return ", ".join(sorted(texts["groups"].get(code, code) for code in codes))

    @api.model
    def _get_day_text(self, day, texts):
        """A day as the user reads it; each day is formatted once."""
        if not day:
            return ""
        if day not in texts["dates"]:
            texts["dates"][day] = format_date(self.env, day)
        return texts["dates"][day]

    @api.model
    def _get_starts(self):
        """Sentences about the window, by what its clock started with."""
        sale = {
            "days": self.env._("Day %(day)s of %(days)s since the sale."),
            "until": self.env._("Day %(day)s since the sale, the right ends %(end)s."),
            "open": self.env._("Day %(day)s since the sale, without an end."),
        }
        delivery = {
            "days": self.env._("Day %(day)s of %(days)s since the delivery."),
            "until": self.env._(
                "Day %(day)s since the delivery, the right ends %(end)s."
            ),
            "open": self.env._("Day %(day)s since the delivery, without an end."),
        }
        installation = {
            "days": self.env._("Day %(day)s of %(days)s since the installation."),
            "until": self.env._(
                "Day %(day)s since the installation, the right ends %(end)s."
            ),
            "open": self.env._("Day %(day)s since the installation, without an end."),
        }
        factory = {
            "days": self.env._("Day %(day)s of %(days)s since the assumed sale."),
            "until": self.env._(
                "Day %(day)s since the assumed sale, the right ends %(end)s."
            ),
            "open": self.env._("Day %(day)s since the assumed sale, without an end."),
        }
        restart = {
            "days": self.env._("Day %(day)s of %(days)s since the exchange."),
            "until": self.env._(
                "Day %(day)s since the exchange, the right ends %(end)s."
            ),
            "open": self.env._("Day %(day)s since the exchange, without an end."),
        }
        return {
            "invoice": sale,
            "delivery": delivery,
            "installation": installation,
            "factory": factory,
            "restart": restart,
        }

    @api.model
    def _get_stated(self):
        """Sentences about the stated fault, by its class."""
        return {
            "appearance": self.env._("Fault of appearance stated."),
            "performance": self.env._("Performance fault stated."),
            "main_part": self.env._("Fault of a main part stated."),
            "safety": self.env._("Safety fault stated."),
        }

    @api.model
    def _get_met(self):
        """Sentences about conditions of history that are met."""
        return {
            "repairs": self.env._("%(count)s repairs, %(needed)s are enough."),
            "same_fault": self.env._(
                "%(count)s repairs of the same fault, %(needed)s are enough."
            ),
            "safety_repairs": self.env._(
                "%(count)s repairs of a safety fault, %(needed)s are enough."
            ),
            "assemblies": self.env._(
                "The assembly was replaced %(count)s times, %(needed)s are enough."
            ),
            "parts": self.env._(
                "The same part was replaced %(count)s times, %(needed)s are enough."
            ),
            "repair_days": self.env._(
                "One repair took %(count)s days, more than %(needed)s."
            ),
            "own_days": self.env._(
                "One repair took %(count)s days by the repairer's own doing, more than "
                "%(needed)s."
            ),
            "running_days": self.env._(
                "The repair has run for %(count)s days, more than %(needed)s."
            ),
            "total_days": self.env._(
                "All repairs together took %(count)s days, more than %(needed)s."
            ),
            "waiting_days": self.env._(
                "One wait for parts took %(count)s days, more than %(needed)s."
            ),
        }

    @api.model
    def _get_needs(self):
        """Sentences about conditions of history that are not met."""
        return {
            "repairs": self.env._("%(count)s of %(needed)s repairs so far."),
            "same_fault": self.env._(
                "%(count)s of %(needed)s repairs of the same fault so far."
            ),
            "safety_repairs": self.env._(
                "%(count)s of %(needed)s repairs of a safety fault so far."
            ),
            "assemblies": self.env._(
                "The assembly was replaced %(count)s of %(needed)s times so far."
            ),
            "parts": self.env._(
                "The same part was replaced %(count)s of %(needed)s times so far."
            ),
            "repair_days": self.env._(
                "The longest repair took %(count)s days, not over %(needed)s."
            ),
            "own_days": self.env._(
                "The longest repair by the repairer's own doing took %(count)s days, "
                "not over %(needed)s."
            ),
            "running_days": self.env._(
                "The running repair has taken %(count)s days, not over %(needed)s."
            ),
            "total_days": self.env._(
                "All repairs together took %(count)s days, not over %(needed)s."
            ),
            "waiting_days": self.env._(
                "The longest wait for parts took %(count)s days, not over %(needed)s."
            ),
        }

    @api.model
    def _get_reasons(self):
        """Sentences of the other reasons."""
        return {
            "promised": self.env._("The policy promises it until %(date)s."),
            "closed": self.env._("The unit was closed on %(date)s."),
            "no_start": self.env._("No date of sale or delivery is known."),
            "no_window": self.env._("No period is laid down for this product."),
            "not_started": self.env._("The right starts on %(date)s."),
            "expired": self.env._("The period ended on %(date)s."),
            "usage": self.env._("The usage limit of %(limit)s is exceeded: %(usage)s."),
            "over_usage": self.env._("The usage limit is exceeded."),
            "excluded": self.env._("The product is excluded from this right."),
            "not_full": self.env._("The written warranty is not titled full."),
            "needs_fault": self.env._("A fault must be stated: %(fault)s."),
            "other_fault": self.env._("Only for another kind of fault: %(fault)s."),
            "other_group": self.env._("Only for a fault of: %(groups)s."),
            "model_available": self.env._(
                "Only where the same model is not available."
            ),
            "model_unavailable": self.env._("The same model is not available."),
            "no_price": self.env._(
                "The fee cannot be told: the price paid is missing."
            ),
            "no_rate": self.env._(
                "The fee cannot be told: no rate is laid down for this product."
            ),
            "no_usage": self.env._("The fee cannot be told: the usage is missing."),
            "no_term": self.env._("No policy covers this."),
            "shared": self.env._("The policy bears %(share)s %% until %(date)s."),
            "charged": self.env._("No free repair applies; the work is charged."),
            "is_free": self.env._("The repair is free."),
        }
