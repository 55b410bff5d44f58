# The company first: on an upgrade, defaults of other models read its new columns.
from . import res_company
from . import aftersales_author_mixin, linked_file_mixin
from . import aftersales_product_class
from . import aftersales_fault_group
from . import aftersales_policy
from . import aftersales_policy_term
from . import aftersales_entitlement_rule
from . import aftersales_entitlement_kernel
from . import aftersales_entitlement_text
from . import aftersales_registration
from . import aftersales_registration_cover
from . import aftersales_registration_history
from . import aftersales_registration_entitlement
from . import aftersales_service_order
from . import aftersales_claim_reason
from . import aftersales_claim
from . import aftersales_claim_line
from . import aftersales_claim_check
from . import aftersales_claim_flow
from . import aftersales_authorization
from . import aftersales_settlement
from . import aftersales_settlement_line
from . import aftersales_settlement_collect, aftersales_settlement_flow
from . import aftersales_settlement_bill
from . import aftersales_service_point, aftersales_service_point_systems
from . import aftersales_metric
from . import aftersales_installed_base
from . import account_move
from . import product
from . import res_partner
from . import res_users_home
from . import stock_lot
from . import stock_picking
from . import stock_move_guard
from . import aftersales_return
from . import aftersales_return_line
from . import history_text
from . import history_template
from . import history_case
from . import history_import
from . import history_places
from . import history_load
from . import history_update
from . import history_settle
from . import history_report
from . import history_command
from . import history_order

# models of: engine
from . import aftersales_entitlement_facts
from . import aftersales_entitlement_open

# models of: policy
from . import aftersales_policy_exclusion
from . import aftersales_policy_compare
from . import aftersales_legal_minimum
from . import aftersales_cover_refresh
from . import aftersales_maintenance_plan
from . import aftersales_maintenance_plan_line
from . import aftersales_maintenance_run
from . import aftersales_maintenance_unit

# models of: units
from . import aftersales_registration_serial
from . import aftersales_registration_owner
from . import aftersales_registration_card
from . import aftersales_registration_certificate
from . import aftersales_service_order_intake
from . import aftersales_counterfeit_case
from . import aftersales_counterfeit_flow
from . import aftersales_counterfeit_portal
from . import aftersales_registration_request
from . import aftersales_registration_request_flow
from . import aftersales_registration_request_mail
from . import product_units
from . import res_company_units
from . import res_partner_dealer

# models of: returns
from . import aftersales_return_reason
from . import aftersales_return_flow
from . import aftersales_return_check
from . import aftersales_return_choice
from . import aftersales_return_goods
from . import aftersales_return_refund
from . import aftersales_return_credit
from . import account_move_returns
from . import aftersales_return_exchange
from . import aftersales_return_links
from . import aftersales_metric_returns
from . import aftersales_return_portal
from . import aftersales_rule_gap

# models of: depot
from . import aftersales_return_grade
from . import aftersales_return_guard
from . import aftersales_return_depot
from . import aftersales_return_line_depot
from . import aftersales_return_line_arrival
from . import aftersales_return_line_inspect
from . import aftersales_return_line_release
from . import aftersales_return_scan
from . import aftersales_return_work
from . import res_company_returns
from . import stock_location
from . import stock_warehouse
from . import stock_move_returns
from . import stock_move_line_returns
from . import stock_quant_returns

# models of: repair
from . import repair_order
from . import aftersales_repair_line
from . import repair_order_cover
from . import repair_order_guarantee
from . import repair_order_inspection
from . import repair_order_intake
from . import aftersales_return_line_repair
from . import repair_order_parts
from . import repair_order_handover
from . import stock_move_repair
from . import stock_warehouse_repair
from . import sale_order_line
from . import aftersales_service_order_repair
from . import aftersales_registration_repair

# models of: parts
from . import res_company_parts
from . import product_parts
from . import stock_location_points
from . import stock_warehouse_points
from . import aftersales_service_point_parts
from . import aftersales_part_return
from . import stock_move_parts
from . import stock_picking_parts
from . import repair_order_point_parts
from . import aftersales_service_order_parts
from . import aftersales_service_order_old_parts
from . import aftersales_part_return_flow
from . import aftersales_part_return_stock
from . import aftersales_part_return_dialog
from . import aftersales_part_shipment
from . import aftersales_claim_line_parts
from . import aftersales_service_point_old_parts
from . import aftersales_metric_parts

from . import aftersales_part_request
from . import aftersales_service_order_missing
from . import aftersales_part_balance
from . import aftersales_point_count
from . import aftersales_parts_portal

# models of: prices
from . import aftersales_price_list, aftersales_price_list_line
from . import aftersales_approval_prices
from . import aftersales_order_line_price, aftersales_order_overcharge
from . import aftersales_quotation, aftersales_order_quotation
from . import aftersales_metric_prices
from . import aftersales_order_cost
from . import res_company_prices
from . import aftersales_registration_cover_batch

