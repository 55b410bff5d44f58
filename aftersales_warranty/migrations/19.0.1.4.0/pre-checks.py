"""Results of checks that two runs at once left twice."""


def migrate(cr, version):
    """Keep the newest result of each check: the index allows one."""
    if not version:
        return
    cr.execute(
        """
        DELETE FROM aftersales_claim_check c
              USING aftersales_claim_check newer
              WHERE newer.claim_id = c.claim_id AND newer.code = c.code
                AND newer.id > c.id
        """
    )
