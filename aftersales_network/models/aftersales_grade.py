from odoo import api, fields, models, tools

GRADES = [("a", "A"), ("b", "B"), ("c", "C")]


class AftersalesGrade(models.Model):
    """What a grade of area offers: services, response time, call-back share.

    Areas are graded by competition and by the resources of the company (network-
    planning seed text); every company may set its own offer, the shared one
    applies where it has none.
    """

    _name = "aftersales.grade"
    _description = "Area Grade"
    _order = "grade, company_id, id"

    grade = fields.Selection(GRADES, required=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: every company without its own offer."
    )
    service_type_ids = fields.Many2many(
        "aftersales.service.type",
        "aftersales_grade_service_type_rel",
        "grade_id",
        "service_type_id",
        "Offered Services",
        help="Empty: every service.",
    )
    response_hours = fields.Float(
        "Response Time",
        help="Promised hours from the request to the first visit; 0: no promise.",
    )
    callback_share = fields.Float(
        "Call-backs (%)",
        digits=(5, 2),
        help="Share of finished jobs whose customers are called back.",
    )
    description = fields.Text(
        translate=True, help="Service image and strategy in areas of this grade."
    )
    area_count = fields.Integer("Areas", compute="_compute_area_count")

    _grade_company_uniq = models.UniqueIndex(
        "(grade, COALESCE(company_id, 0))",
        "The company has an offer for this grade already. Change that one.",
    )
    _response_positive = models.Constraint(
        "CHECK (response_hours >= 0)", "The response time cannot be negative."
    )
    _share_range = models.Constraint(
        "CHECK (callback_share >= 0 AND callback_share <= 100)",
        "The share of call-backs must be between 0 and 100 %.",
    )

    @api.depends("grade", "company_id")
    def _compute_display_name(self):
        labels = dict(self._fields["grade"]._description_selection(self.env))
        for offer in self:
            label = self.env._("Grade %(grade)s", grade=labels.get(offer.grade, ""))
            company = offer.company_id.name
            offer.display_name = f"{label} ({company})" if company else label

    def _compute_area_count(self):
        counts = dict(
            self.env["aftersales.area"]._read_group(
                [("grade", "in", self.mapped("grade"))], ["grade"], ["__count"]
            )
        )
        for offer in self:
            offer.area_count = counts.get(offer.grade, 0)

    @api.model_create_multi
    def create(self, vals_list):
        offers = super().create(vals_list)
        self.env.registry.clear_cache()
        offers._refresh_queue()
        return offers

    def write(self, vals):
        grades = self.mapped("grade")
        res = super().write(vals)
        self.env.registry.clear_cache()
        self._refresh_queue(grades)
        return res

    def unlink(self):
        grades = self.mapped("grade")
        res = super().unlink()
        self.env.registry.clear_cache()
        self.browse()._refresh_queue(grades)
        return res

    def _refresh_queue(self, grades=()):
        """Let the promises of orders in the queue follow the offer.

        :param grades: grades these offers had before, besides the present ones
        """
        self.env["aftersales.service.order"]._refresh_promises(
            [("grade", "in", [*self.mapped("grade"), *grades])]
        )

    @api.model
    @tools.ormcache()
    def _get_offer_ids(self):
        """Ids of all offers: ``{(grade, company id or False): id}``."""
        return {
            (offer.grade, offer.company_id.id): offer.id
            for offer in self.sudo().search_fetch([], ["grade", "company_id"])
        }

    @api.model
    def _get_offer(self, grade, company):
        """Offer of a grade in a company, as superuser; empty without one.

        :param company: ``res.company`` record
        """
        ids = self._get_offer_ids()
        found = ids.get((grade, company.id)) or ids.get((grade, False))
        # All offers are read together with the first of them.
        return self.sudo().browse(ids.values()).filtered(lambda o: o.id == found)

    def action_view_areas(self):
        """Open the areas of this grade."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "aftersales.area",
            "view_mode": "list,kanban,form",
            "domain": [("grade", "=", self.grade)],
        }
