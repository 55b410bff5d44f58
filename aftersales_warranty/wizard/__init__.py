from . import aftersales_claim_decision
from . import aftersales_settlement_run

# wizard of: engine
from . import aftersales_entitlement_check

# wizard of: policy
from . import aftersales_policy_publish
from . import aftersales_reason_wizard_policy

# wizard of: units
from . import aftersales_registration_load
from . import aftersales_serial_check
from . import aftersales_unit_transfer
from . import aftersales_reason_wizard_units

# wizard of: returns
from . import aftersales_reason_wizard_returns
from . import aftersales_return_add
from . import aftersales_return_choice
from . import aftersales_return_decision

# wizard of: depot
from . import aftersales_reason_wizard_depot
from . import aftersales_return_inspection
from . import aftersales_return_period
from . import stock_picking_return

# wizard of: repair
from . import aftersales_reason_wizard_repair
from . import aftersales_repair_inspection

# wizard of: parts
from . import aftersales_part_receipt
from . import aftersales_part_inspection
from . import aftersales_reason_wizard_parts

from . import aftersales_part_missing
from . import aftersales_part_supply

# wizard of: prices
from . import aftersales_reason_wizard_prices

# wizards of: claims
from . import aftersales_claim_bulk
from . import aftersales_reason_wizard_claims

# wizards of: checks
# wizards of: desk
from . import aftersales_claim_appeal_decision
from . import aftersales_claim_charge_back_run
from . import aftersales_claim_line_decision

# wizards of: hints
from . import aftersales_hint_measure
from . import aftersales_reason_wizard_hints

# wizards of: settle
from . import aftersales_reason_wizard_settle
from . import aftersales_settlement_answer

# wizards of: money
from . import aftersales_reason_wizard_money

# wizards of: quality
from . import aftersales_quality_step
from . import aftersales_customer_training_sign
from . import aftersales_reason_wizard_quality

# wizards of: recall
from . import aftersales_reason_wizard_recall
from . import aftersales_campaign_load
from . import aftersales_supplier_answer
from . import aftersales_supplier_run
