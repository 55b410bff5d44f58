from . import (
    aftersales_dispatch_wizard,
    aftersales_reason_wizard,
    # wizards of: admission
    aftersales_reason_wizard_admission,
    # wizards of: application
    aftersales_portal_wizard,
    # wizards of: exit
    # wizards of: areas
    # wizards of: dispatch
    # wizards of: orders
    # wizards of: planning
    # wizards of: running
    aftersales_reason_wizard_running,
    # wizards of: budget
)
