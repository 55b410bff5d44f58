"""Repairs at the bench that were there before they were bound to their units."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Give old repairs of registered units their days, charges and places.

    Their units were found by serial already.  The request counts from the day on
    which the repair was entered, not from the day of the update.
    """
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
    repairs = env["repair.order"].search([("aftersales_order_id", "=", False)])
    for repair in repairs:
        entered = repair._get_aftersales_today(repair.create_date)
        repair.aftersales_date_request = entered
    bound = repairs.filtered("aftersales_is_bound")
    for repair in bound.filtered(lambda r: r.state in ("under_repair", "done")):
        repair._write_flow(prepare_days(repair))
    running = bound.filtered(lambda r: r.state not in ("done", "cancel"))
    field = running._fields["aftersales_service_type_id"]
    env.add_to_compute(field, running.filtered(lambda r: not r[field.name]))
    running._set_recycle_place()
    running.move_ids._aftersales_sync_charges()


def prepare_days(repair):
    """Begin and end of an old repair, as far as Odoo knows them."""
    values = {}
    end = repair.aftersales_date_end
    if repair.state == "done" and not end:
        end = repair.move_id.date or repair.write_date
        values["aftersales_date_end"] = end
    if not repair.aftersales_date_start:
        planned = max(repair.schedule_date or repair.create_date, repair.create_date)
        last = end or repair.write_date
        values["aftersales_date_start"] = min(planned, last)
    return values
