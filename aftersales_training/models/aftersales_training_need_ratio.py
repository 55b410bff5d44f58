from odoo import api, models
from odoo.fields import Domain


class AftersalesTrainingNeed(models.Model):
    """Needs that follow from the certified-manager ratio."""

    _inherit = "aftersales.training.need"

    @api.model
    def _propose_for_ratio(self, staff, course, heads):
        """Record a need for each of these managers, unless there is one.

        :param course: course to attend; empty: any course of business content
        :param heads: certified managers that are missing
        :return: the open needs of these people because of the ratio
        """
        today = self.env.company._get_aftersales_today()
        vals_list = [
            {
                **self._prepare_origin_vals("ratio", person, today),
                **self._prepare_person_vals(person),
                "course_id": course.id,
                "content_type": course.content_type or "business",
                "text": self.env._(
                    "Certified managers: %(missing)s missing", missing=heads
                ),
            }
            for person in staff
        ]
        self.create(self._filter_new(vals_list))
        return self.search(
            Domain("origin", "=", "ratio")
            & Domain("state", "in", ("open", "planned"))
            & Domain("origin_model", "=", "aftersales.staff")
            & Domain("origin_res_id", "in", staff.ids)
        )
