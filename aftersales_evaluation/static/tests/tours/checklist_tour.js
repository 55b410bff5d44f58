import { ConnectionLostError, rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

const send = rpc._rpc;
const line = (code) => `.o_checklist_line[data-code='${code}']`;
const status = (text) => `.o_checklist_status:contains('${text}')`;

/** Cut the network for what the checklist sends, or bring it back. */
function setNetwork(isThere) {
    rpc._rpc = isThere
        ? send
        : (url, params, settings) =>
              url.includes("checklist")
                  ? Promise.reject(new ConnectionLostError(url))
                  : send(url, params, settings);
}

/** Give a picture to the photo button, as the camera of a phone does. */
async function takePhoto(input) {
    const canvas = document.createElement("canvas");
    canvas.width = 2600;
    canvas.height = 1300;
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    const transfer = new DataTransfer();
    transfer.items.add(new File([blob], "door.png", { type: "image/png" }));
    input.files = transfer.files;
    input.dispatchEvent(new Event("change"));
}

registry.category("web_tour.tours").add("aftersales_checklist", {
    steps: () => [
        {
            content: "Open the checklist of the point",
            trigger: ".o_checklist_row:contains('Point One')",
            run: "click",
        },
        {
            content: "With network an entry goes to the server at once",
            trigger: `${line("1.1")} .o_checklist_no`,
            run: "click",
        },
        {
            trigger: `${line("1.1")} .o_checklist_no.btn-danger`,
        },
        {
            trigger: status("All entries are with the server"),
            run: () => setNetwork(false),
        },
        {
            content: "Without network samples are kept on the phone",
            trigger: `${line("1.2")} .o_checklist_samples`,
            run: "edit 8 && click .o_checklist_head",
        },
        {
            trigger: status("kept on this phone: 1"),
        },
        {
            trigger: `${line("1.2")} .o_checklist_bad`,
            run: "edit 3 && click .o_checklist_head",
        },
        {
            trigger: status("kept on this phone: 2"),
        },
        {
            content: "So is a finding",
            trigger: `${line("1.1")} .o_checklist_finding`,
            run: "click",
        },
        {
            trigger: `${line("1.1")} .o_checklist_text`,
            run: "edit No safety sign at the door",
        },
        {
            trigger: `${line("1.1")} .o_checklist_add`,
            run: "click",
        },
        {
            trigger: status("kept on this phone: 3"),
        },
        {
            content: "And a photo, made smaller",
            trigger: `${line("1.1")} .o_checklist_photo input:not(:visible)`,
            run: ({ anchor }) => takePhoto(anchor),
        },
        {
            trigger: `${line("1.1")} .o_checklist_photo .badge:contains('1')`,
        },
        {
            content: "Leaving the checklist loses nothing",
            trigger: "button[title='All checklists']",
            run: "click",
        },
        {
            trigger: ".o_checklist_waiting:contains('4')",
        },
        {
            trigger: ".o_checklist_row:contains('Point One')",
            run: "click",
        },
        {
            trigger: `${line("1.1")} .o_checklist_finding .badge:contains('1')`,
        },
        {
            trigger: status("kept on this phone: 4"),
            run: () => {
                setNetwork(true);
                window.dispatchEvent(new Event("online"));
            },
        },
        {
            content: "Back in the network everything is sent",
            trigger: status("All entries are with the server"),
        },
        {
            content: "Hand it over",
            trigger: ".o_checklist_submit",
            run: "click",
        },
        {
            trigger: ".o_aftersales_checklist:contains('no scorecard to judge')",
        },
    ],
});
