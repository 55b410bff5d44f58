import { registry } from "@web/core/registry";

const press = (name) => ({
    content: `Press ${name}`,
    trigger: `button[name='${name}']`,
    run: "click",
    expectUnloadPage: true,
});

registry.category("web_tour.tours").add("aftersales_portal_technician", {
    url: "/my/service-orders",
    steps: () => [
        {
            content: "Open the new job",
            trigger: "table td a:contains('ASO/')",
            run: "click",
            expectUnloadPage: true,
        },
        press("accept"),
        {
            content: "Nobody opens the door",
            trigger: "select[name='reason_id']",
            run: "selectByLabel Customer absent",
        },
        press("pause"),
        {
            content: "The job is paused",
            trigger: ".alert:contains('Customer absent')",
        },
        press("resume"),
        press("arrive"),
        press("start"),
        {
            content: "Tell the fee",
            trigger: "input[name='fee']",
            run: "edit 190",
        },
        {
            content: "The customer agrees",
            trigger: "input[name='customer_name']",
            run: "edit Mr Wang",
        },
        press("fee_agreed"),
        {
            content: "The agreement is shown",
            trigger: "span:contains('agreed by Mr Wang')",
        },
        press("tick"),
        press("tick"),
        press("tick"),
        press("tick"),
        {
            content: "All steps are ticked",
            trigger: "body:not(:has(button[name='tick']))",
        },
        {
            content: "A part by its reference",
            trigger: "input[name='reference']",
            run: "edit TEST-CMP",
        },
        {
            content: "One piece",
            trigger: "input[name='quantity']",
            run: "edit 1",
        },
        press("add_line"),
        {
            content: "The part has its list price",
            trigger: "td:contains('Test Compressor')",
        },
        {
            content: "Now labour",
            trigger: "select[name='kind']",
            run: "select labour",
        },
        {
            content: "An hour and a half",
            trigger: "input[name='quantity']",
            run: "edit 1.5",
        },
        press("add_line"),
        {
            content: "Both lines are there",
            trigger: "tbody tr:nth-child(2)",
        },
        {
            content: "Write the correction",
            trigger: "textarea#correction",
            run: "edit Compressor replaced",
        },
        press("finish"),
        {
            content: "The job is done",
            trigger: ".badge:contains('Done')",
        },
    ],
});
