import { registry } from "@web/core/registry";

const URL = "/my/service-application";
/** The smallest picture: one transparent pixel. */
const PNG =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgAAACAAAB4iG8MwAAAABJRU5ErkJggg==";

const press = (name) => ({
    content: `Press ${name}`,
    trigger: `button[name='${name}']`,
    run: "click",
    expectUnloadPage: true,
});

const open = (section) => ({
    content: `Open the section ${section}`,
    trigger: `.o_aftersales_sections a[href$='/${section}']`,
    run: "click",
    expectUnloadPage: true,
});

const type = (selector, text) => ({
    content: `Type ${text}`,
    trigger: selector,
    run: `edit ${text}`,
});

const choose = (selector, label) => ({
    content: `Choose ${label}`,
    trigger: `${selector}:has(option:contains(${label}))`,
    run: `selectByLabel ${label}`,
});

const attach = (selector, name) => ({
    content: `Attach ${name}`,
    trigger: selector,
    run({ anchor }) {
        const bytes = Uint8Array.from(atob(PNG), (char) => char.charCodeAt(0));
        const files = new DataTransfer();
        files.items.add(new File([bytes], name, { type: "image/png" }));
        anchor.files = files.files;
    },
});

const see = (content, trigger) => ({ content, trigger });

registry.category("web_tour.tours").add("aftersales_applicant", {
    url: "/my/home",
    steps: () => [
        {
            content: "The card is there before there is an application",
            trigger: `a[href='${URL}']`,
            run: "click",
            expectUnloadPage: true,
        },
        press("start"),
        see("Nothing is filled in yet", "#application_gaps li:contains('no company name')"),
        open("company"),
        type("#applied_name", "Bright Repairs"),
        choose("#legal_form", "Company"),
        type("#registration_number", "91440101MA5A"),
        choose("#parent_id", "Centre South"),
        type("#applied_street", "1 Station Road"),
        press("save"),
        see("Saved without being complete", ".alert-success:contains('Saved as draft')"),
        {
            content: "Leave the form",
            trigger: ".o_portal_submenu a[href='/my/home']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Resume it",
            trigger: `a[href='${URL}']`,
            run: "click",
            expectUnloadPage: true,
        },
        see("Still a draft", "#application_state:contains('Draft')"),
        press("submit_application"),
        see("Refused in plain words", ".alert-danger:contains('no opening hours')"),
        open("company"),
        see("What was typed is there", "#applied_street:value('1 Station Road')"),
        choose("#applied_country_id", "China"),
        choose("#applied_state_id", "Test Province"),
        type("#applied_city", "Test City"),
        type("#applied_phone", "+86 20 1234"),
        press("next"),
        type("#workshop_area", "120"),
        type("#opening_note", "8-18"),
        type("#transport_access", "Bus 7"),
        press("next"),
        type("#new_name", "Vacuum pump"),
        type("#new_quantity", "2"),
        press("add_equipment"),
        see("The pump is listed", "summary:contains('Vacuum pump')"),
        open("people"),
        type("#new_name", "Wang Min"),
        choose("#new_role_id", "Technician"),
        type("#new_phone", "1234"),
        attach("#new_files", "licence.png"),
        press("add_person"),
        see("The person has a file", "summary:contains('Wang Min'):has(.fa-paperclip)"),
        type("#new_name", "By Mistake"),
        press("add_person"),
        {
            content: "Open the line",
            trigger: "summary:contains('By Mistake')",
            run: "click",
        },
        {
            content: "Take it off again",
            trigger: "details[open] button[name='remove_person']",
            run: "click",
            expectUnloadPage: true,
        },
        see("It is gone", "body:not(:has(summary:contains('By Mistake')))"),
        open("references"),
        type("#new_name", "Best Bank"),
        press("add_reference"),
        open("photos"),
        attach("#photos", "workshop.png"),
        press("add_photos"),
        see("The photo is there", ".card img[alt='workshop.png']"),
        {
            content: "Back to the overview",
            trigger: `.o_aftersales_sections a[href='${URL}']`,
            run: "click",
            expectUnloadPage: true,
        },
        see("Nothing is missing", ".alert-success:contains('You can submit')"),
        press("submit_application"),
        see("The centre has it", "li[data-gate='centre'][data-status='current']"),
        open("company"),
        see("Read-only", "fieldset[disabled] #applied_name"),
    ],
});
