from odoo import models

from ..tools import dispatch


class AftersalesServiceOrder(models.Model):
    """Sentences that say why a point was taken or dropped.

    One method per rule: ``_get_reason_<code>(ranked, facts)``; a module that
    adds a rule adds its method.
    """

    _inherit = "aftersales.service.order"

    def _get_dispatch_reason(self, ranked, facts):
        """Sentence that says why a candidate was taken or dropped."""
        return getattr(self, f"_get_reason_{ranked.reason}")(ranked, facts)

    def _get_reason_ok(self, ranked, facts):
        candidate = ranked.candidate
        return self.env._(
            "rank %(rank)s: area match level %(depth)s, %(load)s open orders",
            rank=ranked.rank,
            depth=candidate.area_depth,
            load=candidate.load,
        )

    def _get_reason_state(self, ranked, facts):
        return self.env._("the point receives no new work in its state")

    def _get_reason_refused(self, ranked, facts):
        return facts["refusals"][self.id][ranked.candidate.point_id]._get_text()

    def _get_reason_no_area(self, ranked, facts):
        if self.area_id and self._is_assigned(ranked.candidate.point_id, facts):
            return self.env._("the area is assigned for other products")
        return self.env._("the point does not work in the area")

    def _is_assigned(self, point_id, facts):
        """Whether the point has any assignment in the area of the order."""
        return any(
            line.service_point_id.id == point_id
            for area_id in self.area_id._get_ancestor_ids()
            for line in facts["by_area"].get(area_id, ())
        )

    def _get_reason_exclusive(self, ranked, facts):
        holder_id = ranked.details["holder"]
        holder = self.env["aftersales.service.point"].browse(holder_id)
        return self.env._(
            "the area belongs to %(point)s exclusively", point=holder.display_name
        )

    def _get_reason_no_agreement(self, ranked, facts):
        job = facts["days"][self.id]
        if job.is_planned:
            return self.env._("no agreement in force on %(date)s", date=job.fact_day)
        return self.env._("no agreement in force today")

    def _get_reason_out_of_scope(self, ranked, facts):
        return self.env._(
            "the agreement does not hold this service for this product and area"
        )

    def _get_reason_not_offered(self, ranked, facts):
        return self.env._("points of its level do not offer this service")

    def _get_reason_no_staff(self, ranked, facts):
        job = facts["days"][self.id]
        away = [
            person.staff.name
            for person in facts["people"].get(ranked.candidate.point_id, ())
            if person.is_home
            and self._is_in_role(person.role)
            and person.staff._runs_on(job.fact_day)
        ]
        if away:
            return self.env._(
                "nobody in the required role; posted or lent to others: %(people)s",
                people=", ".join(away),
            )
        return self.env._("nobody in the required role")

    def _get_reason_not_qualified(self, ranked, facts):
        return self.env._(
            "nobody qualified: %(people)s", people="; ".join(ranked.candidate.missing)
        )

    def _get_reason_closed(self, ranked, facts):
        first, last = self._get_first_last(facts)
        if first == last:
            return self.env._("closed on %(date)s", date=first)
        return self.env._("closed from %(start)s to %(end)s", start=first, end=last)

    def _get_reason_absent(self, ranked, facts):
        first, last = self._get_first_last(facts)
        team = self._get_team(
            self.env["aftersales.service.point"].browse(ranked.candidate.point_id),
            facts,
        )
        return self.env._(
            "absent from %(start)s to %(end)s: %(people)s",
            start=first,
            end=last,
            people=", ".join(team.fit.mapped("name")),
        )

    def _get_first_last(self, facts):
        days = facts["days"][self.id].days
        return min(days), max(days)

    def _get_reason_full(self, ranked, facts):
        return self.env._(
            "no capacity: %(load)s of %(capacity)s orders open",
            load=ranked.candidate.load,
            capacity=ranked.candidate.capacity,
        )

    def _get_reason_day_full(self, ranked, facts):
        return self.env._(
            "no capacity on %(date)s: %(load)s of %(capacity)s visits taken",
            date=facts["days"][self.id].load_day,
            load=ranked.candidate.day_load,
            capacity=ranked.candidate.day_capacity,
        )

    def _get_broken_reasons(self, candidate, facts):
        """Codes and sentences of every rule a candidate breaks."""
        return [
            (code, self._get_dispatch_reason(dispatch.Ranked(candidate, code), facts))
            for code in dispatch.broken_rules(candidate)
        ]
