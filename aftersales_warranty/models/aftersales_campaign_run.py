import logging

from psycopg2 import IntegrityError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.aftersales_network.models.flow import FLOW

from ..tools import serials
from .aftersales_campaign import LIVE_STATES, MONEY_GROUPS
from .aftersales_campaign_unit import ENDED_STATES

_logger = logging.getLogger(__name__)

#: Units or lots in one transaction.
BATCH = 500
#: Orders or letters in one transaction.
WORK_BATCH = 100
STEP_ERRORS = (UserError, ValueError, IntegrityError)


class AftersalesCampaign(models.Model):
    """The job of the campaigns: finds units, sends notices, makes orders."""

    _inherit = "aftersales.campaign"

    progress_ids = fields.One2many(
        "aftersales.campaign.progress", "campaign_id", readonly=True
    )

    def action_view_progress(self):
        """Show completion over time."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Completion of %(campaign)s", campaign=self.name),
            "res_model": "aftersales.campaign.progress",
            "view_mode": "graph,list",
            "domain": [("campaign_id", "=", self.id)],
        }

    def _trigger_campaigns(self):
        """Let the job begin at once."""
        self.env.ref("aftersales_warranty.ir_cron_campaigns").sudo()._trigger()

    @api.model
    def _cron_run_campaigns(self):
        """Run all steps in batches, a transaction each.

        Interrupted anywhere, the next run goes on where this one stopped.
        """
        unit = self.env["aftersales.campaign.unit"]
        steps = (
            self._resolve_next,
            unit._send_next,
            unit._order_next,
            self._save_progress_next,
        )
        for step in steps:
            while count := step():
                if not self.env["ir.cron"]._commit_progress(count):
                    return

    # -- figures of the report -----------------------------------------------------

    def _get_region_rows(self):
        """Figures by region, the largest first: list of dictionaries."""
        self.ensure_one()
        rows = {}
        # The report counts every unit, whichever point it belongs to.
        groups = (
            self.env["aftersales.campaign.unit"]
            .sudo()
            ._read_group(
                [("campaign_id", "=", self.id)],
                ["area_id", "state", "date_notified:year"],
                ["__count"],
            )
        )
        for area, state, notified, count in groups:
            row = rows.setdefault(
                area, {"total": 0, "notified": 0, "done": 0, "ended": 0}
            )
            row["total"] += count
            row["notified"] += count if notified else 0
            row["done"] += count if state == "done" else 0
            row["ended"] += count if state in ENDED_STATES else 0
        return [
            {
                **row,
                "name": area.display_name or self.env._("Region unknown"),
                "completion": 100 * row["done"] / row["total"],
            }
            for area, row in sorted(rows.items(), key=lambda item: -item[1]["total"])
        ]

    def _may_see_costs(self):
        """Whether the reader of the report may see what the campaign costs."""
        return any(self.env.user.has_group(g) for g in MONEY_GROUPS.split(","))

    # -- affected units ------------------------------------------------------------

    @api.model
    def _get_search_domain(self):
        """Ranges of running campaigns that were not searched today."""
        today = self.env.company._get_aftersales_today()
        return Domain("campaign_id.state", "in", LIVE_STATES) & (
            Domain("date_resolved", "=", False) | Domain("date_resolved", "<", today)
        )

    @api.model
    def _resolve_next(self):
        """Search the next part of a range; number of rows looked at."""
        Range = self.env["aftersales.campaign.range"]
        for item in Range.search(self._get_search_domain(), limit=20, order="id"):
            if item.campaign_id.try_lock_for_update():
                return item._resolve_safely()
        return 0

    def _resolve_batch(self):
        """Search the first part of each range."""
        for item in self.range_ids:
            item.sudo()._resolve()

    def action_resolve(self):
        """Search the ranges again, for units that are known only now."""
        self._check_runner()
        self._check_flow_state(*LIVE_STATES)
        self.range_ids._write_flow({"date_resolved": False})
        self._resolve_batch()
        self._trigger_campaigns()

    # -- completion over time -------------------------------------------------------

    @api.model
    def _save_progress_next(self):
        """Write down how far campaigns are today; number of them."""
        today = self.env.company._get_aftersales_today()
        campaigns = self.search(
            Domain("state", "in", LIVE_STATES)
            & Domain("progress_ids", "not any", [("date", ">=", today)]),
            limit=BATCH,
        )
        campaigns._save_progress()
        return len(campaigns)

    def _save_progress(self):
        """Write down how far campaigns are; a second time a day replaces the first."""
        Progress_sudo = self.env["aftersales.campaign.progress"].sudo()
        today = self.env.company._get_aftersales_today()
        known = Progress_sudo.search(
            [("campaign_id", "in", self.ids), ("date", "=", today)]
        ).grouped("campaign_id")
        fresh = []
        for campaign in self:
            vals = campaign._prepare_progress_vals(today)
            row = known.get(campaign)
            if row:
                row.write(vals)
            else:
                fresh.append(vals)
        Progress_sudo.create(fresh)

    def _prepare_progress_vals(self, day):
        """Figures of one day."""
        self.ensure_one()
        return {
            "campaign_id": self.id,
            "date": day,
            "unit_count": self.unit_count,
            "booked_count": self.booked_count,
            "done_count": self.done_count,
            "ended_count": self.ended_count,
            "completion": self.completion,
        }


class AftersalesCampaignRange(models.Model):
    _inherit = "aftersales.campaign.range"

    def _resolve_safely(self):
        """Search on; a range that cannot be searched does not stop the others."""
        try:
            with self.env.cr.savepoint():
                return self._resolve()
        except STEP_ERRORS:
            _logger.exception("Range %s of a recall could not be searched.", self.id)
            self._write_flow({"date_resolved": self._get_today()})
            return 1

    @api.model
    def _get_today(self):
        return self.env.company._get_aftersales_today()

    def _resolve(self):
        """Take the next affected units and lots into the campaign.

        The rows are found by their ids, so that a run that stops goes on there.

        :return: number of rows looked at; 1 for a range that is through
        """
        self.ensure_one()
        units = looked = self.env["aftersales.registration"]
        lots = self.env["stock.lot"]
        if self.basis != "lot":
            looked, units = self._find_units(BATCH)
        if not looked:
            looked, lots = self._find_lots(BATCH)
        vals_list = self._prepare_units(units, lots)
        self._take_units(vals_list)
        if not looked:
            self._write_flow(
                {
                    "date_resolved": self._get_today(),
                    "resolved_unit": 0,
                    "resolved_lot": 0,
                }
            )
            return 1
        place = "resolved_lot" if looked._name == "stock.lot" else "resolved_unit"
        self._write_flow({place: looked[-1].id})
        return len(looked)

    def _prepare_units(self, units, lots):
        """Values of affected units; a live unit goes before a returned one."""
        common = {"campaign_id": self.campaign_id.id, "source": "range"}
        rows = [
            {
                **common,
                "registration_id": unit.id,
                "lot_id": unit.lot_id.id,
                "product_id": unit.product_id.id,
                "serial": unit.serial,
                "serial_key": unit.serial_key,
            }
            for unit in units.sorted(lambda u: u.state != "active")
        ]
        rows += [
            {
                **common,
                "lot_id": lot.id,
                "product_id": lot.product_id.id,
                "serial": lot.name,
                "serial_key": serials.key(lot.name) or lot.name,
            }
            for lot in lots
        ]
        return rows

    def _take_units(self, vals_list):
        """Create rows for units that the campaign does not have yet."""
        Unit_sudo = self.env["aftersales.campaign.unit"].sudo()
        keys = {vals["serial_key"] for vals in vals_list}
        known = Unit_sudo.search_fetch(
            [
                ("campaign_id", "=", self.campaign_id.id),
                ("serial_key", "in", list(keys)),
            ],
            ["product_id", "serial_key", "registration_id"],
        )
        by_key = {(row.product_id.id, row.serial_key): row for row in known}
        fresh = {}
        for vals in vals_list:
            key = vals["product_id"], vals.pop("serial_key")
            row = by_key.get(key)
            if row is None:
                fresh.setdefault(key, vals)
            elif vals.get("registration_id") and not row.registration_id:
                # Known from the stock; it was sold meanwhile.
                row.write({"registration_id": vals["registration_id"]})
        created = Unit_sudo.with_context(aftersales_flow=FLOW).create(
            list(fresh.values())
        )
        if self.campaign_id.is_notice_automatic:
            created.filtered("partner_id")._write_flow({"notice_wanted": "first"})


class AftersalesCampaignProgress(models.Model):
    """How far a campaign was on a day; evidence, written by the job."""

    _name = "aftersales.campaign.progress"
    _description = "Progress of a Recall"
    _order = "date desc, id desc"
    _rec_name = "campaign_id"

    campaign_id = fields.Many2one(
        "aftersales.campaign",
        "Recall Campaign",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="campaign_id.company_id", store=True, index=True, precompute=True
    )
    date = fields.Date(required=True, index=True)
    unit_count = fields.Integer("Affected", aggregator="max")
    booked_count = fields.Integer("Orders", aggregator="max")
    done_count = fields.Integer("Remedied", aggregator="max")
    ended_count = fields.Integer("Not to Be Remedied", aggregator="max")
    completion = fields.Float("Completion (%)", digits=(5, 2), aggregator="max")

    _day_uniq = models.UniqueIndex(
        "(campaign_id, date)", "The progress of this day is written down already."
    )
