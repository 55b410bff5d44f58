from . import aftersales_scorecard_scale
from . import aftersales_indicator_set
from . import aftersales_indicator
from . import aftersales_scorecard
from . import aftersales_scorecard_lifecycle
from . import aftersales_scorecard_metric
from . import aftersales_scorecard_period
from . import aftersales_scorecard_line
from . import aftersales_scorecard_deduction
from . import aftersales_service_point, aftersales_service_point_systems
from . import aftersales_service_point_training
from . import aftersales_promise
from . import aftersales_promise_value
from . import res_users_home
