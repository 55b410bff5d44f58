import { registry } from "@web/core/registry";

/** The smallest picture: one transparent pixel. */
const PNG =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgAAACAAAB4iG8MwAAAABJRU5ErkJggg==";

/** What a scanner does: fast keys and Enter, wherever the focus is. */
const scan = (code) => ({
    content: `Scan ${code}`,
    trigger: ".o_aftersales_return_receive",
    run() {
        document.activeElement?.blur();
        for (const key of [...code, "Enter"]) {
            document.body.dispatchEvent(
                new KeyboardEvent("keydown", { key, bubbles: true })
            );
        }
    },
});

const see = (content, trigger) => ({ content, trigger });

const answer = (status, text) =>
    see(
        `The screen says ${status}`,
        `.o_answer[data-status='${status}']:contains('${text}')`
    );

registry.category("web_tour.tours").add("aftersales_depot_receive", {
    steps: () => [
        see("The screen asks for a label", ".o_nocontent_help:contains('Scan a return label')"),
        scan("NOWHERE-1"),
        answer("unknown", "Nothing is expected with NOWHERE-1."),
        scan("RET-TOUR"),
        see("The return is open", ".o_document:contains('RET-TOUR')"),
        see("One unit is expected", ".o_line[data-serial='TOUR-1'][data-state='expected']"),
        see("And another", ".o_line[data-serial='TOUR-2'][data-state='expected']"),
        scan("TOUR-1"),
        answer("right", "TOUR-1"),
        {
            content: "The box is damaged",
            trigger: ".o_line[data-serial='TOUR-1'] .o_damaged",
            run: "click",
        },
        {
            content: "Say what is wrong",
            trigger: ".o_line[data-serial='TOUR-1'] input[id^='note-']",
            run: "edit Box torn",
        },
        {
            content: "Take a photo",
            trigger: ".o_line[data-serial='TOUR-1'] input[type='file']:not(:visible)",
            run({ anchor }) {
                const bytes = Uint8Array.from(atob(PNG), (char) => char.charCodeAt(0));
                const files = new DataTransfer();
                files.items.add(new File([bytes], "box.png", { type: "image/png" }));
                anchor.files = files.files;
                anchor.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        see("The photo is there", ".o_line[data-serial='TOUR-1'] img"),
        see("The unit counts as damaged", ".o_line[data-serial='TOUR-1'] .badge:contains('Damaged')"),
        scan("TOUR-3"),
        answer("wrong", "TOUR-3 came, but"),
        see("It stands at the goods it came for", ".o_line[data-serial='TOUR-2'] .badge:contains('Wrong')"),
        see("Nothing is missing", "button[name='receive'] + span:contains('Nothing else is expected')"),
        {
            content: "Receive both",
            trigger: "button[name='receive']:contains('Receive 2')",
            run: "click",
        },
        see("The first is here", ".o_line[data-serial='TOUR-1'][data-state='received']"),
        see("The second too", ".o_line[data-serial='TOUR-2'][data-state='received'] .badge:contains('Wrong')"),
        see("Both wait for their inspection", "button[name='inspect']:contains('Inspect 2')"),
        scan("TOUR-1"),
        answer("received", "was received already by"),
        {
            content: "Go to the goods to inspect",
            trigger: "button[data-menu-xmlid='aftersales_warranty.menu_goods'], .o_menu_sections .dropdown-toggle:contains('Returns and Parts')",
            run: "click",
        },
        {
            content: "Open the list",
            trigger: ".o-dropdown--menu a[data-menu-xmlid='aftersales_warranty.menu_return_inspect']",
            run: "click",
        },
        {
            content: "Open the damaged unit",
            trigger: ".o_list_view .o_data_row:contains('TOUR-1') .o_data_cell[name='product_id']",
            run: "click",
        },
        {
            content: "Inspect it",
            trigger: ".o_form_view button[name='action_inspect']",
            run: "click",
        },
        {
            content: "Choose the grade",
            trigger: ".modal .o_field_widget[name='grade_id'] input",
            run: "edit Opened",
        },
        {
            content: "It is the grade for used goods",
            trigger: ".modal .o_field_widget[name='grade_id'] .dropdown-item:contains('Opened')",
            run: "click",
        },
        see("The grade says what is possible", ".modal .o_field_widget[name='allowed_text']:contains('Refurbish')"),
        {
            content: "The fault is there",
            trigger: ".modal .o_field_widget[name='finding'] label:contains('Fault Confirmed')",
            run: "click",
        },
        {
            content: "It is refurbished",
            trigger: ".modal .o_field_widget[name='disposition'] label:contains('Refurbish')",
            run: "click",
        },
        {
            content: "Confirm",
            trigger: ".modal button[name='action_apply']",
            run: "click",
        },
        see("It is disposed of", ".o_form_view .o_statusbar_status .o_arrow_button_current:contains('Disposed')"),
    ],
});
