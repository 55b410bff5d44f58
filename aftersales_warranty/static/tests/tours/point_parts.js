import { registry } from "@web/core/registry";

const press = (name) => ({
    content: `Press ${name}`,
    trigger: `button[name='${name}']`,
    run: "click",
    expectUnloadPage: true,
});
const home = {
    content: "Back to the first page of the portal",
    trigger: "ol.o_portal_submenu a[href='/my/home']",
    run: "click",
    expectUnloadPage: true,
};
const open = (url) => ({
    content: `Open ${url}`,
    trigger: `.o_portal_index_card a[href='${url}'], .o_portal_docs a[href='${url}']`,
    run: "click",
    expectUnloadPage: true,
});

// A technician uses parts, sees what his point has left and sends the old part back.
registry.category("web_tour.tours").add("aftersales_point_parts", {
    steps: () => [
        {
            content: "A part by its reference",
            trigger: "input[name='reference']",
            run: "edit TEST-CMP",
        },
        {
            content: "Two pieces",
            trigger: "form[action$='/line'] input[name='quantity']",
            run: "edit 2",
        },
        press("add_line"),
        {
            content: "The line is there",
            trigger: "td[name='line_name']:contains('Test Compressor')",
        },
        press("use_parts"),
        {
            content: "They are taken out of the stock",
            trigger: "body:not(:has(button[name='use_parts']))",
        },
        {
            content: "Write the cause",
            trigger: "textarea#cause",
            run: "edit Worn",
        },
        {
            content: "Write the correction",
            trigger: "textarea#correction",
            run: "edit Both compressors replaced",
        },
        press("finish"),
        {
            content: "The job is done",
            trigger: ".badge:contains('Done')",
        },
        home,
        open("/my/parts"),
        {
            content: "Fifty were received",
            trigger: "tr:contains('Test Compressor') td:nth-child(2):contains('50')",
        },
        {
            content: "Two of them are used",
            trigger: "tr:contains('Test Compressor') td:nth-child(3):contains('2')",
        },
        {
            content: "Forty-eight are left",
            trigger: "tr:contains('Test Compressor') td:nth-child(6):contains('48')",
        },
        {
            content: "Five are not needed",
            trigger: "input[name^='qty_']",
            run: "edit 5",
        },
        press("return"),
        {
            content: "They are on their way back",
            trigger: "h5:contains('On the way back')",
        },
        home,
        open("/my/old-parts"),
        {
            content: "The old parts of the job are owed",
            trigger: "tr:contains('Test Compressor') input[name='part']",
            run: "click",
        },
        press("pack"),
        {
            content: "The box has a label",
            trigger: "a[href*='report_type=pdf']:contains('Label and Packing List')",
        },
        {
            content: "Who carries it",
            trigger: "input[name='carrier']",
            run: "edit SF Express",
        },
        {
            content: "The number of the carrier",
            trigger: "input[name='tracking']",
            run: "edit SF-1",
        },
        press("ship"),
        {
            content: "It is on its way",
            trigger: ".badge:contains('Shipped')",
        },
    ],
});
