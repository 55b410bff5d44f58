import { GaugeField, gaugeField } from "@web/views/fields/gauge/gauge_field";
import { registry } from "@web/core/registry";

const MET = "#28a745";
const BELOW = "#dc3545";
const REST = "#e9ecef";

/**
 * Gauge of the certified share; an outer ring shows where the rule starts.
 */
export class RatioGauge extends GaugeField {
    renderChart() {
        const { data, fields } = this.props.record;
        const value = data[this.props.name];
        const rule = data.rule_percent;
        const max = Math.min(100, Math.max(2 * rule, value)) || 100;
        const shown = Math.min(value, max);
        this.chart = new Chart(this.canvasRef.el, {
            type: "doughnut",
            data: {
                datasets: [
                    {
                        data: [rule, Math.max(max - rule, 0)],
                        backgroundColor: ["#f5c6cb", "#c3e6cb"],
                        label: fields.rule_percent.string,
                        weight: 0.25,
                    },
                    {
                        data: [shown, Math.max(max - shown, 0)],
                        backgroundColor: [data.shortfall ? BELOW : MET, REST],
                        label: this.title,
                    },
                ],
            },
            options: {
                circumference: 180,
                rotation: 270,
                responsive: true,
                maintainAspectRatio: false,
                cutout: "62%",
                layout: { padding: 5 },
                plugins: {
                    legend: { display: false },
                    tooltip: {
                        displayColors: false,
                        callbacks: {
                            label: (item) =>
                                item.datasetIndex
                                    ? `${this.title}: ${value} %`
                                    : `${fields.rule_percent.string}: ${rule} %`,
                        },
                    },
                },
                aspectRatio: 2,
            },
        });
    }
}

registry.category("fields").add("aftersales_ratio_gauge", {
    ...gaugeField,
    component: RatioGauge,
});
