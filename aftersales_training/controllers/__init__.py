from . import portal

# controllers of: certs
from . import certificate_check, certificate_portal

# controllers of: ratio
from . import ratio

# controllers of: courses
from . import training

# controllers of: plans
from . import training_need

# controllers of: growth
from . import development
