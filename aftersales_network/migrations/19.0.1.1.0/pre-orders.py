"""Prepare the orders for pauses, reworks and steps in the reader's language."""

#: New stored columns with the value that old orders have: nobody computes a
#: million orders for what is known to be empty.
COLUMNS = [
    ("aftersales_service_order", "date_due", "timestamp", "date_promised"),
    ("aftersales_service_order", "paused_hours", "float8", "0"),
    ("aftersales_service_order", "net_hours", "float8", "duration_hours"),
    ("aftersales_service_order", "date_guarantee_end", "date", "NULL"),
    ("aftersales_service_order", "rework_of_id", "int4", "NULL"),
    ("aftersales_service_order", "rework_state", "varchar", "NULL"),
    ("aftersales_service_order", "is_rework", "bool", "FALSE"),
    ("aftersales_service_order", "rework_count", "int4", "0"),
    # Every old price counts as typed: it must not move by the update.
    ("aftersales_service_order_line", "price_list", "numeric", "0"),
]


def migrate(cr, version):
    """Add the columns, and keep the typed names of steps."""
    if not version:
        return
    for table, column, kind, value in COLUMNS:
        if not _has_column(cr, table, column):
            cr.execute(f'ALTER TABLE "{table}" ADD COLUMN "{column}" {kind}')
            cr.execute(f'UPDATE "{table}" SET "{column}" = {value}')
    steps = "aftersales_service_order_step"
    if _has_column(cr, steps, "name") and not _has_column(cr, steps, "custom_name"):
        cr.execute(f'ALTER TABLE "{steps}" RENAME COLUMN "name" TO "custom_name"')
        cr.execute(f'ALTER TABLE "{steps}" ALTER COLUMN "custom_name" DROP NOT NULL')


def _has_column(cr, table, column):
    """Whether a table has a column."""
    cr.execute(
        "SELECT 1 FROM information_schema.columns"
        " WHERE table_name = %s AND column_name = %s",
        [table, column],
    )
    return bool(cr.fetchone())
