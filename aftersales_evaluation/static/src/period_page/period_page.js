import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * Cards, charts and tables of a page of figures; a click opens the records.
 */
export class PeriodPage extends Component {
    static template = "aftersales_evaluation.PeriodPage";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
    }

    get page() {
        return this.props.record.data[this.props.name] || {};
    }

    get groups() {
        return (this.page.groups || []).filter((group) => group.cards.length);
    }

    get sections() {
        return this.page.sections || [];
    }

    cardClass(card) {
        return {
            o_aftersales_card: true,
            "text-danger": card.is_alert,
            o_aftersales_card_link: card.is_link,
        };
    }

    toneClass(tone) {
        return { good: "text-success", bad: "text-danger" }[tone] || "text-muted";
    }

    isNumber(section, row, index) {
        return typeof row.values[index] === "number";
    }

    async onOpen(key) {
        const { record } = this.props;
        if (!(await record.save())) {
            return;
        }
        await this.action.doActionButton({
            type: "object",
            name: "action_open_figure",
            args: JSON.stringify([key]),
            resModel: record.resModel,
            resId: record.resId,
            resIds: [record.resId],
            context: record.context,
        });
    }
}

registry.category("fields").add("aftersales_period_page", {
    component: PeriodPage,
    displayName: _t("Page of Figures"),
    supportedTypes: ["json"],
});
