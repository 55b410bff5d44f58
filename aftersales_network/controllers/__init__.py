from . import (
    download,
    plain_export,
    portal,
    # controllers of: admission
    # controllers of: application
    application,
    service_point,
    # controllers of: exit
    portal_exit,
    # controllers of: areas
    # controllers of: dispatch
    # controllers of: orders
    portal_order,
    service_confirm,
    # controllers of: planning
    # controllers of: running
    month_report,
    visit,
    # controllers of: budget
)
