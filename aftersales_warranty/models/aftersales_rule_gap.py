from odoo import models

#: Resolutions of returned goods about which a company may make its own promise.
PROMISED = ("refund", "exchange")


class AftersalesRegistration(models.Model):
    _inherit = "aftersales.registration"

    def _get_rule_gap(self):
        """Sentence for a unit about whose country no rule is known, else empty."""
        self.ensure_one()
        # Whoever works on a unit reads neither countries' rules nor all contacts.
        country = self.sudo().country_id
        if not country:
            return self.env._(
                "The country of %(unit)s is not known, so no rule of the law counts "
                "for it. Enter the country on the unit.",
                unit=self.display_name,
            )
        Rule = self.env["aftersales.entitlement.rule"]
        if Rule._get_rules_by_country(country)[country.id]:
            return ""
        return self.env._(
            "No rule of the law is active for %(country)s: only our own promises "
            "count there. The head of service adds rules under Warranty > "
            "Configuration > Entitlement Rules.",
            country=country.name,
        )


class AftersalesReturnLine(models.Model):
    _inherit = "aftersales.return.line"

    def _get_options_batch(self, check_stock=False):
        """Add the own promise for units about which the law says nothing.

        Where a law has rules on returns or exchanges, those decide, also when they
        refuse.
        """
        result = super()._get_options_batch(check_stock)
        for line in self.filtered("registration_id"):
            if not any(
                line._get_rule_of(option) and option["resolution"] in PROMISED
                for option in result[line]
            ):
                result[line] = [
                    *(
                        {**option, "resolution": resolution}
                        for option, resolution in zip(
                            line._get_commercial_options(), PROMISED, strict=False
                        )
                    ),
                    *result[line],
                ]
        return result

    def _get_commercial_start(self):
        """Day of the delivery, of a unit else that of its registration."""
        day = super()._get_commercial_start()
        unit_sudo = self.sudo().registration_id
        return day or unit_sudo.date_delivery or unit_sudo.date_sale

    def _get_refused_reasons(self, resolution, options):
        """Say that no rule is known, and where one is added."""
        reasons = super()._get_refused_reasons(resolution, options)
        unit_sudo = self.registration_id.sudo()
        gap = unit_sudo and unit_sudo._get_rule_gap()
        return [*reasons, gap] if gap else reasons
