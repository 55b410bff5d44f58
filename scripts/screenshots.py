"""Pictures of the running demo for the README, in English and Chinese.

Each page is opened as the role that uses it.  Writes
``docs/images/<language>/<name>.png``; a page that shows an error dialog fails
the run.  Pages are chosen with ``ONLY=name,name``, the folder with ``OUT``.
"""

import io
import os
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = f"http://127.0.0.1:{os.environ.get('DEMO_PORT', '8069')}"
OUT = Path(os.environ.get("OUT") or ROOT / "docs" / "images")
WIDTH, HEIGHT = 1366, 860
#: What both the web client and the portal show once they are there.
READY = ".o_action_manager > *, #wrap.o_portal_wrap, .o_portal_my_home"
TIMEOUT = 120_000
LANGUAGES = {"en": "en_US", "zh": "zh_CN"}
#: Stands for nobody: a page that needs no login.
PUBLIC = ""

#: name → (login, path, steps one after the other: what to click, ``type:`` a text
#: into what has the focus, ``key:`` to press)
PAGES = {
    "points": ("head", "/odoo/aftersales-points", []),
    "point": ("head", "/odoo/aftersales-points", [".o_data_row:nth-child(4)"]),
    "applications": ("reviewer", "/odoo/aftersales-applications", []),
    "board": ("dispatcher", "/odoo/aftersales-board", []),
    "systems": ("centre", "/odoo/aftersales-systems", []),
    "withdrawal": (
        "head",
        "/odoo/action-aftersales_network.aftersales_withdrawal_action",
        [".o_kanban_record:not(.o_kanban_ghost) , .o_data_row:nth-child(1)"],
    ),
    "capacity-plan": (
        "head",
        "/odoo/action-aftersales_network.aftersales_capacity_plan_action",
        [".o_data_row:nth-child(1)"],
    ),
    "month-reports": (
        "centre",
        "/odoo/action-aftersales_network.aftersales_month_report_action",
        [],
    ),
    "budget": ("centre", "/odoo/aftersales-budgets", [".o_data_row:nth-child(1)"]),
    "portal-application": ("applicant", "/my/service-application", []),
    "tickets": ("dispatcher", "/odoo/action-helpdesk_mgmt.helpdesk_ticket_action", []),
    "ticket": (
        "dispatcher",
        "/odoo/action-helpdesk_mgmt.helpdesk_ticket_action",
        [".o_data_row:nth-child(2) td[name=name]"],
    ),
    "dispatch": ("dispatcher", "/odoo/aftersales-dispatch", []),
    "orders": ("dispatcher", "/odoo/aftersales-orders?view_type=kanban", []),
    "order": (
        "dispatcher",
        "/odoo/aftersales-orders",
        [".o_facet_remove", ".o_data_row:nth-child(6)"],
    ),
    "units": (
        "head",
        "/odoo/action-aftersales_warranty.aftersales_registration_action",
        [],
    ),
    "unit": (
        "head",
        "/odoo/action-aftersales_warranty.aftersales_registration_action",
        [".o_data_row:nth-child(1)"],
    ),
    "serial-check": (
        "dispatcher",
        "/odoo/aftersales-check-serial",
        [".o_content input", "type:LH-AC-2000", "key:Enter"],
    ),
    "entitlements": (
        "dispatcher",
        "/odoo/aftersales-entitlements",
        [
            ".o_content input",
            "type:LH-AC-2000",
            "key:Tab",
            "[name=fault_class] input",
            ".o_select_menu_item >> nth=1",
        ],
    ),
    "returns": ("dispatcher", "/odoo/aftersales-returns", []),
    "return": (
        "dispatcher",
        "/odoo/aftersales-returns",
        [".o_data_row:has-text('RET000004') td[name=partner_id]"],
    ),
    "receive-returns": (
        "warehouse",
        "/odoo/receive-returns",
        [".o_action input", "type:RET000003", "key:Enter"],
    ),
    "parts-balance": ("warehouse", "/odoo/parts-balance", []),
    "service-prices": (PUBLIC, "/service-prices", []),
    "portal-units": ("customer", "/my/units", []),
    "portal-register": ("customer", "/register-unit", []),
    "claim": (
        "clerk",
        "/odoo/action-aftersales_warranty.aftersales_claim_action",
        [".o_data_row:nth-child(1)"],
    ),
    "settlement": (
        "clerk",
        "/odoo/action-aftersales_warranty.aftersales_settlement_action",
        [".o_data_row:nth-child(1)"],
    ),
    "claim-queue": ("clerk", "/odoo/aftersales-claim-queue", []),
    "claim-decide": (
        "clerk",
        "/odoo/aftersales-claim-queue",
        [".o_data_row td[name=name]"],
    ),
    "claim-hints": ("clerk", "/odoo/aftersales-claim-hints", []),
    "claim-rates": ("clerk", "/odoo/aftersales-claim-rates", [".o_data_row"]),
    "claim-appeal": (
        "clerk",
        "/odoo/aftersales-claim-appeals",
        [".o_facet_remove", ".o_data_row"],
    ),
    "settlement-sent": (
        "clerk",
        "/odoo/aftersales-settlements",
        [".o_data_row:has(.text-bg-warning) td[name=name]"],
    ),
    "settlement-runs": ("clerk", "/odoo/aftersales-settlement-runs", [".o_data_row"]),
    "day-close": (
        "centre",
        "/odoo/aftersales-day-closes",
        [".o_facet_remove", ".o_data_row:has-text('-50')"],
    ),
    "compensations": ("head", "/odoo/aftersales-compensations", []),
    "failure-table": ("reviewer", "/odoo/aftersales-failure-table", []),
    "quality-alert": ("reviewer", "/odoo/aftersales-quality-alerts", [".o_data_row"]),
    "quality-report": (
        "reviewer",
        "/odoo/aftersales-quality-reports",
        [".o_facet_remove", ".o_data_row >> nth=-1"],
    ),
    "parts-forecast": (
        "warehouse",
        "/odoo/aftersales-part-forecasts",
        [".o_data_row"],
    ),
    "recall": (
        "reviewer",
        "/odoo/aftersales-recalls",
        [".o_kanban_record:not(.o_kanban_ghost), .o_data_row"],
    ),
    "supplier-claim": (
        "clerk",
        "/odoo/aftersales-supplier-claims",
        [".o_data_row >> nth=-1"],
    ),
    "escalation": (
        "dispatcher",
        "/odoo/aftersales-escalations",
        [".o_facet_remove", ".o_data_row:has-text('E4')"],
    ),
    "portal-claims": ("technician", "/my/claims", []),
    "portal-claim": (
        "technician",
        "/my/claims",
        ["table a[href*='/my/claims/']"],
    ),
    "portal-settlements": ("technician", "/my/settlements", []),
    "portal-settlement": (
        "technician",
        "/my/settlements",
        ["table a[href*='/my/settlements/']"],
    ),
    "portal-day-closes": ("technician", "/my/day-closes", []),
    "scorecard": (
        "auditor",
        "/odoo/action-aftersales_evaluation.aftersales_scorecard_action",
        [".o_data_row:has-text('Approved')"],
    ),
    "ratio": (
        "hr",
        "/odoo/aftersales-manager-ratio",
        [],
    ),
    "claims": ("clerk", "/odoo/action-aftersales_warranty.aftersales_claim_action", []),
    "settlements": (
        "clerk",
        "/odoo/action-aftersales_warranty.aftersales_settlement_action",
        [],
    ),
    "certificates": (
        "hr",
        "/odoo/action-aftersales_training.aftersales_certificate_action",
        [],
    ),
    "plan": (
        "hr",
        "/odoo/aftersales-training-plans",
        [".o_kanban_record:not(.o_kanban_ghost), .o_data_row td[name=name]"],
    ),
    "plan-line": (
        "hr",
        "/odoo/aftersales-training-lines",
        [".o_data_row:nth-child(1) td:nth-child(2)"],
    ),
    "sessions": ("hr", "/odoo/aftersales-sessions", []),
    "session": (
        "hr",
        "/odoo/aftersales-sessions",
        [".o_facet_remove", ".o_data_row:last-child td:nth-child(2)"],
    ),
    "needs": ("hr", "/odoo/aftersales-training-needs", []),
    "coverage": ("hr", "/odoo/aftersales-training-coverage", []),
    "competition": (
        "hr",
        "/odoo/aftersales-competitions",
        [".o_facet_remove", ".o_kanban_record:not(.o_kanban_ghost), .o_data_row"],
    ),
    "portal-training": ("technician", "/my/training", []),
    "scorecards": (
        "auditor",
        "/odoo/action-aftersales_evaluation.aftersales_scorecard_action",
        [],
    ),
    "ranking": (
        "head",
        "/odoo/aftersales-rankings",
        [".o_data_row >> nth=1"],
    ),
    "management": ("head", "/odoo/aftersales-management", []),
    "five-habits": ("head", "/odoo/aftersales-five-habits", []),
    "kpi-status": ("head", "/odoo/aftersales-kpi-status", []),
    "audit": (
        "auditor",
        "/odoo/aftersales-audits",
        [".o_data_row td[name=subject]"],
    ),
    "audit-report": (
        "auditor",
        "/odoo/aftersales-audit-reports",
        [".o_data_row td[name=subject]"],
    ),
    "findings": ("auditor", "/odoo/aftersales-findings", []),
    "call-backs": ("service", "/odoo/aftersales-callbacks", []),
    "complaints": ("head", "/odoo/aftersales-complaints", []),
    "gap-analysis": ("head", "/odoo/aftersales-gaps", [".o_data_row"]),
    "competitors": ("head", "/odoo/aftersales-competitor-matrix", []),
    "portal-ranking": (
        "technician",
        "/my/rankings",
        ["table a[href*='/my/rankings/']"],
    ),
    "portal-orders": ("technician", "/my/service-orders?filterby=all", []),
    "portal-order": (
        "technician",
        "/my/service-orders",
        ["table a[href*='/my/service-orders/']"],
    ),
}


