from . import test_policy
from . import test_registration
from . import test_delivery
from . import test_order
from . import test_claim
from . import test_settlement
from . import test_migration
from . import test_money
from . import test_security
from . import test_security_writes
from . import test_concurrency
from . import test_portal
from . import test_metric
from . import test_order_cost
from . import test_installed_base
from . import test_views
from . import test_goods_companies
from . import test_history_files
from . import test_history_http
from . import test_history_import
from . import test_history_update
from . import test_tours

# tests of: engine
from . import test_entitlement

# tests of: policy
from . import test_policy_terms
from . import test_cover_law
from . import test_maintenance

# tests of: units
from . import test_units_tour, test_units_concurrency
from . import test_registration_load
from . import test_registration_mail
from . import test_registration_request, test_units_portal
from . import test_intake
from . import test_unit_delivery
from . import test_serial_search, test_counterfeit

# tests of: returns
from . import test_return_document
from . import test_return_goods
from . import test_return_money
from . import test_return_metric
from . import test_return_portal
from . import test_return_security
from . import test_return_tour
from . import test_rule_gap
from . import test_stock_doors

# tests of: depot
from . import test_depot_concurrency, test_depot_flow, test_depot_scan, test_depot_tour
from . import test_quarantine, test_return_guard

# tests of: repair
from . import test_repair_cover
from . import test_repair_flow
from . import test_repair_intake
from . import test_repair_point_parts
from . import test_repair_race
from . import test_repair_report
from . import test_repair_rights

# tests of: parts
from . import test_point_location
from . import test_part_use
from . import test_part_return

from . import test_part_supply
from . import test_part_balance
from . import test_parts_portal
from . import test_parts_security
from . import test_parts_tour

# tests of: prices
from . import test_price_list, test_overcharge, test_quotation
from . import test_prices_portal

# tests of: claims
from . import test_claim_rate
from . import test_claim_content
from . import test_authorization
from . import test_claim_bulk
from . import test_claim_hidden
from . import test_claim_export
from . import test_claims_portal
from . import test_claims_concurrency
from . import test_claims_tour

# tests of: checks
from . import (
    test_checks_race,
    test_claim_checks,
    test_claim_reason,
    test_claim_rule,
    test_part_result,
)

# tests of: desk
from . import test_claim_desk
from . import test_claim_desk_race
from . import test_claim_opinion
from . import test_claim_desk_portal
from . import test_claim_desk_tour
from . import test_claim_appeal
from . import test_claim_charge_back
from . import test_claim_statistic
from . import test_authors
from . import test_nothing_twice
from . import test_part_found

# tests of: hints
from . import test_claim_hints, test_claim_hint_rights, test_claim_hint_rules
from . import test_escalation, test_answers, test_escalation_portal
from . import test_escalation_race

# tests of: settle
from . import test_adjustment_source
from . import test_deduction
from . import test_settlement_bill, test_settlement_flow
from . import test_settlement_period, test_settlement_kill
from . import test_settlement_portal

# tests of: money
from . import test_order_payment
from . import test_day_close
from . import test_compensation, test_compensation_goods, test_insurance
from . import test_money_portal
from . import test_money_race
from . import test_money_tour

# tests of: quality
from . import test_quality_report
from . import test_quality_alert
from . import test_failure_table
from . import test_part_forecast
from . import test_customer_training
from . import test_quality_portal

# tests of: recall
from . import test_campaign
from . import test_campaign_closing
from . import test_campaign_notice
from . import test_campaign_cost
from . import test_supplier_claim
from . import test_supplier_charge_back
from . import test_supplier_reminder
from . import test_recall_rights
from . import test_recall_tour
