import { browser } from "@web/core/browser/browser";
import { uuid } from "@web/core/utils/strings";

/** Entries that one call carries; the server takes no more than 200. */
export const BATCH = 100;
/** Photos that one call carries: they are large and the network is weak. */
export const PHOTO_BATCH = 2;

/**
 * What was entered on this phone and has not been taken by the server yet.
 *
 * Everything lives in the local storage of the browser, so that it survives a lost
 * network, a reload and a closed browser. Each entry has a key of its own: sending
 * it twice does no harm.
 */
export class ChecklistStore {
    constructor(database, userId, storage = browser.localStorage) {
        this.storage = storage;
        this.prefix = `aftersales.checklist.${database}.${userId}`;
    }

    _read(name, fallback) {
        try {
            const text = this.storage.getItem(`${this.prefix}.${name}`);
            return text === null ? fallback : JSON.parse(text);
        } catch {
            return fallback;
        }
    }

    _write(name, value) {
        this.storage.setItem(`${this.prefix}.${name}`, JSON.stringify(value));
    }

    get device() {
        let device = this._read("device", null);
        if (!device) {
            device = uuid();
            this._write("device", device);
        }
        return device;
    }

    /** Keep an entry; throws when the storage is full. */
    add(cardId, lineId, kind, values) {
        const sequence = this._read("sequence", 0) + 1;
        this._write("sequence", sequence);
        const device = this.device;
        const key = `${device}-${sequence}`;
        const { data, ...kept } = values;
        if (data) {
            // Apart from the queue, which is read and written with every tap.
            this._write(`photo.${key}`, data);
        }
        const entry = {
            card_id: cardId,
            key,
            device,
            sequence,
            line_id: lineId,
            kind,
            values: kept,
        };
        this._write("queue", [...this._read("queue", []), entry]);
        return entry;
    }

    /** Entries of a scorecard that wait, oldest first. */
    pending(cardId) {
        return this._read("queue", []).filter((entry) => entry.card_id === cardId);
    }

    /** The next entries to send; what was refused waits for the person. */
    batch(cardId) {
        const batch = [];
        let photos = 0;
        for (const entry of this.pending(cardId)) {
            photos += entry.kind === "photo" && !entry.refused;
            if (batch.length === BATCH || photos > PHOTO_BATCH) {
                break;
            }
            if (!entry.refused) {
                batch.push(entry);
            }
        }
        return batch;
    }

    /** An entry as the server takes it, with the content of its photo. */
    prepare({ card_id: _card, ...entry }) {
        if (entry.kind !== "photo") {
            return entry;
        }
        const data = this._read(`photo.${entry.key}`, "");
        return { ...entry, values: { ...entry.values, data } };
    }

    /** Scorecards with entries that wait to be sent. */
    get waitingCards() {
        const ready = this._read("queue", []).filter((entry) => !entry.refused);
        return [...new Set(ready.map((entry) => entry.card_id))];
    }

    /** Entries that the server did not take. */
    get refused() {
        return this._read("queue", []).filter((entry) => entry.refused);
    }

    remove(keys) {
        const gone = new Set(keys);
        for (const key of gone) {
            this.storage.removeItem(`${this.prefix}.photo.${key}`);
        }
        const kept = this._read("queue", []).filter((entry) => !gone.has(entry.key));
        this._write("queue", kept);
    }

    refuse(key, message) {
        const queue = this._read("queue", []);
        for (const entry of queue) {
            if (entry.key === key) {
                entry.refused = message;
            }
        }
        this._write("queue", queue);
    }

    /** Last known state of a scorecard, for work without network. */
    card(cardId) {
        return this._read(`card.${cardId}`, null);
    }

    keepCard(card) {
        this._write(`card.${card.id}`, card);
        this._write("last", card.id);
    }

    forgetCard(cardId) {
        this.storage.removeItem(`${this.prefix}.card.${cardId}`);
        if (this.last === cardId) {
            this._write("last", null);
        }
    }

    get last() {
        return this._read("last", null);
    }

    list() {
        return this._read("list", []);
    }

    keepList(list) {
        this._write("list", list);
    }
}

/** Lay what waits over what the server knows. */
export function withPending(card, pending) {
    const lines = card.lines.map((line) => ({
        ...line,
        notes: [],
        photos: 0,
        refused: [],
    }));
    const byId = Object.fromEntries(lines.map((line) => [line.id, line]));
    for (const entry of pending) {
        const line = byId[entry.line_id];
        if (!line) {
            continue;
        }
        if (entry.refused) {
            line.refused.push(entry);
        } else if (entry.kind === "finding") {
            line.notes.push(entry.values.text);
        } else if (entry.kind === "photo") {
            line.photos += 1;
        } else {
            Object.assign(line, entry.values);
        }
    }
    return { ...card, lines };
}

/** Whether a line needs no further judgement. */
export function isJudged(line) {
    if (line.is_excluded || line.kind === "metric") {
        return true;
    }
    return line.kind === "sampled" ? line.sample_count > 0 : Boolean(line.conformity);
}