# models of: claims
from . import res_company_claims
from . import aftersales_labour_operation
from . import aftersales_claim_rate, aftersales_claim_rate_line
from . import aftersales_claim_measure, aftersales_claim_line_rates
from . import aftersales_claim_content
from . import aftersales_authorization_rule, aftersales_authorization_use
from . import aftersales_claim_authorization
from . import aftersales_service_order_authorization
from . import aftersales_service_order_claims
from . import aftersales_claim_amounts, aftersales_claim_files
from . import aftersales_claim_portal

# models of: checks
from . import (
    aftersales_claim_agreement,
    aftersales_claim_usage,
    aftersales_part_fit,
    aftersales_claim_check_text,
    aftersales_claim_check_sql,
    aftersales_claim_check_facts,
    aftersales_claim_check_run,
    aftersales_claim_rule,
    aftersales_claim_auto,
    aftersales_part_result_rule,
    aftersales_part_result,
    aftersales_part_return_result,
    aftersales_part_return_found,
)

# models of: desk
from . import res_company_desk
from . import aftersales_claim_queue
from . import aftersales_claim_adjudicate
from . import aftersales_claim_line_desk
from . import aftersales_claim_deadline
from . import aftersales_claim_opinion
from . import aftersales_claim_evidence
from . import aftersales_claim_appeal
from . import aftersales_claim_appeal_flow
from . import aftersales_claim_charge_back
from . import aftersales_claim_statistic
from . import aftersales_service_point_appeal

# models of: hints
from . import aftersales_claim_hint_rule
from . import aftersales_claim_hint
from . import aftersales_claim_hint_links, aftersales_claim_hint_facts
from . import aftersales_claim_hints
from . import ir_attachment_uploads
from . import aftersales_escalation_expert
from . import aftersales_answer, aftersales_answer_flow, aftersales_answer_use
from . import aftersales_escalation, aftersales_escalation_flow
from . import aftersales_escalation_portal
from . import aftersales_service_order_escalation
from . import aftersales_metric_escalation

# models of: settle
from . import res_company_settle
from . import aftersales_service_point_settle
from . import aftersales_point_adjustment_source
from . import aftersales_settlement_carry
from . import aftersales_settlement_dispute
from . import aftersales_settlement_correction
from . import aftersales_claim_line_money
from . import aftersales_deduction_rule
from . import aftersales_settlement_period
from . import aftersales_settlement_portal
from . import aftersales_settlement_watch

# models of: money
from . import res_company_money
from . import aftersales_approval_money
from . import aftersales_payment_method
from . import aftersales_order_payment, aftersales_order_payment_flow
from . import aftersales_order_money
from . import aftersales_day_close, aftersales_day_close_flow
from . import account_move_money
from . import aftersales_compensation_rule
from . import aftersales_compensation, aftersales_compensation_flow
from . import aftersales_compensation_money, aftersales_compensation_goods
from . import account_move_released
from . import aftersales_insurance_policy, aftersales_insurance_claim
from . import aftersales_compensation_case
from . import aftersales_service_point_money

# models of: quality
from . import aftersales_unit_batch
from . import aftersales_quality_report
from . import aftersales_quality_report_guard
from . import aftersales_quality_report_flow
from . import aftersales_quality_threshold
from . import aftersales_quality_threshold_data
from . import res_company_quality
from . import aftersales_registration_support
from . import aftersales_quality_alert
from . import aftersales_service_order_quality
from . import aftersales_failure_table
from . import aftersales_failure_table_data
from . import aftersales_part_forecast
from . import aftersales_part_forecast_run
from . import aftersales_part_forecast_stock
from . import aftersales_customer_training
from . import aftersales_customer_training_flow
from . import aftersales_metric_quality

# models of: recall
from . import aftersales_campaign
from . import aftersales_campaign_range
from . import aftersales_campaign_unit
from . import aftersales_campaign_flow
from . import aftersales_campaign_run
from . import aftersales_campaign_notice
from . import aftersales_campaign_order
from . import aftersales_campaign_cost
from . import aftersales_campaign_intake
from . import aftersales_campaign_case
from . import aftersales_campaign_claim
from . import aftersales_campaign_portal
from . import aftersales_supplier_term
from . import aftersales_supplier_claim
from . import aftersales_supplier_claim_line
from . import aftersales_supplier_collect
from . import aftersales_supplier_charge_back
from . import aftersales_supplier_file
from . import aftersales_supplier_reminder
from . import aftersales_supplier_links
from . import aftersales_part_return_supplier
from . import account_move_recovery
from . import aftersales_metric_recall
