{
    "name": "After-Sales Evaluation",
    "summary": "Indicator sets, explained scorecards and rankings of service points",
    "version": "19.0.1.1.0",
    "category": "Services/After-Sales",
    "author": "After-Sales Suite Maintainers",
    "license": "LGPL-3",
    "depends": ["aftersales_network", "survey", "rating"],
    "data": [
        "security/ir.model.access.csv",
        "security/aftersales_evaluation_rules.xml",
        # access of: sets
        "security/ir.model.access-sets.csv",
        "security/aftersales_sets_rules.xml",
        # access of: audits
        "security/ir.model.access-audits.csv",
        "security/aftersales_audits_rules.xml",
        # access of: kpis
        "security/ir.model.access-kpis.csv",
        "security/aftersales_kpis_rules.xml",
        # access of: awards
        "security/ir.model.access-awards.csv",
        "security/aftersales_awards_rules.xml",
        # access of: voice
        "security/ir.model.access-voice.csv",
        "security/aftersales_voice_rules.xml",
        # access of: surveys
        "security/ir.model.access-surveys.csv",
        "security/aftersales_surveys_rules.xml",
        # access of: strategy
        "security/ir.model.access-strategy.csv",
        "security/aftersales_strategy_rules.xml",
        # access of: pages
        "security/ir.model.access-pages.csv",
        "security/aftersales_pages_rules.xml",
        "data/aftersales_scorecard_scale_data.xml",
        "data/aftersales_indicator_gbt27922_data.xml",
        "data/aftersales_indicator_month_data.xml",
        "data/ir_cron_data.xml",
        "data/aftersales_promise_cron_data.xml",
        "data/aftersales_promise_sample_data.xml",
        # data of: sets
        "data/aftersales_indicator_sbt10401_data.xml",
        "data/aftersales_indicator_servqual_data.xml",
        "data/aftersales_evaluation_certificate_data.xml",
        # data of: audits
        "data/aftersales_audit_data.xml",
        "data/aftersales_finding_data.xml",
        # data of: kpis
        "data/aftersales_kpi_data.xml",
        "data/aftersales_kpi_cron_data.xml",
        # data of: awards
        "data/aftersales_awards_data.xml",
        # data of: voice
        "data/aftersales_dissatisfaction_cause_data.xml",
        "data/aftersales_voice_data.xml",
        # data of: surveys
        "data/aftersales_servqual_data.xml",
        "data/aftersales_survey_campaign_data.xml",
        # data of: strategy
        "data/aftersales_strategy_data.xml",
        # data of: pages
        "report/aftersales_scorecard_templates.xml",
        "report/aftersales_scorecard_reports.xml",
        "report/aftersales_scorecard_ranking_views.xml",
        "wizard/aftersales_scorecard_wizard_views.xml",
        "views/aftersales_indicator_views.xml",
        "views/aftersales_scorecard_scale_views.xml",
        "views/aftersales_scorecard_views.xml",
        "views/aftersales_service_point_views.xml",
        "views/aftersales_evaluation_portal_templates.xml",
        "views/aftersales_promise_views.xml",
        "views/aftersales_promise_templates.xml",
        "views/aftersales_evaluation_menus.xml",
        "views/aftersales_promise_menus.xml",
        # views, wizards, reports and menus of: sets
        "wizard/aftersales_indicator_load_views.xml",
        "views/aftersales_indicator_tree_views.xml",
        "report/aftersales_scorecard_comparison_views.xml",
        "views/aftersales_scorecard_assessment_views.xml",
        "views/aftersales_scorecard_line_views.xml",
        "views/aftersales_self_assessment_templates.xml",
        "views/aftersales_evaluation_certificate_views.xml",
        "views/aftersales_sets_menus.xml",
        # views, wizards, reports and menus of: audits
        "views/aftersales_finding_views.xml",
        "views/aftersales_audit_views.xml",
        "views/aftersales_audit_links_views.xml",
        "views/aftersales_finding_portal_templates.xml",
        "views/aftersales_audits_menus.xml",
        "report/aftersales_audit_report_templates.xml",
        "views/aftersales_audit_report_views.xml",
        # views, wizards, reports and menus of: kpis
        "views/aftersales_kpi_views.xml",
        "views/aftersales_kpi_value_views.xml",
        "views/aftersales_promise_cost_views.xml",
        "views/aftersales_kpis_menus.xml",
        # views, wizards, reports and menus of: awards
        "report/aftersales_award_templates.xml",
        "report/aftersales_award_reports.xml",
        "views/aftersales_ranking_templates.xml",
        "views/aftersales_ranking_rule_views.xml",
        "views/aftersales_ranking_line_views.xml",
        "views/aftersales_award_views.xml",
        "views/aftersales_award_rule_views.xml",
        "views/aftersales_award_payroll_views.xml",
        "views/aftersales_ranking_views.xml",
        "views/aftersales_level_rule_views.xml",
        "views/aftersales_level_proposal_views.xml",
        "views/aftersales_award_point_views.xml",
        "views/aftersales_award_portal_templates.xml",
        "views/aftersales_awards_menus.xml",
        # views, wizards, reports and menus of: voice
        "report/aftersales_voice_reports.xml",
        "views/aftersales_evaluation_card_templates.xml",
        "views/aftersales_satisfaction_views.xml",
        "views/aftersales_callback_views.xml",
        "views/aftersales_complaint_views.xml",
        "views/aftersales_service_order_voice_views.xml",
        "views/aftersales_voice_portal_templates.xml",
        "views/aftersales_voice_menus.xml",
        # views, wizards, reports and menus of: surveys
        "report/aftersales_survey_templates.xml",
        "views/aftersales_servqual_views.xml",
        "views/survey_question_views.xml",
        "views/aftersales_survey_campaign_views.xml",
        "views/aftersales_gap_analysis_views.xml",
        "views/aftersales_surveys_menus.xml",
        # views, wizards, reports and menus of: strategy
        "report/aftersales_strategy_reports.xml",
        "views/aftersales_board_views.xml",
        "views/aftersales_benchmark_views.xml",
        "views/aftersales_need_views.xml",
        "views/aftersales_document_views.xml",
        "views/aftersales_crisis_views.xml",
        "views/aftersales_document_portal_templates.xml",
        "views/res_config_settings_strategy_views.xml",
        "views/aftersales_strategy_menus.xml",
        # views, wizards, reports and menus of: pages
        "report/aftersales_period_page_templates.xml",
        "report/aftersales_period_page_reports.xml",
        "wizard/aftersales_evaluation_dashboard_views.xml",
        "wizard/aftersales_isation_board_views.xml",
        "views/aftersales_improvement_views.xml",
        "views/aftersales_pages_actions.xml",
        "views/aftersales_pages_menus.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "aftersales_evaluation/static/src/indicator_tree/*",
            # assets of: audits
            "aftersales_evaluation/static/src/checklist/*",
            # assets of: pages
            "aftersales_evaluation/static/src/period_page/*",
        ],
        "web.assets_tests": ["aftersales_evaluation/static/tests/tours/*.js"],
    },
}
