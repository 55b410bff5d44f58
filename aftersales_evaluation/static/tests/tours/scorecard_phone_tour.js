import {registry} from "@web/core/registry";

const cards = ".o_field_widget[name='line_ids'] .o_kanban_renderer";

registry.category("web_tour.tours").add("aftersales_scorecard_phone", {
    steps: () => [
        {
            content: "Open the scorecard of the point",
            trigger: ".o_kanban_record:contains('Point One')",
            run: "click",
        },
        {
            content: "The indicators are cards; one tap judges",
            trigger: `${cards} .o_kanban_record:contains('1.1') button[name='action_conform']`,
            run: "click",
        },
        {
            content: "The judgement is kept",
            trigger: `${cards} .o_kanban_record:contains('1.1') .btn-success[name='action_conform']`,
        },
        {
            content: "Open the samples",
            trigger: `${cards} .o_kanban_record:contains('1.2') a:contains('Enter Samples')`,
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='sample_count'] input",
            run: "edit 8",
        },
        {
            trigger: ".modal .o_field_widget[name='nonconforming_count'] input",
            run: "edit 3",
        },
        {
            trigger: ".modal .o_field_widget[name='finding'] textarea",
            run: "edit Three of eight files are missing",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "The card says why it lost its points",
            trigger: `${cards} .o_kanban_record:contains('40 × 3 ÷ 8 = 15 points lost')`,
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_saved",
        },
    ],
});
