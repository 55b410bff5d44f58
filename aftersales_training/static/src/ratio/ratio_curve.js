import { getCustomColor } from "@web/core/colors/colors";
import { cookie } from "@web/core/browser/cookie";
import { registry } from "@web/core/registry";
import {
    JournalDashboardGraphField,
    journalDashboardGraphField,
} from "@web/views/fields/journal_dashboard_graph/journal_dashboard_graph_field";

const ACTUAL = "#1f77b4";
const REQUIRED = "#dc3545";

/**
 * Certified managers beside required ones, recorded and expected; the day on
 * which the rule is no longer met is marked.
 */
export class RatioCurve extends JournalDashboardGraphField {
    get series() {
        return JSON.parse(this.props.record.data[this.props.name] || "{}");
    }

    getLineChartConfig() {
        const series = this.series;
        const scheme = cookie.get("color_scheme");
        const text = getCustomColor(scheme, "#111827", "#E4E4E4");
        const grid = getCustomColor(scheme, "#d8dadd", "#3C3E4B");
        const isExpected = (ctx) => ctx.p1DataIndex > series.now;
        const dashed = (ctx) => (isExpected(ctx) ? [5, 4] : undefined);
        const isBelow = (index) => series.holders[index] < series.required[index];
        return {
            type: "line",
            data: {
                labels: series.labels || [],
                datasets: [
                    {
                        label: series.holders_label,
                        data: series.holders || [],
                        borderColor: ACTUAL,
                        backgroundColor: "rgba(31, 119, 180, 0.12)",
                        fill: "start",
                        stepped: true,
                        borderWidth: 2,
                        segment: { borderDash: dashed },
                        pointRadius: (ctx) =>
                            ctx.dataIndex === series.under ? 8 : isBelow(ctx.dataIndex) ? 4 : 2,
                        pointStyle: (ctx) =>
                            ctx.dataIndex === series.under ? "rectRot" : "circle",
                        pointBackgroundColor: (ctx) =>
                            isBelow(ctx.dataIndex) ? REQUIRED : ACTUAL,
                    },
                    {
                        label: series.required_label,
                        data: series.required || [],
                        borderColor: REQUIRED,
                        backgroundColor: REQUIRED,
                        fill: false,
                        stepped: true,
                        borderWidth: 2,
                        pointRadius: 0,
                    },
                ],
            },
            options: {
                interaction: { intersect: false, mode: "index" },
                plugins: {
                    legend: {
                        display: true,
                        position: "bottom",
                        labels: { color: text, boxWidth: 16 },
                    },
                },
                scales: {
                    y: {
                        beginAtZero: true,
                        ticks: { precision: 0, color: text },
                        grid: { color: grid },
                    },
                    x: {
                        ticks: { color: text, maxTicksLimit: 9, maxRotation: 0 },
                        grid: { display: false },
                    },
                },
                maintainAspectRatio: false,
            },
        };
    }
}

registry.category("fields").add("aftersales_ratio_curve", {
    ...journalDashboardGraphField,
    component: RatioCurve,
    extractProps: () => ({ graphType: "line" }),
});
