from . import test_indicator_set
from . import test_scorecard
from . import test_scorecard_guards
from . import test_scorecard_lifecycle
from . import test_scorecard_metric
from . import test_scorecard_period
from . import test_scorecard_portal
from . import test_scorecard_ranking
from . import test_scorecard_report
from . import test_scorecard_scale
from . import test_scorecard_security
from . import test_tours
from . import test_promise
from . import test_training_trigger

# tests of: sets
from . import test_scorecard_proof
from . import test_self_assessment_portal
from . import test_evaluation_certificate
from . import test_scorecard_race
from . import test_scorecard_assessment
from . import test_indicator_load
from . import test_indicator_tree

# tests of: audits
from . import test_audit
from . import test_audit_report
from . import test_checklist
from . import test_checklist_race
from . import test_finding
from . import test_finding_visit
from . import test_forms_of_roles
from . import test_finding_portal

# tests of: kpis
from . import test_kpi
from . import test_kpi_period
from . import test_kpi_incentive
from . import test_kpi_race
from . import test_promise_cost

# tests of: awards
from . import test_award, test_award_concurrency, test_award_money
from . import test_award_kpi, test_award_portal, test_award_report
from . import test_award_security, test_award_tour
from . import test_level_proposal, test_ranking

# tests of: voice
from . import test_satisfaction
from . import test_evaluation_card
from . import test_callback
from . import test_complaint
from . import test_voice_metric
from . import test_voice_concurrency
from . import test_voice_tour
from . import test_voice_portal

# tests of: surveys
from . import test_gap_analysis
from . import test_servqual_set
from . import test_survey_campaign
from . import test_survey_sending

# tests of: strategy
from . import test_board
from . import test_board_race
from . import test_promise_version
from . import test_document
from . import test_document_portal
from . import test_crisis
from . import test_need
from . import test_benchmark

# tests of: pages
from . import test_evaluation_dashboard
from . import test_evaluation_dashboard_more
from . import test_improvement
from . import test_isation_board
from . import test_pages_tour
from . import test_period_page_export

# reviews across slices
from . import test_audit_hidden
from . import test_hostile_context
