"""Quality: audits and findings, key figures, rankings, awards, levels, certificates."""

import base64
import io
from datetime import timedelta

from PIL import Image, ImageDraw

from . import network
from .work import first_of_month

#: What the audit finds at the points, with the indicator it concerns.
FINDINGS = (
    ("5.1.3.3", "Two torque wrenches are past their calibration date.", "minor"),
    ("5.2.4.4", "One job in five is closed without photos of the repair.", "major"),
    ("5.1.2.1", "A technician works without the certificate for gas.", "critical"),
    ("5.3.2.1", "Complaints taken at the counter are not entered.", "major"),
)
#: Findings of the company's own audit by outsiders: code, samples, non-conforming.
SAMPLED = (("5.1.2.1", 20, 2), ("5.2.4.4", 30, 6), ("5.3.2.2", 25, 1))

ISSUER = "Demo Certification"


def make_scan(*lines):
    """A one-page paper with these lines, as the scanner would give it."""
    page = Image.new("RGB", (210, 297), "white")
    draw = ImageDraw.Draw(page)
    draw.rectangle((6, 6, 204, 291), outline="#714B67")
    for number, line in enumerate(lines):
        draw.text((24, 80 + 24 * number), line, "#222222")
    content = io.BytesIO()
    page.resize((840, 1188)).save(content, "PDF")
    return base64.b64encode(content.getvalue())


