from . import (
    test_agreement,
    test_area,
    test_concurrency,
    test_dispatch,
    test_guards,
    test_metric,
    test_order,
    test_point,
    test_portal,
    test_rights,
    test_tours,
    # tests of: admission
    test_admission,
    test_condition,
    test_level,
    test_point_file,
    test_probation,
    # tests of: application
    test_application,
    test_application_portal,
    # tests of: exit
    test_agreement_signing,
    test_exit_concurrency,
    test_portal_exit,
    test_suspension,
    test_withdrawal,
    # tests of: areas
    test_exclusivity,
    # tests of: dispatch
    test_dispatch_board,
    test_dispatch_concurrency,
    test_dispatch_hand,
    test_dispatch_queue,
    test_dispatch_rules,
    test_posting,
    # tests of: orders
    test_order_handover,
    test_order_line,
    test_order_time,
    # tests of: planning
    test_capacity_plan,
    test_coverage_gap,
    test_failure_rate,
    test_installed_base,
    # tests of: running
    test_month_report,
    test_month_report_portal,
    test_resource,
    test_visit,
    test_visit_portal,
    # tests of: budget
    test_budget,
    test_systems,
    test_year_plan,
)
