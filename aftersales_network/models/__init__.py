from . import (
    flow,
    aftersales_approval,
    aftersales_metric,
    aftersales_point_level,
    aftersales_staff_role,
    aftersales_staff,
    aftersales_area,
    aftersales_area_assignment,
    aftersales_service_type,
    aftersales_agreement,
    aftersales_point_adjustment,
    aftersales_service_point,
    aftersales_service_point_lifecycle,
    aftersales_service_point_register,
    aftersales_service_order,
    aftersales_service_order_flow,
    aftersales_service_order_dispatch,
    aftersales_service_order_line,
    aftersales_service_order_portal,
    aftersales_dispatch_candidate,
    # models of: admission
    aftersales_approval_admission,
    aftersales_condition,
    aftersales_point_condition,
    aftersales_service_point_condition,
    # models of: application
    portal_form,
    aftersales_application_person,
    aftersales_application_reference,
    aftersales_service_point_application,
    aftersales_service_point_portal,
    # models of: exit
    # models of: areas
    # models of: dispatch
    # models of: orders
    # models of: planning
    # models of: running
    aftersales_resource_norm,
    aftersales_resource,
    aftersales_resource_check,
    aftersales_service_point_resource,
    # models of: budget
    aftersales_budget,
    aftersales_budget_post,
    aftersales_fund,
    aftersales_system_figure,
    aftersales_year_plan,
    ir_sequence,
    res_company,
    res_partner,
    res_users,
)
