from odoo.addons.web.controllers.export import ExcelExport

from ..tools.list_rows import plain_cell


class AftersalesExcelExport(ExcelExport):
    """Headings of groups are typed text like the cells below them."""

    def from_group_data(self, fields, columns_headers, groups):
        """Guard the names of the groups of models that export plain text."""
        if getattr(groups._model, "_is_plain_export", False):
            _guard_names(groups)
        return super().from_group_data(fields, columns_headers, groups)


def _guard_names(node):
    """Put an apostrophe before names of groups that begin like a formula."""
    named = [(_guard_name(name), child) for name, child in node.children.items()]
    node.children.clear()
    for name, child in named:
        node.children[name] = child
        _guard_names(child)


def _guard_name(name):
    if isinstance(name, tuple) and len(name) > 1 and isinstance(name[1], str):
        return (name[0], plain_cell(name[1]), *name[2:])
    return plain_cell(name) if isinstance(name, str) else name
