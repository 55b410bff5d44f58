from dataclasses import dataclass

from odoo import models

from ..tools import dispatch


@dataclass(frozen=True)
class Team:
    """People of one point as seen from one order."""

    in_role: tuple
    fit: models.Model
    missing: tuple
    is_absent: bool


class AftersalesServiceOrder(models.Model):
    """Ranking of one order out of the facts of the batch."""

    _inherit = "aftersales.service.order"

    def _rank_candidates(self, facts):
        """Candidates of one order as dicts, best first."""
        self.ensure_one()
        candidates = [
            self._prepare_candidate(point, line, depth, facts)
            for point, line, depth in self._get_assigned_points(facts)
        ]
        return [
            self._prepare_candidate_dict(ranked, facts)
            for ranked in dispatch.rank(candidates)
        ]

    def _get_assigned_points(self, facts):
        """Yield each point with its most specific assignment and area depth."""
        if not self.area_id:
            return
        path = self.product_id.categ_id.parent_path or ""
        day = facts["days"][self.id].fact_day
        chain = self.area_id._get_ancestor_ids()
        best = {}
        for depth, area_id in zip(range(len(chain), 0, -1), chain, strict=True):
            for line in facts["by_area"].get(area_id, ()):
                if line.company_id != self.company_id or not line._runs_on(day):
                    continue
                categ = line.product_categ_id
                fits = not categ or path.startswith(categ.parent_path)
                current = best.get(line.service_point_id)
                if current is None or (fits and not current[1]):
                    best[line.service_point_id] = (line, depth if fits else 0)
        for point, (line, depth) in best.items():
            yield point, line, depth

    def _prepare_candidate(self, point, line, depth, facts):
        """Facts of one point for the kernel."""
        job = facts["days"][self.id]
        agreement = facts["agreements"][job.fact_day].get(point.id)
        team = self._get_team(point, facts)
        own, present = self._count_heads(point, facts, job.load_day)
        return dispatch.Candidate(
            point_id=point.id,
            dispatchable=point._is_dispatchable(),
            refused=point.id in facts["refusals"][self.id],
            area_depth=depth,
            exclusive=bool(line) and line.exclusive,
            needs_agreement=point._needs_agreement(),
            has_agreement=bool(agreement),
            in_scope=bool(agreement) and self._is_covered_by(agreement),
            is_offered=self._is_offered_by(point),
            staff_count=len(team.in_role),
            qualified_count=len(team.fit),
            is_open=not facts["open_days"][point.id].isdisjoint(job.days),
            is_absent=team.is_absent,
            missing=team.missing,
            load=facts["load"][point.id],
            capacity=dispatch.scaled_capacity(point.capacity, own, present),
            day_load=facts["day_load"][point.id, job.load_day],
            day_capacity=dispatch.scaled_capacity(point.capacity_per_day, own, present),
            distance_km=self._get_distance_km(point),
        )

    def _is_covered_by(self, agreement):
        """Whether an agreement in force holds the job."""
        return agreement._covers(self.service_type_id, self.product_id, self.area_id)

    def _is_offered_by(self, point):
        """Whether the level of the point offers the service; empty means every."""
        offered = point.level_id.service_type_ids
        return not offered or self.service_type_id in offered

    # People

    def _get_team(self, point, facts):
        """People of the point for the job; the same for orders of one kind."""
        job = facts["days"][self.id]
        key = (
            point.id,
            self._get_wanted_role().id,
            self._get_qualification_type().id,
            job.fact_day,
            job.days,
        )
        teams = facts["teams"]
        if key not in teams:
            teams[key] = self._build_team(point, facts, job)
        return teams[key]

    def _build_team(self, point, facts, job):
        """Split the people of a point by role, qualification and presence."""
        missing = facts["missing"][self._get_qualification_type().id, job.fact_day]
        in_role = tuple(
            person
            for person in facts["people"].get(point.id, ())
            if self._is_in_role(person.role) and not person.days.isdisjoint(job.days)
        )
        able = [person for person in in_role if not missing.get(person.staff.id)]
        open_days = facts["open_days"][point.id]
        there = [
            person
            for person in able
            if (person.days & open_days & job.days)
            - facts["absent_days"].get(person.staff.employee_id.id, frozenset())
        ]
        return Team(
            in_role=in_role,
            fit=self.env["aftersales.staff"].union(
                *(person.staff for person in there or able)
            ),
            missing=tuple(
                f"{p.staff.name}: {', '.join(missing[p.staff.id])}"
                for p in in_role
                if missing.get(p.staff.id)
            ),
            is_absent=bool(able) and not there and not open_days.isdisjoint(job.days),
        )

    def _is_in_role(self, role):
        """Whether somebody in that role may get the job."""
        wanted = self._get_wanted_role()
        return role == wanted if wanted else role.is_technician

    def _get_wanted_role(self):
        """Role in which somebody has to be for the job; extension point."""
        self.ensure_one()
        return self.service_type_id.role_id

    def _get_qualification_type(self):
        """Service type whose qualifications the job asks for; extension point."""
        self.ensure_one()
        return self.service_type_id

    def _count_heads(self, point, facts, day):
        """Technicians of the point by contract, and those there on a day."""
        if not point.capacity and not point.capacity_per_day:
            return 0, 0
        key = ("heads", point.id, day)
        teams = facts["teams"]
        if key not in teams:
            people = [
                p for p in facts["people"].get(point.id, ()) if p.role.is_technician
            ]
            present = sum(day in p.days for p in people)
            away = sum(
                p.is_home and day not in p.days and p.staff._runs_on(day)
                for p in people
            )
            own = away + sum(p.is_home and day in p.days for p in people)
            teams[key] = (own, present)
        return teams[key]

    def _get_distance_km(self, point):
        """Distance between customer and point, ``None`` without positions."""
        here, there = self.partner_id, point.partner_id
        return dispatch.distance_km(
            (here.partner_latitude, here.partner_longitude),
            (there.partner_latitude, there.partner_longitude),
        )

    # Result

    def _prepare_candidate_dict(self, ranked, facts):
        """Public form of one ranked candidate."""
        candidate = ranked.candidate
        point = self.env["aftersales.service.point"].browse(candidate.point_id)
        person = self._choose_person(point, facts) if ranked.eligible else None
        return {
            "service_point_id": candidate.point_id,
            "technician_id": person.id if person else False,
            "is_eligible": ranked.eligible,
            "rank": ranked.rank,
            "reason_code": ranked.reason,
            "reason": self._get_dispatch_reason(ranked, facts),
            "load": candidate.load,
            "distance_km": candidate.distance_km,
        }

    def _choose_person(self, point, facts):
        """Qualified person with the fewest open orders."""
        fit = self._get_team(point, facts).fit
        return min(fit, key=lambda s: (facts["person_load"][s.id], s.id), default=fit)
