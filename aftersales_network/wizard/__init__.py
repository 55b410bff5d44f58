from . import (
    dashboard_mixin,
    load_mixin,
    aftersales_dispatch_wizard,
    aftersales_reason_wizard,
    # wizards of: admission
    aftersales_level_change_wizard,
    aftersales_reason_wizard_admission,
    # wizards of: application
    aftersales_portal_wizard,
    # wizards of: exit
    aftersales_agreement_issue_wizard,
    aftersales_agreement_sign_wizard,
    aftersales_suspension_wizard,
    # wizards of: areas
    aftersales_area_handover,
    aftersales_area_load,
    aftersales_staffing_wizard,
    # wizards of: dispatch
    # wizards of: orders
    aftersales_order_wizard,
    # wizards of: planning
    aftersales_capacity_compare,
    aftersales_reason_wizard_planning,
    # wizards of: running
    aftersales_reason_wizard_running,
    aftersales_visit_plan_wizard,
    # wizards of: budget
    aftersales_system_figure,
)
