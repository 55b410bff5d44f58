import { registry } from "@web/core/registry";

const state = (label) => ({
    content: `The document is ${label}`,
    trigger: `.o_statusbar_status button[aria-checked='true']:contains('${label}')`,
});

// The point's side, on the portal: a finished order becomes a submitted claim.
registry.category("web_tour.tours").add("aftersales_order_to_claim", {
    steps: () => [
        {
            content: "Claim what the warranty bears",
            trigger: "button[name='claim']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Look at the claim",
            trigger: "a:contains('Claim CLM')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Hand it in",
            trigger: "form[action*='/submit'] button",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is with the company now",
            trigger: ".badge:contains('Submitted')",
        },
    ],
});

// The clerk cuts one line with a reason and approves the rest.
registry.category("web_tour.tours").add("aftersales_claim_decide", {
    steps: () => [
        {
            content: "Open the claim that waits",
            trigger: ".o_data_row td[name='service_point_id']:contains('Point One')",
            run: "click",
        },
        {
            content: "The lines as they were claimed",
            trigger: ".o_notebook .nav-link[name='lines']",
            run: "click",
        },
        {
            content: "Decide the labour line",
            trigger:
                ".o_field_widget[name='line_ids'] .o_data_row:contains('Labour') button[name='action_decide']",
            run: "click",
        },
        {
            content: "Approve less",
            trigger: ".modal .o_field_widget[name='amount'] input",
            run: "edit 40",
        },
        {
            content: "Say why",
            trigger: ".modal .o_field_widget[name='reason_id'] input",
            run: "edit Excessive labour",
        },
        {
            trigger: ".o-autocomplete--dropdown-item a:contains('Excessive labour')",
            run: "click",
        },
        {
            content: "Apply the decision",
            trigger: ".modal button[name='action_apply']",
            run: "click",
        },
        {
            content: "The reason stands on the line",
            trigger:
                ".o_field_widget[name='line_ids'] .o_data_row:contains('Excessive labour')",
        },
        {
            content: "Approve the rest",
            trigger: ".o_statusbar_buttons button[name='action_approve']",
            run: "click",
        },
        state("Partially Approved"),
    ],
});

// The period is settled: one draft vendor bill.
registry.category("web_tour.tours").add("aftersales_settle_period", {
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
            content: "Make the settlements",
            trigger: ".modal button[name='action_run']",
            run: "click",
        },
        {
            content: "Open the settlement of the point",
            trigger: ".o_data_row td[name='service_point_id']:contains('Point One')",
            run: "click",
        },
        {
            trigger: "button[name='action_confirm']",
            run: "click",
        },
        state("Confirmed"),
        {
            trigger: "button[name='action_create_bill']",
            run: "click",
        },
        {
            content: "The draft bill is there",
            trigger: ".o_form_view .o_field_widget[name='invoice_line_ids']",
        },
    ],
});
