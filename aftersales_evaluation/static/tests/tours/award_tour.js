import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("aftersales_awards", {
    steps: () => [
        {
            content: "Open the calculated ranking",
            trigger: ".o_data_row .o_data_cell[name='name']:contains('Best of the Month 2026-03')",
            run: "click",
        },
        {
            content: "The winner stands on the podium",
            trigger: ".o_ranking_podium .o_place_1:contains('Point One')",
        },
        {
            content: "Ties share their place",
            trigger: ".o_ranking_podium .o_place_2:contains('Point Three')",
        },
        {
            content: "Look at all places",
            trigger: "button[name='action_view_lines']",
            run: "click",
        },
        {
            trigger: ".o_kanban_record:contains('Point Four'):contains('33.33')",
        },
        {
            content: "Back to the ranking",
            trigger: ".o_back_button, .breadcrumb-item.o_back_button a",
            run: "click",
        },
        {
            content: "Release it",
            trigger: "button[name='action_release']",
            run: "click",
        },
        {
            trigger: ".modal .btn-primary",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status button.o_arrow_button_current:contains('Published')",
        },
        {
            content: "The awards of its rules were proposed",
            trigger: "button[name='action_view_awards']:contains('1')",
            run: "click",
        },
        {
            content: "Release the money",
            trigger: ".o_kanban_record:contains('Point One') a[name='action_release']",
            run: "click",
        },
        {
            content: "It is released",
            trigger:
                ".o_kanban_group:contains('Released') .o_kanban_record:contains('Point One')",
            run: "click",
        },
        {
            content: "The entry waits for the settlement of the point",
            trigger: ".o_field_widget[name='adjustment_ids'] .o_data_row:contains('1,000.00')",
        },
    ],
});
