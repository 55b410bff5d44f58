from datetime import date, datetime

from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon

CONTEXT = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_notrack": True,
    "no_reset_password": True,
}

ROLES = {
    "service": "group_service",
    "dispatcher": "group_dispatcher",
    "centre": "group_centre_manager",
    "reviewer": "group_technical_reviewer",
    "head": "group_head",
    "clerk": "group_settlement_clerk",
    "warehouse": "group_warehouse",
    "hr": "group_training_officer",
    "auditor": "group_auditor",
    "admin": "group_admin",
}


class AftersalesCommon(BaseCommon):
    """A small network: head office, two centres, a point below each.

    ``cls.point`` is an active authorised point with agreement, staff and area;
    ``cls.point_b`` the same below the second centre.  One user per role.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, **CONTEXT))
        cls.company = cls.env.company
        cls.company_b = cls.env["res.company"].create({"name": "Second Company"})
        cls._setup_users()
        cls._setup_places()
        cls._setup_network()
        cls._setup_goods()

    @classmethod
    def _setup_users(cls):
        for role, group in ROLES.items():
            user = new_test_user(
                cls.env,
                login=f"aftersales_{role}",
                name=f"Test {role.title()}",
                groups=f"aftersales_network.{group}",
                context=CONTEXT,
            )
            setattr(cls, f"user_{role}", user)
        for suffix in ("", "_b"):
            user = new_test_user(
                cls.env,
                login=f"aftersales_portal{suffix}",
                name=f"Portal Technician{suffix}",
                groups="base.group_portal",
                context=CONTEXT,
            )
            setattr(cls, f"user_portal{suffix}", user)

    @classmethod
    def _setup_places(cls):
        cls.country = cls.env.ref("base.cn")
        State = cls.env["res.country.state"]
        cls.state = State.create(
            {"name": "Test Province", "code": "TP1", "country_id": cls.country.id}
        )
        cls.state_b = State.create(
            {"name": "Other Province", "code": "TP2", "country_id": cls.country.id}
        )
        Area = cls.env["aftersales.area"]
        cls.area = Area.create(
            {
                "name": "Test Province",
                "country_id": cls.country.id,
                "state_id": cls.state.id,
                "own_grade": "a",
                "own_response_hours": 24,
            }
        )
        cls.area_b = Area.create(
            {
                "name": "Other Province",
                "country_id": cls.country.id,
                "state_id": cls.state_b.id,
            }
        )

    @classmethod
    def _setup_network(cls):
        cls.role_manager = cls.env.ref("aftersales_network.role_service_manager")
        cls.role_technician = cls.env.ref("aftersales_network.role_technician")
        cls.type_repair = cls.env.ref("aftersales_network.service_type_repair")
        cls.hq = cls._create_point(name="Head Office", tier="hq", kind="own")
        cls.centre = cls._create_point(
            name="Centre South",
            tier="centre",
            kind="own",
            parent_id=cls.hq.id,
            manager_id=cls.user_centre.id,
        )
        cls.centre_b = cls._create_point(
            name="Centre North", tier="centre", kind="own", parent_id=cls.hq.id
        )
        cls.point = cls._create_point(name="Point One", parent_id=cls.centre.id)
        cls.point_b = cls._create_point(name="Point Two", parent_id=cls.centre_b.id)
        for point, area, user in (
            (cls.point, cls.area, cls.user_portal),
            (cls.point_b, cls.area_b, cls.user_portal_b),
        ):
            cls._equip_point(point, area, user)
        cls.agreement = cls.point.agreement_ids
        cls.technician = cls.point.staff_ids
        cls.technician_b = cls.point_b.staff_ids

    @classmethod
    def _equip_point(cls, point, area, user):
        """Give a point its area, agreement and portal technician."""
        cls.env["aftersales.area.assignment"].create(
            {
                "service_point_id": point.id,
                "area_id": area.id,
                "date_from": date(2020, 1, 1),
            }
        )
        cls.env["aftersales.agreement"].create(
            {
                "service_point_id": point.id,
                "date_start": date(2020, 1, 1),
                "labour_rate": 60.0,
                "parts_markup": 10.0,
                "travel_rate": 2.0,
                "inspection_fee": 30.0,
            }
        ).action_activate()
        cls._create_staff(
            service_point_id=point.id,
            partner_id=user.partner_id.id,
            role_id=cls.role_technician.id,
        )

    @classmethod
    def _create_rival(cls, name="Rival", **vals):
        """A second point in the area of the customer, not exclusive, with staff."""
        point = cls._create_point(name=name, **{"parent_id": cls.centre.id, **vals})
        cls.env["aftersales.area.assignment"].create(
            {
                "service_point_id": point.id,
                "area_id": cls.area.id,
                "date_from": date(2020, 1, 1),
                "exclusive": False,
            }
        )
        cls.env["aftersales.agreement"].create(
            {"service_point_id": point.id, "date_start": date(2020, 1, 1)}
        ).action_activate()
        cls._create_staff(service_point_id=point.id)
        return point

    @classmethod
    def _setup_goods(cls):
        cls.categ = cls.env["product.category"].create({"name": "Test Appliances"})
        cls.product = cls.env["product.product"].create(
            {
                "name": "Test Air Conditioner",
                "is_storable": True,
                "tracking": "serial",
                "categ_id": cls.categ.id,
                "list_price": 1000.0,
            }
        )
        cls.part = cls.env["product.product"].create(
            {
                "name": "Test Compressor",
                "default_code": "TEST-CMP",
                "is_storable": True,
                "list_price": 100.0,
            }
        )
        cls.lot = cls.env["stock.lot"].create(
            {"name": "TEST-SN-1", "product_id": cls.product.id}
        )
        cls.customer = cls.env["res.partner"].create(
            {
                "name": "Test Customer",
                "country_id": cls.country.id,
                "state_id": cls.state.id,
                "email": "customer@example.com",
            }
        )

    @classmethod
    def _create_point(cls, **vals):
        """A service point, active unless the state is given."""
        name = vals.setdefault("name", "Some Point")
        if "partner_id" not in vals:
            vals["partner_id"] = (
                cls.env["res.partner"].create({"name": name, "is_company": True}).id
            )
        return cls.env["aftersales.service.point"].create({"state": "active", **vals})

    @classmethod
    def _pass_probation(cls, point, **vals):
        """A confirmed assessment of a point on probation, passed by default."""
        if not point.date_probation_start:
            point._start_probation(cls.company._get_aftersales_today())
        assessment = cls.env["aftersales.probation.assessment"].create(
            {
                "service_point_id": point.id,
                "outcome": "passed",
                "score": 80,
                "findings": "Good work",
                **vals,
            }
        )
        assessment.action_confirm()
        return assessment

    @classmethod
    def _create_staff(cls, **vals):
        """A staff line that started long ago."""
        defaults = {
            "service_point_id": cls.point.id if "service_point_id" not in vals else 0,
            "role_id": cls.role_technician.id,
            "date_from": date(2020, 1, 1),
        }
        if not {"employee_id", "partner_id"} & set(vals):
            partner = cls.env["res.partner"].create({"name": "Some Person"})
            defaults["partner_id"] = partner.id
        return cls.env["aftersales.staff"].create({**defaults, **vals})

    @classmethod
    def _create_order(cls, **vals):
        """A draft repair of the test product for the test customer."""
        defaults = {
            "partner_id": cls.customer.id,
            "product_id": cls.product.id,
            "service_type_id": cls.type_repair.id,
            "complaint": "Does not cool",
            "date_request": datetime(2026, 3, 2, 8, 0),
        }
        return cls.env["aftersales.service.order"].create({**defaults, **vals})

    @classmethod
    def _finish_order(cls, order, **times):
        """Run a dispatched order to state done."""
        if order.state == "draft":
            order.action_dispatch()
        order.action_accept()
        order.action_start()
        order.step_ids.write({"is_done": True})
        order.write({"cause": "Worn", "correction": "Replaced", **times})
        order.action_done()
        return order

    @classmethod
    def _add_lines(cls, order, *specs):
        """Add lines ``(kind, quantity, price, product)`` to an order."""
        order.write(
            {
                "line_ids": [
                    Command.create(
                        {
                            "kind": kind,
                            "quantity": quantity,
                            "price_unit": price,
                            "product_id": product.id if product else False,
                            "name": kind,
                        }
                    )
                    for kind, quantity, price, product in specs
                ]
            }
        )
        return order.line_ids
