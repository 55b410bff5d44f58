import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { getDataURLFromFile } from "@web/core/utils/urls";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** Bootstrap colours of the answers to a scan. */
const COLOURS = {
    right: "success",
    damaged: "warning",
    wrong: "danger",
    unexpected: "danger",
    received: "secondary",
    unknown: "warning",
    closed: "secondary",
    document: "info",
};

/**
 * Receive returned goods with a scanner, in one screen.
 *
 * Nothing is written before “Receive” is pressed: the screen keeps what was
 * scanned and the server judges it again.
 */
export class ReturnReceive extends Component {
    static template = "aftersales_warranty.ReturnReceive";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.barcode = useService("barcode");
        this.codeInput = useRef("code");
        this.state = useState({
            document: false,
            /** Scanned goods, by line or by serial of what nobody expected. */
            entries: {},
            code: "",
            answer: false,
            isBusy: false,
        });
        this.labels = {
            right: _t("As Expected"),
            damaged: _t("Damaged"),
            wrong: _t("Wrong"),
            unexpected: _t("Unexpected"),
            received: _t("Received already"),
            unknown: _t("Unknown"),
            closed: _t("Nothing expected"),
            document: _t("Return"),
        };
        useBus(this.barcode.bus, "barcode_scanned", (ev) =>
            this.scan(ev.detail.barcode)
        );
        onWillStart(async () => {
            const code = this.props.action.context?.return_name;
            if (code) {
                await this.scan(code);
            }
        });
    }

    get count() {
        return Object.keys(this.state.entries).length;
    }

    /** Lines that were scanned already: another serial came for another line. */
    get taken() {
        const entries = Object.values(this.state.entries);
        return entries.map((entry) => entry.line_id).filter(Boolean);
    }

    get strays() {
        return Object.values(this.state.entries).filter((entry) => !entry.line_id);
    }

    /** Lines that have neither arrived nor been scanned. */
    get waiting() {
        return this.state.document.lines.filter(
            (line) => line.state === "expected" && !this.entryOf(line)
        );
    }

    /** Goods that are here and that nobody has inspected. */
    get received() {
        return this.state.document.lines.filter((line) => line.state === "received");
    }

    get receiveLabel() {
        return _t("Receive %(count)s", { count: this.count });
    }

    get inspectLabel() {
        return _t("Inspect %(count)s", { count: this.received.length });
    }

    /** What is still to come, in words. */
    get progress() {
        if (!this.waiting.length) {
            return this.count
                ? _t("Nothing else is expected.")
                : _t("Everything has arrived.");
        }
        return _t("%(waiting)s of %(total)s lines still expected", {
            waiting: this.waiting.length,
            total: this.state.document.lines.length,
        });
    }

    colour(status) {
        return COLOURS[status] || "secondary";
    }

    entryOf(line) {
        return this.state.entries[line.id];
    }

    statusOf(entry) {
        return entry.status === "right" && entry.is_damaged ? "damaged" : entry.status;
    }

    onCodeKey(ev) {
        if (ev.key === "Enter") {
            ev.preventDefault();
            this.scanTyped();
        }
    }

    scanTyped() {
        const code = this.state.code;
        this.state.code = "";
        return this.scan(code);
    }

    async scan(code) {
        if (!code || !code.trim() || this.state.isBusy) {
            return;
        }
        await this.guarded(async () => {
            const answer = await this.orm.call("aftersales.return", "depot_scan", [
                code,
                this.state.document.id || false,
                this.taken,
            ]);
            this.apply(answer);
        });
        this.codeInput.el?.focus();
    }

    apply(answer) {
        if (answer.document) {
            this.openDocument(answer.document);
        }
        this.state.answer = {
            status: answer.status,
            message: answer.message || this.state.document.name,
        };
        if (["right", "wrong", "unexpected"].includes(answer.status)) {
            this.addEntry(answer);
        }
    }

    openDocument(document) {
        this.state.document = document;
        this.state.entries = {};
        this.state.answer = false;
    }

    addEntry(answer) {
        const key = answer.line_id || `new-${answer.serial}`;
        const line = this.state.document.lines.find(
            (candidate) => candidate.id === answer.line_id
        );
        this.state.entries[key] = {
            key,
            line_id: answer.line_id || false,
            product_id: answer.product_id || false,
            message: answer.message,
            status: answer.status,
            serial: answer.serial || "",
            quantity: line ? line.quantity : 1,
            is_damaged: false,
            note: "",
            photos: [],
        };
    }

    /** Take a line by hand: goods without a number, or a label that is gone. */
    takeLine(line) {
        this.addEntry({ line_id: line.id, status: "right", serial: line.serial });
    }

    dropEntry(key) {
        delete this.state.entries[key];
    }

    async addPhotos(entry, ev) {
        for (const file of ev.target.files) {
            const url = await getDataURLFromFile(file);
            entry.photos.push({ name: file.name, url, data: url.split(",")[1] });
        }
        ev.target.value = "";
    }

    dropPhoto(entry, index) {
        entry.photos.splice(index, 1);
    }

    async receive() {
        await this.guarded(async () => {
            const entries = Object.values(this.state.entries).map((entry) => ({
                line_id: entry.line_id,
                product_id: entry.product_id,
                serial: entry.serial,
                quantity: parseFloat(entry.quantity) || 0,
                is_damaged: entry.is_damaged,
                note: entry.note,
                photos: entry.photos.map(({ name, data }) => ({ name, data })),
            }));
            const document = await this.orm.call(
                "aftersales.return",
                "depot_receive",
                [[this.state.document.id], entries]
            );
            this.openDocument(document);
            this.notification.add(
                _t("%(count)s received on %(document)s.", {
                    count: entries.length,
                    document: document.name,
                }),
                { type: "success" }
            );
        });
    }

    /** Inspect what has arrived; the document is shown anew afterwards. */
    async inspect() {
        const action = await this.orm.call(
            "aftersales.return.line",
            "action_inspect",
            [this.received.map((line) => line.id)]
        );
        const name = this.state.document.name;
        await this.action.doAction(action, { onClose: () => this.scan(name) });
    }

    close() {
        this.state.document = false;
        this.state.entries = {};
        this.state.answer = false;
    }

    /** One request at a time: a second push must not receive twice. */
    async guarded(action) {
        this.state.isBusy = true;
        try {
            await action();
        } finally {
            this.state.isBusy = false;
        }
    }
}

registry.category("actions").add("aftersales_return_receive", ReturnReceive);
