import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("aftersales_reviewer", {
    steps: () => [
        {
            content: "The application waits for the reviewer and shows what is missing",
            trigger:
                ".o_kanban_record:contains('Applicant Tour'):contains('Workshop room is 20 m²')",
        },
        {
            content: "Open it",
            trigger: ".o_kanban_record:contains('Applicant Tour')",
            run: "click",
        },
        {
            content: "What is missing stands on top",
            trigger: ".o_form_view .alert-info:contains('at least 40 m² needed')",
        },
        {
            content: "Try to approve all the same",
            trigger: "button[name='action_approve']",
            run: "click",
        },
        {
            content: "The gate is shut and says why",
            trigger: ".modal:contains('cannot pass this gate: Workshop room')",
        },
        {
            content: "Close the message",
            trigger: ".modal .modal-footer button",
            run: "click",
        },
        {
            content: "Look at the conditions",
            trigger: ".o_notebook a[name='conditions']",
            run: "click",
        },
        {
            content: "Waive the condition",
            trigger: "[name='condition_ids'] button[name='action_ask_waive']",
            run: "click",
        },
        {
            content: "A waiver needs a reason",
            trigger: ".modal [name='reason'] textarea",
            run: "edit Shares the workshop of the centre",
        },
        {
            content: "Confirm the waiver",
            trigger: ".modal button[name='action_confirm']",
            run: "click",
        },
        {
            content: "The condition is waived",
            trigger: "[name='condition_ids'] td[name='status']:contains('Waived')",
        },
        {
            content: "Name and reason stand on top",
            trigger:
                ".alert-info:contains('waived by Test Reviewer: Shares the workshop')",
        },
        {
            content: "Approve the gate",
            trigger: "button[name='action_approve']",
            run: "click",
        },
        {
            content: "The application goes to the head",
            trigger:
                ".o_statusbar_status button[aria-checked='true']:contains('Head Approval')",
        },
        {
            content: "It is not this reviewer's any more",
            trigger: ".o_form_view:not(:has(button[name='action_approve']))",
        },
    ],
});
