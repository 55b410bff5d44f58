import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .aftersales_campaign import LIVE_STATES
from .aftersales_campaign_run import STEP_ERRORS, WORK_BATCH

_logger = logging.getLogger(__name__)

TEMPLATE = "aftersales_warranty.mail_template_campaign_notice"


class AftersalesCampaignNotice(models.Model):
    """One notice to the owner of an affected unit; evidence, never changed.

    Whoever has an e-mail address gets a mail, the others a letter that is printed.
    An owner of several units gets one paper that names them all; each unit has its
    notice all the same.
    """

    _name = "aftersales.campaign.notice"
    _description = "Notice of a Recall"
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    unit_id = fields.Many2one(
        "aftersales.campaign.unit",
        "Affected Unit",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    campaign_id = fields.Many2one(
        related="unit_id.campaign_id",
        string="Recall Campaign",
        store=True,
        index=True,
        precompute=True,
    )
    company_id = fields.Many2one(
        related="unit_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="unit_id.service_point_id",
        store=True,
        index="btree_not_null",
        precompute=True,
    )
    kind = fields.Selection(
        [("first", "First Notice"), ("reminder", "Reminder")],
        required=True,
        readonly=True,
    )
    channel = fields.Selection(
        [("mail", "E-Mail"), ("letter", "Letter")], required=True, readonly=True
    )
    state = fields.Selection(
        [
            ("sent", "Sent"),
            ("to_print", "To Be Printed"),
            ("printed", "Printed"),
            ("failed", "Failed"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    partner_id = fields.Many2one(
        "res.partner", "Sent to", required=True, readonly=True, index=True
    )
    email = fields.Char("E-Mail Address", readonly=True)
    date = fields.Date(required=True, readonly=True)
    date_printed = fields.Date("Printed on", readonly=True)
    told_with_id = fields.Many2one(
        "aftersales.campaign.notice",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Notice of another unit of this owner, whose mail or letter names this "
        "unit as well.",
    )
    also_ids = fields.One2many(
        "aftersales.campaign.notice", "told_with_id", "Told at Once", readonly=True
    )
    error = fields.Char(readonly=True)

    _print_idx = models.Index("(campaign_id) WHERE state = 'to_print'")

    def _get_language(self):
        """Language of the letter: of the owner, else of the company."""
        self.ensure_one()
        return self.partner_id.lang or self.company_id.partner_id.lang

    def _get_told_units(self):
        """Units that the mail or letter names."""
        self.ensure_one()
        return self.unit_id | self.also_ids.unit_id


class AftersalesCampaign(models.Model):
    """Notices of a campaign: who is told, by mail or letter, with a report."""

    _inherit = "aftersales.campaign"

    notice_waiting_count = fields.Integer(
        "Notices Waiting", compute="_compute_notice_counts"
    )
    notice_sent_count = fields.Integer("Notices Sent", compute="_compute_notice_counts")
    letter_count = fields.Integer("Letters to Print", compute="_compute_notice_counts")
    notice_failed_count = fields.Integer(
        "Notices Failed", compute="_compute_notice_counts"
    )
    no_owner_count = fields.Integer(
        "Owner Unknown",
        compute="_compute_notice_counts",
        help="Open units whose owner nobody knows; they cannot be notified.",
    )

    @api.depends(
        "unit_ids.state",
        "unit_ids.notice_wanted",
        "unit_ids.partner_id",
        "unit_ids.notice_ids.state",
    )
    def _compute_notice_counts(self):
        Notice = self.env["aftersales.campaign.notice"].sudo()
        Unit = self.env["aftersales.campaign.unit"].sudo()
        mine = Domain("campaign_id", "in", self.ids)
        rows = Notice._read_group(mine, ["campaign_id", "state"], ["__count"])
        states = {(c.id, state): count for c, state, count in rows}
        keys = (["campaign_id"], ["__count"])
        papers = Domain("state", "=", "to_print") & Domain("told_with_id", "=", False)
        letters = dict(Notice._read_group(mine & papers, *keys))
        waiting = dict(
            Unit._read_group(mine & Domain("notice_wanted", "!=", False), *keys)
        )
        unknown = dict(
            Unit._read_group(
                mine & Unit._get_open_domain() & Domain("partner_id", "=", False), *keys
            )
        )
        for campaign in self:
            key = campaign._origin
            campaign.notice_waiting_count = waiting.get(key, 0)
            campaign.notice_sent_count = sum(
                states.get((key.id, state), 0) for state in ("sent", "printed")
            )
            campaign.letter_count = letters.get(key, 0)
            campaign.notice_failed_count = states.get((key.id, "failed"), 0)
            campaign.no_owner_count = unknown.get(key, 0)

    def action_notify(self):
        """Tell the owners of units who were not told yet; the job sends."""
        self._plan_notices(Domain("state", "=", "open"), "first")

    def action_remind(self):
        """Remind the owners who were told and have no order yet."""
        self._plan_notices(Domain("state", "=", "notified"), "reminder")

    def _plan_notices(self, domain, kind):
        """Mark units whose owners are to be told, and wake the job up.

        :raise UserError: the texts are missing, or nobody is to be told
        """
        self._check_runner()
        self._check_flow_state(*LIVE_STATES)
        silent = self.filtered(lambda c: not (c.hazard and c.remedy))[:1]
        if silent:
            raise UserError(
                self.env._(
                    "%(campaign)s: write down the defect and the work to do first; "
                    "both stand in the notice.",
                    campaign=silent.name,
                )
            )
        units = self.env["aftersales.campaign.unit"].search(
            domain
            & Domain("campaign_id", "in", self.ids)
            & Domain("partner_id", "!=", False)
            & Domain("notice_wanted", "=", False)
            & Domain("notice_ids", "not any", [("state", "=", "to_print")])
        )
        if not units:
            raise UserError(self.env._("There is nobody to be told with this notice."))
        units._write_flow({"notice_wanted": kind})
        self._trigger_campaigns()

    def action_view_notices(self):
        """Open the notices: who was told, when and how."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Notices of %(campaign)s", campaign=self.name),
            "res_model": "aftersales.campaign.notice",
            "view_mode": "list,pivot,graph,form",
            "domain": [("campaign_id", "=", self.id)],
        }

    def action_print_letters(self):
        """Print the letters that wait; they count as sent from today.

        :raise UserError: no letter waits
        """
        self._check_runner()
        letters = self.env["aftersales.campaign.notice"].search(
            [("campaign_id", "in", self.ids), ("state", "=", "to_print")]
        )
        if not letters:
            raise UserError(self.env._("No letter waits to be printed."))
        today = self.env.company._get_aftersales_today()
        # Notices are evidence: only printing them changes them.
        letters.sudo().write({"state": "printed", "date_printed": today})
        letters.unit_id.filtered(lambda u: u.state == "open")._mark_notified(today)
        return self.env.ref(
            "aftersales_warranty.action_report_campaign_letter"
        ).report_action(letters.filtered(lambda n: not n.told_with_id))


class AftersalesCampaignUnit(models.Model):
    _inherit = "aftersales.campaign.unit"

    notice_count = fields.Integer("Notices Made", compute="_compute_notice_count")
    notice_unit_ids = fields.Many2many(
        "aftersales.campaign.unit",
        string="Units in the Notice",
        compute="_compute_notice_unit_ids",
        help="All units of the owner that the next notice of the campaign names.",
    )

    @api.depends("notice_ids")
    def _compute_notice_count(self):
        counts = dict(
            self.env["aftersales.campaign.notice"]._read_group(
                [("unit_id", "in", self.ids)], ["unit_id"], ["__count"]
            )
        )
        for unit in self:
            unit.notice_count = counts.get(unit._origin, 0)

    @api.depends("campaign_id", "partner_id", "notice_wanted")
    def _compute_notice_unit_ids(self):
        groups = self._find_told_together()._group_by_owner()
        for unit in self:
            found = groups.get((unit.campaign_id, unit.partner_id), self.browse())
            same = found.filtered(lambda u, k=unit.notice_wanted: u.notice_wanted == k)
            unit.notice_unit_ids = unit._origin | same

    def _find_told_together(self):
        """Units that wait for a notice to the same owners in the same campaigns."""
        return self.search(
            Domain("notice_wanted", "!=", False)
            & self._get_open_domain()
            & Domain("campaign_id", "in", self.campaign_id.ids)
            & Domain("partner_id", "in", self.partner_id.ids),
            order="id",
        )

    def _group_by_owner(self):
        """Units by campaign and owner: each group gets one mail or letter."""
        return self.grouped(lambda unit: (unit.campaign_id, unit.partner_id))

    @api.model
    def _send_next(self):
        """Send the next notices; number of them."""
        first = self.search(
            Domain("notice_wanted", "!=", False) & self._get_open_domain(),
            limit=WORK_BATCH,
            order="id",
        )
        # Nobody gets two letters because his units fell into two batches.
        units = (first | first._find_told_together()).try_lock_for_update()
        for kind, members in units.grouped("notice_wanted").items():
            members._send_safely(kind)
        return len(units)

    def _send_safely(self, kind):
        """Send a batch; where that fails, owner by owner, and note who failed."""
        try:
            with self.env.cr.savepoint():
                self._send_notices(kind)
        except STEP_ERRORS:
            for units in self._group_by_owner().values():
                units._send_or_note(kind)

    def _send_or_note(self, kind):
        """Send the notice to one owner, or note that it failed."""
        try:
            with self.env.cr.savepoint():
                self._send_notices(kind)
        except STEP_ERRORS as error:
            _logger.info("Notice to units %s cannot be sent: %s", self.ids, error)
            self._note_notices(kind, "mail", "failed", str(error))
            self._write_flow({"notice_wanted": False})

    def _send_notices(self, kind):
        """Queue mails, put letters on the list to print, and note both."""
        mailed = self.filtered("partner_id.email_normalized")
        if mailed:
            template_sudo = self.env.ref(TEMPLATE).sudo()
            firsts = [units[:1].id for units in mailed._group_by_owner().values()]
            template_sudo.send_mail_batch(firsts)
            mailed._note_notices(kind, "mail", "sent")
        (self - mailed)._note_notices(kind, "letter", "to_print")
        self._write_flow({"notice_wanted": False})
        today = self.env.company._get_aftersales_today()
        mailed.filtered(lambda u: u.state == "open")._mark_notified(today)

    def _note_notices(self, kind, channel, state, error=False):
        """Write down what was sent to whom: a notice a unit, the first one leads."""
        vals = {"kind": kind, "channel": channel, "state": state, "error": error}
        vals["date"] = self.env.company._get_aftersales_today()
        groups = self.filtered("partner_id")._group_by_owner().values()
        # Nobody writes notices by hand.
        Notice_sudo = self.env["aftersales.campaign.notice"].sudo()
        leading = Notice_sudo.create(
            [units[:1]._prepare_notice_vals(vals) for units in groups]
        )
        Notice_sudo.create(
            [
                {**unit._prepare_notice_vals(vals), "told_with_id": lead.id}
                for lead, units in zip(leading, groups, strict=True)
                for unit in units[1:]
            ]
        )

    def _prepare_notice_vals(self, vals):
        """Values of the notice to the owner of the unit."""
        self.ensure_one()
        return {
            **vals,
            "unit_id": self.id,
            "partner_id": self.partner_id.id,
            "email": self.partner_id.sudo().email,
        }

    def _mark_notified(self, today):
        """The owner knows; the first time counts."""
        self._write_flow({"state": "notified"})
        fresh = self.filtered(lambda u: not u.date_notified)
        fresh._write_flow({"date_notified": today})
