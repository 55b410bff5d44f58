from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .aftersales_campaign import LIVE_STATES
from .aftersales_campaign_unit import ENDED_STATES, OPEN_STATES

REVIEWER_GROUP = "aftersales_network.group_technical_reviewer"
HEAD_GROUP = "aftersales_network.group_head"


class AftersalesCampaign(models.Model):
    """Steps of a campaign: start, ask for the closing, close, cancel."""

    _inherit = "aftersales.campaign"

    def _check_runner(self):
        """Refuse whoever does not run campaigns.

        :raise AccessError: naming the roles
        """
        if not any(self.env.user.has_group(g) for g in (REVIEWER_GROUP, HEAD_GROUP)):
            raise AccessError(
                self.env._(
                    "Only a technical reviewer or the head of service runs recall "
                    "campaigns."
                )
            )
        self.check_access("write")

    def action_start(self):
        """Start campaigns: affected units are searched, and intake tells of them.

        :raise UserError: nothing says who is affected
        """
        self._check_runner()
        self._check_flow_state("draft")
        empty = self.filtered(lambda c: not c.range_ids and not c.unit_ids)[:1]
        if empty:
            raise UserError(
                self.env._(
                    "%(campaign)s: add a range or load a list of serials first.",
                    campaign=empty.name,
                )
            )
        for company, campaigns in self.grouped("company_id").items():
            campaigns._write_flow(
                {"state": "running", "date_start": company._get_aftersales_today()}
            )
        # Part of the first search is done at once, the rest by the job.
        self._resolve_batch()
        self._trigger_campaigns()

    def action_request_close(self):
        """Ask for the closing; with units left, ask for the reason first."""
        self._check_runner()
        self._check_flow_state("running")
        left = self.env["aftersales.campaign.unit"].search_count(
            [("campaign_id", "in", self.ids), ("state", "in", OPEN_STATES)]
        )
        if left:
            return self.env["aftersales.reason.wizard"]._open_for(
                self, "_request_close"
            )
        return self._request_close(False)

    def _request_close(self, reason):
        """Ask a head of service, not oneself, to close campaigns."""
        self._check_runner()
        self._check_flow_state("running")
        open_ones = self.filtered(lambda c: c._get_left_count())
        if open_ones:
            reason = open_ones._check_reason_given(reason)
        self._write_flow(
            {
                "state": "closing",
                "closing_asked_by_id": self.env.uid,
                "closing_note": reason,
            }
        )
        self._ask_head(self.env._("Close the recall campaign?"))

    def _get_left_count(self):
        """Number of units that wait for their remedy."""
        self.ensure_one()
        counts = self.env["aftersales.campaign.unit"]._count_by_campaign(self)
        return sum(counts.get(self.id, {}).get(state, 0) for state in OPEN_STATES)

    def _check_head(self):
        """Only the head of service closes, and not what he asked for himself.

        :raise AccessError: another role
        :raise UserError: own request
        """
        if not self.env.user.has_group(HEAD_GROUP):
            raise AccessError(
                self.env._("Only the head of service closes recall campaigns.")
            )
        Approval = self.env["aftersales.approval"]
        for campaign in self:
            Approval._check_other_person(campaign, campaign.closing_asked_by_id)

    def action_close(self):
        """Close campaigns; what is left of them is written down.

        :raise UserError: own request, or not asked for
        """
        self._check_flow_state("closing")
        self._check_head()
        self._save_progress()
        for campaign in self:
            self.env["aftersales.approval"]._log(
                campaign, "campaign", "approved", campaign.closing_note
            )
        for company, campaigns in self.grouped("company_id").items():
            campaigns._write_flow(
                {
                    "state": "closed",
                    "date_closed": company._get_aftersales_today(),
                    "closed_by_id": self.env.uid,
                }
            )
        self._drop_wishes()
        self.activity_feedback(["mail.mail_activity_data_todo"])

    def action_ask_keep_open(self):
        """Ask why the campaign goes on."""
        self._check_flow_state("closing")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_keep_open")

    def _keep_open(self, reason):
        """Refuse the closing with a reason; the campaign goes on."""
        self._check_flow_state("closing")
        self._check_head()
        reason = self._check_reason_given(reason)
        for campaign in self:
            self.env["aftersales.approval"]._log(
                campaign, "campaign", "rejected", reason
            )
            campaign.message_post(body=reason)
        self._write_flow(
            {"state": "running", "closing_asked_by_id": False, "closing_note": False}
        )
        self.activity_feedback(["mail.mail_activity_data_todo"])

    def action_cancel(self):
        """Ask for the reason, then cancel."""
        self._check_runner()
        self._check_flow_state("draft", "running")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_cancel")

    def _cancel(self, reason):
        """Cancel campaigns that were started by mistake.

        :raise UserError: owners were told or units worked on
        """
        self._check_runner()
        self._check_flow_state("draft", "running")
        reason = self._check_reason_given(reason)
        touched = self.env["aftersales.campaign.unit"].search(
            [
                ("campaign_id", "in", self.ids),
                "|",
                ("date_notified", "!=", False),
                ("state", "in", ("booked", "done")),
            ],
            limit=1,
        )
        if touched:
            raise UserError(
                self.env._(
                    "%(campaign)s: owners were told or units worked on. Close the "
                    "campaign instead.",
                    campaign=touched.campaign_id.name,
                )
            )
        self._write_flow({"state": "cancelled"})
        self._drop_wishes()
        for campaign in self:
            campaign.message_post(body=reason)

    def _drop_wishes(self):
        """Nothing more is sent or ordered for campaigns that are over."""
        units = self.env["aftersales.campaign.unit"].search(
            [
                ("campaign_id", "in", self.ids),
                "|",
                ("notice_wanted", "!=", False),
                ("is_order_wanted", "=", True),
            ]
        )
        units._write_flow({"notice_wanted": False, "is_order_wanted": False})


