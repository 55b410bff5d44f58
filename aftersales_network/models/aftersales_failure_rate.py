from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools import reliability


class AftersalesFailureRate(models.Model):
    """Failures per unit-year by model and age, learned from the own repairs.

    The rows of a company are replaced as a whole by :meth:`_count_company`; a
    capacity plan keeps its own copy of what it used.  Units count with their
    time at risk whether they failed or not; see ``tools/reliability``.
    """

    _name = "aftersales.failure.rate"
    _inherit = "aftersales.counted.table.mixin"
    _description = "Failure Rate"
    _order = "company_id, product_categ_id, product_tmpl_id, age, id"
    _check_company_auto = True
    _COUNTERS = (
        "aftersales_network.group_head",
        "aftersales_network.group_centre_manager",
        "aftersales_network.group_admin",
    )

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    product_categ_id = fields.Many2one(
        "product.category",
        "Product Category",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    product_tmpl_id = fields.Many2one(
        "product.template",
        "Model",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: the whole product category.",
    )
    level = fields.Selection(
        [("model", "Model"), ("category", "Product Category")],
        required=True,
        readonly=True,
    )
    age = fields.Integer(
        "Year of Age",
        readonly=True,
        aggregator=None,
        help="0: first year in use. The oldest class takes everything older.",
    )
    units = fields.Float(
        "Units Observed", readonly=True, help="Units with time at risk at this age."
    )
    exposure = fields.Float("Unit-Years", readonly=True, digits=(16, 3))
    failures = fields.Integer(readonly=True)
    rate = fields.Float("Learned Rate", readonly=True, digits=(12, 6), aggregator="avg")
    low = fields.Float("Lower Limit", readonly=True, digits=(12, 6), aggregator="avg")
    high = fields.Float("Upper Limit", readonly=True, digits=(12, 6), aggregator="avg")
    design_rate = fields.Float(readonly=True, digits=(12, 6), aggregator="avg")
    design_source = fields.Selection(
        [
            ("design", "Design Rate"),
            ("category", "Own Repairs of the Category"),
        ],
        "Prior from",
        readonly=True,
        help="Where the figure comes from that counts while data is thin.",
    )
    used_rate = fields.Float(readonly=True, digits=(12, 6), aggregator="avg")
    used_low = fields.Float(readonly=True, digits=(12, 6), aggregator="avg")
    used_high = fields.Float(readonly=True, digits=(12, 6), aggregator="avg")
    source = fields.Selection(
        [
            ("learned", "Learned"),
            ("blended", "Blended"),
            ("design", "Design"),
            ("none", "Nothing Known"),
        ],
        required=True,
        readonly=True,
    )
    date_from = fields.Date("Observed from", readonly=True)
    date_to = fields.Date("Observed until", readonly=True)
    date_computed = fields.Datetime("Computed on", readonly=True)

    _key_uniq = models.UniqueIndex(
        "(company_id, product_categ_id, COALESCE(product_tmpl_id, 0), age)",
        "There is a failure rate for this model and age already.",
    )

    @api.depends("product_tmpl_id", "product_categ_id", "age")
    def _compute_display_name(self):
        for row in self:
            what = row.product_tmpl_id.display_name or row.product_categ_id.display_name
            row.display_name = self.env._(
                "%(model)s, year %(age)s", model=what, age=row.age
            )

    @api.model
    def _count_company(self, company):
        """Replace the failure rates of a company by those of today's data.

        :return: the new rows
        """
        # The figures sum over all points; nobody can write them otherwise.
        self_sudo = self.sudo().with_company(company)
        setting = self_sudo.env["aftersales.planning.setting"]._get_for(company)
        date_to = company._get_aftersales_today()
        date_from = setting.record_start or self_sudo._get_record_start(company)
        self_sudo.search([("company_id", "=", company.id)]).unlink()
        if not date_from:
            date_from = date_to
        by_template = self_sudo._tally(company, date_from, date_to, setting.last_age)
        stamp = {
            "company_id": company.id,
            "date_from": date_from,
            "date_to": date_to,
            "date_computed": fields.Datetime.now(),
        }
        vals_list = self_sudo._prepare_rows(by_template, setting)
        return self_sudo.create([{**vals, **stamp} for vals in vals_list])

    @api.model
    def _get_record_start(self, company):
        """Day of the first recorded repair; empty without one."""
        first = self.env["aftersales.service.order"].search_fetch(
            self._get_repair_domain() & Domain("company_id", "=", company.id),
            ["date_request"],
            order="date_request, id",
            limit=1,
        )
        return first and company._get_aftersales_today(first.date_request)

    @api.model
    def _get_repair_domain(self):
        """Domain of the orders that count as failures."""
        Order = self.env["aftersales.service.order"]
        domain = Order._get_done_domain() & Domain(
            "service_type_id.kind", "=", "repair"
        )
        if "is_rework" in Order._fields:
            # A second visit for the same fault is no second failure.
            domain &= Domain("is_rework", "=", False)
        return domain

    @api.model
    def _tally(self, company, date_from, date_to, last_age):
        """Time at risk and failures per template and year of age.

        :return: ``{template_id: ({age: Bin}, {age: units})}``
        """
        units = defaultdict(lambda: [0.0, []])
        for template, start, end, quantity in self._fetch_units(company):
            units[template, start, end][0] += quantity
        for row in self._fetch_failures(company, date_from, date_to):
            _order, template, start, end, day = row
            units[template, start, end][1].append(day)
        records = defaultdict(list)
        for (template, start, end), (quantity, failures) in units.items():
            if start <= date_to:
                record = reliability.Unit(
                    start,
                    min(end or date_to, date_to),
                    tuple(failures),
                    date_from,
                    quantity,
                )
                records[template].append(record)
        return {
            template: (
                reliability.tally(found, last_age),
                self._count_units(found, last_age),
            )
            for template, found in records.items()
        }

    @api.model
    def _count_units(self, records, last_age):
        """Units with time at risk per year of age."""
        counts = defaultdict(float)
        for record in records:
            for age in reliability.time_at_risk(record, last_age):
                counts[age] += record.quantity
        return counts

    @api.model
    def _prepare_rows(self, by_template, setting):
        """Values of the rows of models and of their categories.

        :param by_template: as :meth:`_tally` returns
        """
        templates = self.env["product.template"].browse(by_template)
        policy = reliability.Policy(
            setting.min_failures,
            setting.min_exposure,
            setting.prior_years,
            setting.confidence_level,
        )
        categories = self._sum_categories(templates, by_template)
        category_design = templates.categ_id._get_aftersales_design_rates()
        design = templates._get_aftersales_design_rates()
        rows = []
        for category, (bins, counts) in categories.items():
            key = {"product_categ_id": category.id, "level": "category"}
            for age, found in bins.items():
                prior = category_design[category.id] or None
                rows.append(
                    {**key, **self._prepare_row(age, found, counts, prior, policy)}
                )
        for template in templates:
            bins, counts = by_template[template.id]
            key = {
                "product_categ_id": template.categ_id.id,
                "product_tmpl_id": template.id,
                "level": "model",
            }
            for age, found in bins.items():
                prior, origin = design[template.id] or None, "design"
                if not prior:
                    whole = categories[template.categ_id][0][age]
                    prior, origin = self._get_category_prior(whole, policy)
                rows.append(
                    {
                        **key,
                        **self._prepare_row(age, found, counts, prior, policy),
                        "design_source": origin if prior is not None else False,
                    }
                )
        return rows

    @api.model
    def _get_category_prior(self, whole, policy):
        """Learned rate of the category, where its data is thick enough."""
        choice = reliability.choose(whole.failures, whole.exposure, None, policy)
        thick = (
            whole.failures >= policy.min_failures
            and whole.exposure >= policy.min_exposure
        )
        return (choice.used.rate, "category") if thick else (None, False)

    @api.model
    def _sum_categories(self, templates, by_template):
        """Time at risk and failures of whole categories."""
        result = {}
        for template in templates:
            bins, counts = result.setdefault(template.categ_id, ({}, {}))
            own, own_counts = by_template[template.id]
            for age, found in own.items():
                so_far = bins.get(age, reliability.Bin())
                bins[age] = reliability.Bin(
                    so_far.time + found.time, so_far.failures + found.failures
                )
                counts[age] = counts.get(age, 0) + own_counts.get(age, 0)
        return result

    @api.model
    def _prepare_row(self, age, found, counts, prior, policy):
        """Values of one row: figures of the data, of the design, and the choice."""
        choice = reliability.choose(found.failures, found.exposure, prior, policy)
        learned = choice.learned or reliability.Rate(0, 0, 0)
        used = choice.used or reliability.Rate(0, 0, 0)
        return {
            "age": age,
            "units": counts.get(age, 0),
            "exposure": found.exposure,
            "failures": found.failures,
            "rate": learned.rate,
            "low": learned.low,
            "high": learned.high,
            "design_rate": prior or 0.0,
            "design_source": "design" if prior else False,
            "used_rate": used.rate,
            "used_low": used.low,
            "used_high": used.high,
            "source": choice.source,
        }

    def action_view_orders(self):
        """Open the repairs that were counted as failures in this row."""
        self.ensure_one()
        Template = self.env["product.template"]
        templates = self.product_tmpl_id or Template.with_context(
            active_test=False
        ).search([("categ_id", "=", self.product_categ_id.id)])
        if not templates:
            raise UserError(
                self.env._("%(row)s has no products any more.", row=self.display_name)
            )
        setting = self.env["aftersales.planning.setting"]._get_for(self.company_id)
        # The matching reads transfers, which the user may not; the list of orders
        # that opens is under his own rights.
        rows = self.sudo()._fetch_failures(
            self.company_id, self.date_from, self.date_to, templates
        )
        ids = [
            order
            for order, _template, start, _end, day in rows
            if reliability.failure_bin(start, day, setting.last_age) == self.age
        ]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Repairs: %(row)s", row=self.display_name),
            "res_model": "aftersales.service.order",
            "view_mode": "list,form",
            "domain": [("id", "in", ids)],
        }

    @api.model
    def _get_spans(self, company, templates):
        """Rates to plan with, by model and year of age.

        A year without own data takes the last younger year of the model, else
        its design rate, else the rate of the category.

        :return: function (template, age) → (low, rate, high, source)
        """
        rows = self.search_fetch(
            Domain("company_id", "=", company.id)
            & Domain("source", "!=", "none")
            & (
                Domain("product_tmpl_id", "in", templates.ids)
                | Domain("product_categ_id", "in", templates.categ_id.ids)
                & Domain("level", "=", "category")
            ),
            ["product_tmpl_id", "product_categ_id", "age", "used_rate", "source"],
            order="age",
        )
        known = defaultdict(dict)
        for row in rows:
            key = row.product_tmpl_id or row.product_categ_id
            span = (row.used_low, row.used_rate, row.used_high, row.source)
            known[key][row.age] = span
        design = templates.with_company(company)._get_aftersales_design_rates()

        def find(template, age):
            for key in (template, template.categ_id):
                years = [year for year in known[key] if year <= age]
                if years:
                    return known[key][max(years)]
                if key == template and design[template.id]:
                    rate = design[template.id]
                    return rate, rate, rate, "design"
            return 0.0, 0.0, 0.0, "none"

        return find
