import { registry } from "@web/core/registry";

/**
 * The head of service looks at the page of the period, opens what is behind a
 * figure and a bar, comes back, and plans an improvement.
 */
registry.category("web_tour.tours").add("aftersales_management_page", {
    steps: () => [
        {
            content: "the mean score of April stands on the page",
            trigger: "[data-card='score'] .o_aftersales_card_value:contains('83.3')",
        },
        {
            content: "open the scorecards behind it",
            trigger: "button[data-card='score']",
            run: "click",
        },
        {
            content: "both scorecards are in the list",
            trigger: ".o_list_view .o_data_row:eq(1)",
        },
        {
            content: "back to the page",
            trigger: ".breadcrumb .o_back_button a, .o_back_button",
            run: "click",
        },
        {
            content: "look at the region with the lower score",
            trigger: "[data-section='regions'] button:contains('Centre South')",
            run: "click",
        },
        {
            content: "one scorecard of that region",
            trigger: ".o_list_view .o_data_row:only-child, .o_list_view .o_data_row",
        },
        {
            content: "back to the page",
            trigger: ".breadcrumb .o_back_button a, .o_back_button",
            run: "click",
        },
        {
            content: "go to the month before",
            trigger: "button[name='action_earlier']",
            run: "click",
        },
        {
            content: "the score of March",
            trigger: "[data-card='score'] .o_aftersales_card_value:contains('100.0')",
        },
    ],
});

/**
 * An owner moves the own card and says what was done.
 */
registry.category("web_tour.tours").add("aftersales_improvement_plan", {
    steps: () => [
        {
            content: "open the card",
            trigger: ".o_kanban_record:contains('One job sheet')",
            run: "click",
        },
        {
            content: "begin",
            trigger: "button[name='action_start']",
            run: "click",
        },
        {
            content: "report it done",
            trigger: ".o_statusbar_status button.o_arrow_button_current:contains('In Progress')",
        },
        {
            trigger: "button[name='action_done']",
            run: "click",
        },
        {
            content: "say what was done",
            trigger: ".modal .o_field_widget[name='reason'] textarea",
            run: "edit One sheet printed for all points",
        },
        {
            trigger: ".modal button[name='action_confirm']",
            run: "click",
        },
        {
            content: "it is done, with its result",
            trigger: ".o_field_widget[name='result']:contains('One sheet printed')",
        },
    ],
});
