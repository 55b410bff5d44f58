from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from ..tools import dispatch


class AftersalesServiceOrder(models.Model):
    """Choice of the service point by hand.

    The dispatcher may go against ranking, capacity, area and calendar with a
    reason; he may not go against agreement, offer or qualification.
    """

    _inherit = "aftersales.service.order"

    def _dispatch_to(self, point, reason, technician=None):
        """Give the order to a point chosen by hand.

        :param reason: why the ranking is not followed, required
        :raise UserError: the point may not take the order at all, naming the
            rule and the way out
        """
        self.ensure_one()
        self._lock_for_dispatch()
        self._check_transition("dispatch")
        self._check_hand_choice(point, reason)
        facts = self._load_dispatch_facts(extra_points=point)
        candidate = self._get_hand_candidate(point, facts)
        self._check_binding_rules(point, candidate, facts)
        self._check_hand_technician(point, technician, facts)
        ranked = self._rank_candidates(facts)
        note = self.env._("By hand: %(reason)s", reason=reason.strip())
        # Both are evidence, and the limit of the point holds for others.
        point._claim_for_dispatch()
        self._write_flow(
            self._prepare_dispatch_vals(
                point.id, technician.id if technician else False, note
            )
        )
        self._replace_candidates(
            self._prepare_hand_vals_list(point, ranked, candidate, facts, note)
        )

    def _check_hand_choice(self, point, reason):
        """A choice by hand needs a point and a reason.

        :raise UserError: one of them is missing, or nobody may have the order
        """
        if not (reason or "").strip():
            raise UserError(
                self.env._(
                    "%(order)s: a choice by hand needs a reason.", order=self.name
                )
            )
        if not point:
            raise UserError(
                self.env._("%(order)s: choose a service point.", order=self.name)
            )
        if point.company_id != self.company_id:
            raise UserError(
                self.env._(
                    "%(order)s and %(point)s belong to different companies. Choose a "
                    "point of the order's company.",
                    order=self.name,
                    point=point.display_name,
                )
            )
        self._check_no_obstacle()

    def _check_no_obstacle(self):
        """Refuse a choice by hand where nobody may have the order.

        :raise UserError: naming the order and the obstacle
        """
        obstacle = self._get_dispatch_obstacle()
        if obstacle:
            raise UserError(
                self.env._(
                    "%(order)s stays in the queue: %(reason)s",
                    order=self.name,
                    reason=obstacle,
                )
            )

    def _get_hand_verdict(self, point):
        """Codes and sentences of every rule that speaks against a point."""
        self.ensure_one()
        facts = self._load_dispatch_facts(extra_points=point)
        broken = self._get_broken_reasons(self._get_hand_candidate(point, facts), facts)
        ranked = self._rank_candidates(facts)
        shut_out = [
            (c["reason_code"], c["reason"])
            for c in ranked
            if c["service_point_id"] == point.id
            and c["reason_code"] == dispatch.EXCLUSIVE
        ]
        return broken + shut_out

    def _get_hand_candidate(self, point, facts):
        """Facts of the chosen point, whether or not it works in the area."""
        for assigned, line, depth in self._get_assigned_points(facts):
            if assigned == point:
                return self._prepare_candidate(point, line, depth, facts)
        return self._prepare_candidate(point, None, 0, facts)

    def _check_binding_rules(self, point, candidate, facts):
        """Refuse what no reason can heal.

        :raise UserError: naming point, rule and way out
        """
        for code, _text in self._get_broken_reasons(candidate, facts):
            if code in dispatch.BINDING:
                method = getattr(self, f"_get_refusal_{code}")
                raise UserError(method(point, candidate, facts))

    def _get_refusal_state(self, point, candidate, facts):
        return self.env._(
            "%(point)s is in state “%(state)s” and receives no new work. Choose "
            "another point.",
            point=point.display_name,
            state=point._get_state_label(),
        )

    def _get_refusal_no_agreement(self, point, candidate, facts):
        return self.env._(
            "%(point)s has no agreement in force on %(date)s. Choose another point, "
            "or put an agreement in force first.",
            point=point.display_name,
            date=facts["days"][self.id].fact_day,
        )

    def _get_refusal_out_of_scope(self, point, candidate, facts):
        return self.env._(
            "The agreement of %(point)s does not hold %(service)s for %(product)s in "
            "%(area)s. Choose another point, or agree on a new version first.",
            point=point.display_name,
            service=self.service_type_id.name,
            product=self.product_id.display_name or self.env._("any product"),
            area=self.area_id.display_name or self.env._("this area"),
        )

    def _get_refusal_not_offered(self, point, candidate, facts):
        return self.env._(
            "%(point)s has the level %(level)s, which does not offer %(service)s. "
            "Choose another point, or widen the offer of the level.",
            point=point.display_name,
            level=point.level_id.name,
            service=self.service_type_id.name,
        )

    def _get_refusal_not_qualified(self, point, candidate, facts):
        return self.env._(
            "Nobody at %(point)s is qualified for %(order)s (%(people)s). Choose "
            "another point, or record the certificate first.",
            point=point.display_name,
            order=self.name,
            people="; ".join(candidate.missing),
        )

    def _check_hand_technician(self, point, technician, facts):
        """The chosen person works at the point and may do the job.

        :raise UserError: naming the person, the rule and the way out
        """
        if not technician:
            return
        here = [p.staff for p in facts["people"].get(point.id, ()) if p.days]
        if technician not in here:
            raise UserError(
                self.env._(
                    "%(order)s: %(person)s does not work at %(point)s on those days. "
                    "Choose a person of that point.",
                    order=self.name,
                    person=technician.name,
                    point=point.display_name,
                )
            )
        job = facts["days"][self.id]
        lacks = facts["missing"][self._get_qualification_type().id, job.fact_day]
        if lacks.get(technician.id):
            raise UserError(
                self.env._(
                    "%(order)s cannot go to %(person)s: %(missing)s. Choose somebody "
                    "else or record the certificate first.",
                    order=self.name,
                    person=technician.name,
                    missing=", ".join(lacks[technician.id]),
                )
            )

    def _prepare_hand_vals_list(self, point, ranked, candidate, facts, note):
        """Evidence of a choice by hand: all candidates, the chosen one marked."""
        vals_list = []
        for found in ranked:
            vals = self._prepare_candidate_vals(found, False)
            if found["service_point_id"] == point.id:
                text = f"{note} ({found['reason']})"
                vals.update(is_taken=True, is_by_hand=True, reason=text)
            vals_list.append(vals)
        if not any(vals["is_taken"] for vals in vals_list):
            broken = self._get_broken_reasons(candidate, facts)
            texts = "; ".join(text for _code, text in broken)
            vals_list.append(
                {
                    "order_id": self.id,
                    "service_point_id": point.id,
                    "is_taken": True,
                    "is_by_hand": True,
                    "reason_code": broken[0][0] if broken else dispatch.OK,
                    "reason": f"{note} ({texts})" if texts else note,
                    "load": candidate.load,
                    "distance_km": candidate.distance_km or 0.0,
                }
            )
        return vals_list

    @api.constrains("technician_id", "service_point_id")
    def _check_technician_point(self):
        """Somebody of the point, or somebody posted or lent to it, has the job."""
        if self._is_ranked():
            return
        foreign = self.filtered(
            lambda o: (
                o.technician_id
                and o.technician_id.service_point_id != o.service_point_id
            )
        )
        postings_sudo = foreign.technician_id.sudo().posting_ids
        for order in foreign:
            if not any(order._is_posted_here(p) for p in postings_sudo):
                raise ValidationError(
                    self.env._(
                        "%(order)s: %(person)s does not work at %(point)s. Choose a "
                        "person of that point.",
                        order=order.name,
                        person=order.technician_id.name,
                        point=order.service_point_id.display_name
                        or self.env._("any point yet"),
                    )
                )

    def _is_posted_here(self, posting_sudo):
        """Whether a posting brings the technician to the point for the job."""
        self.ensure_one()
        if (posting_sudo.staff_id.id, posting_sudo.to_point_id.id) != (
            self.technician_id.id,
            self.service_point_id.id,
        ):
            return False
        if self.date_end:
            return posting_sudo._runs_on(
                self.company_id._get_aftersales_today(self.date_end)
            )
        return any(posting_sudo._runs_on(day) for day in self._get_job_days().days)
