"""Link the steps of old orders to the written step they were copied from."""


def migrate(cr, version):
    """A step whose name is that of a written step of its type follows it."""
    if not version:
        return
    cr.execute(
        """
        UPDATE aftersales_service_order_step AS step
           SET step_id = written.id, custom_name = NULL
          FROM aftersales_service_order AS o, aftersales_service_step AS written
         WHERE o.id = step.order_id
           AND written.service_type_id = o.service_type_id
           AND step.step_id IS NULL
           AND step.custom_name IN (
               SELECT value FROM jsonb_each_text(written.name))
        """
    )
