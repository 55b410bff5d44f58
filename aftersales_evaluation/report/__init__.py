from . import aftersales_scorecard_ranking
from . import scorecard_report

# reports of: sets
from . import aftersales_scorecard_comparison

# reports of: audits
# reports of: kpis
# reports of: awards
# reports of: voice
# reports of: surveys
# reports of: strategy
from . import aftersales_need_coverage
from . import aftersales_document_reader

# reports of: pages
from . import period_page_report
