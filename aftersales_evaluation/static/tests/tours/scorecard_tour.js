import {registry} from "@web/core/registry";

const lines = ".o_field_widget[name='line_ids']";

registry.category("web_tour.tours").add("aftersales_scorecard_audit", {
    steps: () => [
        {
            content: "Open the scorecard of the point",
            trigger: ".o_data_row .o_data_cell[name='service_point_id']:contains('Point One')",
            run: "click",
        },
        {
            content: "Nothing is judged yet",
            trigger: ".alert-info:not(.d-none):contains('Provisional')",
        },
        {
            content: "Judge the samples",
            trigger: `${lines} .o_data_row:contains('1.2') .o_data_cell[name='sample_count']`,
            run: "click",
        },
        {
            trigger: `${lines} .o_selected_row .o_field_widget[name='sample_count'] input`,
            run: "edit 8",
        },
        {
            trigger: `${lines} .o_selected_row .o_field_widget[name='nonconforming_count'] input`,
            run: "edit 3",
        },
        {
            content: "Everything else conforms",
            trigger: "button[name='action_confirm_rest']",
            run: "click",
        },
        {
            trigger: ".modal .btn-primary",
            run: "click",
        },
        {
            content: "The line says why it lost its points",
            trigger: `${lines} .o_data_row:contains('40 × 3 ÷ 8 = 15 points lost')`,
        },
        {
            content: "The page explains the score",
            trigger: ".nav-link[name='arithmetic']",
            run: "click",
        },
        {
            trigger: ".o_scorecard_steps:contains('45 ÷ 60 × 100 = 75')",
        },
        {
            content: "Hand it over",
            trigger: "button[name='action_submit']",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status button.o_arrow_button_current:contains('Submitted')",
        },
    ],
});

registry.category("web_tour.tours").add("aftersales_ranking", {
    steps: () => [
        {
            content: "Unfold the set",
            trigger: ".o_group_header:contains('Set TEST')",
            run: "click",
        },
        {
            content: "Unfold the month",
            trigger: ".o_group_header:contains('March 2026')",
            run: "click",
        },
        {
            content: "The first of the ranking opens its scorecard",
            trigger: ".o_data_row .o_data_cell[name='service_point_id']:contains('Point Two')",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name='score']:contains('100')",
        },
    ],
});
