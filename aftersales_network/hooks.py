def pre_init_hook(env):
    """Prepare the extension that the exclusive-assignment constraint needs.

    The exclusion constraint on area assignments mixes plain equality with a
    date range, which PostgreSQL's GiST index can only do with ``btree_gist``.
    """
    env.cr.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
