import { registry } from "@web/core/registry";

// A point claims a finished order: fault, lines at the contract rate, submission.
registry.category("web_tour.tours").add("aftersales_point_claims", {
    steps: () => [
        {
            content: "Claim what the warranty bears",
            trigger: "button[name='claim']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Look at the claim",
            trigger: "a:contains('Claim CLM')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Say what caused the failure",
            trigger: "textarea[name='cause']",
            run: "edit Bearing seized",
        },
        {
            content: "Save it",
            trigger: "button[name='save']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is kept; open the form of a new line",
            trigger: "details[name='add_line'] > summary",
            run: "click",
        },
        {
            content: "Labour",
            trigger: "form[name='claim_line_new'] select[name='kind']",
            run: "select labour",
        },
        {
            content: "By its operation",
            trigger: "form[name='claim_line_new'] input[name='operation']",
            run: "edit AC-100",
        },
        {
            content: "Hours and amount follow from the contract",
            trigger: "form[name='claim_line_new'] button[name='save_line']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The line has its flat-rate hours and amount",
            trigger: "table[name='claim_lines'] td:contains('125.00')",
        },
        {
            content: "Hand it in",
            trigger: "form[action*='/submit'] button",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is with the company",
            trigger: "h2 .badge:contains('Submitted')",
        },
    ],
});
