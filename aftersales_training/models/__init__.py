from . import (
    person_mixin,
    res_company,
    res_config_settings,
    aftersales_certificate_issuer,
    aftersales_certificate_type,
    aftersales_certificate,
    aftersales_certificate_lifecycle,
    aftersales_certificate_skill,
    aftersales_role_requirement,
    aftersales_staff,
    aftersales_service_point,
    aftersales_service_point_systems,
    aftersales_service_order,
    aftersales_manager_ratio,
    aftersales_manager_ratio_job,
    aftersales_manager_ratio_line,
    aftersales_metric,
    hr_employee,
    res_partner,
    res_users_home,
)

# models of: certs
from . import (
    aftersales_certificate_chain,
    aftersales_certificate_count,
    aftersales_certificate_issue,
    aftersales_certificate_check,
    aftersales_certificate_propose,
    aftersales_certificate_portal,
    aftersales_certificate_holder,
    aftersales_certificate_file,
    aftersales_certificate_validity,
    aftersales_certificate_reminder,
    res_company_certificate,
)

# models of: ratio
from . import (
    aftersales_hiring_channel,
    aftersales_manager_ratio_alert,
    aftersales_manager_ratio_difference,
    aftersales_manager_ratio_evidence,
    aftersales_manager_ratio_figures,
    aftersales_qualification_gap,
    aftersales_ratio_rule,
    aftersales_responsibility,
    aftersales_responsibility_targets,
    aftersales_service_order_start,
    aftersales_service_point_evidence,
    aftersales_staff_absence,
    aftersales_staff_presence,
    aftersales_staff_qualification,
    aftersales_staff_role_profile,
    hr_employee_departure,
    hr_job_profile,
    res_partner_departure,
)

# models of: courses
from . import (
    aftersales_training_course,
    aftersales_training_material,
    aftersales_trainer,
    aftersales_training_session,
    aftersales_training_booking,
    aftersales_training_session_flow,
    aftersales_training_session_scope,
    aftersales_training_cost,
    aftersales_training_attendee,
    aftersales_training_attendee_flow,
    aftersales_training_attendee_exam,
    aftersales_training_attendee_portal,
    aftersales_training_elearning,
    survey_user_input,
)

# models of: plans
from . import (
    aftersales_training_need,
    aftersales_training_need_flow,
    aftersales_training_plan,
    aftersales_training_plan_flow,
    aftersales_training_plan_line,
    aftersales_training_plan_line_effect,
    aftersales_training_plan_line_steps,
    aftersales_training_plan_cost,
    aftersales_training_requirement,
    aftersales_training_need_job,
    aftersales_training_coverage,
    aftersales_certificate_type_course,
    aftersales_service_point_training,
    aftersales_approval_training,
    aftersales_metric_training,
)

from . import aftersales_training_need_ratio

# models of: growth
from . import (
    aftersales_staff_unit,
    aftersales_competition,
    aftersales_competition_flow,
    aftersales_competition_discipline,
    aftersales_competition_entrant,
    aftersales_competition_score,
    aftersales_competition_award,
    aftersales_technical_grade,
    aftersales_technical_grade_award,
    aftersales_technical_grade_flow,
    aftersales_staff_grade,
    aftersales_expert,
    aftersales_expert_use,
    aftersales_mentoring,
    aftersales_mentoring_flow,
    aftersales_mentoring_links,
)
