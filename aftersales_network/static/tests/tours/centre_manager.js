import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("aftersales_centre_manager", {
    steps: () => [
        {
            content: "Open the own point",
            trigger: ".o_data_row td[name='name']:contains('Point One')",
            run: "click",
        },
        {
            content: "Look at the supervision of the point",
            trigger: ".o_notebook a[name='supervision']",
            run: "click",
        },
        {
            content: "Plan a visit",
            trigger: "button[name='action_plan_visits']",
            run: "click",
        },
        {
            content: "Say what it is for",
            trigger: ".modal .o_field_widget[name='purpose'] textarea",
            run: "edit Safety and tools",
        },
        {
            content: "Plan it",
            trigger: ".modal button[name='action_plan']",
            run: "click",
        },
        {
            content: "Open the planned visit",
            trigger: ".o_data_row td[name='service_point_id']:contains('Point One')",
            run: "click",
        },
        {
            content: "Write the report",
            trigger: ".o_field_widget[name='report'] .odoo-editor-editable",
            run: "editor Tools are in order, one sign is missing",
        },
        {
            content: "Go to the findings",
            trigger: ".o_notebook a[name='tasks']",
            run: "click",
        },
        {
            content: "Add a finding",
            trigger: ".o_field_widget[name='task_ids'] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            content: "Name it",
            trigger: ".o_field_widget[name='task_ids'] .o_selected_row [name='name'] input",
            run: "edit Fire sign is missing",
        },
        {
            content: "Hand the report in",
            trigger: "button[name='action_report']",
            run: "click",
        },
        {
            content: "Confirm",
            trigger: ".modal .modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "The visit is reported",
            trigger:
                ".o_statusbar_status button[aria-checked='true']:contains('Reported')",
        },
        {
            content: "Open the menu of control and supervision",
            trigger:
                ".o_menu_sections button[data-menu-xmlid='aftersales_network.menu_control']",
            run: "click",
        },
        {
            content: "List the missing reports",
            trigger:
                ".dropdown-item[data-menu-xmlid='aftersales_network.menu_month_report_missing']",
            run: "click",
        },
        {
            content: "They are grouped by centre",
            trigger: ".o_group_header:contains('Centre South')",
            run: "click",
        },
        {
            content: "The point has not reported",
            trigger: ".o_data_row td[name='service_point_id']:contains('Point One')",
            run: "click",
        },
        {
            content: "The report says so",
            trigger: ".o_form_view .alert-danger:contains('The report was due on')",
        },
    ],
});
