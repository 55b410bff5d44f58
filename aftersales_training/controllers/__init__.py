from . import portal

# controllers of: certs
from . import certificate_check

# controllers of: ratio
from . import ratio

# controllers of: courses
from . import training

# controllers of: plans
from . import training_need
# controllers of: growth
