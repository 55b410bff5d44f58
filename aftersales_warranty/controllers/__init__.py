from . import portal

# controllers of: engine
# controllers of: policy
# controllers of: units
from . import units

# controllers of: returns
from . import returns

# controllers of: depot
# controllers of: repair
# controllers of: parts
from . import portal_parts

# controllers of: prices
from . import service_prices, quotation

# controllers of: claims
from . import portal_authorization

# controllers of: checks
# controllers of: desk
from . import claim_appeal

# controllers of: hints
from . import escalation

# controllers of: settle
from . import settlement

# controllers of: money
from . import customer_money

# controllers of: quality
from . import quality

# controllers of: recall
from . import recalls, supplier_claim
