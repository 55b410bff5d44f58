import { registry } from "@web/core/registry";

// The customer scans the code on the box and registers the unit.
registry.category("web_tour.tours").add("aftersales_register_unit", {
    steps: () => [
        {
            content: "The code brought the serial along",
            trigger: "form[name='register_unit'] input[name='serial']:value('TOUR-1')",
        },
        {
            content: "Say when it was bought",
            trigger: "form[name='register_unit'] input[name='date_sale']",
            run() {
                this.anchor.value = new Date().toISOString().slice(0, 10);
            },
        },
        {
            trigger: "form[name='register_unit'] button[name='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is registered at once",
            trigger: "[name='notice']:contains('Your unit is registered')",
        },
        {
            content: "The cover by component is shown",
            trigger: ".o_aftersales_unit_card:contains('In warranty'):contains('Labour')",
        },
        {
            content: "The certificate is there",
            trigger: "a[name='certificate']",
        },
        {
            content: "Back to all units",
            trigger: ".o_portal_submenu a[href='/my/units'], .breadcrumb a[href='/my/units']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "table a:contains('Test Air Conditioner')",
        },
    ],
});

// The dispatcher checks a serial that a customer tells on the telephone.
registry.category("web_tour.tours").add("aftersales_check_serial", {
    steps: () => [
        {
            content: "A slip in the serial",
            trigger: ".o_field_widget[name='text'] input",
            run: "edit TEST-5N-1",
        },
        {
            content: "Leave the field",
            trigger: ".oe_title",
            run: "click",
        },
        {
            content: "Similar serials are offered",
            trigger:
                ".o_field_widget[name='match_ids'] .o_data_row:contains('TEST-SN-1') button[name='action_check_serial']",
            run: "click",
        },
        {
            content: "The card says that it is out of warranty",
            trigger: ".o_aftersales_unit_card:contains('Out of warranty'):contains('Travel')",
        },
        {
            content: "Take the order in",
            trigger: "button[name='action_new_order']",
            run: "click",
        },
        {
            content: "The order knows the unit and is chargeable",
            trigger:
                ".o_field_widget[name='is_chargeable'] input:checked",
        },
        {
            trigger: ".o_field_widget[name='service_type_id'] input",
            run: "edit Repair",
        },
        {
            trigger: ".o-autocomplete--dropdown-item a:contains('Repair')",
            run: "click",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "It is saved",
            trigger: ".o_form_saved, .o_form_view .o_form_status_indicator:not(:has(.o_form_button_save:visible))",
        },
    ],
});
