import { registry } from "@web/core/registry";

const till = ".o_field_widget[name='line_ids'] .o_data_row:contains('Till')";
const card = ".o_field_widget[name='line_ids'] .o_data_row:contains('Bank Card')";
const pay = (method, amount) => [
    {
        content: "Take money of the customer",
        trigger: "body:not(:has(.modal)) button[name='action_take_payment']",
        run: "click",
    },
    {
        content: `By ${method}`,
        trigger: `.modal .o_field_widget[name='method_id'] .o_selection_badge:contains('${method}')`,
        run: "click",
    },
    {
        content: "A part of it",
        trigger: ".modal .o_field_widget[name='amount'] input",
        run: `edit ${amount}`,
    },
    {
        content: "Write the receipt",
        trigger: ".modal button[name='action_post']",
        run: "click",
    },
];
const count = (row, amount) => [
    {
        trigger: `${row} td[name='amount_counted']`,
        run: "click",
    },
    {
        content: "What was counted",
        trigger: `${row} [name='amount_counted'] input`,
        run: `edit ${amount}`,
    },
];

// The centre takes what a customer pays, in cash and by card, and closes the day.
registry.category("web_tour.tours").add("aftersales_customer_money", {
    steps: () => [
        {
            content: "The job is not paid",
            trigger: ".o_data_row:contains('Test Customer') td[name='partner_id']",
            run: "click",
        },
        ...pay("Till", "100"),
        {
            content: "A part is paid",
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name='amount_paid']:contains('100.00')",
        },
        ...pay("Bank Card", "50"),
        {
            content: "All of it is paid",
            trigger:
                "body:not(:has(.modal)):not(:has(button[name='action_take_payment'])) .o_field_widget[name='amount_paid']:contains('150.00')",
        },
        {
            content: "In the evening: the menu",
            trigger: "button[data-menu-xmlid='aftersales_warranty.menu_warranty']",
            run: "click",
        },
        {
            trigger: "a[data-menu-xmlid='aftersales_warranty.menu_day_close']",
            run: "click",
        },
        {
            content: "Open the sheet of today",
            trigger: ".o_data_row:contains('Point One') td[name='service_point_id']",
            run: "click",
        },
        {
            content: "What was taken is on it",
            trigger: `${till} td[name='amount_expected']:contains('100.00')`,
        },
        ...count(card, "50"),
        ...count(till, "97"),
        {
            content: "Close with a difference",
            trigger: "button[name='action_close']",
            run: "click",
        },
        {
            content: "It has to be explained",
            trigger: ".modal:contains('Till differs by') button.btn-primary",
            run: "click",
        },
        {
            trigger: `body:not(:has(.modal)) ${till} td[name='reason']`,
            run: "click",
        },
        {
            content: "Why three are missing",
            trigger: `${till} [name='reason'] input`,
            run: "edit Wrong change was given",
        },
        {
            content: "Close the day",
            trigger: "button[name='action_close']",
            run: "click",
        },
        {
            content: "The day is closed",
            trigger:
                ".o_statusbar_status button[aria-checked='true']:contains('Closed')",
        },
    ],
});
