from odoo import api, fields, models
from odoo.fields import Domain


class AftersalesServicePoint(models.Model):
    """Figures of the five systems, for a unit and everything below it."""

    _inherit = "aftersales.service.point"

    #: Days that a figure about finished work looks back.
    _SYSTEM_DAYS = 90

    def action_view_systems(self):
        """Open the page of the five systems, counted now."""
        self.ensure_one()
        self.check_access("read")
        figures = self.env["aftersales.system.figure"].create(
            [
                {**vals, "service_point_id": self.id, "sequence": number}
                for number, vals in enumerate(self._get_system_figures(), start=1)
            ]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_network.aftersales_system_figure_action"
        )
        action["name"] = self.env._("Five Systems of %(unit)s", unit=self.name)
        action["domain"] = [("id", "in", figures.ids)]
        return action

    @api.model
    def action_view_my_systems(self):
        """Page of the unit the user manages, or of the head office."""
        mine = self.search(
            [("manager_id", "=", self.env.uid), ("tier", "!=", "point")], limit=1
        )
        unit = (
            mine
            or self.search([("tier", "=", "hq")], limit=1)
            or self.search([("tier", "=", "centre")], limit=1)
        )
        if not unit:
            return self.env["ir.actions.act_window"]._for_xml_id(
                "aftersales_network.aftersales_service_point_action"
            )
        return unit.action_view_systems()

    def _get_system_figures(self):
        """Figures of the unit and everything below it; extension point.

        :return: list of values of ``aftersales.system.figure``
        """
        self.ensure_one()
        below = Domain("service_point_id", "child_of", self.id)
        return [
            *self._get_information_figures(below),
            *self._get_parts_figures(below),
            *self._get_settlement_figures(below),
            *self._get_people_figures(below),
            *self._get_metric_figures(),
        ]

    def _get_information_figures(self, below):
        """Requests on their way and reports of the points."""
        Order = self.env["aftersales.service.order"]
        running = below & Order._get_open_domain()
        late = running & Domain("is_late", "=", True)
        figures = [
            ("information", self.env._("Open orders"), Order, running, "up", False),
            ("information", self.env._("Late orders"), Order, late, "up", True),
        ]
        return self._prepare_figures(figures)

    def _get_parts_figures(self, below):
        """Jobs that wait for the centre's parts."""
        Order = self.env["aftersales.service.order"]
        waiting = below & Domain("state", "=", "waiting_part")
        label = self.env._("Jobs waiting for parts")
        return self._prepare_figures([("parts", label, Order, waiting, "down", True)])

    def _get_settlement_figures(self, below):
        """Money that waits between the points and the company."""
        Adjustment = self.env["aftersales.point.adjustment"]
        waiting = below & Domain("state", "=", "open")
        label = self.env._("Awards and penalties to settle")
        return self._prepare_figures(
            [("settlement", label, Adjustment, waiting, "down", False)]
        )

    def _get_people_figures(self, below):
        """People present, and points without any technician."""
        Staff = self.env["aftersales.staff"]
        today = self.company_id._get_aftersales_today()
        present = Staff._get_present_domain(today)
        empty = (
            Domain("id", "child_of", self.id)
            & Domain("tier", "=", "point")
            & Domain("state", "in", ("active", "probation"))
            & ~Domain(
                "staff_ids", "any", present & Domain("role_id.is_technician", "=", True)
            )
        )
        label = self.env._("Points without a technician")
        return self._prepare_figures(
            [
                ("people", self.env._("People present"), Staff, below & present, "", 0),
                ("people", label, self.env[self._name], empty, "up", True),
            ]
        )

    def _get_metric_figures(self):
        """Measured figures of all points below, over the last months."""
        today = self.company_id._get_aftersales_today()
        start = fields.Date.subtract(today, days=self._SYSTEM_DAYS)
        points = self.search([("id", "child_of", self.id)])
        Metric = self.env["aftersales.metric"]
        catalog = Metric._get_metric_catalog()
        systems = self._get_system_metrics()
        codes = list(systems)
        values = Metric._compute_metrics(codes, points, start, today)
        figures = []
        for code in codes:
            numbers = (values[code] or {}).values()
            numerator = sum(float(n) for n, _d in numbers)
            denominator = sum(float(d) for _n, d in numbers)
            model, domain = Metric._get_metric_domain(code, points, start, today)
            figures.append(
                {
                    "system": systems[code],
                    "name": catalog[code]["name"],
                    "value": self._format_figure(
                        numerator, denominator, catalog[code]["unit"]
                    ),
                    "res_model": model,
                    "domain": list(domain),
                    "direction": False,
                }
            )
        return figures

    def _get_system_metrics(self):
        """Metrics shown on the page: ``{code: system}``; extension point."""
        return dict.fromkeys(("CLOSE", "ONSITE", "MTTR", "COMPR", "REOPEN"), "quality")

    def _format_figure(self, numerator, denominator, unit):
        """Text of a metric: the share with both numbers, or a mean."""
        if not denominator:
            return self.env._("n/a")
        if unit == "%":
            share = 100 * numerator / denominator
            return f"{share:.1f} % ({numerator:.0f} / {denominator:.0f})"
        units = {"h": self.env._("h"), "days": self.env._("days")}
        return f"{numerator / denominator:.1f} {units.get(unit, '')}".rstrip()

    def _prepare_figures(self, specs):
        """Count the records behind each figure the user may read.

        :param specs: tuples ``(system, label, model, domain, direction, alert)``
        """
        return [
            {
                "system": system,
                "name": label,
                "value": str(count),
                "is_alert": bool(alert and count),
                "direction": direction or False,
                "res_model": model._name,
                "domain": list(domain),
            }
            for system, label, model, domain, direction, alert in specs
            if model.has_access("read")
            for count in [model.search_count(domain)]
        ]
