import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * Lists what keeps a point from being closed; each row opens its records.
 */
export class ClearanceList extends Component {
    static template = "aftersales_network.ClearanceList";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get rows() {
        return this.props.record.data[this.props.name] || [];
    }

    async onOpen(row) {
        const { resModel, resId } = this.props.record;
        const action = await this.orm.call(resModel, "action_open_blocker", [
            [resId],
            row.label,
        ]);
        if (action) {
            await this.action.doAction(action, {
                onClose: () => this.props.record.load(),
            });
        } else {
            await this.props.record.load();
        }
    }
}

registry.category("fields").add("aftersales_clearance_list", {
    component: ClearanceList,
    displayName: _t("Clearance List"),
    supportedTypes: ["json"],
});
