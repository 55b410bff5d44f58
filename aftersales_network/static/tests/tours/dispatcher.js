import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("aftersales_dispatcher", {
    steps: () => [
        {
            content: "Open the waiting order",
            trigger: ".o_data_row td[name='partner_id']:contains('Test Customer')",
            run: "click",
        },
        {
            content: "Ask for the proposal",
            trigger: ".o_form_view button:contains('Dispatch')",
            run: "click",
        },
        {
            content: "The proposal names the point of the area",
            trigger: ".modal .o_data_row td[name='service_point_id']:contains('Point One')",
        },
        {
            content: "Follow the rule",
            trigger: ".modal button[name='action_dispatch_rule']",
            run: "click",
        },
        {
            content: "The order is dispatched",
            trigger:
                ".o_statusbar_status button[aria-checked='true']:contains('Dispatched')",
        },
        {
            content: "Look at the reasons",
            trigger: ".o_notebook a[name='dispatch']",
            run: "click",
        },
        {
            content: "The taken point and why",
            trigger: ".o_field_widget[name='candidate_ids'] td[name='reason']:contains('rank 1')",
        },
    ],
});
