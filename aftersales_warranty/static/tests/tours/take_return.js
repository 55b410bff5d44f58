import {registry} from "@web/core/registry";

// A service user takes a return in: customer, scanned serial, entitlement, confirm.
registry.category("web_tour.tours").add("aftersales_take_return", {
    steps: () => [
        {
            trigger: ".o_data_row:contains(TOUR-RT-1) td[name=serial]",
            content: "open the unit of the customer",
            run: "click",
        },
        {
            trigger: "button[name=action_create_return]",
            content: "take a return of it",
            run: "click",
        },
        {
            trigger: ".modal .o_data_row:contains(TOUR-RT-1) .o_boolean_toggle input:checked",
            content: "the unit is ticked already",
        },
        {
            trigger: ".modal button[name=action_add]",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_form_view button[name=action_add_goods]",
            content: "the return is there",
        },
        {
            trigger:
                ".o_field_widget[name=line_ids] .o_data_row:contains(TOUR-RT-1) td[name=product_id]",
            content: "state the fault",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=fault_class] input",
            run: "click",
        },
        {
            trigger: ".o_select_menu_item:contains(Performance)",
            run: "click",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) button[name=action_open_choice]",
            content: "see what the customer is entitled to",
            run: "click",
        },
        {
            trigger:
                ".modal .o_data_row:contains(Exchange within 7 days) button[name=action_choose]",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.modal)) .o_data_row td[name=resolution]:contains(Exchange)",
        },
        {
            trigger: "button[name=action_confirm]",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current:contains(Expected)",
        },
    ],
});
