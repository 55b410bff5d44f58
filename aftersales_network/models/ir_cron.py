import logging

from odoo import api, models

_logger = logging.getLogger(__name__)


class IrCron(models.Model):
    """Scheduled jobs that take the same step for many records."""

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

    @api.model
    def _aftersales_work_off(self, model, domain, step, batch_size, order="id"):
        """Take a step for batches of what a domain finds, with a commit after each.

        The step takes its records out of the domain; interrupted, the next run goes
        on. What somebody else works on waits for the next run.

        :param model: the model, with the rights of the job
        :param step: name of a method of a batch
        """
        remaining = model.search_count(domain)
        while remaining:
            batch = model.search(domain, limit=batch_size, order=order)
            batch = batch.try_lock_for_update()
            if not batch:
                break
            getattr(batch, step)()
            remaining = max(0, remaining - len(batch))
            if not self._commit_progress(len(batch), remaining=remaining):
                break