def selected():
    """Pages to take: all, or those named in ONLY."""
    only = {name for name in os.environ.get("ONLY", "").split(",") if name}
    return {name: page for name, page in PAGES.items() if not only or name in only}


def log_in(page, login):
    """Sign in through the login page."""
    page.goto(f"{ADDRESS}/web/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", login)
    page.click("form.oe_login_form button[type=submit]")
    page.wait_for_selector(READY)


def set_language(page, language):
    """Switch the signed-in user; the same call as in the preferences."""
    page.request.post(
        f"{ADDRESS}/web/dataset/call_kw/res.users/write",
        data={
            "jsonrpc": "2.0",
            "method": "call",
            "params": {
                "model": "res.users",
                "method": "write",
                "args": [[user_id(page)], {"lang": language}],
                "kwargs": {},
            },
        },
    )


def user_id(page):
    """Id of the signed-in user."""
    answer = page.request.post(
        f"{ADDRESS}/web/session/get_session_info", data={"params": {}}
    )
    return answer.json()["result"]["uid"]


def settle(page):
    """Wait until the page is drawn; a live connection never lets it go idle."""
    page.wait_for_selector(READY)
    page.wait_for_function("!document.querySelector('.o_loading_indicator')")
    page.wait_for_timeout(1200)


def save(data, path):
    """Write a picture with 128 colours: a third of the size, and nothing lost."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    picture.quantize(128).save(path, optimize=True)


def take_step(page, step):
    """Click, type or press a key, as ``PAGES`` says."""
    kind, _, value = step.partition(":")
    if kind == "type":
        page.keyboard.type(value)
    elif kind == "key":
        page.keyboard.press(value)
        settle(page)
    elif page.locator(step).count():
        page.locator(step).first.click()
        settle(page)


def shoot(page, name, spec, folder):
    """Open one page and save its picture; returns a problem or None."""
    _login, path, clicks = spec
    page.goto(ADDRESS + path)
    settle(page)
    for step in clicks:
        take_step(page, step)
    save(page.screenshot(), folder / f"{name}.png")
    if page.locator(".o_error_dialog, .o_error_detail").count():
        return f"{name}: the page shows an error"
    return None


def take(browser, login, specs, code, language):
    """All pages of one login in one language."""
    folder = OUT / code
    folder.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
    context.set_default_timeout(TIMEOUT)
    page = context.new_page()
    problems = []
    if login != PUBLIC:
        log_in(page, login)
        set_language(page, language)
    context.add_cookies([{"name": "frontend_lang", "value": language, "url": ADDRESS}])
    for name, spec in specs.items():
        problem = shoot(page, name, spec, folder)
        print(f"  {code}/{name}.png", "✗ " + problem if problem else "", flush=True)
        problems += [problem] if problem else []
    if login != PUBLIC:
        set_language(page, "en_US")
    context.close()
    return problems


def main():
    """Take every picture; exit code 1 where a page shows an error."""
    problems = []
    by_login = {}
    for name, spec in selected().items():
        by_login.setdefault(spec[0], {})[name] = spec
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for code, language in LANGUAGES.items():
            for login, specs in by_login.items():
                problems += take(browser, login, specs, code, language)
        browser.close()
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