class Quality:
    """What auditor, head and centre managers do in a quarter."""

    def __init__(self, env, users, points):
        self.env, self.users = env, users
        self.active = network.get_points_in(points, "active")
        self.today = env.company._get_aftersales_today()

    def run(self):
        """Months of figures first: rankings and reports build on them."""
        self.close_months()
        self.rank_points()
        self.judge_levels()
        self.audit_points()
        self.audit_company()
        self.ask_point()
        self.register_certificates()
        self.praise()

    def _as(self, role, model):
        return self.env[model].with_user(self.users[role])

    def close_months(self):
        """Key figures of the last months, the older ones closed."""
        self.env["aftersales.kpi"].search(
            [("owner_id", "=", self.env.ref("base.user_admin").id)]
        ).write({"owner_id": self.users["head"].id})
        Period = self._as("head", "aftersales.kpi.period")
        for months_ago in (3, 2, 1, 0):
            period = Period.create({"month": first_of_month(months_ago)})
            period.action_measure()
            if months_ago > 1:
                period.action_close()

    def rank_points(self):
        """Rankings of two months; awards of the older one are released."""
        Ranking = self._as("head", "aftersales.ranking")
        rule = self.env.ref("aftersales_evaluation.ranking_rule_month")
        rule.tie_mode = "share"
        rule.award_rule_ids.create(
            {
                "name": "Money for the First Place",
                "ranking_rule_id": rule.id,
                "kind": "money",
                "amount": 800,
                "citation": "Best service point of the month.",
            }
        )
        for months_ago in (3, 2):
            ranking = Ranking.create(
                {
                    "rule_id": rule.id,
                    "date_from": first_of_month(months_ago),
                    "date_to": first_of_month(months_ago - 1) - timedelta(days=1),
                }
            )
            # As the nightly job does: the head then releases what nobody chose.
            ranking.with_env(self.env).action_compute()
            if months_ago == 3:
                ranking.action_release()
                ranking.award_ids.action_release()

    def judge_levels(self):
        """The head decides on the first proposals of levels."""
        proposals = self._as("head", "aftersales.level.proposal").search(
            [("state", "=", "proposed"), ("kind", "=", "level")], limit=2
        )
        proposals.action_approve()

    def audit_points(self):
        """An audit of drawn points: one judged with findings, the rest to come."""
        gbt = self.env.ref("aftersales_evaluation.set_gbt27922")
        gbt.with_user(self.users["head"]).action_use()
        auditor = self.users["auditor"]
        audit = self._as("head", "aftersales.audit").create(
            {
                "subject": "Half-yearly audit of the network",
                "kind": "unannounced",
                "set_id": gbt.id,
                "date_from": first_of_month(3),
                "date_to": first_of_month(0) - timedelta(days=1),
                "date_start": self.today - timedelta(days=12),
                "date_end": self.today + timedelta(days=12),
                "lead_id": auditor.id,
                "member_ids": [(6, 0, auditor.ids)],
                "rule_id": self.env.ref("aftersales_evaluation.sampling_rule_root").id,
                "purpose": "Are the rules of this year lived at the points?",
            }
        )
        audit.action_draw()
        audit.action_start()
        line = audit.point_ids[:1].with_user(auditor)
        card = line.scorecard_id
        self.judge(card, SAMPLED)
        findings = self.find(card, audit)
        card.action_submit()
        line.action_done()
        card.with_user(self.users["head"]).action_approve()
        self.answer(findings)
        self.report(audit)

    def report(self, audit):
        """The report on the judged points, handed in to the head."""
        report = self._as("auditor", "aftersales.audit.report").create(
            {
                "subject": audit.subject,
                "set_id": audit.set_id.id,
                "date_from": audit.date_from,
                "date_to": self.today,
            }
        )
        report.action_fill()
        report.action_submit()

    def judge(self, card, sampled):
        """Everything conforms but what the samples show; the rest is confirmed."""
        figures = {code: (count, wrong) for code, count, wrong in sampled}
        for line in card.line_ids.filtered(lambda li: li.kind == "sampled"):
            count, wrong = figures.get(line.indicator_id.code, (10, 0))
            line.write({"sample_count": count, "nonconforming_count": wrong})
        card.action_confirm_rest()

    def find(self, card, audit):
        """What was found; the point learns of it once it is audited."""
        head = self.users["head"]
        Finding = self._as("auditor", "aftersales.finding")
        lines = {line.indicator_id.code: line for line in card.line_ids}
        return Finding.create(
            [
                {
                    "audit_id": audit.id,
                    "service_point_id": card.service_point_id.id,
                    "scorecard_id": card.id,
                    "indicator_id": lines[code].indicator_id.id,
                    "text": text,
                    "severity": severity,
                    "owner_id": (card.service_point_id.manager_id or head).id,
                    "date": self.today - timedelta(days=30),
                    "date_due": self.today + timedelta(days=14 * number - 10),
                }
                for number, (code, text, severity) in enumerate(FINDINGS)
            ]
        )

    def answer(self, findings):
        """Findings in each state: open, overdue, corrected, verified."""
        for finding in findings[2:]:
            finding.with_user(finding.owner_id)._correct(
                {
                    "cause": "The rule was not known at the counter.",
                    "correction": "Taught on site, a list hangs at the counter.",
                }
            )
        findings[3].with_user(self.users["auditor"])._verify(
            "Seen on the second visit."
        )

    def audit_company(self):
        """Self-assessment of the company, then the outside audit beside it."""
        gbt = self.env.ref("aftersales_evaluation.set_gbt27922")
        for role, kind, sampled in (
            ("head", "self", ()),
            ("auditor", "outside", SAMPLED),
        ):
            card = self._as(role, "aftersales.scorecard").create(
                {
                    "set_id": gbt.id,
                    "subject_type": "company",
                    "assessment": kind,
                    "date_from": self.today.replace(month=1, day=1),
                    "date_to": self.today.replace(month=12, day=31),
                }
            )
            self.judge(card, sampled)
            card.action_submit()

    def ask_point(self):
        """The point of the portal user judges itself on the portal."""
        technician = self.env["res.users"].search([("login", "=", "technician")])
        self._as("head", "aftersales.scorecard").create(
            {
                "set_id": self.env.ref("aftersales_evaluation.set_gbt27922").id,
                "service_point_id": technician._get_aftersales_point_ids()[0],
                "assessment": "self",
                "date_from": first_of_month(3),
                "date_to": first_of_month(0) - timedelta(days=1),
            }
        )

    def register_certificates(self):
        """The company's own certificates, one with a surveillance that is due."""
        head = self.users["head"]
        Certificate = self._as("head", "aftersales.evaluation.certificate")
        certificates = Certificate.create(
            [
                {
                    "standard": standard,
                    "number": number,
                    "issuer": issuer,
                    "level": level,
                    "user_id": head.id,
                    "date_issue": self.today - timedelta(days=age),
                    "file": make_scan(standard, number, issuer),
                    "filename": f"{number}.pdf",
                }
                for standard, number, issuer, level, age in (
                    (
                        "GB/T 27922-2011",
                        "DEMO-27922-014",
                        "Demo Certification",
                        "4 stars",
                        340,
                    ),
                    (
                        "ISO 9001:2015",
                        "DEMO-9001-207",
                        "Demo Certification",
                        False,
                        700,
                    ),
                )
            ]
        )
        certificates.action_register()

    def praise(self):
        """Centre managers praise people at once, without any ranking."""
        staff = self.active[0].staff_ids.filtered(lambda s: s.partner_id)[:1]
        award = self._as("centre", "aftersales.award").create(
            {
                "kind": "praise",
                "recipient_type": "person",
                "staff_id": staff.id,
                "reason": "Came on a Sunday for an old customer without heating.",
            }
        )
        award.action_release()
