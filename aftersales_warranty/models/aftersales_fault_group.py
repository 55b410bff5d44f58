from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..tools import entitlement as kernel

FAULT_CLASSES = [
    ("appearance", "Appearance"),
    ("performance", "Performance"),
    ("main_part", "Main Part"),
    ("safety", "Safety"),
]


class AftersalesFaultGroup(models.Model):
    """Assembly or kind of failure that a law names, for example the engine.

    Coded faults and spare parts belong to a group; rights that count repairs or
    replacements of one assembly count by it.
    """

    _name = "aftersales.fault.group"
    _description = "Fault Group"
    _order = "sequence, name, id"
    _rec_names_search = ["name", "code"]
    _parent_name = "parent_id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, help="Stable key, for the programming interface and imports."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        FAULT_CLASSES,
        "Fault Class",
        required=True,
        default="main_part",
        help="A safety fault or a fault of a main part is a performance fault as well.",
    )
    parent_id = fields.Many2one(
        "aftersales.fault.group",
        "Part of",
        index="btree_not_null",
        help="A fault of this group is one of the wider group too.",
    )
    child_ids = fields.One2many("aftersales.fault.group", "parent_id", "Narrower")
    category = fields.Selection(
        "_selection_category",
        "Goods",
        help="Kind of goods that have it; empty: all.",
    )

    _code_uniq = models.UniqueIndex(
        "(code)", "The code of a fault group must be unique."
    )

    def _selection_category(self):
        field = self.env["aftersales.product.class"]._fields["category"]
        return field._description_selection(self.env)

    @api.constrains("parent_id")
    def _check_parent(self):
        if self._has_cycle():
            raise ValidationError(
                self.env._("A fault group cannot be a part of itself.")
            )

    @api.constrains("code")
    def _check_code(self):
        """The names of the classes are taken, they can be stated themselves."""
        taken = self.filtered(lambda group: group.code in kernel.FAULTS)[:1]
        if taken:
            raise ValidationError(
                self.env._(
                    "%(code)s is the name of a fault class. Choose another code.",
                    code=taken.code,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        groups = super().create(vals_list)
        self.env.registry.clear_cache()
        return groups

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.model
    @tools.ormcache()
    def _get_catalogue(self):
        """Every group with the codes of those above it: ``{id: (kind, codes)}``."""
        groups_sudo = self.sudo().with_context(active_test=False).search(Domain.TRUE)
        found = {}
        for group_sudo in groups_sudo:
            codes, above = [], group_sudo
            while above:
                codes.append(above.code)
                above = above.parent_id
            found[group_sudo.id] = (group_sudo.kind, frozenset(codes))
        return found

    @api.model
    @tools.ormcache("lang")
    def _get_names(self, lang):
        """Name of every group in one language: ``{code: name}``."""
        groups_sudo = self.sudo().with_context(lang=lang, active_test=False)
        found = groups_sudo.search([("code", "!=", False)])
        return {group.code: group.name for group in found}

    @api.model
    def _resolve(self, stated):
        """The kernel's fault for what somebody states.

        :param stated: name of a class (appearance, performance, main_part,
            safety), code of a group or of a fault, a record of either, or nothing
        :return: kernel fault, or None where no fault is stated
        :raise UserError: nothing is called like that
        """
        if not stated:
            return None
        if isinstance(stated, kernel.Fault):
            return stated
        if isinstance(stated, str):
            if stated in dict(FAULT_CLASSES):
                return kernel.Fault(stated)
            stated = self._find_by_code(stated)
        if stated._name == "aftersales.fault":
            return self._resolve_code(stated)
        kind, codes = self._get_catalogue()[stated.id]
        return kernel.Fault(kind, codes)

    @api.model
    def _resolve_code(self, fault):
        """The kernel's fault for a coded fault; without group of performance."""
        group = fault.sudo().group_id
        catalogue = self._get_catalogue()
        kind, codes = catalogue.get(group.id, ("performance", frozenset()))
        return kernel.Fault(kind, codes, fault.id)

    @api.model
    def _find_by_code(self, code):
        """Group, else coded fault, of a code.

        :raise UserError: there is neither
        """
        domain = Domain("code", "=", code)
        found = self.sudo().search(domain, limit=1)
        found = found or self.env["aftersales.fault"].sudo().search(domain, limit=1)
        if not found:
            raise UserError(
                self.env._(
                    "There is no fault class, fault group or fault %(code)s. State one "
                    "of %(classes)s, or the code of a fault group.",
                    code=code,
                    classes=", ".join(dict(FAULT_CLASSES)),
                )
            )
        return found


class AftersalesFault(models.Model):
    _inherit = "aftersales.fault"

    group_id = fields.Many2one(
        "aftersales.fault.group",
        "Fault Group",
        index="btree_not_null",
        ondelete="restrict",
        help="Assembly or kind of failure by which the law counts. Empty: a fault "
        "of performance.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        faults = super().create(vals_list)
        if any(vals.get("group_id") for vals in vals_list):
            self.env.registry.clear_cache()
        return faults

    def write(self, vals):
        result = super().write(vals)
        if "group_id" in vals:
            self.env.registry.clear_cache()
        return result

    @api.model
    @tools.ormcache()
    def _get_group_ids(self):
        """Group of every fault that has one: ``{fault id: group id}``."""
        faults_sudo = self.sudo().with_context(active_test=False)
        found = faults_sudo.search_fetch([("group_id", "!=", False)], ["group_id"])
        return {fault.id: fault.group_id.id for fault in found}
