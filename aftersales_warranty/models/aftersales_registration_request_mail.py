from odoo import models


class AftersalesRegistrationRequest(models.Model):
    """The customer learns by mail what became of his request."""

    _inherit = "aftersales.registration.request"

    #: state → mail template for the customer
    _DECISION_TEMPLATES = {
        "approved": "aftersales_warranty.mail_template_registration_approved",
        "refused": "aftersales_warranty.mail_template_registration_refused",
    }

    def _process(self):
        """Tell the customer what a rule approved."""
        res = super()._process()
        self._mail_decision()
        return res

    def action_approve(self):
        """Approve, and tell the customer."""
        res = super().action_approve()
        self._mail_decision()
        return res

    def _refuse(self, reason):
        """Refuse, and tell the customer why."""
        res = super()._refuse(reason)
        self._mail_decision()
        return res

    def _mail_decision(self):
        """Queue the mails about what was decided, for customers with an address."""
        for state, requests in self.grouped("state").items():
            template = self._DECISION_TEMPLATES.get(state)
            template = template and self.env.ref(template, raise_if_not_found=False)
            # Whoever decides reads neither mail templates nor all contacts.
            reached = requests.filtered(lambda r: r.partner_id.sudo().email)
            if template and reached:
                template.sudo().send_mail_batch(reached.ids)

    def _get_decision_url(self):
        """Page of the unit, or of all units where the customer cannot open it."""
        self.ensure_one()
        url = f"{self.get_base_url()}/my/units"
        own = self.state == "approved" and self.kind == "register"
        return f"{url}/{self.registration_id.id}" if own else url
