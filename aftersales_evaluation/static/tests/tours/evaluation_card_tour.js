import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("aftersales_evaluation_card", {
    steps: () => [
        {
            content: "The card names the job",
            trigger: "dl:contains('Point One')",
        },
        {
            content: "Stars are missing: the card is shown again",
            trigger: ".o_aftersales_card textarea[name='comment']",
            run: "edit Quick and friendly",
        },
        {
            trigger: ".o_aftersales_card button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".alert-danger:contains('Please choose how many stars')",
        },
        {
            content: "Five stars",
            trigger: ".o_aftersales_card label[for='score_5']",
            run: "click",
        },
        {
            trigger: ".o_aftersales_card label[for='solved_yes']",
            run: "click",
        },
        {
            trigger: ".o_aftersales_card label[for='recommend_10']",
            run: "click",
        },
        {
            trigger: ".o_aftersales_card button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The answer is taken, there is nothing more to fill in",
            trigger: ".o_aftersales_card_note:contains('You have rated this service')",
        },
    ],
});

registry.category("web_tour.tours").add("aftersales_callback_queue", {
    steps: () => [
        {
            content: "The customer is on today's list",
            trigger: ".o_kanban_record:contains('Test Customer') button[name='action_reached']",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='solved'] input[data-value='no']",
            run: "click",
        },
        {
            content: "The caller is told what follows",
            trigger: ".modal .alert-warning:not(.d-none):contains('opened again')",
        },
        {
            trigger: ".modal .o_field_widget[name='comment'] textarea",
            run: "edit Still warm",
        },
        {
            trigger: ".modal button[name='action_confirm']",
            run: "click",
        },
        {
            content: "The list is empty again",
            trigger: ".o_kanban_view:not(:has(.o_kanban_record:contains('Test Customer')))",
        },
    ],
});
