from . import portal
from . import promise

# controllers of: sets
from . import self_assessment
from . import indicator_set

# controllers of: audits
from . import finding

# controllers of: kpis
# controllers of: awards
from . import award_payroll, award_portal

# controllers of: voice
from . import evaluation_card
from . import voice_portal

# controllers of: surveys
from . import survey

# controllers of: strategy
from . import document_portal

# controllers of: pages
from . import period_page
