from odoo import fields, models
from odoo.exceptions import UserError

from ..tools import dispatch
from .flow import FLOW

#: Why an order waits in the queue: the rules of the ranking, and what comes
#: before and after it.
QUEUE_REASONS = [
    ("obstacle", "Not Allowed for Anybody"),
    ("no_address", "Address in No Area"),
    ("no_point", "No Point Assigned"),
    (dispatch.STATE, "Point Not in Service"),
    (dispatch.REFUSED, "Refused by the Point"),
    ("taken_back", "Taken Back"),
    (dispatch.NO_AREA, "Area Assigned for Other Products"),
    (dispatch.EXCLUSIVE, "Area Held Exclusively"),
    (dispatch.NO_AGREEMENT, "No Agreement in Force"),
    (dispatch.OUT_OF_SCOPE, "Outside the Agreement"),
    (dispatch.NOT_OFFERED, "Not Offered at the Level"),
    (dispatch.NO_STAFF, "Nobody in the Role"),
    (dispatch.NOT_QUALIFIED, "Nobody Qualified"),
    (dispatch.CLOSED, "Closed"),
    (dispatch.ABSENT, "Everybody Absent"),
    (dispatch.FULL, "No Capacity"),
    (dispatch.DAY_FULL, "No Capacity on the Day"),
]


