from collections import defaultdict
from datetime import timedelta

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import claim_hints as kernel
from ..tools.settlement import to_minor

#: Peers are taken from so many last claims of a company, and so many of each kind.
LAST_CLAIMS, LAST_PEERS = 20_000, 500
PERIODS = 12


class AftersalesClaim(models.Model):
    """What the hints compare, for many claims at once: one query a subject."""

    _inherit = "aftersales.claim"

    #: Day of the work; the day of submission says when the point did its papers.
    _DAY = SQL(
        "COALESCE(c.date_failure, c.date_start, c.date_end, c.date_submission, "
        "c.create_date::date)"
    )

    def _get_hint_facts(self, rules):
        """Facts of claims of one company: ``{claim_id: ClaimFacts}``.

        :param rules: ``{code: aftersales.claim.hint.rule}`` in force
        """
        self.env.flush_all()
        basics = self._read_hint_basics(rules)
        found = {claim_id: {} for claim_id in basics}
        sources = {
            ("DUPLICATE", "SPLIT"): self._read_twins,
            ("PHOTO",): self._read_photo_uses,
            ("USAGE",): self._read_last_usage,
            ("DISTANCE",): self._read_distances,
            ("SPLIT",): self._read_limits,
            ("SPIKE",): self._read_spikes,
            ("LABOUR",): self._read_labour_samples,
            ("VALUE",): self._read_value_samples,
        }
        for codes, read in sources.items():
            if rules.keys() & set(codes):
                for claim_id, values in read(basics, rules).items():
                    found[claim_id].update(values)
        return {
            claim_id: kernel.ClaimFacts(
                amount=basic["amount"],
                labour=basic["labour"],
                claimed_km=basic["km"],
                usage=basic["usage"],
                **found[claim_id],
            )
            for claim_id, basic in basics.items()
        }

    def _get_peer_sql(self, rules):
        """Claims with what makes them comparable; the claim has the alias ``c``."""
        value = rules.get("VALUE")
        return SQL(
            """
            SELECT c.id, c.company_id, c.service_point_id, c.currency_id, c.serial,
                   t.categ_id, c.claim_type AS purpose, %(day)s AS day,
                   FLOOR((%(day)s - u.date_sale)::numeric / %(band)s) AS band,
                   c.amount_claimed AS amount, c.usage_reading AS usage,
                   o.area_id, COALESCE(o.partner_id, u.partner_id) AS partner_id,
                   w.labour, w.km
              FROM aftersales_claim c
         LEFT JOIN product_product p ON p.id = c.product_id
         LEFT JOIN product_template t ON t.id = p.product_tmpl_id
         LEFT JOIN aftersales_registration u ON u.id = c.registration_id
         LEFT JOIN aftersales_service_order o ON o.id = c.order_id
   LEFT JOIN LATERAL (
                   SELECT SUM(l.amount_claimed) FILTER (WHERE l.kind = 'labour')
                          AS labour,
                          SUM(l.distance_km) AS km
                     FROM aftersales_claim_line l WHERE l.claim_id = c.id
                   ) w ON TRUE
            """,
            day=self._DAY,
            band=value.band_days if value else 180,
        )

    def _read_hint_basics(self, rules):
        """The claims themselves: ``{claim_id: row}``."""
        rows = self.env.execute_query_dict(
            SQL("%s WHERE c.id IN %s", self._get_peer_sql(rules), tuple(self.ids))
        )
        digits = {currency.id: currency.decimal_places for currency in self.currency_id}
        for row in rows:
            row["digits"] = digits[row["currency_id"]]
            row["amount"] = to_minor(row["amount"] or 0, row["digits"])
            row["labour"] = to_minor(row["labour"] or 0, row["digits"])
            row["km"] = float(row["km"] or 0)
            row["usage"] = float(row["usage"] or 0)
        return {row["id"]: row for row in rows}

    def _read_usual_km(self, basics, rule):
        """Kilometres that points claimed for an area: ``{(point, area): (km, …)}``."""
        points = {row["service_point_id"] for row in basics.values() if row["km"]}
        if not points:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT service_point_id, area_id,
                       (ARRAY_AGG(km ORDER BY id DESC))[1:%(last)s]
                  FROM (%(peers)s WHERE c.service_point_id IN %(points)s
                           AND c.state NOT IN ('draft', 'cancelled')
                           AND c.date_submission >= %(since)s
                      ORDER BY c.id DESC LIMIT %(claims)s) p
                 WHERE km > 0 AND area_id IS NOT NULL
              GROUP BY service_point_id, area_id
                """,
                peers=self._get_peer_sql({}),
                points=tuple(points),
                since=self._get_hint_start(rule),
                last=LAST_PEERS,
                claims=LAST_CLAIMS,
            )
        )
        return {
            (point_id, area_id): tuple(float(km) for km in values)
            for point_id, area_id, values in rows
        }

    def _get_hint_start(self, rule):
        """First day of submission from which claims are compared.

        Counted from the claims themselves, so that old ones have their own peers.
        """
        days = [claim.date_submission for claim in self if claim.date_submission]
        first = min(days, default=self.company_id._get_aftersales_today())
        return first - timedelta(days=rule.window_days)

    def _read_limits(self, basics, rules):
        """Limits that apply to the claims."""
        limits = self._get_hint_limits(rules["SPLIT"])
        return {claim.id: {"limits": tuple(found)} for claim, found in limits.items()}

    def _get_hint_limits(self, rule):
        """Amounts above which somebody else looks at each claim.

        Extension point: whatever asks more of a claim above an amount adds it.

        :return: ``{claim: [kernel.Limit]}`` in minor units of the claim's currency
        """
        amount, currency = rule.limit_amount, self.company_id.currency_id
        limits = {claim: [] for claim in self}
        if amount:
            minor = to_minor(amount, currency.decimal_places)
            limit = kernel.Limit(minor, self.env._("limit of the hint"))
            for claim in self.filtered(lambda c: c.currency_id == currency):
                limits[claim].append(limit)
        self._add_authorization_limits(limits)
        self._add_approval_limits(limits)
        return limits

    def _add_authorization_limits(self, limits):
        """Add the amounts from which any work needs a consent beforehand."""
        consents = self.env["aftersales.authorization.rule"].search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("amount", ">", 0)
            & Domain("product_categ_id", "=", False)
            & Domain("product_id", "=", False)
            & Domain("is_out_of_cover", "=", False)
        )
        for currency, claims in self.grouped("currency_id").items():
            found = [
                kernel.Limit(consent._to_kernel(currency).amount, consent.name)
                for consent in consents
            ]
            # Who has the consent does not avoid it.
            for claim in claims.filtered(lambda c: not c.authorization_id):
                limits[claim] += found

    def _add_approval_limits(self, limits):
        """Add the amounts up to which rules approve without a person."""
        rules = self.env["aftersales.claim.rule"].search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("product_categ_ids", "=", False)
        )
        for rule in rules:
            minor = to_minor(rule.amount_limit, rule.currency_id.decimal_places)
            limit = kernel.Limit(minor, rule.name)
            for claim in self.filtered(lambda c, rule=rule: c._is_limited_by(rule)):
                limits[claim].append(limit)

    def _is_limited_by(self, rule):
        """Whether the rule would look at the claim, but for its amount."""
        self.ensure_one()
        point = self.service_point_id
        is_trusted = point in rule.point_ids or point.level_id in rule.level_ids
        return (
            self.currency_id == rule.currency_id
            and rule.claim_type in (False, self.claim_type)
            and (is_trusted or not (rule.point_ids or rule.level_ids))
        )

    def _read_spikes(self, basics, rules):
        """Claims of the point in the period of each claim and in those before."""
        rule = rules["SPIKE"]
        points = tuple({row["service_point_id"] for row in basics.values()})
        span = timedelta(days=rule.window_days * (PERIODS + 1))
        first = min(row["day"] for row in basics.values()) - span
        rows = self.env.execute_query(
            SQL(
                """
                SELECT service_point_id, GREATEST(day, %(first)s - 1) AS day,
                       COUNT(*), MIN(day)
                  FROM (SELECT c.service_point_id, %(day)s AS day
                          FROM aftersales_claim c
                         WHERE c.service_point_id IN %(points)s
                           AND c.state NOT IN ('draft', 'cancelled')) p
              GROUP BY 1, 2
                """,
                day=self._DAY,
                points=points,
                first=first,
            )
        )
        counts, begun = defaultdict(dict), {}
        for point_id, day, number, earliest in rows:
            counts[point_id][day] = number
            begun[point_id] = min(earliest, begun.get(point_id, earliest))
        periods = {}
        for row in basics.values():
            key = (row["service_point_id"], row["day"])
            if key not in periods:
                point_id, day = key
                periods[key] = kernel.count_periods(
                    counts[point_id],
                    begun.get(point_id, day),
                    day,
                    rule.window_days,
                    PERIODS,
                )
        result = {}
        for claim_id, row in basics.items():
            now, before = periods[row["service_point_id"], row["day"]]
            result[claim_id] = {"count_now": now, "counts_before": before}
        return result

    def _read_labour_samples(self, basics, rules):
        """Labour that each point claims for such products."""
        keys = ("service_point_id", "currency_id", "categ_id")
        return self._read_samples(basics, rules, "LABOUR", "labour", keys)

    def _read_value_samples(self, basics, rules):
        """Money that all points claim for such products of that age and purpose."""
        keys = ("currency_id", "categ_id", "purpose", "band")
        return self._read_samples(basics, rules, "VALUE", "amount", keys)

    def _read_samples(self, basics, rules, code, measure, keys):
        """Amounts of the claims that agree in the keys.

        :return: ``{claim_id: {"<labour or value>_sample": (minor units, …)}}``
        """
        scope = SQL("c.company_id = %s", self.company_id.id)
        if "service_point_id" in keys:
            points = tuple({row["service_point_id"] for row in basics.values()})
            scope = SQL("c.service_point_id IN %s", points)
        columns = SQL(", ").join(map(SQL.identifier, keys))
        rows = self.env.execute_query(
            SQL(
                """
                SELECT %(columns)s, (ARRAY_AGG(%(value)s ORDER BY id DESC))[1:%(last)s]
                  FROM (%(peers)s WHERE %(scope)s
                           AND c.state NOT IN ('draft', 'cancelled')
                           AND c.date_submission >= %(since)s
                      ORDER BY c.id DESC LIMIT %(claims)s) p
                 WHERE %(value)s > 0
              GROUP BY %(columns)s
                """,
                columns=columns,
                value=SQL.identifier(measure),
                peers=self._get_peer_sql(rules),
                scope=scope,
                since=self._get_hint_start(rules[code]),
                last=LAST_PEERS,
                claims=LAST_CLAIMS,
            )
        )
        samples = {tuple(row[:-1]): row[-1] for row in rows}
        name = f"{code.lower()}_sample"
        cache, result = {}, {}
        for claim_id, row in basics.items():
            key = tuple(row[part] for part in keys)
            if key not in cache:
                cache[key] = tuple(
                    to_minor(value, row["digits"]) for value in samples.get(key, ())
                )
            result[claim_id] = {name: cache[key]}
        return result
