from . import manager_ratio_report
