import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("aftersales_ticket_to_order", {
    steps: () => [
        {
            content: "Open the ticket of the e-mail",
            trigger: ".o_data_row td[name='name']:contains('Noise')",
            run: "click",
        },
        {
            content: "The unit is known and covered",
            trigger:
                ".o_field_widget[name='aftersales_cover']:contains('Covered at 100 %')",
        },
        {
            content: "Make the service order",
            trigger: "button[name='action_create_service_order']",
            run: "click",
        },
        {
            content: "The order shows the serial",
            trigger: ".o_field_widget[name='serial'] input:value('HELP-0001')",
        },
        {
            content: "Dispatch it",
            trigger: ".o_statusbar_buttons button:contains('Dispatch')",
            run: "click",
        },
        {
            content: "Follow the rule",
            trigger: ".modal button[name='action_dispatch_rule']",
            run: "click",
        },
        {
            content: "The point of the area has it",
            trigger:
                ".o_statusbar_status button[aria-checked='true']:contains('Dispatched')",
        },
    ],
});
