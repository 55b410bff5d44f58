from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools import dispatch


class AftersalesServiceOrder(models.Model):
    """Choice of the service point for an order, with reasons.

    The facts of a whole batch are loaded with a constant number of queries;
    the ranking itself is plain Python (``tools/dispatch.py``).
    """

    _inherit = "aftersales.service.order"

    #: Everything ranking and hand-over read on a point: what is missing here is
    #: read again, point by point.
    _DISPATCH_POINT_FIELDS = (
        "name",
        "active",
        "company_id",
        "state",
        "tier",
        "kind",
        "partner_id",
        "capacity",
    )

    def _get_dispatch_candidates(self):
        """Rank the service points for each order.

        Rule order: area → agreement (dates, service, product) → qualification
        → load → distance.

        :return: ``{order_id: [candidate dict, …]}``, best first, dropped ones
            last; keys ``service_point_id, technician_id, is_eligible, rank,
            reason_code, reason, load, distance_km``
        """
        facts = self._load_dispatch_facts()
        return {order.id: order._rank_candidates(facts) for order in self}

    def action_dispatch(self):
        """Give each draft order to its best candidate.

        An order nobody may take stays in the queue with the reason.
        """
        self._check_transition("dispatch")
        facts = self._load_dispatch_facts()
        candidate_vals = []
        for order in self:
            ranked = order._rank_candidates(facts)
            best = next((c for c in ranked if c["is_eligible"]), None)
            candidate_vals += order._prepare_candidate_vals_list(ranked, best)
            order._take_candidate(best, ranked)
            if best:
                facts["load"][best["service_point_id"]] += 1
                facts["person_load"][best["technician_id"]] += 1
        # Evidence of the decision: written for the user, never by him.
        self.check_access("write")
        candidates_sudo = self.env["aftersales.dispatch.candidate"].sudo()
        self.candidate_ids.sudo().unlink()
        candidates_sudo.create(candidate_vals)
        return True

    def _get_dispatch_obstacle(self):
        """Tell why nobody at all may get the order: a text, or ``False``.

        Extension point: an order with an obstacle stays in the queue with it.
        """
        self.ensure_one()
        return False

    def _dispatch_to(self, point, reason, technician=None):
        """Give the order to a point chosen by hand.

        :param reason: why the ranking is not followed, required
        :raise UserError: the point may not take the order at all
        """
        self.ensure_one()
        self._check_transition("dispatch")
        if not (reason or "").strip():
            raise UserError(
                self.env._(
                    "%(order)s: a choice by hand needs a reason.", order=self.name
                )
            )
        if not point._is_dispatchable():
            raise UserError(
                self.env._(
                    "%(point)s is in state “%(state)s” and receives no new work.",
                    point=point.display_name,
                    state=point._get_state_label(),
                )
            )
        self._write_flow(
            self._prepare_dispatch_vals(
                point.id,
                technician.id if technician else False,
                self.env._("By hand: %(reason)s", reason=reason),
            )
        )

    def _take_candidate(self, best, ranked):
        """Write the result of the ranking on one order."""
        if best:
            self._write_flow(
                self._prepare_dispatch_vals(
                    best["service_point_id"], best["technician_id"], best["reason"]
                )
            )
        else:
            self._write_flow({"dispatch_note": self._get_undispatched_reason(ranked)})

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
        return {
            "state": "dispatched",
            "service_point_id": point_id,
            "technician_id": technician_id,
            "date_dispatched": fields.Datetime.now(),
            "dispatch_note": note,
        }

    def _prepare_candidate_vals_list(self, ranked, best):
        """Values of the candidate lines that keep the reasons."""
        self.ensure_one()
        return [
            {
                "order_id": self.id,
                "service_point_id": c["service_point_id"],
                "rank": c["rank"],
                "is_eligible": c["is_eligible"],
                "is_taken": c is best,
                "reason_code": c["reason_code"],
                "reason": c["reason"],
                "load": c["load"],
                "distance_km": c["distance_km"] or 0.0,
            }
            for c in ranked
        ]

    # Facts of the batch

    def _load_dispatch_facts(self):
        """Load everything the ranking needs, in a constant number of queries."""
        today = self.env.company._get_aftersales_today()
        assignments = self._load_assignments(today)
        points = assignments.service_point_id
        points.fetch(self._DISPATCH_POINT_FIELDS)
        agreements = points._get_agreements_on(today)
        staff = self._load_staff(points, today)
        by_area = defaultdict(list)
        for line in assignments:
            by_area[line.area_id.id].append(line)
        facts = {
            "by_area": by_area,
            "agreements": agreements,
            "staff": staff,
            "missing": self._load_missing(staff, today),
        }
        return {**facts, **self._load_loads(points)}

    def _load_assignments(self, today):
        """Assignments of the areas of the batch and of everything above them."""
        self.area_id.fetch(["parent_path"])
        area_ids = {i for area in self.area_id for i in area._get_ancestor_ids()}
        Assignment = self.env["aftersales.area.assignment"]
        domain = Assignment._get_running_domain(today)
        domain &= Domain("area_id", "in", list(area_ids))
        domain &= Domain("company_id", "in", self.company_id.ids)
        names = ["service_point_id", "area_id", "product_categ_id", "exclusive"]
        return Assignment.search_fetch(domain, [*names, "company_id"])

    def _load_staff(self, points, today):
        """Present people by point: ``{point_id: staff}``."""
        Staff = self.env["aftersales.staff"]
        staff = Staff.search_fetch(
            Domain("service_point_id", "in", points.ids)
            & Staff._get_present_domain(today),
            ["service_point_id", "company_id", "role_id", "name"],
        )
        return staff.grouped(lambda s: s.service_point_id.id)

    def _load_missing(self, staff_by_point, today):
        """Missing qualifications: ``{service_type_id: {staff_id: [text]}}``."""
        everybody = self.env["aftersales.staff"].union(*staff_by_point.values())
        return {
            service_type.id: everybody._get_missing_qualifications(service_type, today)
            for service_type in self.service_type_id
        }

    def _load_loads(self, points):
        """Open orders per point and per person."""
        domain = self._get_open_domain() & Domain("service_point_id", "in", points.ids)
        load, person_load = defaultdict(int), defaultdict(int)
        for point, person, count in self._read_group(
            domain, ["service_point_id", "technician_id"], ["__count"]
        ):
            load[point.id] += count
            person_load[person.id] += count
        return {"load": load, "person_load": person_load}

    # Ranking of one order

    def _rank_candidates(self, facts):
        """Candidates of one order as dicts, best first."""
        self.ensure_one()
        people = {}
        candidates = []
        for point, line, depth in self._get_assigned_points(facts):
            fit, missing = self._split_people(point, facts)
            people[point.id] = min(
                fit, key=lambda s: (facts["person_load"][s.id], s.id), default=None
            )
            candidates.append(
                self._prepare_candidate(point, line, depth, facts, (fit, missing))
            )
        return [
            self._prepare_candidate_dict(ranked, people[ranked.candidate.point_id])
            for ranked in dispatch.rank(candidates)
        ]

    def _get_assigned_points(self, facts):
        """Yield each point with its most specific assignment and area depth."""
        if not self.area_id:
            return
        path = self.product_id.categ_id.parent_path or ""
        chain = self.area_id._get_ancestor_ids()
        best = {}
        for depth, area_id in zip(range(len(chain), 0, -1), chain, strict=True):
            for line in facts["by_area"].get(area_id, ()):
                categ = line.product_categ_id
                if line.company_id != self.company_id:
                    continue
                fits = not categ or path.startswith(categ.parent_path)
                current = best.get(line.service_point_id)
                if current is None or (fits and not current[1]):
                    best[line.service_point_id] = (line, depth if fits else 0)
        for point, (line, depth) in best.items():
            yield point, line, depth

    def _split_people(self, point, facts):
        """People of the point who may do the job, and what the others lack."""
        role = self.service_type_id.role_id
        staff = facts["staff"].get(point.id, self.env["aftersales.staff"])
        in_role = staff.filtered(
            lambda s: s.role_id == role if role else s.role_id.is_technician
        )
        missing = facts["missing"][self.service_type_id.id]
        fit = in_role.filtered(lambda s: not missing.get(s.id))
        lacks = tuple(f"{s.name}: {', '.join(missing[s.id])}" for s in in_role - fit)
        return fit, (in_role, lacks)

    def _prepare_candidate(self, point, line, depth, facts, people):
        """Facts of one point for the kernel."""
        fit, (in_role, lacks) = people
        agreement = facts["agreements"].get(point.id)
        return dispatch.Candidate(
            point_id=point.id,
            dispatchable=point._is_dispatchable(),
            area_depth=depth,
            exclusive=line.exclusive,
            needs_agreement=point._needs_agreement(),
            has_agreement=bool(agreement),
            in_scope=bool(agreement)
            and agreement._covers(self.service_type_id, self.product_id),
            staff_count=len(in_role),
            qualified_count=len(fit),
            missing=lacks,
            load=facts["load"][point.id],
            capacity=point.capacity,
            distance_km=self._get_distance_km(point),
        )

    def _get_distance_km(self, point):
        """Distance between customer and point, ``None`` without positions."""
        here, there = self.partner_id, point.partner_id
        return dispatch.distance_km(
            (here.partner_latitude, here.partner_longitude),
            (there.partner_latitude, there.partner_longitude),
        )

    def _prepare_candidate_dict(self, ranked, person):
        """Public form of one ranked candidate."""
        candidate = ranked.candidate
        return {
            "service_point_id": candidate.point_id,
            "technician_id": person.id if person and ranked.eligible else False,
            "is_eligible": ranked.eligible,
            "rank": ranked.rank,
            "reason_code": ranked.reason,
            "reason": self._get_dispatch_reason(candidate, ranked),
            "load": candidate.load,
            "distance_km": candidate.distance_km,
        }

    def _get_dispatch_reason(self, candidate, ranked):
        """Sentence that says why a candidate was taken or dropped."""
        reasons = {
            dispatch.STATE: self.env._("the point receives no new work in its state"),
            dispatch.NO_AREA: self.env._("the area is assigned for other products"),
            dispatch.NO_AGREEMENT: self.env._("no agreement in force today"),
            dispatch.OUT_OF_SCOPE: self.env._(
                "the agreement does not hold this service"
            ),
            dispatch.NO_STAFF: self.env._("nobody in the required role"),
            dispatch.NOT_QUALIFIED: self.env._(
                "nobody qualified: %(people)s", people="; ".join(candidate.missing)
            ),
            dispatch.FULL: self.env._(
                "no capacity: %(load)s of %(capacity)s orders open",
                load=candidate.load,
                capacity=candidate.capacity,
            ),
        }
        if ranked.reason in reasons:
            return reasons[ranked.reason]
        return self.env._(
            "rank %(rank)s: area match level %(depth)s, %(load)s open orders",
            rank=ranked.rank,
            depth=candidate.area_depth,
            load=candidate.load,
        )
