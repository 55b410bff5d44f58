"""PostgreSQL's side of nested exclusivity: a range type over tree paths.

All paths below ``1/7/`` sort between ``1/7/`` and ``1/7/~`` under the collation
"C".  Such ranges either nest or are disjoint, so that ``&&`` of two of them means
"one is the other, above it or below it", and a GiST index can refuse it.
"""

from psycopg2 import sql

TYPE_NAME = "aftersales_path_range"


def create_type(cr):
    """Create the range type of the exclusion constraint, unless it is there."""
    cr.execute(
        "SELECT 1 FROM pg_type WHERE typname = %s AND typnamespace = "
        "current_schema()::regnamespace",
        [TYPE_NAME],
    )
    if not cr.fetchone():
        cr.execute(
            sql.SQL('CREATE TYPE {} AS RANGE (subtype = text, collation = "C")').format(
                sql.Identifier(TYPE_NAME)
            )
        )


def path_range(expression):
    """Text of the SQL expression for the range below a path."""
    return f"{TYPE_NAME}({expression}, {expression} || '~')"
