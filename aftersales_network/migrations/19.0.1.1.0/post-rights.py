"""Narrow a rule of old databases, which an update of the data leaves alone."""

from odoo import SUPERUSER_ID, api

#: Decisions on documents without a point, e.g. of a fund, are not for everybody.
DECISIONS = (
    "['|', ('service_point_id.in_user_scope', '=', True),"
    " '&', ('service_point_id', '=', False), ('user_id', '=', user.id)]"
)


def migrate(cr, version):
    """Give the rule on decisions its present domain."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    rule = env.ref("aftersales_network.approval_rule_scope", raise_if_not_found=False)
    if rule:
        rule.domain_force = DECISIONS