class AftersalesServiceOrder(models.Model):
    """Choice of the service point for an order, with reasons.

    The facts of a whole batch are loaded with a constant number of queries
    (``aftersales_service_order_facts.py``); the ranking itself is plain Python
    (``tools/dispatch.py``).
    """

    _inherit = "aftersales.service.order"

    date_planned = fields.Datetime(
        "Visit Planned",
        index="btree_not_null",
        tracking=True,
        copy=False,
        help="Agreed time of the visit: the point must be open and somebody "
        "qualified there on that day.",
    )
    technician_id = fields.Many2one(
        domain="[('present_point_id', '=', service_point_id)]"
    )
    dispatched_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    dispatch_reason_code = fields.Selection(
        QUEUE_REASONS,
        "Waiting Because",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Rule that keeps the order in the queue.",
    )
    refusal_ids = fields.One2many(
        "aftersales.dispatch.refusal", "order_id", copy=False, readonly=True
    )

    _waiting_idx = models.Index("(id) WHERE state = 'draft'")
    # The board by lateness: open orders, the longest overdue first.
    _late_idx = models.Index(
        "(date_promised, id) WHERE state IN "
        "('draft', 'dispatched', 'accepted', 'in_progress', 'waiting_part')"
    )

    def _get_dispatch_candidates(self):
        """Rank the service points for each order.

        Rule order: area → agreement (dates, service, product, area) → offer of
        the level → qualification → working calendar → capacity → load →
        distance.

        :return: ``{order_id: [candidate dict, …]}``, best first, dropped ones
            last; keys ``service_point_id, technician_id, is_eligible, rank,
            reason_code, reason, load, distance_km``
        """
        facts = self._load_dispatch_facts()
        return {order.id: order._rank_candidates(facts) for order in self}

    def _get_dispatch_obstacle(self):
        """Tell why nobody at all may get the order: a text, or ``False``.

        Extension point: an order with an obstacle stays in the queue with it.
        """
        self.ensure_one()
        return False

    def action_dispatch(self):
        """Give each draft order to its best candidate.

        An order nobody may take stays in the queue with the reason.

        :raise UserError: an order is no draft, or somebody else has it in hand
        """
        self._lock_for_dispatch()
        self._check_transition("dispatch")
        self._dispatch_by_rule()
        return True

    def _dispatch_by_rule(self):
        """Rank and hand over a batch that is locked; keep the evidence."""
        facts = self._load_dispatch_facts()
        candidate_vals, points = [], self.env["aftersales.service.point"]
        decisions = []
        for order in self:
            obstacle = order._get_dispatch_obstacle()
            ranked = order._rank_candidates(facts)
            eligible = (c for c in ranked if c["is_eligible"] and not obstacle)
            best = next(eligible, None)
            candidate_vals += order._prepare_candidate_vals_list(ranked, best)
            decisions.append((order, best, ranked, obstacle))
            if best:
                points |= points.browse(best["service_point_id"])
                order._count_in(facts, best)
        points._claim_for_dispatch()
        for order, best, ranked, obstacle in decisions:
            order._take_candidate(best, ranked, obstacle)
        self._replace_candidates(candidate_vals)

    def _lock_for_dispatch(self):
        """Let only one of two dispatchers have an order.

        :raise UserError: somebody else is dispatching one of the orders
        """
        self.check_access("write")
        taken = self - self.try_lock_for_update(allow_referencing=True)
        if taken:
            raise UserError(
                self.env._(
                    "%(order)s is being dispatched by somebody else at this moment. "
                    "Reload the page to see who got it.",
                    order=taken[0].name,
                )
            )

    def _count_in(self, facts, best):
        """Count an order that was just given away for the rest of the batch."""
        self.ensure_one()
        point_id = best["service_point_id"]
        facts["load"][point_id] += 1
        facts["person_load"][best["technician_id"]] += 1
        facts["day_load"][point_id, facts["days"][self.id].load_day] += 1

    def _replace_candidates(self, candidate_vals):
        """Write the evidence of the decision for the user, never by him."""
        self.check_access("write")
        candidates_sudo = self.env["aftersales.dispatch.candidate"].sudo()
        self.candidate_ids.sudo().unlink()
        candidates_sudo.create(candidate_vals)

    def _take_candidate(self, best, ranked, obstacle=False):
        """Write the result of the ranking on one order."""
        self.ensure_one()
        if best:
            # The ranking has checked point and person: constraints need not.
            self.with_context(aftersales_ranked=FLOW)._write_flow(
                self._prepare_dispatch_vals(
                    best["service_point_id"], best["technician_id"], best["reason"]
                )
            )
            return
        vals = {
            "dispatch_note": obstacle or self._get_undispatched_reason(ranked),
            "dispatch_reason_code": "obstacle"
            if obstacle
            else self._get_undispatched_code(ranked),
        }
        if any(self[name] != value for name, value in vals.items()):
            self._write_flow(vals)

    def _is_ranked(self):
        """Whether the running write carries out a decision of the ranking.

        Constraints that the ranking has checked for the whole batch need not
        look again, order by order.
        """
        return self.env.context.get("aftersales_ranked") is FLOW

    def _get_undispatched_code(self, ranked):
        """Code of the reason why nobody may take the order."""
        self.ensure_one()
        if not self.area_id:
            return "no_address"
        return dispatch.furthest([c["reason_code"] for c in ranked]) or "no_point"

    def _get_undispatched_reason(self, ranked):
        """Say why nobody may take the order."""
        self.ensure_one()
        if not self.area_id:
            return self.env._("The address of the customer lies in no service area.")
        if not ranked:
            return self.env._(
                "No service point is assigned to %(area)s.",
                area=self.area_id.display_name,
            )
        names = self.env["aftersales.service.point"].browse(
            [c["service_point_id"] for c in ranked]
        )
        return "\n".join(
            f"{point.display_name}: {c['reason']}"
            for point, c in zip(names, ranked, strict=True)
        )

    def _prepare_dispatch_vals(self, point_id, technician_id, note):
        """Values that hand an order to a point."""
        # What runs for a dispatcher is his: after a refusal, or from the queue.
        by_user = (self.env.su and self[:1].dispatched_by_id) or self.env.user
        return {
            "state": "dispatched",
            "service_point_id": point_id,
            "technician_id": technician_id,
            "date_dispatched": fields.Datetime.now(),
            "dispatched_by_id": by_user.id,
            "dispatch_note": note,
            "dispatch_reason_code": False,
            "is_acceptance_reminded": False,
        }

    def _prepare_candidate_vals_list(self, ranked, best):
        """Values of the candidate lines that keep the reasons."""
        self.ensure_one()
        return [self._prepare_candidate_vals(c, c is best) for c in ranked]

    def _prepare_candidate_vals(self, candidate, is_taken):
        """Values of one candidate line."""
        self.ensure_one()
        return {
            "order_id": self.id,
            "service_point_id": candidate["service_point_id"],
            "rank": candidate["rank"],
            "is_eligible": candidate["is_eligible"],
            "is_taken": is_taken,
            "reason_code": candidate["reason_code"],
            "reason": candidate["reason"],
            "load": candidate["load"],
            "distance_km": candidate["distance_km"] or 0.0,
        }
