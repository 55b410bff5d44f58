from odoo import models
from odoo.exceptions import UserError

from odoo.addons.aftersales_network.tools.portal_form import IMAGE_TYPES

#: Photos of one question.
MAX_PHOTOS = 5


class AftersalesServiceOrder(models.Model):
    """A technician asks and votes on the portal.

    The controller checks that the user belongs to the point; these methods run as
    superuser on that one order.
    """

    _inherit = "aftersales.service.order"

    def _portal_escalate(self, post, files=()):
        """Ask an expert about this job.

        :param post: the form, with ``subject, question, severity``
        :param files: list of ``(name, content)``; pictures only
        :raise UserError: nothing is asked, or the job is over
        """
        self.ensure_one()
        Escalation = self.env["aftersales.escalation"]
        if self.state in ("closed", "cancelled"):
            raise UserError(
                self.env._(
                    "%(order)s is closed. Ask while the job is worked on.",
                    order=self.name,
                )
            )
        names = ("subject", "question", "severity")
        vals = Escalation._portal_read(names, post)
        if not (vals.get("subject") and vals.get("question")):
            raise UserError(
                self.env._("Write in a few words what is wrong, and what you tried.")
            )
        Escalation._portal_check_count(len(files), MAX_PHOTOS)
        escalation = Escalation.create({"order_id": self.id, **vals})
        if files:
            escalation._portal_attach("photo_ids", files, IMAGE_TYPES)
        return escalation

    def _portal_vote(self, post):
        """Say whether a known answer helped.

        :param post: the form, with ``answer_id`` and ``vote`` (yes or no)
        :raise UserError: an answer that does not fit the job, or no vote
        """
        self.ensure_one()
        answer = self.suggested_answer_ids.filtered(
            lambda a: str(a.id) == str(post.get("answer_id"))
        )
        if not answer or post.get("vote") not in ("yes", "no"):
            raise UserError(
                self.env._("Choose one of the answers, and whether it helped.")
            )
        answer._record_use(self, post["vote"])


class AftersalesEscalation(models.Model):
    """Steps of the point on its own questions."""

    _inherit = "aftersales.escalation"

    def _portal_solved(self, post):
        """The answer solved the fault."""
        self.ensure_one()
        self.action_solved()

    def _portal_again(self, post):
        """Ask again, with what still does not work.

        :raise UserError: no reason
        """
        self.ensure_one()
        self._ask_again((post.get("reason") or "")[:2000])

    def _portal_withdraw(self, post):
        """Withdraw the question.

        :raise UserError: no reason
        """
        self.ensure_one()
        self._withdraw((post.get("reason") or "")[:2000])
