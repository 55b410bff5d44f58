import { registry } from "@web/core/registry";

// The head of service has the owners told of a recall.
registry.category("web_tour.tours").add("aftersales_recall_notify", {
    steps: () => [
        {
            content: "Open the menu",
            trigger: "button[data-menu-xmlid='aftersales_warranty.menu_warranty']",
            run: "click",
        },
        {
            trigger: "a[data-menu-xmlid='aftersales_warranty.menu_campaign']",
            run: "click",
        },
        {
            content: "Open the recall",
            trigger: ".o_data_row:contains('Fan may overheat') td[name='title']",
            run: "click",
        },
        {
            content: "Tell the owners",
            trigger: ".o_form_view button[name='action_notify']",
            run: "click",
        },
        {
            content: "The job is at work",
            trigger:
                ".alert:contains('The job is at work') .o_field_widget[name='notice_waiting_count']:contains('10')",
        },
    ],
});

// One unit was remedied meanwhile: the head writes it down, the completion follows.
registry.category("web_tour.tours").add("aftersales_recall_complete", {
    steps: () => [
        {
            content: "The notices are out",
            trigger:
                "button[name='action_view_notices'] .o_field_widget[name='notice_sent_count']:contains('10')",
        },
        {
            content: "See the units",
            trigger: "button[name='action_view_units']",
            run: "click",
        },
        {
            content: "Its owner was told",
            trigger: ".o_data_row:contains('AC-0001'):contains('Notified')",
        },
        {
            trigger: ".o_data_row:contains('AC-0001') td[name='serial']",
            run: "click",
        },
        {
            content: "The notice is on the unit",
            trigger: ".o_field_widget[name='notice_ids'] .o_data_row:contains('Sent')",
        },
        {
            content: "It has the new fan",
            trigger: "button[name='action_remedied']",
            run: "click",
        },
        {
            content: "Who says so",
            trigger: ".modal .o_field_widget[name='reason'] textarea",
            run: "edit Fan replaced at the maintenance of May",
        },
        {
            trigger: ".modal button[name='action_confirm']",
            run: "click",
        },
        {
            content: "The unit is remedied",
            trigger:
                "body:not(:has(.modal)) .o_statusbar_status button[aria-checked='true']:contains('Remedied')",
        },
        {
            content: "Back to the recall",
            trigger: ".o_breadcrumb a:contains('Fan may overheat'), .o_back_button",
            run: "click",
        },
        {
            content: "One of ten is done",
            trigger: ".o_form_view button[name='action_view_progress']:contains('10.0')",
        },
    ],
});
