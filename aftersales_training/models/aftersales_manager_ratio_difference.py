from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import float_repr, format_date


class AftersalesManagerRatio(models.Model):
    """Where the records of today give another answer for a recorded day."""

    _inherit = "aftersales.manager.ratio"

    def _describe_difference(self):
        """Sentences on what differs today, with names and why; ``False``: nothing."""
        self.ensure_one()
        rows = self._get_differences()
        if not rows:
            return False
        live = self._get_live()
        first = self.env._(
            "Today's records give %(managers)s managers, %(holders)s certified and "
            "%(required)s required for this day.",
            managers=live["managers"],
            holders=live["holders"],
            required=live["required"],
        )
        texts = [f"{row['what']}: {row['why']}" for row in rows]
        return "\n".join([first, *texts])

    def _get_live(self):
        """The figures that the records of today give for the recorded day."""
        self.ensure_one()
        return self._get_ratio(
            self.date, point=self.service_point_id, company=self.company_id
        )

    def _get_differences(self):
        """Each difference as ``{kind, what, why}``; kind: rule, gone, new, changed.

        Queries do not grow with the number of people.
        """
        self.ensure_one()
        # Who may read the evidence may know where it differs today.
        record = self.sudo()
        live = record._get_live()
        people = record._get_people_vals(record.date, record.company_id, [live])
        holders = set(live["holder_ids"])
        now = {
            vals["person_key"]: {**vals, "is_holder": staff_id in holders}
            for staff_id, vals in people.items()
        }
        kept = {line.person_key: line for line in record.line_ids}
        posts = record._get_posts_of(kept.keys() ^ now.keys())
        return [
            *record._get_rule_difference(),
            *[
                record._prepare_difference(
                    "gone", kept[key].name, record._explain_gone(posts[key])
                )
                for key in kept
                if key not in now
            ],
            *[
                record._prepare_difference(
                    "new", now[key]["name"], record._explain_new(posts[key])
                )
                for key in now
                if key not in kept
            ],
            *record._get_certificate_differences(kept, now),
        ]

    @api.model
    def _prepare_difference(self, kind, what, why):
        return {"kind": kind, "what": what, "why": why}

    def _get_rule_difference(self):
        """The rule of the day as it stands today, where it is another one."""
        rule = self.company_id._get_aftersales_ratio_rule(self.date)
        kept = (float_repr(self.percent, 2), self.minimum, self.absence)
        today = (float_repr(float(100 * rule.rate), 2), rule.minimum, rule.absence)
        if kept == today:
            return []
        why = self.env._(
            "%(percent)s %% and at least %(minimum)s for this day now",
            percent=today[0],
            minimum=rule.minimum,
        )
        return [self._prepare_difference("rule", self.env._("Rule"), why)]

    def _get_posts_of(self, keys):
        """Staff lines of people by their key, ended and archived ones included."""
        contacts = [key for key in keys if key > 0]
        employees = [-key for key in keys if key < 0]
        Staff = self.env["aftersales.staff"].with_context(active_test=False)
        posts = defaultdict(Staff.browse)
        if not keys:
            return posts
        found = Staff.search(
            Domain("company_id", "=", self.company_id.id)
            & (
                Domain("partner_id", "in", contacts)
                | Domain("employee_id.work_contact_id", "in", contacts)
                | Domain("employee_id", "in", employees)
            )
        )
        for staff in found:
            posts[staff._get_person_key()] |= staff
        return posts

    def _explain_gone(self, posts):
        """Why somebody who was counted no longer is."""
        managers = posts.filtered("is_manager")
        running = managers.filtered(lambda s: s._runs_on(self.date))
        valid = running.filtered(lambda s: s.active or s.date_to)
        path = self.service_point_id.parent_path or ""
        if not posts:
            return self.env._("no longer counted, the post was deleted")
        if not managers:
            return self.env._("no longer counted, the role is not a manager's any more")
        if not running:
            return self.env._("no longer counted, the period of the post was changed")
        if not valid:
            return self.env._("no longer counted, the post was archived as a mistake")
        if not valid.filtered(
            lambda s: (s.service_point_id.parent_path or "").startswith(path)
        ):
            return self.env._("no longer counted, the post is at another unit")
        return self.env._("no longer counted, a long leave was recorded")

    def _explain_new(self, posts):
        """Why somebody is counted now who was not then."""
        if self.create_date and all(
            post.create_date > self.create_date for post in posts
        ):
            return self.env._("now counted, the post was recorded afterwards")
        return self.env._("now counted, the post was changed afterwards")

    def _get_certificate_differences(self, kept, now):
        """People on both sides whose certificate gives another answer today."""
        changed = [
            key
            for key in kept
            if key in now
            and (kept[key].is_holder, kept[key].certificate_number or False)
            != (now[key]["is_holder"], now[key]["certificate_number"] or False)
        ]
        numbers = [kept[key].certificate_number for key in changed]
        Certificate = self.env["aftersales.certificate"].with_context(active_test=False)
        found = Certificate.search([("number", "in", numbers)]) if changed else ()
        by_number = {certificate.number: certificate for certificate in found}
        return [
            self._prepare_difference(
                "changed",
                kept[key].name,
                self._explain_certificate(kept[key], now[key], by_number),
            )
            for key in changed
        ]

    def _explain_certificate(self, line, vals, by_number):
        """Why the certificate of a person differs."""
        number = line.certificate_number
        if not line.is_holder:
            return self.env._(
                "now certified, %(number)s was recorded or verified afterwards",
                number=vals["certificate_number"] or "",
            )
        certificate = by_number.get(number)
        if not certificate:
            return self.env._("certificate %(number)s was deleted", number=number)
        if certificate.state == "revoked":
            return self.env._(
                "certificate %(number)s was revoked as of %(date)s",
                number=number,
                date=format_date(self.env, certificate.date_revoked),
            )
        if vals["is_holder"]:
            return self.env._(
                "certificate %(number)s counts instead of %(old)s",
                number=vals["certificate_number"] or "",
                old=number,
            )
        return self.env._("certificate %(number)s was changed", number=number)
