import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { ConnectionLostError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { session } from "@web/session";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { useService } from "@web/core/utils/hooks";
import { user } from "@web/core/user";
import { shrinkPhoto } from "./checklist_photo";
import { ChecklistStore, isJudged, withPending } from "./checklist_store";

/** Milliseconds between two tries while the network is away. */
export const RETRY = 10000;
/** Errors after which a scorecard takes nothing from this person any more. */
const CLOSED_ERRORS = ["odoo.exceptions.AccessError", "odoo.exceptions.MissingError"];

/**
 * Checklist of a scorecard for phones. Entries are kept in the browser first and
 * sent then; without network they wait, and nothing is lost.
 */
export class Checklist extends Component {
    static template = "aftersales_evaluation.Checklist";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.store = new ChecklistStore(session.db, user.userId);
        this.state = useState({
            card: null,
            list: [],
            offline: false,
            sending: false,
            onlyOpen: false,
            unfolded: null,
            orphans: [],
            text: "",
            severity: "minor",
            waiting: 0,
        });
        this.onOnline = () => this.send();
        browser.addEventListener("online", this.onOnline);
        this.timer = browser.setInterval(this.onOnline, RETRY);
        onWillStart(() => this.start());
        onWillUnmount(() => {
            browser.removeEventListener("online", this.onOnline);
            browser.clearInterval(this.timer);
        });
    }

    async start() {
        const cardId = this.props.action.params?.scorecard_id;
        if (cardId) {
            await this.open(cardId);
        } else {
            await this.showList();
        }
    }

    /** Call the server; without network return nothing and say so. */
    async call(method, args) {
        try {
            const result = await this.orm.silent.call("aftersales.scorecard", method, args);
            this.state.offline = false;
            return result;
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            this.state.offline = true;
            return null;
        }
    }

    async showList() {
        this.card = null;
        this.state.card = null;
        // Left over from another day, or from a browser that was closed offline.
        await this.send();
        const list = await this.call("get_my_checklists", []);
        if (list) {
            this.keep(() => this.store.keepList(list));
        }
        this.state.list = list || this.store.list();
        this.findOrphans();
    }

    /** Refused entries of scorecards that are not on the list any more. */
    findOrphans() {
        const listed = new Set(this.state.list.map((row) => row.id));
        this.state.orphans = this.store.refused.filter(
            (entry) => !listed.has(entry.card_id)
        );
    }

    /** Entries of a scorecard that have not reached the server. */
    waitingOf(cardId) {
        return this.store.pending(cardId).length;
    }

    async open(cardId) {
        await this.sendEntries(cardId);
        const card = await this.call("get_checklist", [[cardId]]);
        if (card) {
            this.keep(() => this.store.keepCard(card));
        }
        this.card = card || this.store.card(cardId);
        if (!this.card) {
            return this.showList();
        }
        this.refresh();
    }

    /** Write into the browser's storage; tell the person when it is full. */
    keep(step) {
        try {
            return step();
        } catch {
            this.notification.add(
                _t("This phone has no room left to keep entries. Free some memory."),
                { type: "danger", sticky: true }
            );
            return null;
        }
    }

    refresh() {
        if (this.card) {
            const pending = this.store.pending(this.card.id);
            this.state.waiting = pending.length;
            this.state.card = withPending(this.card, pending);
        }
    }

    get sections() {
        const sections = new Map();
        for (const line of this.state.card.lines) {
            if (!this.state.onlyOpen || !isJudged(line)) {
                sections.set(line.section, [...(sections.get(line.section) || []), line]);
            }
        }
        return [...sections].map(([name, lines]) => ({ name, lines }));
    }

    get judged() {
        return this.state.card.lines.filter(isJudged).length;
    }

    get share() {
        return Math.round((100 * this.judged) / (this.state.card.lines.length || 1));
    }

    get isOpen() {
        return this.state.card.state === "draft";
    }

    get status() {
        const count = this.state.waiting;
        if (this.state.offline) {
            return _t("No network. Entries kept on this phone: %(count)s.", { count });
        }
        if (count) {
            return _t("Entries waiting to be sent: %(count)s.", { count });
        }
        return _t("All entries are with the server.");
    }

    isJudged(line) {
        return isJudged(line);
    }

    enter(line, kind, values) {
        const kept = this.keep(() =>
            this.store.add(this.state.card.id, line.id, kind, values)
        );
        if (kept) {
            this.refresh();
            this.send();
        }
        return Boolean(kept);
    }

    judge(line, conformity) {
        const value = line.conformity === conformity ? false : conformity;
        this.enter(line, "judge", { conformity: value, is_excluded: false });
    }

    onSamples(line, name, ev) {
        const count = Math.max(0, Math.trunc(Number(ev.target.value) || 0));
        const values = {
            sample_count: line.sample_count,
            nonconforming_count: line.nonconforming_count,
            [name]: count,
        };
        if (values.nonconforming_count > values.sample_count) {
            this.notification.add(
                _t("More samples are non-conforming than were taken."),
                { type: "warning" }
            );
            ev.target.value = line[name];
            return;
        }
        this.enter(line, "judge", { ...values, is_excluded: false });
    }

    onNote(line, ev) {
        this.enter(line, "judge", { finding: ev.target.value });
    }

    toggleExcluded(line) {
        this.enter(line, "judge", { is_excluded: !line.is_excluded });
    }

    onReason(line, ev) {
        this.enter(line, "judge", { exclusion_reason: ev.target.value });
    }

    unfold(line) {
        this.state.unfolded = this.state.unfolded === line.id ? null : line.id;
        this.state.text = line.finding || "";
        this.state.severity = "minor";
    }

    addFinding(line) {
        const text = this.state.text.trim();
        if (!text) {
            this.notification.add(_t("Write down what was found."), { type: "warning" });
            return;
        }
        const severity = this.state.severity;
        if (this.enter(line, "finding", { text, severity })) {
            this.state.unfolded = null;
        }
    }

    /** Keep photos of the camera; they are made smaller first. */
    async addPhotos(line, ev) {
        const files = [...ev.target.files];
        ev.target.value = "";
        for (const file of files) {
            let photo;
            try {
                photo = await shrinkPhoto(file);
            } catch {
                this.notification.add(
                    _t("“%(name)s” is no photo that this phone can read.", {
                        name: file.name,
                    }),
                    { type: "warning" }
                );
                continue;
            }
            this.enter(line, "photo", photo);
        }
    }

    discard(entry) {
        this.keep(() => this.store.remove([entry.key]));
        this.refresh();
        this.findOrphans();
    }

    /** Send what waits, of every scorecard; one sending at a time. */
    async send() {
        if (this.state.sending) {
            return;
        }
        this.state.sending = true;
        try {
            for (const cardId of this.store.waitingCards) {
                await this.sendEntries(cardId);
                if (this.state.offline) {
                    break;
                }
            }
        } finally {
            this.state.sending = false;
            this.refresh();
        }
    }

    async sendEntries(cardId) {
        let batch = this.store.batch(cardId);
        while (batch.length) {
            const answer = await this.sendBatch(cardId, batch);
            if (!answer) {
                return;
            }
            this.settle(cardId, batch, answer);
            batch = this.store.batch(cardId);
        }
    }

    /** Send some entries; nothing comes back without network or rights. */
    async sendBatch(cardId, batch) {
        const entries = batch.map((entry) => this.store.prepare(entry));
        try {
            return await this.call("take_checklist_entries", [[cardId], entries]);
        } catch (error) {
            if (!CLOSED_ERRORS.includes(error.data?.name)) {
                throw error;
            }
            // The scorecard went to somebody else: the person decides what to do.
            for (const entry of batch) {
                this.keep(() => this.store.refuse(entry.key, error.data.message));
            }
            return null;
        }
    }

    /** Bring what was taken into the known state, and drop it from the queue. */
    settle(cardId, batch, { results, card }) {
        const known = this.card?.id === cardId ? this.card : this.store.card(cardId);
        const settled = [];
        for (const entry of batch) {
            const result = results[entry.key];
            if (result?.status === "refused") {
                this.keep(() => this.store.refuse(entry.key, result.message));
                continue;
            }
            settled.push(entry.key);
            const line = known?.lines.find((row) => row.id === entry.line_id);
            if (line && result?.status === "taken") {
                if (entry.kind === "finding") {
                    line.finding_count += 1;
                } else if (entry.kind === "photo") {
                    line.proof_count += 1;
                } else {
                    Object.assign(line, entry.values);
                }
            }
        }
        if (known) {
            Object.assign(known, card);
            this.keep(() => this.store.keepCard(known));
        }
        this.keep(() => this.store.remove(settled));
    }

    async submit() {
        await this.send();
        if (this.state.waiting || this.state.offline) {
            this.notification.add(
                _t("Some entries have not reached the server. Try again with network."),
                { type: "warning" }
            );
            return;
        }
        await this.orm.call("aftersales.scorecard", "action_submit", [[this.card.id]]);
        this.store.forgetCard(this.card.id);
        this.notification.add(_t("The scorecard was submitted."), { type: "success" });
        await this.showList();
    }

    openForm() {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "aftersales.scorecard",
            res_id: this.state.card.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("aftersales_evaluation.checklist", Checklist);
