import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("aftersales_training_shortfall", {
    steps: () => [
        {
            content: "The dashboard says how many certified managers are missing",
            trigger: ".alert-danger .o_field_widget[name=shortfall]:contains(2)",
        },
        {
            content: "Send them to the course that prepares for the certificate",
            trigger: "button[name=action_create_training_needs]",
            run: "click",
        },
        {
            content: "Two needs were made, both from the shortfall",
            trigger:
                ".o_list_view .o_data_row:nth-child(2) td[name=origin]:contains(Manager Ratio Shortfall)",
        },
    ],
});

registry.category("web_tour.tours").add("aftersales_training_plan", {
    steps: () => [
        {
            content: "Open the plan of the year",
            trigger: ".o_data_row td[name=name]:contains(Yearly)",
            run: "click",
        },
        {
            content: "Take over the open needs",
            trigger: "button[name=action_generate_lines]",
            run: "click",
        },
        {
            content: "Two people are planned in the line of the course",
            trigger:
                ".o_field_widget[name=line_ids] .o_data_row td[name=planned_people]:contains(2)",
        },
        {
            content: "Submit the plan",
            trigger: "button[name=action_submit]",
            run: "click",
        },
        {
            content: "It waits for the head of service",
            trigger:
                ".o_statusbar_status button.o_arrow_button_current:contains(Submitted)",
        },
    ],
});

registry.category("web_tour.tours").add("aftersales_training_approve", {
    steps: () => [
        {
            content: "Another person opens the submitted plan",
            trigger: ".o_data_row td[name=name]:contains(Yearly)",
            run: "click",
        },
        {
            content: "And approves it",
            trigger: "button[name=action_approve]",
            run: "click",
        },
        {
            content: "The plan is approved",
            trigger:
                ".o_statusbar_status button.o_arrow_button_current:contains(Approved)",
        },
        {
            content: "Its budget is frozen",
            trigger: ".o_field_widget[name=budget].o_readonly_modifier",
        },
    ],
});

registry.category("web_tour.tours").add("aftersales_training_session", {
    steps: () => [
        {
            content: "Open the line of the course",
            trigger: ".o_data_row td[name=course_id]:contains(Manager Preparation)",
            run: "click",
        },
        {
            content: "The steps say what is still missing",
            trigger:
                ".o_training_checklist li[data-step=run]:contains(a session that was held)",
        },
        {
            content: "Make a session",
            trigger: "button[name=action_create_session]",
            run: "click",
        },
        {
            content: "Both managers are on its list",
            trigger:
                ".o_field_widget[name=attendee_ids] .o_data_row:nth-child(2)",
        },
        {
            content: "Open it for registration",
            trigger: "button[name=action_open]",
            run: "click",
        },
        {
            content: "It is open",
            trigger: ".o_statusbar_status button.o_arrow_button_current:contains(Open)",
        },
    ],
});

registry.category("web_tour.tours").add("aftersales_training_verify", {
    steps: () => [
        {
            content: "Find the first new certificate",
            trigger: ".o_data_row:contains(STORY-1) td[name=holder_name]",
            run: "click",
        },
        {
            content: "Verify it",
            trigger: "button[name=action_verify]",
            run: "click",
        },
        {
            content: "It is verified; go back",
            trigger:
                ".o_statusbar_status button.o_arrow_button_current:contains(Verified)",
        },
        {
            content: "Back to the list",
            trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item.o_back_button",
            run: "click",
        },
        {
            content: "Find the second one",
            trigger: ".o_data_row:contains(STORY-2) td[name=holder_name]",
            run: "click",
        },
        {
            content: "Verify it, too",
            trigger: "button[name=action_verify]",
            run: "click",
        },
        {
            content: "It is verified",
            trigger:
                ".o_statusbar_status button.o_arrow_button_current:contains(Verified)",
        },
    ],
});

registry.category("web_tour.tours").add("aftersales_training_recovered", {
    steps: () => [
        {
            content: "Three certified managers of 21: the rule is met",
            trigger: ".o_field_widget[name=holders]:contains(3)",
        },
        {
            content: "Nothing is missing any more",
            trigger: "body:not(:has(.alert-danger .o_field_widget[name=shortfall]))",
        },
    ],
});
