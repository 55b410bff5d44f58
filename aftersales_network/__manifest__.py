{
    "name": "After-Sales Network",
    "summary": "Service points, areas, agreements, dispatch and service orders",
    "version": "19.0.1.0.0",
    "category": "Services/After-Sales",
    "author": "After-Sales Suite Maintainers",
    "license": "LGPL-3",
    "application": True,
    "depends": [
        "mail",
        "portal",
        "contacts",
        "product",
        "stock",
        "hr",
        "resource",
        "base_address_extended",
    ],
    "data": [
        "security/aftersales_network_groups.xml",
        "security/ir.model.access.csv",
        "security/aftersales_network_rules.xml",
        # access of: admission
        "security/ir.model.access-admission.csv",
        "security/aftersales_admission_rules.xml",
        # access of: application
        "security/ir.model.access-application.csv",
        "security/aftersales_application_rules.xml",
        # access of: exit
        "security/ir.model.access-exit.csv",
        "security/aftersales_exit_rules.xml",
        # access of: areas
        "security/ir.model.access-areas.csv",
        "security/aftersales_areas_rules.xml",
        # access of: dispatch
        "security/ir.model.access-dispatch.csv",
        "security/aftersales_dispatch_rules.xml",
        # access of: orders
        "security/ir.model.access-orders.csv",
        "security/aftersales_orders_rules.xml",
        # access of: planning
        "security/ir.model.access-planning.csv",
        "security/aftersales_planning_rules.xml",
        # access of: running
        "security/ir.model.access-running.csv",
        "security/aftersales_running_rules.xml",
        # access of: budget
        "security/ir.model.access-budget.csv",
        "security/aftersales_budget_rules.xml",
        "data/ir_sequence_data.xml",
        "data/aftersales_point_level_data.xml",
        "data/aftersales_staff_role_data.xml",
        "data/aftersales_service_type_data.xml",
        # data of: admission
        "data/aftersales_condition_data.xml",
        "data/aftersales_admission_mail_data.xml",
        "data/aftersales_probation_cron.xml",
        # data of: application
        "data/aftersales_application_data.xml",
        # data of: exit
        "data/aftersales_exit_data.xml",
        # data of: areas
        "data/aftersales_grade_data.xml",
        # data of: dispatch
        "data/aftersales_dispatch_data.xml",
        # data of: orders
        "data/aftersales_orders_data.xml",
        "data/aftersales_orders_mail.xml",
        # data of: planning
        "data/aftersales_planning_data.xml",
        # data of: running
        "data/aftersales_running_data.xml",
        # data of: budget
        "data/aftersales_budget_category_data.xml",
        "wizard/aftersales_reason_wizard_views.xml",
        "wizard/aftersales_dispatch_wizard_views.xml",
        "wizard/aftersales_exit_wizard_views.xml",
        "views/aftersales_area_views.xml",
        "views/aftersales_agreement_views.xml",
        "views/aftersales_staff_views.xml",
        "views/aftersales_service_type_views.xml",
        "views/aftersales_service_order_views.xml",
        "views/aftersales_point_adjustment_views.xml",
        "views/aftersales_service_point_views.xml",
        "views/res_partner_views.xml",
        "views/aftersales_portal_templates.xml",
        "report/aftersales_service_order_reports.xml",
        "report/aftersales_service_order_templates.xml",
        "views/aftersales_network_menus.xml",
        # views, wizards, reports and menus of: admission
        "wizard/aftersales_level_change_wizard_views.xml",
        "views/res_config_settings_views.xml",
        "views/aftersales_condition_views.xml",
        "views/aftersales_probation_views.xml",
        "views/aftersales_level_change_views.xml",
        "views/aftersales_application_review_views.xml",
        "views/aftersales_point_kind_views.xml",
        "views/aftersales_admission_menus.xml",
        # views, wizards, reports and menus of: application
        "views/aftersales_application_views.xml",
        "views/aftersales_application_portal_templates.xml",
        "views/aftersales_application_section_templates.xml",
        "views/aftersales_service_point_portal_templates.xml",
        # views, wizards, reports and menus of: exit
        "report/aftersales_agreement_reports.xml",
        "report/aftersales_agreement_templates.xml",
        "report/aftersales_withdrawal_templates.xml",
        "views/aftersales_agreement_template_views.xml",
        "views/aftersales_withdrawal_views.xml",
        "views/aftersales_service_point_exit_views.xml",
        "views/aftersales_exit_portal_templates.xml",
        "views/aftersales_exit_settings_views.xml",
        "views/aftersales_exit_menus.xml",
        # views, wizards, reports and menus of: areas
        # views, wizards, reports and menus of: dispatch
        "views/aftersales_staff_posting_views.xml",
        "views/aftersales_dispatch_point_views.xml",
        "views/aftersales_dispatch_order_views.xml",
        "views/aftersales_dispatch_settings_views.xml",
        "views/aftersales_dispatch_menus.xml",
        # views, wizards, reports and menus of: orders
        "wizard/aftersales_order_wizard_views.xml",
        # views, wizards, reports and menus of: planning
        "wizard/aftersales_capacity_compare_views.xml",
        "views/aftersales_installed_base_views.xml",
        "views/aftersales_coverage_gap_views.xml",
        "views/aftersales_failure_rate_views.xml",
        "views/aftersales_planning_setting_views.xml",
        "views/aftersales_capacity_plan_views.xml",
        "views/aftersales_capacity_plan_line_views.xml",
        "views/aftersales_product_planning_views.xml",
        "report/aftersales_capacity_plan_reports.xml",
        "report/aftersales_capacity_plan_templates.xml",
        "views/aftersales_planning_menus.xml",
        # views, wizards, reports and menus of: running
        "views/aftersales_resource_views.xml",
        "report/aftersales_month_report_reports.xml",
        "report/aftersales_month_report_templates.xml",
        "views/aftersales_month_report_views.xml",
        "views/aftersales_month_report_portal_templates.xml",
        "wizard/aftersales_visit_plan_wizard_views.xml",
        "views/aftersales_visit_views.xml",
        "views/aftersales_visit_task_views.xml",
        "views/aftersales_visit_portal_templates.xml",
        "views/aftersales_service_point_running_views.xml",
        "views/res_config_settings_running_views.xml",
        "views/aftersales_running_menus.xml",
        # views, wizards, reports and menus of: budget
        "views/aftersales_budget_views.xml",
        "views/aftersales_fund_views.xml",
        "views/aftersales_system_figure_views.xml",
        "views/aftersales_year_plan_views.xml",
        "views/aftersales_budget_menus.xml",
    ],
    "assets": {
        "web.assets_backend": ["aftersales_network/static/src/clearance_list/*"],
        "web.assets_frontend": [
            # frontend of: application
            "aftersales_network/static/src/interactions/application_form.js",
        ],
        "web.assets_tests": ["aftersales_network/static/tests/tours/*.js"],
    },
    "pre_init_hook": "pre_init_hook",
}
