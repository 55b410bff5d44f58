import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("aftersales_competition", {
    steps: () => [
        {
            content: "Open the competition of the year",
            trigger: ".o_kanban_record:contains(Tour Contest)",
            run: "click",
        },
        {
            content: "Open the registration",
            trigger: "button[name=action_open]",
            run: "click",
        },
        {
            content: "Registration is open",
            trigger:
                ".o_statusbar_status button.o_arrow_button_current:contains(Registration)",
        },
        {
            content: "Enter a person",
            trigger: "div[name=entrant_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            content: "Choose the employee",
            trigger: "div[name=entrant_ids] .o_selected_row div[name=employee_id] input",
            run: "edit Tour Winner",
        },
        {
            content: "Take the employee from the list",
            trigger: ".o-autocomplete--dropdown-item:contains(Tour Winner)",
            run: "click",
        },
        {
            content: "The employee is taken and the unit is known",
            trigger:
                "div[name=entrant_ids] .o_data_row:eq(0) div[name=service_point_id] input:value(Point One)",
        },
        {
            content: "Enter one more person",
            trigger: "div[name=entrant_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            content: "Choose the second employee",
            trigger:
                "div[name=entrant_ids] .o_data_row:eq(1).o_selected_row div[name=employee_id] input",
            run: "edit Tour Second",
        },
        {
            content: "Take the second one from the list",
            trigger: ".o-autocomplete--dropdown-item:contains(Tour Second)",
            run: "click",
        },
        {
            content: "Start",
            trigger: "button[name=action_start]",
            run: "click",
        },
        {
            content: "It runs",
            trigger:
                ".o_statusbar_status button.o_arrow_button_current:contains(Running)",
        },
        {
            content: "Enter the points",
            trigger: ".o_statusbar_buttons button[name=action_view_scores]",
            run: "click",
        },
        {
            content: "The sheet has the winner's line",
            trigger: ".o_data_row:contains(Tour Winner) td[name=points]",
            run: "click",
        },
        {
            content: "Give points",
            trigger: ".o_data_row:contains(Tour Winner) td[name=points] input",
            run: "edit 90",
        },
        {
            content: "Go on to the second line",
            trigger: ".o_data_row:contains(Tour Second) td[name=points]",
            run: "click",
        },
        {
            content: "Give points to the second",
            trigger: ".o_data_row:contains(Tour Second) td[name=points] input",
            run: "edit 70",
        },
        {
            content: "Save the sheet",
            trigger: ".o_list_button_save",
            run: "click",
        },
        {
            content: "Back to the competition",
            trigger: ".o_breadcrumb .o_back_button",
            run: "click",
        },
        {
            content: "End the scoring",
            trigger: "button[name=action_score]",
            run: "click",
        },
        {
            content: "The winner is first",
            trigger: "div[name=entrant_ids] .o_data_row:first:contains(Tour Winner)",
        },
        {
            content: "Close and give the awards",
            trigger: "button[name=action_close]",
            run: "click",
        },
        {
            content: "Confirm",
            trigger: ".modal .btn-primary",
            run: "click",
        },
        {
            content: "It is closed",
            trigger:
                ".o_statusbar_status button.o_arrow_button_current:contains(Closed)",
        },
        {
            content: "Open the awards",
            trigger: ".nav-link[name=awards]",
            run: "click",
        },
        {
            content: "The gold award went to the winner",
            trigger:
                "div[name=award_ids] .o_data_row:contains(Tour Winner):contains(Tour Gold)",
        },
    ],
});

registry.category("web_tour.tours").add("aftersales_ask_expert", {
    steps: () => [
        {
            content: "Ask an expert about this order",
            trigger: "button[name=action_ask_expert]",
            run: "click",
        },
        {
            content: "Experts are proposed with the reason",
            trigger: ".modal .o_data_row:contains(Tour Expert):contains(knows the product)",
        },
        {
            content: "Write the question",
            trigger: ".modal div[name=question] textarea",
            run: "edit Why does the compressor stop?",
        },
        {
            content: "Ask the first one",
            trigger: ".modal .o_data_row:contains(Tour Expert) button[name=action_ask]",
            run: "click",
        },
        {
            content: "The question is on record",
            trigger:
                ".o_statusbar_status button.o_arrow_button_current:contains(Asked)",
        },
        {
            content: "Write down the answer given by phone",
            trigger: "div[name=answer] textarea",
            run: "edit The relay is worn",
        },
        {
            content: "Mark as answered",
            trigger: "button[name=action_answer]",
            run: "click",
        },
        {
            content: "Rate the help",
            trigger: "div[name=rating_stars] a.o_priority_star:eq(3)",
            run: "click",
        },
        {
            content: "Close",
            trigger: "button[name=action_close]",
            run: "click",
        },
        {
            content: "It is closed",
            trigger:
                ".o_statusbar_status button.o_arrow_button_current:contains(Closed)",
        },
    ],
});