class AftersalesCampaignUnit(models.Model):
    """What a person says of an affected unit."""

    _inherit = "aftersales.campaign.unit"

    def _check_live(self):
        """Refuse a step on units of campaigns that do not run.

        :raise UserError: naming the campaign
        """
        wrong = self.filtered(lambda u: u.campaign_id.state not in LIVE_STATES)[:1]
        if wrong:
            raise UserError(
                self.env._(
                    "%(campaign)s does not run; nothing can be done for %(serial)s.",
                    campaign=wrong.campaign_id.name,
                    serial=wrong.serial,
                )
            )

    def action_refuse(self):
        """Ask why the owner does not want the work."""
        return self._open_reason("_refuse")

    def action_unreachable(self):
        """Ask what was tried to reach the owner."""
        return self._open_reason("_set_unreachable")

    def action_scrap(self):
        """Ask how it is known that the unit is scrapped."""
        return self._open_reason("_set_scrapped")

    def action_remedied(self):
        """Ask for the proof of work that was done without an order."""
        return self._open_reason("_set_remedied")

    def _open_reason(self, method):
        self._check_step("open", "notified", "booked")
        return self.env["aftersales.reason.wizard"]._open_for(self, method)

    def _check_step(self, *states):
        """Check rights, campaign and state of a step."""
        self.check_access("write")
        self._check_live()
        self._check_flow_state(*states)

    def _refuse(self, reason):
        """The owner does not want the work."""
        self._end("refused", reason)

    def _set_unreachable(self, reason):
        """The owner cannot be reached."""
        self._end("unreachable", reason)

    def _set_scrapped(self, reason):
        """The unit is no longer in use."""
        self._end("scrapped", reason)

    def _end(self, state, reason):
        """End units without the remedy; an open order is cancelled.

        :raise UserError: no reason, or an order is being worked on
        """
        self._check_step("open", "notified", "booked")
        reason = self._check_reason_given(reason)
        orders = self.order_id.filtered(lambda o: o.state != "cancelled")
        if orders:
            # The order exists for the campaign alone: it ends with the unit.
            orders.sudo()._cancel(reason)
        self._write_end({"state": state}, reason)

    def _set_remedied(self, reason):
        """The work was done without an order, for instance in the own stock.

        :raise UserError: no proof, or an order is underway
        """
        self._check_step("open", "notified")
        reason = self._check_reason_given(reason)
        today = self.env.company._get_aftersales_today()
        self._write_end({"state": "done", "date_done": today}, reason)

    def _write_end(self, vals, reason):
        """Note who ended units, when and why."""
        self._write_flow(
            {
                **vals,
                "ended_by_id": self.env.uid,
                "date_ended": self.env.company._get_aftersales_today(),
                "end_reason": reason,
                "notice_wanted": False,
                "is_order_wanted": False,
            }
        )

    def action_reopen(self):
        """Take units up again that somebody had ended.

        :raise UserError: remedied by an order
        """
        self._check_step("done", *ENDED_STATES)
        by_order = self.filtered(
            lambda u: u.state == "done" and u.order_id.state in ("done", "closed")
        )[:1]
        if by_order:
            raise UserError(
                self.env._(
                    "%(unit)s was remedied by order %(order)s. Reopen the order.",
                    unit=by_order.display_name,
                    order=by_order.order_id.name,
                )
            )
        told = self.filtered("date_notified")
        reset = {
            "date_done": False,
            "ended_by_id": False,
            "date_ended": False,
            "end_reason": False,
        }
        told._write_flow({"state": "notified", **reset})
        (self - told)._write_flow({"state": "open", **reset})


class AftersalesApproval(models.Model):
    """The closing of a campaign is decided like everything else."""

    _inherit = "aftersales.approval"

    gate = fields.Selection(
        selection_add=[("campaign", "Closing of a Recall")],
        ondelete={"campaign": "cascade"},
    )


class AftersalesServiceType(models.Model):
    """Work of a campaign is no repair that the law counts."""

    _inherit = "aftersales.service.type"

    kind = fields.Selection(
        selection_add=[("campaign", "Recall Work")],
        ondelete={"campaign": lambda types: types.write({"kind": "maintenance"})},
    )
