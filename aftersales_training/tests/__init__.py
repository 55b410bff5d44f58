from . import (
    test_certificate,
    test_certificate_gaps,
    test_dispatch_qualification,
    test_forgery,
    test_forgery_plans,
    test_manager_ratio,
    test_portal,
    test_ratio_dashboard,
    test_ratio_job,
    test_reminder,
    test_requirement,
    test_security,
    test_skill_mirror,
    test_tour,
)

# tests of: certs
from . import (
    test_certificate_chain,
    test_certificate_check,
    test_certificate_file,
    test_certificate_holder,
    test_certificate_issue,
    test_certificate_load,
    test_certificate_portal,
    test_certificate_propose,
    test_certificate_race,
    test_certificate_reminder,
    test_certificate_tour,
    test_certificate_validity,
)

# tests of: ratio
from . import (
    test_job_profile,
    test_qualification_entry,
    test_ratio_alert,
    test_ratio_evidence,
    test_ratio_rule,
    test_responsibility,
)

# tests of: courses
from . import (
    test_course,
    test_course_tour,
    test_exam,
    test_session,
    test_session_concurrency,
    test_training_portal,
    test_training_security,
)

# tests of: plans
from . import (
    test_training_coverage,
    test_training_gate,
    test_training_job,
    test_training_need,
    test_training_need_portal,
    test_training_plan,
    test_training_rights,
    test_training_sources,
    test_training_story_tour,
)

# tests of: growth
from . import (
    test_competition,
    test_competition_rights,
    test_development_portal,
    test_expert,
    test_grade,
    test_growth_tour,
    test_mentoring,
)
