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
            content: "It says why the first one is taken",
            trigger: ".modal .o_data_row td[name='reason']:contains('rank 1')",
        },
        {
            content: "And why the other one is dropped",
            trigger: ".modal .o_data_row td[name='reason']:contains('exclusively')",
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
        {
            content: "The dropped one stays with its reason",
            trigger:
                ".o_field_widget[name='candidate_ids'] td[name='reason']:contains('exclusively')",
        },
        {
            content: "Take it back before work starts",
            trigger: ".o_statusbar_buttons button[name='action_redispatch']",
            run: "click",
        },
        {
            content: "A reason is asked",
            trigger: ".modal .o_field_widget[name='reason'] textarea",
            run: "edit The point is too slow",
        },
        {
            content: "Give it to the next one",
            trigger: ".modal button[name='action_confirm']",
            run: "click",
        },
        {
            content: "The other point has it",
            trigger: ".o_field_widget[name='service_point_id']:contains('Rival')",
        },
        {
            content: "The first one is remembered",
            trigger:
                ".o_field_widget[name='refusal_ids'] td[name='reason']:contains('too slow')",
        },
    ],
});
