from datetime import timedelta

from odoo.fields import Command
from odoo.tests import new_test_user

from .common import TrainingCommon


class CompetitionCommon(TrainingCommon):
    """A competition of theory and practice with two judges and four entrants."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_aftersales_today()
        cls.Competition = cls.env["aftersales.competition"]
        cls.Entrant = cls.env["aftersales.competition.entrant"]
        cls.Score = cls.env["aftersales.competition.score"]
        cls.Award = cls.env["aftersales.competition.award"]
        cls.judge_one = cls._create_judge("judge_one")
        cls.judge_two = cls._create_judge("judge_two")
        cls.people = [
            cls._create_employee(name, cls.company)
            for name in ("Ann", "Ben", "Cid", "Dan")
        ]
        for person in cls.people:
            cls._create_post(person, cls.point, cls.role_technician)
        cls.competition = cls._create_competition()
        cls.theory, cls.practice = cls.competition.discipline_ids

    @classmethod
    def _create_judge(cls, login, group="group_service"):
        return new_test_user(
            cls.env,
            login,
            groups=f"aftersales_network.{group}",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _create_competition(cls, **vals):
        return cls.Competition.create(
            {
                "name": "Skills Contest",
                "company_id": cls.company.id,
                "service_point_id": cls.centre.id,
                "date_from": cls.today,
                "date_to": cls.today + timedelta(days=2),
                "judge_ids": [Command.set((cls.judge_one | cls.judge_two).ids)],
                "discipline_ids": [
                    Command.create(
                        {"name": "Theory", "kind": "theory", "maximum": 100}
                    ),
                    Command.create(
                        {
                            "name": "Practice",
                            "maximum": 40,
                            "weight": 3,
                            "tie_order": 1,
                        }
                    ),
                ],
                "award_rule_ids": [
                    Command.create({"rank": 1, "name": "Gold", "amount": 1000}),
                    Command.create({"rank": 3, "name": "Bronze", "gift": "Toolbox"}),
                ],
                **vals,
            }
        )

    @classmethod
    def _enter(cls, people=None, competition=None):
        return cls.Entrant.create(
            [
                {
                    "competition_id": (competition or cls.competition).id,
                    "employee_id": person.id,
                }
                for person in people or cls.people
            ]
        )

    @classmethod
    def _run(cls):
        """Registered and started; one line per entrant, discipline and judge."""
        cls.competition.action_open()
        entrants = cls._enter()
        cls.competition.action_start()
        return entrants

    @classmethod
    def _give(cls, entrant, theory, practice):
        """Points of both judges; a pair means one value each."""
        for discipline, values in ((cls.theory, theory), (cls.practice, practice)):
            lines = entrant.score_ids.filtered(
                lambda s, d=discipline: s.discipline_id == d
            ).sorted("judge_id")
            for line, value in zip(lines, values, strict=True):
                line.points = value
