from odoo.modules.db import has_trigram

from .tools import path_range


def pre_init_hook(env):
    """Prepare the extensions and types that constraints and indexes need.

    The exclusion constraint on area assignments mixes plain equality with a
    date range, which PostgreSQL's GiST index can only do with ``btree_gist``,
    and with ranges of tree paths, which need a type of their own.

    Numbers and serials are searched by a typed part of them, which only a
    trigram index answers without reading every order.  Odoo makes ``pg_trgm``
    for databases it creates itself, not for those made by hand.
    """
    env.cr.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    env.cr.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    path_range.create_type(env.cr)
    env.registry.has_trigram = has_trigram(env.cr)


def load_inherited_terms(env):
    """Translate what a dependent module inherits from this one.

    The values of a selection that comes from a mixin belong to this module, and
    its terms were loaded before the model of the other module was there.
    """
    env.ref("base.module_aftersales_network")._update_translations()
