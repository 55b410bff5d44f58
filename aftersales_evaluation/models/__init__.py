from . import aftersales_scorecard_scale
from . import aftersales_indicator_set
from . import aftersales_indicator
from . import aftersales_scorecard
from . import aftersales_scorecard_lifecycle
from . import aftersales_scorecard_metric
from . import aftersales_scorecard_period
from . import aftersales_scorecard_line
from . import aftersales_scorecard_deduction
from . import aftersales_service_point, aftersales_service_point_systems
from . import aftersales_promise
from . import aftersales_promise_value
from . import res_users_home

# models of: sets
from . import aftersales_scorecard_assessment
from . import aftersales_scorecard_proof
from . import aftersales_indicator_edit
from . import aftersales_indicator_export
from . import aftersales_evaluation_certificate
from . import aftersales_evaluation_surveillance
from . import aftersales_evaluation_certificate_flow
from . import aftersales_evaluation_certificate_reminder

# models of: audits
from . import res_company_findings
from . import aftersales_audit_rule
from . import aftersales_audit
from . import aftersales_audit_draw
from . import aftersales_audit_flow
from . import aftersales_audit_point
from . import aftersales_audit_point_flow
from . import aftersales_audit_withheld
from . import aftersales_audit_report
from . import aftersales_audit_report_fill
from . import aftersales_finding
from . import aftersales_scorecard_entry
from . import aftersales_scorecard_checklist
from . import aftersales_finding_flow
from . import aftersales_finding_links
from . import aftersales_visit_findings

# models of: kpis
from . import aftersales_kpi
from . import aftersales_kpi_target
from . import aftersales_kpi_value
from . import aftersales_kpi_period
from . import aftersales_kpi_run
from . import aftersales_kpi_incentive
from . import aftersales_approval_kpi
from . import aftersales_promise_cost
from . import aftersales_service_point_training

# models of: awards
from . import (
    aftersales_ranking_rule,
    aftersales_ranking,
    aftersales_ranking_line,
    aftersales_award_rule,
    aftersales_award,
    aftersales_award_flow,
    aftersales_award_money,
    aftersales_award_payroll,
    aftersales_point_adjustment_award,
    aftersales_ranking_award,
    aftersales_level_rule,
    aftersales_level_proposal,
    aftersales_scorecard_level,
    aftersales_service_point_award,
    aftersales_service_point_proposal,
    aftersales_kpi_award,
)

# models of: voice
from . import aftersales_dissatisfaction_cause
from . import aftersales_satisfaction
from . import aftersales_link_guess
from . import aftersales_evaluation_card
from . import rating_rating
from . import aftersales_callback_rule
from . import aftersales_callback
from . import aftersales_callback_call
from . import aftersales_complaint_severity
from . import aftersales_complaint
from . import aftersales_complaint_flow
from . import aftersales_complaint_escalation
from . import aftersales_complaint_portal
from . import aftersales_service_point_figures
from . import aftersales_service_order_voice
from . import aftersales_metric_voice
from . import res_company_voice

# models of: surveys
from . import aftersales_servqual_item
from . import aftersales_servqual_questionnaire
from . import survey_question
from . import aftersales_survey_campaign
from . import aftersales_survey_campaign_recipients
from . import aftersales_survey_invitation
from . import aftersales_survey_campaign_mail
from . import aftersales_servqual_result
from . import aftersales_survey_campaign_results
from . import aftersales_survey_campaign_chart
from . import survey_user_input
from . import aftersales_gap_analysis
from . import aftersales_gap_line
from . import aftersales_gap_measure
from . import aftersales_gap_action

# models of: strategy
from . import aftersales_approval_strategy
from . import res_company_strategy
from . import aftersales_board
from . import aftersales_ballot
from . import aftersales_promise_version
from . import aftersales_promise_board
from . import aftersales_competitor
from . import aftersales_benchmark_position
from . import aftersales_benchmark
from . import aftersales_customer_need
from . import aftersales_document
from . import aftersales_document_flow
from . import aftersales_document_reading
from . import aftersales_document_reminder
from . import aftersales_crisis
from . import aftersales_crisis_flow
from . import aftersales_crisis_statement
from . import aftersales_crisis_action

# models of: pages
from . import aftersales_improvement
