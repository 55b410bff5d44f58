import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {formatFloat} from "@web/views/fields/formatters";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const DIGITS = [16, 2];

/**
 * Sum of the parts of a node and what is missing, live while the tree is edited.
 *
 * Counts in hundredths, so that 0.1 + 0.2 is 0.3.
 */
export class PartsSum extends Component {
    static template = "aftersales_evaluation.PartsSum";
    static props = {...standardFieldProps};

    setup() {
        this.root = useState(this.props.record.model.root);
    }

    get nodes() {
        return this.root.data.indicator_ids?.records || [];
    }

    get parts() {
        const {code} = this.props.record.data;
        const id = this.props.record.resId;
        return this.nodes.filter((node) => {
            const parent = node.data.parent_id;
            if (parent) {
                return id && parent.id === id;
            }
            const nodeCode = node.data.code || "";
            const end = nodeCode.lastIndexOf(".");
            return code && end > 0 && nodeCode.slice(0, end) === code;
        });
    }

    get sum() {
        const cents = this.parts.map((node) => Math.round(node.data.points * 100));
        return cents.reduce((total, points) => total + points, 0);
    }

    get difference() {
        return Math.round(this.props.record.data.points * 100) - this.sum;
    }

    get sumText() {
        return formatFloat(this.sum / 100, {digits: DIGITS, trailingZeros: false});
    }

    get differenceText() {
        const points = formatFloat(Math.abs(this.difference) / 100, {
            digits: DIGITS,
            trailingZeros: false,
        });
        return this.difference > 0
            ? _t("%(points)s missing", {points})
            : _t("%(points)s too many", {points});
    }
}

registry.category("fields").add("aftersales_parts_sum", {
    component: PartsSum,
    displayName: _t("Sum of Parts"),
    supportedTypes: ["float"],
    fieldDependencies: [
        {name: "code", type: "char"},
        {name: "points", type: "float"},
        {name: "parent_id", type: "many2one", relation: "aftersales.indicator"},
    ],
});
