{
    "name": "After-Sales Training",
    "summary": "Certificates, the certified-manager ratio and required qualifications",
    "version": "19.0.1.2.0",
    "category": "Services/After-Sales",
    "author": "After-Sales Suite Maintainers",
    "license": "LGPL-3",
    "depends": [
        "aftersales_network",
        "hr_skills",
        "survey",
        "hr_skills_survey",
    ],
    "data": [
        "security/ir.model.access.csv",
        "security/aftersales_training_rules.xml",
        # access of: certs
        "security/ir.model.access-certs.csv",
        "security/aftersales_certs_rules.xml",
        # access of: ratio
        "security/ir.model.access-ratio.csv",
        "security/aftersales_ratio_rules.xml",
        # access of: courses
        "security/aftersales_courses_groups.xml",
        "security/ir.model.access-courses.csv",
        "security/aftersales_courses_rules.xml",
        # access of: plans
        "security/ir.model.access-plans.csv",
        "security/aftersales_plans_rules.xml",
        # access of: growth
        "security/ir.model.access-growth.csv",
        "security/aftersales_growth_rules.xml",
        "data/hr_skill_data.xml",
        "data/aftersales_certificate_data.xml",
        "data/mail_activity_type_data.xml",
        "data/ir_cron_data.xml",
        # data of: certs
        "data/ir_sequence_data.xml",
        "data/mail_template_data.xml",
        # data of: ratio
        "data/aftersales_ratio_data.xml",
        # data of: courses
        "data/aftersales_courses_cron_data.xml",
        "data/aftersales_courses_mail_data.xml",
        # data of: plans
        "data/aftersales_training_need_data.xml",
        # data of: growth
        "data/aftersales_growth_data.xml",
        "views/aftersales_certificate_type_views.xml",
        "views/aftersales_certificate_issuer_views.xml",
        "views/aftersales_certificate_views.xml",
        "views/aftersales_role_requirement_views.xml",
        "views/aftersales_manager_ratio_views.xml",
        "views/aftersales_staff_views.xml",
        "views/aftersales_service_point_views.xml",
        "views/aftersales_service_order_views.xml",
        "views/hr_employee_views.xml",
        "views/aftersales_ratio_rule_views.xml",
        "views/res_config_settings_views.xml",
        "views/aftersales_certificate_templates.xml",
        "wizard/aftersales_ratio_dashboard_views.xml",
        "views/aftersales_training_menus.xml",
        # views, wizards, reports and menus of: certs
        # views, wizards, reports and menus of: ratio
        "report/manager_ratio_reports.xml",
        "report/manager_ratio_templates.xml",
        "views/aftersales_staff_absence_views.xml",
        "views/aftersales_responsibility_views.xml",
        "views/aftersales_responsibility_target_views.xml",
        "views/aftersales_qualification_gap_views.xml",
        "views/aftersales_ratio_menus.xml",
        # views, wizards, reports and menus of: courses
        "wizard/aftersales_training_wizard_views.xml",
        "views/aftersales_training_course_views.xml",
        "views/aftersales_training_material_views.xml",
        "views/aftersales_trainer_views.xml",
        "views/aftersales_training_session_views.xml",
        "views/aftersales_training_attendee_views.xml",
        "views/aftersales_training_cost_views.xml",
        "report/aftersales_training_reports.xml",
        "views/aftersales_training_templates.xml",
        "views/aftersales_courses_menus.xml",
        # views, wizards, reports and menus of: plans
        "views/aftersales_training_need_views.xml",
        "views/aftersales_training_plan_line_views.xml",
        "views/aftersales_training_plan_views.xml",
        "views/aftersales_training_requirement_views.xml",
        "views/aftersales_training_coverage_views.xml",
        "views/aftersales_training_gate_views.xml",
        "views/aftersales_plans_menus.xml",
        # views, wizards, reports and menus of: growth
        "report/aftersales_competition_reports.xml",
        "report/aftersales_competition_templates.xml",
        "views/aftersales_competition_views.xml",
        "views/aftersales_technical_grade_views.xml",
        "views/aftersales_growth_menus.xml",
    ],
    "assets": {
        "web.assets_backend": ["aftersales_training/static/src/ratio/*"],
        "web.assets_tests": ["aftersales_training/static/tests/tours/*.js"],
    },
}
