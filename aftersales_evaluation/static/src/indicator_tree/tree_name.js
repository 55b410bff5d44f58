import {CharField, charField} from "@web/views/fields/char/char_field";
import {registry} from "@web/core/registry";

/**
 * Name of a node of a tree, indented by its depth.
 */
export class TreeName extends CharField {
    static template = "aftersales_evaluation.TreeName";

    get indent() {
        return `padding-left: ${1.25 * (this.props.record.data.depth || 0)}rem`;
    }
}

registry.category("fields").add("aftersales_tree_name", {
    ...charField,
    component: TreeName,
    fieldDependencies: [{name: "depth", type: "integer"}],
});
