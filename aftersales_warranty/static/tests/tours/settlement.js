import { registry } from "@web/core/registry";

const press = (name) => ({
    content: `Press ${name}`,
    trigger: `button[name='${name}']`,
    run: "click",
    expectUnloadPage: true,
});
const step = (name) => ({
    content: `Press ${name}`,
    trigger: `.o_form_view button[name='${name}']:enabled`,
    run: "click",
});
const state = (label) => ({
    content: `State ${label}`,
    trigger: `.o_statusbar_status .o_arrow_button_current:contains('${label}')`,
});

// A clerk settles a period and sends the statement to the point.
registry.category("web_tour.tours").add("aftersales_statement_send", {
    steps: () => [
        {
            content: "Open the menu",
            trigger: "button[data-menu-xmlid='aftersales_warranty.menu_warranty']",
            run: "click",
        },
        {
            content: "Settle a period",
            trigger: "a[data-menu-xmlid='aftersales_warranty.menu_settlement_run']",
            run: "click",
        },
        {
            content: "Start the run",
            trigger: ".modal button[name='action_run']",
            run: "click",
        },
        {
            content: "Open the settlement of the point",
            trigger: ".o_data_row td[name='service_point_id']:contains('Point One')",
            run: "click",
        },
        {
            content: "The deduction is shown with its reason",
            trigger:
                ".o_field_widget[name='line_ids'] .o_data_row:contains('Rude technician')",
        },
        step("action_send"),
        state("Sent"),
    ],
});

// The point reads its statement on the portal and disputes a line.
registry.category("web_tour.tours").add("aftersales_statement_dispute", {
    steps: () => [
        {
            content: "Open the settlements",
            trigger:
                ".o_portal_index_card a[href='/my/settlements'], .o_portal_docs a[href='/my/settlements']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Open the statement",
            trigger: "table.o_portal_my_doc_table a[href^='/my/settlements/']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The deduction is on it",
            trigger: "table[name='lines'] tr:contains('Rude technician')",
        },
        {
            content: "Say what is wrong",
            trigger: "tr:contains('Rude technician') input[name^='line_']",
            run: "edit It was not our technician",
        },
        press("dispute"),
        {
            content: "It waits for the answer",
            trigger: ".card[name='dispute']:contains('It was not our technician')",
        },
    ],
});

// The clerk answers the dispute and sends the statement again.
registry.category("web_tour.tours").add("aftersales_statement_answer", {
    steps: () => [
        {
            content: "The statement is disputed",
            trigger: ".alert:contains('The point disputes this statement')",
        },
        {
            content: "Open the disputes",
            trigger: ".nav-link[name='disputes']",
            run: "click",
        },
        {
            content: "Answer",
            trigger: ".o_field_widget[name='dispute_ids'] button[name='action_answer']",
            run: "click",
        },
        {
            content: "Correct the amount",
            trigger: ".modal input[data-value='correct']",
            run: "click",
        },
        {
            content: "The right amount",
            trigger: ".modal .o_field_widget[name='amount_right'] input",
            run: "edit 0",
        },
        {
            content: "The reason",
            trigger: ".modal .o_field_widget[name='answer'] textarea",
            run: "edit You are right",
        },
        {
            content: "Answer",
            trigger: ".modal footer button[name='action_answer']",
            run: "click",
        },
        {
            content: "No dispute is open",
            trigger: ".o_form_view:not(:has(.modal)) .o_field_widget[name='dispute_ids'] .badge:contains('Corrected')",
        },
        step("action_send"),
        state("Sent"),
    ],
});

// The point confirms the new version.
registry.category("web_tour.tours").add("aftersales_statement_confirm", {
    steps: () => [
        {
            content: "The answer is there",
            trigger: ".card[name='dispute']:contains('You are right')",
        },
        press("confirm"),
        {
            content: "It is confirmed",
            trigger: "h2 .badge:contains('Confirmed')",
        },
    ],
});

// The clerk makes the bill.
registry.category("web_tour.tours").add("aftersales_statement_bill", {
    steps: () => [
        state("Confirmed"),
        step("action_create_bill"),
        {
            content: "The draft bill is there",
            trigger: ".o_form_view .o_field_widget[name='invoice_line_ids']",
        },
    ],
});
