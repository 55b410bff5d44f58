from decimal import Decimal

from odoo import api, fields, models, tools

from odoo.addons.aftersales_network.tools import workdays


class AftersalesProductClass(models.Model):
    _inherit = "aftersales.product.class"

    usage_rate = fields.Float(
        "Usage Factor n (%)",
        digits=(6, 4),
        help="What the maker states for the usage fee; the lower of it and the limit "
        "of the law counts. 0: the limit of the law.",
    )

    _usage_rate_positive = models.Constraint(
        "CHECK (usage_rate >= 0)", "The usage factor cannot be negative."
    )

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def _get_usage_rate(self):
        """Usage factor as an exact fraction; None where none is stated."""
        self.ensure_one()
        if not self.usage_rate:
            return None
        return Decimal(str(round(self.usage_rate, 4))) / 100

    @api.model
    @tools.ormcache("class_id")
    def _get_class_facts(self, class_id):
        """What a class lays down, as facts for the calculation.

        A product without a class, or with one whose figures nobody has confirmed,
        has no periods and no rates.
        """
        record_sudo = self.sudo().browse(class_id)
        if not class_id or not record_sudo.active:
            return {"category": "other"}
        return {
            "category": record_sudo.category,
            "class_id": class_id,
            "whole_months": record_sudo.whole_months or None,
            "part_months": record_sudo.part_months or None,
            "daily_rate": record_sudo._get_daily_rate(),
            "usage_rate": record_sudo._get_usage_rate(),
        }


class AftersalesPolicyVersion(models.Model):
    _inherit = "aftersales.policy.version"

    warranty_title = fields.Selection(
        [("full", "Full"), ("limited", "Limited")],
        "Title of the Warranty",
        help="Where the law asks that a written warranty is titled, as in the United "
        "States. Some rights are given by a full warranty only.",
    )
    usage_rate = fields.Float(
        "Usage Factor n (%)",
        digits=(6, 4),
        help="Stated on the warranty certificate. The lowest of it, that of the "
        "product class and the limit of the law counts. 0: not stated.",
    )

    _usage_rate_positive = models.Constraint(
        "CHECK (usage_rate >= 0)", "The usage factor cannot be negative."
    )


class ProductTemplate(models.Model):
    _inherit = "product.template"

    aftersales_is_assembly = fields.Boolean(
        "Assembly",
        help="A whole assembly such as an engine. Its replacements are counted apart "
        "from those of its parts, where a law gives rights after some of them.",
    )
    aftersales_fault_group_id = fields.Many2one(
        "aftersales.fault.group",
        "Belongs to",
        index="btree_not_null",
        ondelete="restrict",
        help="Assembly or accessory that this part is or belongs to.",
    )
    aftersales_no_withdrawal = fields.Boolean(
        "No Return without a Reason",
        help="Excluded from the return without a reason after a distance sale: made "
        "to order, perishable, unsealed software, or confirmed by the buyer.",
    )


class ProductCategory(models.Model):
    _inherit = "product.category"

    def _get_aftersales_classes(self):
        """Class of each category, its own or that of the nearest above."""
        Class = self.env["aftersales.product.class"]
        own = self._get_own_classes()
        found = {}
        for categ in self.sudo():
            path = [int(x) for x in (categ.parent_path or "").split("/") if x]
            class_id = next((own[x] for x in reversed(path) if x in own), False)
            found[categ.id] = Class.browse(class_id)
        return found

    @api.model
    @tools.ormcache()
    def _get_own_classes(self):
        """Categories with a class of their own: ``{category id: class id}``."""
        categories_sudo = self.sudo().search_fetch(
            [("aftersales_class_id", "!=", False)], ["aftersales_class_id"]
        )
        return {categ.id: categ.aftersales_class_id.id for categ in categories_sudo}

    @api.model_create_multi
    def create(self, vals_list):
        categories = super().create(vals_list)
        if any(vals.get("aftersales_class_id") for vals in vals_list):
            self.env.registry.clear_cache()
        return categories


class AftersalesServiceOrder(models.Model):
    """What the law counts of a repair beside its days."""

    _inherit = "aftersales.service.order"

    delay_cause = fields.Selection(
        [
            ("repairer", "Repairer"),
            ("customer", "Customer"),
            ("other", "Someone Else"),
        ],
        "Long Repair Caused by",
        default="repairer",
        tracking=True,
        help="Who caused that a repair takes long. Days of waiting for a part are "
        "counted apart in any case.",
    )
    hours_not_counted = fields.Float(
        tracking=True,
        help="Hours that the law takes off the repair time: transport of parts made "
        "for this unit or of a traction battery, and the road time of a rescue.",
    )

    _hours_not_counted_positive = models.Constraint(
        "CHECK (hours_not_counted >= 0)",
        "The hours that do not count cannot be negative.",
    )


class ResCompany(models.Model):
    _inherit = "res.company"

    def _get_aftersales_workday_check(self):
        """Callable that tells a working day by the company's calendar.

        Weekly hours and holidays of the company's working schedule; without a
        schedule Monday to Friday. Both are read when the first day is asked for:
        few answers depend on it.
        """
        self.ensure_one()
        known, schedule = {}, []

        def is_working(day):
            if not schedule:
                schedule.extend(self._get_aftersales_schedule())
            if day not in known:
                known[day] = bool(workdays.open_days([day], *schedule))
            return known[day]

        return is_working

    def _get_aftersales_schedule(self):
        """Weekly shifts and holidays of the company: ``(shifts, leaves)``."""
        self.ensure_one()
        calendar_sudo = self.sudo().resource_calendar_id
        shifts = [
            workdays.Shift(
                int(line.dayofweek),
                line.hour_from,
                line.hour_to,
                int(line.week_type) if line.week_type else None,
            )
            for line in calendar_sudo.attendance_ids
            if not line.display_type and line.day_period != "lunch"
        ]
        shifts = shifts or [workdays.Shift(day, 9, 17) for day in range(5)]
        return shifts, self._get_aftersales_holidays(calendar_sudo)

    def _get_aftersales_holidays(self, calendar_sudo):
        """Holidays of the company as pairs of local moments."""
        zone = self._get_aftersales_tz()
        leaves_sudo = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .with_context(tz=zone)
            .search_fetch(
                [
                    ("time_type", "=", "leave"),
                    ("resource_id", "=", False),
                    ("company_id", "in", [False, self.id]),
                    ("calendar_id", "in", [False, *calendar_sudo.ids]),
                ],
                ["date_from", "date_to"],
            )
        )

        def local(moment):
            stamp = fields.Datetime.context_timestamp(leaves_sudo, moment)
            return stamp.replace(tzinfo=None)

        return [(local(leave.date_from), local(leave.date_to)) for leave in leaves_sudo]
