import { registry } from "@web/core/registry";

const state = (label) => ({
    content: `The claim is ${label}`,
    trigger: `.o_statusbar_status button[aria-checked='true']:contains('${label}')`,
});
const lines = ".o_field_widget[name='decision_line_ids']";

// A clerk decides a claim line by line, goes on to the next one and sends it back.
registry.category("web_tour.tours").add("aftersales_claim_desk", {
    steps: () => [
        {
            content: "The oldest claim stands first",
            trigger: ".o_data_row:first-child td[name='age_days']:contains('20')",
        },
        {
            content: "Open it",
            trigger: ".o_data_row:first-child td[name='service_point_id']",
            run: "click",
        },
        {
            content: "What failed is above the lines",
            trigger:
                ".o_field_widget[name='failed_check_ids'] td:contains('contract only')",
        },
        {
            content: "Take it up",
            trigger: "button[name='action_review']",
            run: "click",
        },
        state("In Review"),
        {
            content: "Cut the labour where it stands",
            trigger: `${lines} .o_data_row:contains('labour') td[name='decide_amount']`,
            run: "click",
        },
        {
            content: "Approve less",
            trigger: `${lines} .o_selected_row [name='decide_amount'] input`,
            run: "edit 20",
        },
        {
            content: "Say why",
            trigger: `${lines} .o_selected_row [name='decide_reason_id'] input`,
            run: "edit Excessive labour",
        },
        {
            trigger: ".o-autocomplete--dropdown-item a:contains('Excessive labour')",
            run: "click",
        },
        {
            content: "Approve the rest and see the next claim",
            trigger: "button[name='action_approve_next']",
            run: "click",
        },
        {
            content: "The next claim is open",
            trigger:
                ".o_form_view .o_field_widget[name='complaint']:contains('Second one')",
        },
        {
            content: "Something is missing",
            trigger: "button[name='action_send_back']",
            run: "click",
        },
        {
            content: "Say what",
            trigger: ".modal .o_field_widget[name='note'] textarea",
            run: "edit Photo of the plate",
        },
        {
            content: "The point has some days",
            trigger: ".modal .o_field_widget[name='date_answer_due']",
        },
        {
            trigger: ".modal button[name='action_apply']",
            run: "click",
        },
        {
            content: "It is with the point until then",
            trigger: ".o_form_view .o_field_widget[name='date_answer_due']",
        },
        state("Sent Back"),
    ],
});

// Another clerk decides the appeal of the point.
registry.category("web_tour.tours").add("aftersales_claim_appeal", {
    steps: () => [
        {
            content: "Open the appeal",
            trigger: ".o_data_row td[name='service_point_id']:contains('Point One')",
            run: "click",
        },
        {
            trigger: "button[name='action_decide']",
            run: "click",
        },
        {
            content: "Uphold it in part",
            trigger: ".modal .o_radio_item:contains('Uphold in Part') input",
            run: "click",
        },
        {
            content: "Approve a little more",
            trigger: ".modal .o_field_widget[name='amount'] input",
            run: "edit 25",
        },
        {
            content: "Answer the point",
            trigger: ".modal .o_field_widget[name='note'] textarea",
            run: "edit The gauge was read again",
        },
        {
            trigger: ".modal button[name='action_apply']",
            run: "click",
        },
        {
            content: "The appeal is partly upheld",
            trigger:
                ".o_statusbar_status button[aria-checked='true']:contains('Partly Upheld')",
        },
    ],
});

// The point hands its appeal in on the portal.
registry.category("web_tour.tours").add("aftersales_claim_appeal_portal", {
    steps: () => [
        {
            content: "Open the form of the cut line",
            trigger: "details[name='appeal_form'] summary:contains('labour')",
            run: "click",
        },
        {
            content: "Say why",
            trigger: "details[name='appeal_form'][open] textarea[name='reason']",
            run: "edit The unit hangs in a shaft",
        },
        {
            trigger: "details[name='appeal_form'][open] button[name='appeal']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is with the company",
            trigger: "[name='appeal'] .badge:contains('Submitted')",
        },
    ],
});
