import json
from urllib.parse import urlencode

from dateutil.relativedelta import relativedelta
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from .aftersales_point_condition import adopt_attachments

VOLUME_MONTHS = 12


class AftersalesServicePoint(models.Model):
    """The file of a point on one page: volumes, photos, place on the map."""

    _inherit = "aftersales.service.point"

    # The file of a point keeps every change.
    photo_ids = fields.Many2many(tracking=True)
    resource_calendar_id = fields.Many2one(tracking=True)
    partner_latitude = fields.Float(related="partner_id.partner_latitude")
    partner_longitude = fields.Float(related="partner_id.partner_longitude")
    volume_graph = fields.Text(compute="_compute_volumes")
    volume_html = fields.Html(
        "Monthly Volumes", compute="_compute_volumes", sanitize=False
    )
    photo_gallery = fields.Html(compute="_compute_photo_gallery", sanitize=False)

    @api.depends_context("lang", "tz")
    def _compute_volumes(self):
        start = self._get_volume_start()
        months = [start + relativedelta(months=n) for n in range(VOLUME_MONTHS)]
        labels = {
            month: format_date(self.env, month, date_format="MMM yyyy")
            for month in months
        }
        done = self._get_monthly_counts(start)
        on_time = self._get_monthly_counts(start, [("is_on_time", "=", True)])
        complaints = self._get_monthly_counts(start, [("is_complaint", "=", True)])
        for point in self:
            rows = [
                (labels[month], *(n.get((point._origin.id, month), 0) for n in counts))
                for month in months
                for counts in [(done, on_time, complaints)]
            ]
            point.volume_graph = point._prepare_volume_graph(rows)
            point.volume_html = point._render_volumes(rows)

    def _prepare_volume_graph(self, rows):
        """Data of the bar chart widget, as JSON."""
        values = [
            {"label": label, "value": done, "type": "past"}
            for label, done, _on_time, _complaints in rows
        ]
        return json.dumps([{"key": self.env._("Orders done"), "values": values}])

    def _render_volumes(self, rows):
        """Table of the months, newest first."""
        heads = (
            self.env._("Month"),
            self.env._("Orders done"),
            self.env._("On time"),
            self.env._("Complaint cases"),
        )
        cell = Markup("<td class='%s'>%s</td>")
        body = Markup("").join(
            Markup("<tr>%s</tr>")
            % Markup("").join(
                cell % ("text-end" if number else "", value)
                for number, value in enumerate(row)
            )
            for row in reversed(rows)
        )
        head = Markup("").join(
            Markup("<th class='%s'>%s</th>") % ("text-end" if number else "", label)
            for number, label in enumerate(heads)
        )
        return Markup(
            "<table class='table table-sm'><thead><tr>%s</tr></thead>"
            "<tbody>%s</tbody></table>"
        ) % (head, body)

    @api.depends("photo_ids")
    def _compute_photo_gallery(self):
        for point in self:
            images = point.photo_ids.filtered(
                lambda a: a._origin and (a.mimetype or "").startswith("image/")
            )
            point.photo_gallery = Markup("").join(
                Markup(
                    "<a href='/web/image/%s' target='_blank'><img alt='%s' "
                    "src='/web/image/%s/240x180' class='img-thumbnail me-2 mb-2'/></a>"
                )
                % (image._origin.id, image.name, image._origin.id)
                for image in images
            )

    @api.model_create_multi
    def create(self, vals_list):
        points = super().create(vals_list)
        adopt_attachments(points, "photo_ids")
        return points

    def write(self, vals):
        res = super().write(vals)
        if "photo_ids" in vals:
            adopt_attachments(self, "photo_ids")
        return res

    @api.model
    def _get_volume_start(self):
        """First day of the first month that the file of a point shows."""
        today = self.env.company._get_aftersales_today()
        return today.replace(day=1) - relativedelta(months=VOLUME_MONTHS - 1)

    def _get_monthly_counts(self, start, domain=()):
        """Orders done since ``start``: ``{(point id, first of month): count}``.

        Months are counted in the time zone of the company.
        """
        company_sudo = self.env.company.sudo()
        zone = company_sudo.partner_id.tz or self.env.user.tz or "UTC"
        # Who may read the point sees the number of all its orders.
        Order = self.env["aftersales.service.order"].sudo().with_context(tz=zone)
        begin, _end = self.env["aftersales.metric"]._get_utc_bounds(start, start)
        rows = Order._read_group(
            Domain("service_point_id", "in", self.ids)
            & Domain("date_end", ">=", begin)
            & Order._get_done_domain()
            & Domain(domain),
            ["service_point_id", "date_end:month"],
            ["__count"],
        )
        return {(point.id, month.date()): count for point, month, count in rows}

    def action_view_volumes(self):
        """Open the finished orders of the point by month."""
        label = self.env._("Orders by Month")
        action = self._get_related_action(
            "aftersales.service.order",
            label,
            "graph,pivot,list,form",
            [("date_end", "!=", False), ("state", "in", ("done", "closed"))],
        )
        context = {
            "graph_groupbys": ["date_end:month", "service_type_id"],
            "pivot_row_groupby": ["date_end:month"],
            "pivot_column_groupby": ["service_type_id"],
        }
        return {**action, "context": {**action["context"], **context}}

    def action_open_map(self):
        """Show the place of the point on a map, in a new tab."""
        self.ensure_one()
        if not (self.partner_latitude or self.partner_longitude):
            raise UserError(
                self.env._(
                    "%(point)s has no position yet. Enter latitude and longitude on "
                    "its company or address.",
                    point=self.display_name,
                )
            )
        place = {"mlat": self.partner_latitude, "mlon": self.partner_longitude}
        return {
            "type": "ir.actions.act_url",
            "url": f"https://www.openstreetmap.org/?{urlencode(place)}&zoom=14",
            "target": "new",
        }
