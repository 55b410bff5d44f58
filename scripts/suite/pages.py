"""Style sheets and scripts compiled beforehand, so that the first page is quick."""

# Odoo's own list without the bundles that nobody opens here.
SCRIPT = """
unused = (
    "unit_tests", "qunit", "test_tours", "spreadsheet", "snailmail", "api_doc",
    "mail.assets_public",
)
qweb = env["ir.qweb"]
scripts, styles = qweb._get_bundles_to_pregenarate()
for bundle in sorted(scripts | styles):
    if any(word in bundle for word in unused):
        continue
    if bundle in scripts:
        qweb._get_asset_bundle(bundle, css=False, js=True).js()
    if bundle in styles:
        qweb._get_asset_bundle(bundle, css=True, js=False).css()
env.cr.commit()
"""
