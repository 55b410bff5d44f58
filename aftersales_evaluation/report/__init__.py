from . import aftersales_scorecard_ranking
from . import scorecard_report
