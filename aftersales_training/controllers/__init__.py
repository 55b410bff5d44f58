from . import portal
# controllers of: certs
# controllers of: ratio
# controllers of: courses
# controllers of: plans
# controllers of: growth
