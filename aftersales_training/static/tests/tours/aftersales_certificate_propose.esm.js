import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("aftersales_certificate_propose", {
    steps: () => [
        {
            content: "An employee has no certificate yet",
            trigger: ".o_view_nocontent:contains(Propose your first certificate)",
        },
        {
            content: "Propose one",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Choose the type",
            trigger: ".o_field_widget[name=type_id] input",
            run: "edit After-Sales Service Manager",
        },
        {
            content: "It is the ordinary one",
            trigger:
                ".o-autocomplete--dropdown-item a:text(After-Sales Service Manager)",
            run: "click",
        },
        {
            content: "Choose the issuer",
            trigger: ".o_field_widget[name=issuer_id] input",
            run: "edit China General",
        },
        {
            content: "Take it",
            trigger: ".o-autocomplete--dropdown-item a:contains(China General Chamber)",
            run: "click",
        },
        {
            content: "Enter the number",
            trigger: ".o_field_widget[name=number] input",
            run: "edit TOUR-PROPOSED",
        },
        {
            content: "Save it",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "It waits for human resources; there is nothing to verify oneself",
            trigger:
                ".o_form_saved .alert-info:contains(Somebody of human resources verifies)",
        },
        {
            content: "The button is not offered",
            trigger: ".o_form_statusbar:not(:has(button[name=action_verify]))",
        },
    ],
});

registry.category("web_tour.tours").add("aftersales_certificate_accept", {
    steps: () => [
        {
            content: "Open what was proposed",
            trigger: ".o_data_row:contains(TOUR-PROPOSED) td[name=holder_name]",
            run: "click",
        },
        {
            content: "The proposal is announced as an activity",
            trigger: ".o-mail-Activity:contains(proposes a certificate to verify)",
        },
        {
            content: "Verify it",
            trigger: "button[name=action_verify]",
            run: "click",
        },
        {
            content: "It is verified",
            trigger:
                ".o_statusbar_status button.o_arrow_button_current:contains(Verified)",
        },
        {
            content: "Renew it with the number it has",
            trigger: "button[name=action_renew]",
            run: "click",
        },
        {
            content: "The number is offered",
            trigger: ".o_field_widget[name=number] input:value(TOUR-PROPOSED)",
        },
        {
            content: "Save the renewal",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Both stand in one chain",
            trigger: "button[name=action_view_chain]:contains(2)",
            run: "click",
        },
        {
            content: "The first one says that its renewal is proposed",
            trigger: ".o_data_row:contains(Renewal Proposed)",
        },
    ],
});
