{
    "name": "After-Sales Helpdesk",
    "summary": "Serial, cover and service orders on helpdesk tickets",
    "version": "19.0.1.1.0",
    "category": "Services/After-Sales",
    "author": "After-Sales Suite Maintainers",
    "license": "AGPL-3",
    "depends": ["aftersales_warranty", "helpdesk_mgmt"],
    "data": [
        "security/aftersales_helpdesk_groups.xml",
        "data/helpdesk_case_data.xml",
        "views/helpdesk_ticket_views.xml",
        "views/helpdesk_ticket_case_views.xml",
        "views/aftersales_service_order_views.xml",
        "views/aftersales_helpdesk_menus.xml",
    ],
    "assets": {
        "web.assets_tests": ["aftersales_helpdesk/static/tests/tours/*.js"],
    },
    "auto_install": True,
}
