"""Admission and exit of the demo's points, each gate by its own role."""

from datetime import date, timedelta

from odoo.tools import mute_logger

from . import network

APPLICANT = ("applicant", "Yuan Shan", "Applicant (portal)")
#: point → the person who applies for it
APPLICANTS = {
    "Guiyang Cloud Service": APPLICANT[:2],
    "Dongguan River Service": ("applicant.dongguan", "He Chuan"),
    "Kunming Spring Repairs": ("applicant.kunming", "Chun Lan"),
    "Ningbo Harbour Service": ("applicant.ningbo", "Gang Wan"),
    "Qingdao Coast Service": ("applicant.qingdao", "Hai An"),
    "Shijiazhuang Home Repairs": ("applicant.shijiazhuang", "Shi Min"),
}
FINDING = "Visited on site: workshop tidy, tools complete, good access by metro."
GATES = ("applied", "centre_review", "technical_review", "head_approval")


def run(env, points, users):
    """Bring every point into the state that the story gives it."""
    env["aftersales.condition"].with_context(active_test=False).search([]).active = True
    for name, applicant in APPLICANTS.items():
        apply(env, points[name], applicant, name == "Guiyang Cloud Service")
    for point in network.get_points_in(points, "rejected", *GATES):
        send(point, users, network.get_state(point.name))
    begin_probation(points)
    suspend(points, users)
    for point in network.get_points_in(points, "withdrawal", "closed"):
        withdraw(env, point, users, network.get_state(point.name))
    for point in network.get_points_in(points, "active"):
        point.capacity = 60


def apply(env, point, applicant, is_draft):
    """The applicant fills in what the conditions ask for."""
    login, name = applicant
    user = env["res.users"].create(
        {
            "name": name,
            "login": login,
            "password": login,
            "email": f"{login}@points.example",
            "tz": "Asia/Shanghai",
            "group_ids": [(6, 0, env.ref("base.group_portal").ids)],
        }
    )
    user.partner_id.parent_id = point.partner_id
    point.write({"applicant_id": user.id, "store_area": 25, **copy_address(point)})
    technician = env.ref("aftersales_network.role_technician")
    manager = env.ref("aftersales_network.role_service_manager")
    env["aftersales.application.person"].create(
        [
            {
                "service_point_id": point.id,
                "name": name if role == manager else f"Technician of {point.name}",
                "role_id": role.id,
                "phone": "+86 138 0000 0000",
                "years": 5,
                "certificates": "Refrigeration licence",
            }
            for role in (manager, technician)
        ]
    )
    env["aftersales.application.reference"].create(
        {
            "service_point_id": point.id,
            "name": "Northern Star Appliances",
            "contact": "Ms Ren",
            "phone": "+86 400 555 0999",
        }
    )
    point._sync_conditions()
    if is_draft:
        return
    lines = point.condition_ids
    for line in lines.filtered(lambda x: x.status == "open"):
        line.write(
            {
                "value": max(line.condition_id.minimum, 1.0),
                "proof_ids": [(4, make_proof(env, line).id)],
            }
        )
    photos = env["ir.attachment"].create(
        [
            {
                "name": f"{part}.txt",
                "raw": f"{part} of {point.name}".encode(),
                "res_model": point._name,
                "res_id": point.id,
            }
            for part in ("Front", "Office", "Workshop")
        ]
    )
    point.photo_ids = [(6, 0, photos.ids)]
    point.with_user(user).sudo().action_submit()


def copy_address(point):
    """The company as the applicant types it."""
    firm = point.partner_id
    return {
        "applied_name": firm.name,
        "applied_street": firm.street,
        "applied_zip": firm.zip,
        "applied_city": firm.city,
        "applied_city_id": firm.city_id.id,
        "applied_state_id": firm.state_id.id,
        "applied_country_id": firm.country_id.id,
        "applied_phone": firm.phone,
        "applied_email": firm.email,
    }


def make_proof(env, line):
    """A paper that proves a condition."""
    return env["ir.attachment"].create(
        {
            "name": f"{line.condition_id.name}.txt",
            "raw": f"{line.condition_id.name}: {line.service_point_id.name}".encode(),
            "res_model": line._name,
            "res_id": line.id,
        }
    )


def send(point, users, target):
    """Move an application on, one gate at a time, up to its state."""
    manager = point.centre_id.manager_id
    if target == "applied":
        return
    point.with_user(manager).action_start_review()
    if target == "centre_review":
        return
    if target == "rejected":
        point.with_user(manager).action_reject(
            "The workshop has no ventilation. Mend it and hand the form in again."
        )
        return
    point.with_user(manager).action_approve(FINDING)
    if target == "technical_review":
        return
    point.with_user(users["reviewer"]).action_approve("Tools and people suffice.")


def begin_probation(points):
    """A point in the last weeks of its probation."""
    for point in network.get_points_in(points, "probation"):
        point._start_probation(date.today() - timedelta(days=70))


def suspend(points, users):
    """A point that receives no work until it has mended its findings."""
    for point in network.get_points_in(points, "suspended"):
        point.with_user(users["head"]).action_suspend(
            "Three complaints about overcharging in a month",
            date.today() + timedelta(days=21),
        )


def withdraw(env, point, users, target):
    """Exit over the mirrored gates: clearing, or all the way to the end."""
    withdrawal = (
        env["aftersales.withdrawal"]
        .with_user(users["admin"])
        .create(
            {
                "service_point_id": point.id,
                "cause": "own_wish" if target == "closed" else "quality",
                "reason": "The owner retires at the end of the year."
                if target == "closed"
                else "Repeat repairs stayed above the limit for two quarters.",
            }
        )
    )
    withdrawal.action_submit()
    for user in (point.centre_id.manager_id, users["reviewer"], users["head"]):
        withdrawal.with_user(user).action_approve("Agreed")
    if target == "closed":
        # The printer asks a web server for its style sheets; none runs here yet.
        with mute_logger("odoo.addons.base.models.ir_actions_report"):
            withdrawal.with_user(users["head"]).action_close()
