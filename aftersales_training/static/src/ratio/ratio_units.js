import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * The units right below the chosen one; a row goes down to its unit.
 */
export class RatioUnits extends Component {
    static template = "aftersales_training.RatioUnits";
    static props = { ...standardFieldProps };

    get rows() {
        return this.props.record.data[this.props.name] || [];
    }

    async onOpen(row) {
        const unit = { id: row.id, display_name: row.name };
        await this.props.record.update({ service_point_id: unit });
    }
}

registry.category("fields").add("aftersales_ratio_units", {
    component: RatioUnits,
    displayName: _t("Ratio of Units"),
    supportedTypes: ["json"],
});
