import logging

from odoo import api, models

_logger = logging.getLogger(__name__)


class IrCron(models.Model):
    """Scheduled jobs that take the same step for each of many records."""

    _inherit = "ir.cron"

    @api.model
    def _aftersales_each(self, records, step, batch_size=100):
        """Take a step for each record, with a commit after each batch.

        A record that fails is logged and left for the next run; it does not hold up
        the others. What somebody else works on waits for the next run as well. The
        step has to look whether there is still something to do: records may have
        changed since they were found.

        :param step: name of a method of one record
        :return: whether there is time left for more
        """
        for start in range(0, len(records), batch_size):
            batch = records[start : start + batch_size]
            for record in batch.try_lock_for_update(allow_referencing=True):
                try:
                    with self.env.cr.savepoint():
                        getattr(record, step)()
                except Exception:  # one bad record never stops the others
                    _logger.exception("%s failed for %s", step, record)
            remaining = len(records) - start - len(batch)
            if not self._commit_progress(len(batch), remaining=remaining):
                return False
        return True
