import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("aftersales_manager_ratio", {
    steps: () => [
        {
            content: "The share, the people and the shortfall of today are there",
            trigger: ".o_field_widget[name=required]:contains(2)",
        },
        {
            content: "One head is missing",
            trigger: ".alert-danger .o_field_widget[name=shortfall]:contains(1)",
        },
        {
            content: "The gauge is drawn",
            trigger: ".o_field_widget[name=ratio_percent] canvas",
        },
        {
            content: "The course is drawn",
            trigger: ".o_field_widget[name=curve] canvas",
        },
        {
            content: "Open the people behind the figure",
            trigger: "button[name=action_view_managers]",
            run: "click",
        },
        {
            content: "All of them are listed by name",
            trigger: ".o_list_view .o_data_row:contains(Manager 10)",
        },
        {
            content: "Back to the figures",
            trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item.o_back_button",
            run: "click",
        },
        {
            content: "See the course as a graph",
            trigger: "button[name=action_view_curve]",
            run: "click",
        },
        {
            content: "It is drawn",
            trigger: ".o_graph_view canvas",
        },
        {
            content: "Back to the figures",
            trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item.o_back_button",
            run: "click",
        },
        {
            content: "Go down to a centre in the table of units",
            trigger: ".o_aftersales_ratio_units button:contains(North)",
            run: "click",
        },
        {
            content: "Nobody manages there",
            trigger: ".o_field_widget[name=answer]:contains(0 certified of 0 managers)",
        },
        {
            content: "Back to the whole company",
            trigger: ".o_field_widget[name=service_point_id] input",
            run: "clear",
        },
        {
            content: "Leave the field",
            trigger: ".o_field_widget[name=date] input, .o_field_widget[name=date] button",
            run: "click",
        },
        {
            content: "The whole company is asked for again",
            trigger: ".o_field_widget[name=answer]:contains(1 certified of 11 managers)",
        },
        {
            content: "Keep the answer as evidence",
            trigger: "button[name=action_keep_evidence]",
            run: "click",
        },
        {
            content: "The recorded figures open",
            trigger: ".o_form_view .o_field_widget[name=kind]:contains(Evidence)",
        },
        {
            content: "Export them",
            trigger: "button[name=action_export_evidence]",
            run: "click",
        },
        {
            content: "The page is still there",
            trigger: ".o_form_view .o_field_widget[name=kind]:contains(Evidence)",
        },
    ],
});

registry.category("web_tour.tours").add("aftersales_certificate_verify", {
    steps: () => [
        {
            content: "Find what waits for verification",
            trigger: ".o_data_row:contains(TOUR-1) td[name=holder_name]",
            run: "click",
        },
        {
            content: "Verify it",
            trigger: "button[name=action_verify]",
            run: "click",
        },
        {
            content: "It is verified and valid",
            trigger:
                ".o_statusbar_status button.o_arrow_button_current:contains(Verified)",
        },
        {
            content: "Its number is frozen",
            trigger: ".o_field_widget[name=number].o_readonly_modifier",
        },
    ],
});
