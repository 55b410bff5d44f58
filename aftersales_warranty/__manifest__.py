{
    "name": "After-Sales Warranty",
    "summary": "Warranty policies, registered units, claims and settlements",
    "version": "19.0.1.4.0",
    "category": "Services/After-Sales",
    "author": "After-Sales Suite Maintainers",
    "license": "LGPL-3",
    "depends": [
        "aftersales_network",
        "repair",
        "sale_stock",
        "stock_account",
        "account",
    ],
    "data": [
        "security/aftersales_warranty_groups.xml",
        "security/ir.model.access.csv",
        "security/aftersales_warranty_rules.xml",
        "security/history/ir.model.access.csv",
        "security/history_security.xml",
        # access of: engine
        "security/ir.model.access-engine.csv",
        "security/aftersales_engine_rules.xml",
        # access of: policy
        "security/ir.model.access-policy.csv",
        "security/aftersales_policy_rules.xml",
        # access of: units
        "security/ir.model.access-units.csv",
        "security/aftersales_units_rules.xml",
        # access of: returns
        "security/ir.model.access-returns.csv",
        "security/aftersales_returns_rules.xml",
        # access of: depot
        "security/ir.model.access-depot.csv",
        "security/aftersales_depot_rules.xml",
        # access of: repair
        "security/ir.model.access-repair.csv",
        "security/aftersales_repair_rules.xml",
        # access of: parts
        "security/ir.model.access-parts.csv",
        "security/aftersales_parts_rules.xml",
        # access of: prices
        "security/ir.model.access-prices.csv",
        "security/aftersales_prices_rules.xml",
        # access of: claims
        "security/ir.model.access-claims.csv",
        "security/aftersales_claims_rules.xml",
        # access of: checks
        "security/ir.model.access-checks.csv",
        "security/aftersales_checks_rules.xml",
        # access of: desk
        "security/ir.model.access-desk.csv",
        "security/aftersales_desk_rules.xml",
        # access of: hints
        "security/ir.model.access-hints.csv",
        "security/aftersales_hints_rules.xml",
        # access of: settle
        "security/ir.model.access-settle.csv",
        "security/aftersales_settle_rules.xml",
        # access of: money
        "security/ir.model.access-money.csv",
        "security/aftersales_money_rules.xml",
        # access of: quality
        "security/ir.model.access-quality.csv",
        "security/aftersales_quality_rules.xml",
        # access of: recall
        "security/ir.model.access-recall.csv",
        "security/aftersales_recall_rules.xml",
        "data/ir_sequence_data.xml",
        "data/aftersales_claim_reason_data.xml",
        "data/aftersales_product_class_data.xml",
        "data/aftersales_fault_group_data.xml",
        "data/aftersales_entitlement_rule_data.xml",
        "data/history_template_data.xml",
        "data/history_cron_data.xml",
        # data of: engine
        "data/aftersales_entitlement_phone_data.xml",
        "data/aftersales_entitlement_car_data.xml",
        "data/aftersales_entitlement_abroad_data.xml",
        # data of: policy
        "data/aftersales_policy_exclusion_data.xml",
        "data/aftersales_policy_cron_data.xml",
        "data/aftersales_maintenance_cron_data.xml",
        # data of: units
        "data/aftersales_units_data.xml",
        "data/aftersales_units_mail_data.xml",
        # data of: returns
        "data/aftersales_return_reason_data.xml",
        # data of: depot
        "data/aftersales_return_grade_data.xml",
        "data/aftersales_return_place_data.xml",
        # data of: repair
        "data/aftersales_repair_data.xml",
        # data of: parts
        "data/aftersales_parts_sequence_data.xml",
        "data/aftersales_parts_data.xml",
        "data/aftersales_parts_mail.xml",
        # data of: prices
        "data/aftersales_prices_data.xml",
        "data/aftersales_prices_mail.xml",
        # data of: claims
        "data/aftersales_claims_cron_data.xml",
        # data of: checks
        "data/aftersales_part_result_data.xml",
        # data of: desk
        "data/aftersales_desk_data.xml",
        # data of: hints
        "data/aftersales_hint_data.xml",
        "data/aftersales_escalation_data.xml",
        # data of: settle
        "data/aftersales_settle_data.xml",
        # data of: money
        "data/aftersales_money_data.xml",
        # data of: quality
        "data/aftersales_quality_data.xml",
        "data/aftersales_customer_training_data.xml",
        # data of: recall
        "data/aftersales_recall_data.xml",
        "report/aftersales_settlement_reports.xml",
        "report/aftersales_settlement_templates.xml",
        "views/aftersales_product_class_views.xml",
        "views/aftersales_entitlement_rule_views.xml",
        "views/aftersales_policy_views.xml",
        "views/aftersales_claim_reason_views.xml",
        "wizard/aftersales_claim_decision_views.xml",
        "wizard/aftersales_settlement_run_views.xml",
        "views/aftersales_authorization_views.xml",
        "views/aftersales_settlement_views.xml",
        "views/aftersales_claim_views.xml",
        "views/aftersales_registration_views.xml",
        "views/aftersales_service_order_views.xml",
        "views/aftersales_service_point_views.xml",
        "views/account_move_views.xml",
        "views/product_views.xml",
        "views/res_config_settings_views.xml",
        "views/res_partner_views.xml",
        "views/stock_lot_views.xml",
        "views/aftersales_portal_templates.xml",
        "views/history_template_views.xml",
        "views/history_import_views.xml",
        "views/history_case_views.xml",
        "views/aftersales_warranty_menus.xml",
        "views/history_menus.xml",
        # views, wizards, reports and menus of: engine
        "wizard/aftersales_entitlement_check_views.xml",
        "views/aftersales_fault_group_views.xml",
        "views/aftersales_entitlement_facts_views.xml",
        "views/aftersales_engine_menus.xml",
        # views, wizards, reports and menus of: policy
        "report/aftersales_policy_reports.xml",
        "wizard/aftersales_policy_publish_views.xml",
        "views/aftersales_policy_version_views.xml",
        "views/aftersales_cover_refresh_views.xml",
        "views/aftersales_maintenance_views.xml",
        "views/aftersales_policy_menus.xml",
        # views, wizards, reports and menus of: units
        "report/aftersales_unit_reports.xml",
        "report/aftersales_unit_templates.xml",
        "wizard/aftersales_unit_transfer_views.xml",
        "wizard/aftersales_registration_load_views.xml",
        "wizard/aftersales_serial_check_views.xml",
        "views/aftersales_service_order_intake_views.xml",
        "views/aftersales_unit_views.xml",
        "views/aftersales_unit_settings_views.xml",
        "views/aftersales_registration_request_views.xml",
        "views/aftersales_counterfeit_case_views.xml",
        "views/aftersales_units_portal_templates.xml",
        "views/aftersales_units_menus.xml",
        # views, wizards, reports and menus of: returns
        "report/aftersales_return_reports.xml",
        "data/aftersales_return_mail_data.xml",
        "wizard/aftersales_return_wizard_views.xml",
        "views/aftersales_return_views.xml",
        "views/aftersales_return_link_views.xml",
        "views/aftersales_return_portal_templates.xml",
        "views/aftersales_returns_menus.xml",
        # views, wizards, reports and menus of: depot
        "views/aftersales_return_grade_views.xml",
        "views/aftersales_return_depot_views.xml",
        "wizard/aftersales_return_inspection_views.xml",
        "wizard/aftersales_return_period_views.xml",
        "report/aftersales_return_work_views.xml",
        "report/aftersales_return_work_templates.xml",
        "views/aftersales_depot_menus.xml",
        # views, wizards, reports and menus of: repair
        "wizard/aftersales_repair_inspection_views.xml",
        "report/repair_order_templates.xml",
        "views/repair_order_views.xml",
        "views/aftersales_repair_menus.xml",
        # views, wizards, reports and menus of: parts
        "report/aftersales_part_reports.xml",
        "wizard/aftersales_parts_wizard_views.xml",
        "views/aftersales_part_return_views.xml",
        "views/aftersales_point_count_views.xml",
        "views/aftersales_parts_views.xml",
        "views/aftersales_parts_menus.xml",
        "views/aftersales_parts_portal_templates.xml",
        # views, wizards, reports and menus of: prices
        "report/aftersales_price_list_templates.xml",
        "report/aftersales_quotation_templates.xml",
        "report/aftersales_prices_reports.xml",
        "views/aftersales_price_list_views.xml",
        "views/aftersales_quotation_views.xml",
        "views/aftersales_prices_order_views.xml",
        "views/aftersales_prices_settings_views.xml",
        "views/aftersales_prices_portal_templates.xml",
        "views/aftersales_quotation_portal_templates.xml",
        "views/aftersales_prices_menus.xml",
        "views/aftersales_order_cost_views.xml",
        # views, wizards, reports and menus of: claims
        "wizard/aftersales_claim_bulk_views.xml",
        "views/aftersales_labour_operation_views.xml",
        "views/aftersales_claim_rate_views.xml",
        "views/aftersales_authorization_rule_views.xml",
        "views/aftersales_claims_views.xml",
        "views/aftersales_claims_order_views.xml",
        "views/aftersales_claims_settings_views.xml",
        "views/aftersales_claims_portal_templates.xml",
        "views/aftersales_authorization_portal_templates.xml",
        "views/aftersales_claims_menus.xml",
        # views, wizards, reports and menus of: checks
        "views/aftersales_claim_rule_views.xml",
        "views/aftersales_part_fit_views.xml",
        "views/aftersales_part_result_views.xml",
        "views/aftersales_claim_check_views.xml",
        "views/aftersales_checks_menus.xml",
        "views/aftersales_checks_portal_templates.xml",
        # views, wizards, reports and menus of: desk
        "report/aftersales_claim_decision_reports.xml",
        "wizard/aftersales_desk_wizard_views.xml",
        "views/aftersales_claim_desk_views.xml",
        "views/aftersales_claim_opinion_views.xml",
        "views/aftersales_claim_line_views.xml",
        "views/aftersales_claim_appeal_views.xml",
        "views/aftersales_claim_charge_back_views.xml",
        "views/aftersales_claim_statistic_views.xml",
        "views/aftersales_desk_settings_views.xml",
        "views/aftersales_desk_portal_templates.xml",
        "views/aftersales_desk_menus.xml",
        # views, wizards, reports and menus of: hints
        "wizard/aftersales_hint_measure_views.xml",
        "views/aftersales_claim_hint_views.xml",
        "views/aftersales_answer_views.xml",
        "views/aftersales_escalation_views.xml",
        "views/aftersales_escalation_portal_templates.xml",
        "views/aftersales_hints_menus.xml",
        # views, wizards, reports and menus of: settle
        "data/aftersales_settle_mail.xml",
        "wizard/aftersales_settlement_answer_views.xml",
        "views/aftersales_deduction_rule_views.xml",
        "views/aftersales_settlement_dispute_views.xml",
        "views/aftersales_settlement_period_views.xml",
        "views/aftersales_point_adjustment_views.xml",
        "views/aftersales_settle_point_views.xml",
        "views/aftersales_settle_settings_views.xml",
        "views/aftersales_settle_portal_templates.xml",
        "views/aftersales_settle_menus.xml",
        # views, wizards, reports and menus of: money
        "report/aftersales_money_reports.xml",
        "report/aftersales_receipt_templates.xml",
        "report/aftersales_compensation_templates.xml",
        "views/aftersales_payment_method_views.xml",
        "views/aftersales_order_payment_views.xml",
        "views/aftersales_day_close_views.xml",
        "views/aftersales_money_order_views.xml",
        "views/aftersales_compensation_rule_views.xml",
        "views/aftersales_compensation_views.xml",
        "views/aftersales_insurance_views.xml",
        "views/aftersales_compensation_case_views.xml",
        "views/aftersales_money_settings_views.xml",
        "views/aftersales_money_portal_templates.xml",
        "views/aftersales_money_menus.xml",
        # views, wizards, reports and menus of: quality
        "report/aftersales_quality_reports.xml",
        "report/aftersales_quality_templates.xml",
        "wizard/aftersales_quality_wizard_views.xml",
        "views/aftersales_quality_report_views.xml",
        "views/aftersales_quality_alert_views.xml",
        "views/aftersales_failure_table_views.xml",
        "views/aftersales_part_forecast_views.xml",
        "views/aftersales_customer_training_views.xml",
        "views/aftersales_quality_order_views.xml",
        "views/aftersales_quality_portal_templates.xml",
        "views/aftersales_quality_menus.xml",
        # views, wizards, reports and menus of: recall
        "report/aftersales_recall_reports.xml",
        "report/aftersales_recall_templates.xml",
        "report/aftersales_supplier_templates.xml",
        "data/aftersales_recall_mail.xml",
        "wizard/aftersales_recall_wizard_views.xml",
        "views/aftersales_campaign_views.xml",
        "views/aftersales_campaign_unit_views.xml",
        "views/aftersales_campaign_cost_views.xml",
        "views/aftersales_recall_link_views.xml",
        "views/aftersales_supplier_views.xml",
        "views/aftersales_recall_portal_templates.xml",
        "views/aftersales_recall_menus.xml",
    ],
    "assets": {
        "web.assets_backend": [
            # backend of: engine
            # backend of: policy
            # backend of: units
            # backend of: returns
            # backend of: depot
            "aftersales_warranty/static/src/return_receive/*",
            # backend of: repair
            # backend of: parts
            # backend of: prices
            # backend of: claims
            # backend of: checks
            # backend of: desk
            # backend of: hints
            # backend of: settle
            # backend of: money
            # backend of: quality
            # backend of: recall
        ],
        "web.assets_frontend": [
            # frontend of: engine
            # frontend of: policy
            # frontend of: units
            # frontend of: returns
            # frontend of: depot
            # frontend of: repair
            # frontend of: parts
            # frontend of: prices
            # frontend of: claims
            # frontend of: checks
            # frontend of: desk
            # frontend of: hints
            # frontend of: settle
            # frontend of: money
            # frontend of: quality
            # frontend of: recall
        ],
        "web.assets_tests": ["aftersales_warranty/static/tests/tours/*.js"],
    },
    "post_init_hook": "load_inherited_terms",
}
