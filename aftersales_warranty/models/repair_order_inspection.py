from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.aftersales_network.models.aftersales_service_order_inspection import (
    RESULTS,
)


class AftersalesRepairInspection(models.Model):
    """Check of a finished repair by another person than those who did it.

    Evidence: the repair's own step writes it, nobody changes it.
    """

    _name = "aftersales.repair.inspection"
    _description = "Repair Inspection"
    _order = "date desc, id desc"

    repair_id = fields.Many2one(
        "repair.order", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="repair_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="repair_id.aftersales_service_point_id",
        store=True,
        index="btree_not_null",
    )
    inspector_id = fields.Many2one("res.users", required=True, index=True)
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    result = fields.Selection(RESULTS, required=True)
    check_ids = fields.Many2many(
        "aftersales.service.check",
        "aftersales_repair_inspection_check_rel",
        string="Items in Order",
    )
    findings = fields.Text()


class RepairOrder(models.Model):
    """No bound repair ends before another person has passed it."""

    _inherit = "repair.order"

    aftersales_inspection_ids = fields.One2many(
        "aftersales.repair.inspection",
        "repair_id",
        "Inspections",
        readonly=True,
        copy=False,
    )
    aftersales_inspection = fields.Selection(
        [("requested", "Awaiting Inspection"), *RESULTS],
        "Inspection",
        readonly=True,
        copy=False,
        index="btree_not_null",
        tracking=True,
    )
    aftersales_worker_ids = fields.Many2many(
        "res.users",
        "aftersales_repair_worker_rel",
        string="Worked on by",
        readonly=True,
        copy=False,
    )

    _FLOW_FIELDS = frozenset(
        ("aftersales_inspection", "aftersales_inspection_ids", "aftersales_worker_ids")
    )

    def _on_aftersales_start(self):
        """Whoever starts the work cannot inspect it."""
        res = super()._on_aftersales_start()
        self._add_aftersales_worker()
        return res

    def _add_aftersales_worker(self):
        """Note the user as one who did the work."""
        if not self.env.su:
            self._write_flow(
                {"aftersales_worker_ids": [fields.Command.link(self.env.uid)]}
            )

    def action_aftersales_request_inspection(self):
        """The work is finished and waits for another person's check."""
        self._check_aftersales_state("under_repair")
        self._add_aftersales_worker()
        self._write_flow({"aftersales_inspection": "requested"})

    def _check_aftersales_state(self, state):
        """Refuse a step outside the state it belongs to.

        :raise UserError: naming the repair and both states
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        for repair in self:
            if repair.state != state:
                raise UserError(
                    self.env._(
                        "%(order)s is in state “%(state)s”; this step is possible only "
                        "in: %(allowed)s.",
                        order=repair.name,
                        state=labels[repair.state],
                        allowed=labels[state],
                    )
                )

    def action_aftersales_inspect(self):
        """Ask for the result of the inspection."""
        self.ensure_one()
        self._check_aftersales_state("under_repair")
        self._check_aftersales_inspector()
        return self.env["aftersales.repair.inspection.wizard"]._open_for(self)

    def _get_aftersales_workers(self):
        """Users who did the work, started it, or answer for it."""
        self.ensure_one()
        return self.aftersales_worker_ids | self.user_id

    def _check_aftersales_inspector(self):
        """Refuse an inspection by a person who did the work.

        :raise UserError: naming the repair
        """
        for repair in self:
            if self.env.user in repair._get_aftersales_workers():
                raise UserError(
                    self.env._(
                        "%(order)s: %(person)s did the work. Another person must "
                        "inspect it.",
                        order=repair.name,
                        person=self.env.user.name,
                    )
                )

    def _aftersales_inspect(self, result, findings=None, checks=None):
        """Record an inspection; work that failed goes back to the bench.

        :param result: passed or failed
        :param findings: what was found, required for a failure
        :param checks: ``aftersales.service.check`` that are in order
        :raise UserError: wrong person or state, open items, or no findings
        """
        self.ensure_one()
        self.check_access("write")
        self.lock_for_update(allow_referencing=True)
        self._check_aftersales_state("under_repair")
        self._check_aftersales_inspector()
        mine = self._get_aftersales_items()
        checks = mine & (checks if checks is not None else mine.browse())
        self._check_aftersales_result(result, findings, mine - checks)
        self.env["aftersales.repair.inspection"].sudo().create(
            {
                "repair_id": self.id,
                "inspector_id": self.env.uid,
                "result": result,
                "findings": (findings or "").strip() or False,
                "check_ids": [fields.Command.set(checks.ids)],
            }
        )
        self._write_flow({"aftersales_inspection": result})

    def _get_aftersales_items(self):
        """Items that are to be checked, by the type of service."""
        self.ensure_one()
        return self.aftersales_service_type_id.sudo().check_ids

    def _check_aftersales_result(self, result, findings, open_items):
        """Refuse a pass with open items and a failure without findings."""
        self.ensure_one()
        if result not in dict(RESULTS):
            raise UserError(self.env._("Choose the result of the inspection."))
        if result == "passed" and open_items:
            raise UserError(
                self.env._(
                    "%(order)s cannot pass; these items are not in order: %(items)s.",
                    order=self.name,
                    items=", ".join(open_items.mapped("name")),
                )
            )
        if result == "failed" and not (findings or "").strip():
            raise UserError(
                self.env._(
                    "%(order)s: write down what the inspection found.", order=self.name
                )
            )

    def _check_aftersales_ready(self):
        """A bound repair ends only with a passed inspection.

        :raise UserError: naming the repair and the items that are missing
        """
        res = super()._check_aftersales_ready()
        for repair in self:
            if repair.aftersales_inspection != "passed":
                items = repair._get_aftersales_items().mapped("name")
                raise UserError(
                    self.env._(
                        "%(repair)s has not passed its inspection. Another person than "
                        "those who did the work has to inspect it first: %(items)s.",
                        repair=repair.name,
                        items=", ".join(items) or self.env._("the repair as a whole"),
                    )
                )
        return res

    def _reset_aftersales_inspection(self):
        """Work that changes after its inspection is inspected anew."""
        changed = self.filtered(
            lambda r: r.aftersales_inspection == "passed" and r.state == "under_repair"
        )
        if changed:
            # Whoever may change the parts takes back what the inspection found.
            changed.sudo()._write_flow({"aftersales_inspection": False})
