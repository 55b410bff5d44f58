"""How the hints rank imported claims against their fraud label.

Run by the Odoo shell after an import of old cases:

    make import-history FILE=cases.csv CASE_DATE=YYYY-MM-DD
    make hint-report

The label is compared with and never used. The shell takes everything back at its
end: the database stays as it is.
"""

import sys

from odoo.tools import split_every

BATCH = 500


def run(env):
    """Look for the hints of the imported claims and print how they rank."""
    if "aftersales.hint.measure" not in env:
        sys.exit("The module aftersales_warranty is not installed.")
    claims = env["aftersales.history.case"].search([("claim_id", "!=", False)]).claim_id
    for ids in split_every(BATCH, claims.ids):
        claims.browse(ids)._find_waiting_hints()
    measure = env["aftersales.hint.measure"]._measure()
    if not measure["lines"]:
        sys.exit(
            "✗ The imported claims hold no fraud label with both answers.\n"
            "  Way out: make import-history FILE=cases.csv CASE_DATE=2025-12-31"
        )
    print_measure(measure)


def print_measure(measure):
    """Print the table that the dialog shows."""
    print(
        f"{measure['case_count']} claims with a label, {measure['fraud_count']} found "
        f"fraudulent ({measure['base_rate']:.1f} %)"
    )
    for line in measure["lines"]:
        print(
            f"{line['name'][:36]:36}  AUC {line['area']:.3f} ± {line['area_error']:.3f}"
            f"  above 0: {line['case_count']:4}"
            f"  in the first {line['looked']}: {line['hits']:.1f}"
        )


if "env" in globals():
    run(globals()["env"])
