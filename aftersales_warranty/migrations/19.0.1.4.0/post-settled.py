"""Claims that counted as settled while some of their approved lines were not paid."""


def migrate(cr, version):
    """Give lines that were held back to the settlements of their points."""
    if not version:
        return
    cr.execute(
        """
        WITH opened AS (
            UPDATE aftersales_claim c
               SET state = CASE WHEN c.amount_approved < c.amount_claimed
                                THEN 'partially' ELSE 'approved' END
             WHERE c.state = 'settled' AND EXISTS (
                   SELECT FROM aftersales_claim_line l
                    WHERE l.claim_id = c.id AND l.amount_approved > 0
                      AND NOT EXISTS (
                          SELECT FROM aftersales_settlement_line s
                           WHERE s.claim_line_id = l.id AND s.is_live))
         RETURNING c.id, c.state
        )
        UPDATE aftersales_claim_line l SET claim_state = o.state
          FROM opened o WHERE o.id = l.claim_id
        """
    )
