"""Prepare the orders for pauses, reworks and steps in the reader's language."""

from odoo.tools import SQL

#: New stored columns with the value that old orders have: nobody computes a
#: million orders for what is known to be empty.
COLUMNS = [
    ("aftersales_service_order", "date_due", SQL("timestamp"), SQL("date_promised")),
    ("aftersales_service_order", "paused_hours", SQL("float8"), SQL("0")),
    ("aftersales_service_order", "net_hours", SQL("float8"), SQL("duration_hours")),
    ("aftersales_service_order", "date_guarantee_end", SQL("date"), SQL("NULL")),
    ("aftersales_service_order", "rework_of_id", SQL("int4"), SQL("NULL")),
    ("aftersales_service_order", "rework_state", SQL("varchar"), SQL("NULL")),
    ("aftersales_service_order", "is_rework", SQL("bool"), SQL("FALSE")),
    ("aftersales_service_order", "rework_count", SQL("int4"), SQL("0")),
    # Every old price counts as typed: it must not move by the update.
    ("aftersales_service_order_line", "price_list", SQL("numeric"), SQL("0")),
]


def migrate(cr, version):
    """Add the columns, and keep the typed names of steps."""
    if not version:
        return
    for table, column, kind, value in COLUMNS:
        if not _has_column(cr, table, column):
            name, target = SQL.identifier(table), SQL.identifier(column)
            cr.execute(SQL("ALTER TABLE %s ADD COLUMN %s %s", name, target, kind))
            cr.execute(SQL("UPDATE %s SET %s = %s", name, target, value))
    steps = "aftersales_service_order_step"
    if _has_column(cr, steps, "name") and not _has_column(cr, steps, "custom_name"):
        cr.execute(
            """
            ALTER TABLE aftersales_service_order_step RENAME COLUMN name TO custom_name;
            ALTER TABLE aftersales_service_order_step
                  ALTER COLUMN custom_name DROP NOT NULL
            """
        )


def _has_column(cr, table, column):
    """Whether a table has a column."""
    cr.execute(
        "SELECT 1 FROM information_schema.columns"
        " WHERE table_name = %s AND column_name = %s",
        [table, column],
    )
    return bool(cr.fetchone())
