import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("aftersales_session_plan", {
    steps: () => [
        {
            content: "Plan a session",
            trigger: ".o_list_button_add, .o-kanban-button-new",
            run: "click",
        },
        {
            content: "Choose the course",
            trigger: ".o_field_widget[name=course_id] input",
            run: "edit Tour Course",
        },
        {
            content: "Take it from the list",
            trigger: ".ui-autocomplete > li > a:contains(Tour Course)",
            run: "click",
        },
        {
            content: "Seats come from the course",
            trigger: ".o_field_widget[name=seats] input:value(4)",
        },
        {
            content: "Open the registration",
            trigger: "button[name=action_open]",
            run: "click",
        },
        {
            content: "It is open",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Open)",
        },
        {
            content: "Register people",
            trigger: "button:contains(Register People)",
            run: "click",
        },
        {
            content: "Everybody of a unit",
            trigger: ".modal .o_field_widget[name=service_point_ids] input",
            run: "edit North 1",
        },
        {
            content: "Take the unit",
            trigger: ".ui-autocomplete > li > a:contains(North 1)",
            run: "click",
        },
        {
            content: "Its people are listed",
            trigger: ".modal .o_field_widget[name=staff_ids] .o_tag:contains(Tour Two)",
        },
        {
            content: "Register them",
            trigger: ".modal button[name=action_register]",
            run: "click",
        },
        {
            content: "They have their seats",
            trigger:
                ".o_field_widget[name=attendee_ids] .o_data_row:contains(Tour Two):contains(Registered)",
        },
    ],
});

registry.category("web_tour.tours").add("aftersales_session_attendance", {
    steps: () => [
        {
            content: "Open the session",
            trigger: ".o_data_row:contains(Tour Course) td[name=course_id]",
            run: "click",
        },
        {
            content: "Start it",
            trigger: "button[name=action_start]",
            run: "click",
        },
        {
            content: "It runs",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Running)",
        },
        {
            content: "One was there",
            trigger: ".o_data_row:contains(Tour One) button[name=action_attended]",
            run: "click",
        },
        {
            content: "It is recorded",
            trigger: ".o_data_row:contains(Tour One):contains(Attended)",
        },
        {
            content: "Close the session",
            trigger: "button[name=action_done]",
            run: "click",
        },
        {
            content: "The rest was absent",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "It is done",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Done)",
        },
        {
            content: "The other one was absent",
            trigger: ".o_data_row:contains(Tour Two):contains(Absent)",
        },
    ],
});

registry.category("web_tour.tours").add("aftersales_portal_join", {
    steps: () => [
        {
            content: "Register for the open session",
            trigger: ".card:contains(Tour Course) button:contains(Register)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is listed as an own course",
            trigger: "table tr:contains(Tour Course):contains(Registered)",
        },
    ],
});

registry.category("web_tour.tours").add("aftersales_portal_exam", {
    steps: () => [
        {
            content: "Open the course",
            trigger: "table a:contains(Tour Course)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Sit the exam",
            trigger: "button[name=sit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Begin",
            trigger: "button[value=start]",
            run: "click",
        },
        {
            content: "Choose the right answer",
            trigger: "label:contains(Switch off)",
            run: "click",
        },
        {
            content: "Hand in",
            trigger: "button[value=finish]",
            run: "click",
        },
        {
            content: "Yes, for good",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "It is handed in",
            trigger: ".o_survey_finished",
        },
    ],
});

registry.category("web_tour.tours").add("aftersales_portal_result", {
    steps: () => [
        {
            content: "The course is passed",
            trigger: "span.badge:contains(Course passed)",
        },
        {
            content: "The score is shown",
            trigger: "#training_result:contains(100)",
        },
        {
            content: "Give feedback",
            trigger: "button:contains(Send)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is there",
            trigger: "p:contains(You gave 5 of 5)",
        },
    ],
});
