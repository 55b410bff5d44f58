"""Strategy: board and promises, needs, competitors, documents, a crisis."""

from datetime import timedelta

from .work import first_of_month

#: Item, metric, unit, direction, own promise, (competitor: promise, score).
COMPARED = (
    ("On-site within 24 hours", "ONSITE", "%", "up", 95, ((98, 97.2), (90, 88.0))),
    ("Completion on time", "CLOSE", "%", "up", 95, ((95, 93.5), (90, 91.0))),
    ("Mean time to repair", "MTTR", "h", "down", 24, ((24, 20.0), (48, 41.0))),
)
COMPETITORS = ("North Star Appliances", "Evergreen Home")
#: Need of a group, what it means, what would exceed it, whether promised.
NEEDS = (
    ("customers", "A working unit again soon", "On site within 24 hours", True),
    ("customers", "No surprise on the bill", "Price list before the work", True),
    ("customers", "One person who knows my case", "Named contact until closed", False),
    ("dealers", "Quick word on returns", "Answer within one working day", False),
    ("providers", "Parts when the job begins", "95 % filled from stock", True),
    ("departments", "Faults back to development", "Monthly report by fault", False),
)
#: Kind, number, title, days since it is in force, who confirmed.
DOCUMENTS = (
    ("manual", "SM-001", "After-sales service manual", "centre"),
    (
        "installation",
        "QW-SV-012",
        "Installing split air conditioners",
        "dispatcher",
    ),
    ("return", "QW-SV-020", "Returns, exchange and old parts", "warehouse"),
    ("safety", "QW-SV-031", "Working with gas and electricity", "service"),
)


class Strategy:
    """What the board decides and what everybody has to know."""

    def __init__(self, env, users):
        self.env, self.users = env, users
        self.today = env.company._get_aftersales_today()

    def run(self):
        """Competitors and needs lead to promises, promises to documents."""
        self.compare()
        self.register_needs()
        self.vote()
        self.issue_documents()
        self.manage_crisis()

    def _as(self, role, model):
        return self.env[model].with_user(self.users[role])

    def compare(self):
        """Last quarter beside two competitors."""
        competitors = self._as("head", "aftersales.competitor").create(
            [{"name": name} for name in COMPETITORS]
        )
        positions = self.env["aftersales.benchmark.position"]
        for sequence, (name, code, unit, way, promise, rivals) in enumerate(COMPARED):
            item = self._as("head", "aftersales.benchmark.item").create(
                {
                    "name": name,
                    "sequence": sequence,
                    "metric_code": code,
                    "unit": unit,
                    "direction": way,
                }
            )
            positions |= self._as("head", "aftersales.benchmark.position").create(
                {
                    "item_id": item.id,
                    "date_from": first_of_month(3),
                    "date_to": first_of_month(0) - timedelta(days=1),
                    "has_promise_value": True,
                    "promise_value": promise,
                    "benchmark_ids": [
                        (
                            0,
                            0,
                            {
                                "competitor_id": competitor.id,
                                "has_promise_value": True,
                                "promise_value": told,
                                "has_score": True,
                                "score": score,
                                "source": "Public service report",
                            },
                        )
                        for competitor, (told, score) in zip(
                            competitors, rivals, strict=True
                        )
                    ],
                }
            )
        positions.action_take_metric()

    def register_needs(self):
        """Needs of four groups: promised, or marked as gap."""
        promises = self.env["aftersales.promise"].search([("state", "=", "published")])
        promised = iter(promises)
        self._as("head", "aftersales.customer.need").create(
            [
                {
                    "group": group,
                    "name": need,
                    "quality_standard": standard,
                    "promise_id": next(promised, promises).id if told else False,
                    "is_gap": not told,
                    "gap_reason": False if told else "Nobody answers for it yet.",
                }
                for group, need, standard, told in NEEDS
            ]
        )

    def vote(self):
        """A board of four; one promise waits for the last vote."""
        roles = ("head", "centre", "reviewer", "hr")
        self._as("admin", "aftersales.board").create(
            {
                "name": "Service Strategy Board",
                "member_ids": [
                    (
                        0,
                        0,
                        {
                            "user_id": self.users[role].id,
                            "is_chair": role == "head",
                            "date_from": self.today - timedelta(days=90),
                        },
                    )
                    for role in roles
                ],
            }
        )
        promise = self._as("head", "aftersales.promise").create(
            {
                "name": "Named contact until the case is closed",
                "text": "One person knows your case and calls you back.",
                "kind": "callback",
                "metric_code": "CLOSE",
                "target_value": 95,
            }
        )
        promise.action_ask_board()
        for role in roles[:3]:
            promise.ballot_ids.with_user(self.users[role]).action_vote_for()

    def issue_documents(self):
        """Documents written by the centre, approved by the head, read by some."""
        for kind, code, title, reader in DOCUMENTS:
            document = self._as("reviewer", "aftersales.document").create(
                {
                    "kind": kind,
                    "code": code,
                    "name": title,
                    "body": f"<h3>{title}</h3><p>Scope, steps, tools and records.</p>",
                    "date_effective": self.today,
                }
            )
            document.action_submit()
            document.with_user(self.users["head"]).action_approve()
            for role in ("head", reader):
                document.with_user(self.users[role]).action_confirm_reading()

    def manage_crisis(self):
        """A batch that may smell of gas: statement out, one action still open."""
        crisis = self._as("centre", "aftersales.crisis").create(
            {
                "title": "Gas smell reported at one series of heaters",
                "kind": "safety",
                "level_id": self.env.ref("aftersales_evaluation.crisis_level_2").id,
                "owner_id": self.users["centre"].id,
                "description": "Three reports in one week, all of one batch.",
                "batch_text": "Gas heaters built in week 31",
            }
        )
        statement = self._as("centre", "aftersales.crisis.statement").create(
            {
                "name": "First word to customers",
                "crisis_id": crisis.id,
                "text": "Please close the tap and call us; we check free of charge.",
                "audience": "customers",
                "channel": "Website and text message",
            }
        )
        statement.with_user(self.users["head"]).action_approve()
        statement.with_user(self.users["head"]).action_publish()
        actions = self._as("centre", "aftersales.crisis.action").create(
            [
                {
                    "crisis_id": crisis.id,
                    "name": name,
                    "owner_id": self.users[role].id,
                    "date_due": self.today + timedelta(days=days),
                }
                for name, role, days in (
                    ("Check the units of the batch on site", "centre", 3),
                    ("Stop deliveries of the batch", "warehouse", 0),
                )
            ]
        )
        actions[1].with_user(self.users["warehouse"]).action_complete(
            "Eleven units are set aside in the warehouse."
        )
