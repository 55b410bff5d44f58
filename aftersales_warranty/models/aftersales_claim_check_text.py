from odoo import api, models


class AftersalesClaimCheck(models.Model):
    """What the checks are called and say, in the reader's language."""

    _inherit = "aftersales.claim.check"

    @api.model
    def _selection_code(self):
        return [
            ("SERIAL", self.env._("Serial known")),
            ("SALE", self.env._("Sold before the failure")),
            ("OWNER", self.env._("Owner of the unit")),
            ("COVER", self.env._("In cover")),
            ("PART_COVER", self.env._("Cover of the parts")),
            ("USAGE_LIMIT", self.env._("Usage limit")),
            ("EXCLUSION", self.env._("No exclusion")),
            ("CAMPAIGN", self.env._("Open campaign")),
            ("FIELDS", self.env._("Fields filled")),
            ("CAUSAL", self.env._("One causal part")),
            ("REFERENCES", self.env._("Same as the order")),
            ("DATES", self.env._("Dates in order")),
            ("USAGE", self.env._("Reading not below the last")),
            ("DEADLINE", self.env._("Filed in time")),
            ("SUM", self.env._("Sum of the lines")),
            ("HOURS", self.env._("Flat-rate hours")),
            ("LABOUR_RATE", self.env._("Labour rate")),
            ("PART_MARKUP", self.env._("Part mark-up")),
            ("OTHER_RATES", self.env._("Travel and other rates")),
            ("SUBLET", self.env._("Invoices of outside work")),
            ("RATES", self.env._("Rates in force")),
            ("AUTHORISATION", self.env._("Authorisation")),
            ("PART_FIT", self.env._("Part fits the model")),
            ("OPERATION_FIT", self.env._("Operation fits the model")),
            ("FAULT_FIT", self.env._("Fault fits the operation")),
            ("OVERLAP", self.env._("Overlapping operations")),
            ("AGREEMENT", self.env._("Agreement of the point")),
            ("SCOPE", self.env._("Scope of the agreement")),
            ("AREA", self.env._("Area of the point")),
            ("CERTIFICATE", self.env._("Certificate of the technician")),
            ("DUPLICATE", self.env._("No duplicate")),
            ("PART_SERIAL", self.env._("Old part claimed once")),
            ("OLD_PART", self.env._("Old parts")),
            ("AUTO", self.env._("Approval by rule")),
        ]

    @api.model
    def _get_messages(self):
        """Sentence of every check reason."""
        return {
            **self._get_unit_messages(),
            **self._get_form_messages(),
            **self._get_amount_messages(),
            **self._get_fit_messages(),
            **self._get_rule_messages(),
        }

    @api.model
    def _get_unit_messages(self):
        """Sentences of the checks of the unit and its cover."""
        return {
            "serial_missing": self.env._("No serial is given."),
            "serial_unknown": self.env._("Serial %(serial)s is not registered."),
            "serial_known": self.env._("Serial %(serial)s is registered."),
            "sale_unknown": self.env._("The unit is not registered."),
            "sale_missing": self.env._("The unit has no day of sale or delivery."),
            "sale_later": self.env._(
                "The failure %(failure)s is before the sale %(sold)s."
            ),
            "sale_given": self.env._("In use since %(sold)s."),
            "owner_unknown": self.env._("No owner to compare with."),
            "owner_closed": self.env._(
                "The unit was closed on %(end)s, the failure is of %(failure)s."
            ),
            "owner_other": self.env._(
                "The customer of the order is not the registered owner."
            ),
            "owner_same": self.env._("The customer of the order owns the unit."),
            "cover_unknown": self.env._("No policy to compare with."),
            "cover_ended": self.env._(
                "%(lines)s lines are not covered on %(failure)s (unit until %(end)s)."
            ),
            "cover_valid": self.env._("All lines are covered on %(failure)s."),
            "part_cover_unknown": self.env._("No parts whose cover is known."),
            "part_cover_none": self.env._("Not covered: %(names)s."),
            "part_cover_given": self.env._(
                "Covered parts: %(count)s; the lowest share is %(share)s %%."
            ),
            "usage_limit_none": self.env._("The policy has no usage limit."),
            "usage_limit_unread": self.env._(
                "The policy ends at %(limit)s, but no reading is given."
            ),
            "usage_limit_over": self.env._(
                "Reading %(usage)s, the policy ends at %(limit)s."
            ),
            "usage_limit_kept": self.env._("Reading %(usage)s of %(limit)s."),
            "exclusion_unknown": self.env._("No order tells about exclusions."),
            "exclusion_found": self.env._("The order found an exclusion: %(cause)s."),
            "exclusion_none": self.env._("No exclusion was found at the job."),
            "campaign_none": self.env._("No campaign is open for this serial."),
            "campaign_claimed": self.env._("Claimed as campaign %(campaigns)s."),
            "campaign_open": self.env._(
                "Campaign %(campaigns)s is open for this serial."
            ),
        }

    @api.model
    def _get_form_messages(self):
        """Sentences of the checks of the form and of duplicates."""
        return {
            "fields_missing": self.env._("Empty: %(fields)s."),
            "fields_given": self.env._("All mandatory fields are filled."),
            "causal_no_parts": self.env._("No part is claimed."),
            "causal_one": self.env._("Causal part: %(part)s."),
            "causal_count": self.env._(
                "Parts marked as causal: %(count)s, instead of one."
            ),
            "references_none": self.env._("The claim has no order."),
            "references_differ": self.env._("Differs from the order: %(fields)s."),
            "references_same": self.env._("Unit and point are those of the order."),
            "dates_unknown": self.env._("Not enough dates to compare."),
            "dates_order": self.env._(
                "%(first)s %(early)s is after %(second)s %(late)s."
            ),
            "dates_right": self.env._("%(count)s dates follow each other."),
            "usage_unknown": self.env._("No two readings to compare."),
            "usage_backwards": self.env._(
                "Reading %(usage)s is below %(before)s of %(early)s."
            ),
            "usage_forward": self.env._(
                "Reading %(usage)s after %(before)s of %(early)s."
            ),
            "deadline_unknown": self.env._("No deadline or no dates."),
            "deadline_missed": self.env._(
                "Submitted %(submitted)s, last day %(last)s."
            ),
            "deadline_kept": self.env._("Submitted %(submitted)s, last day %(last)s."),
            "duplicate_found": self.env._("Also claimed in %(claims)s."),
            "duplicate_none": self.env._("No other claim for the same work."),
            "part_serial_twice": self.env._(
                "The serial of the old part stands also in %(claims)s."
            ),
            "part_serial_once": self.env._("No old part stands in another claim."),
        }

    @api.model
    def _get_amount_messages(self):
        """Sentences of the checks of the amounts."""
        limits = {
            "claimed": self.env._("Claimed %(claimed)s, contract %(limit)s."),
            "over": self.env._("Claimed %(claimed)s, contract only %(limit)s."),
        }
        return {
            "sum_empty": self.env._("The claim has no lines."),
            "sum_negative": self.env._("A line is negative."),
            "sum_differs": self.env._("Lines %(lines)s, stated %(total)s."),
            "sum_right": self.env._("The lines sum to %(total)s."),
            "hours_unknown": self.env._("No labour with flat-rate hours."),
            "hours_over": self.env._("Claimed %(hours)s h, standard %(flat)s h."),
            "hours_kept": self.env._("%(hours)s h of the standard %(flat)s h."),
            "labour_rate": limits["claimed"],
            "labour_over": limits["over"],
            "labour_rate_unknown": self.env._("No labour or no agreed rate."),
            "part_markup": limits["claimed"],
            "part_over": limits["over"],
            "part_markup_unknown": self.env._("No parts with a list value."),
            "other_rates": limits["claimed"],
            "other_over": limits["over"],
            "other_rates_unknown": self.env._("No travel or fee with an agreed rate."),
            "sublet_none": self.env._("No outside work or freight is claimed."),
            "sublet_missing": self.env._("Without an invoice: %(names)s."),
            "sublet_given": self.env._("Lines with their invoice: %(count)s."),
            "rates_no_lines": self.env._("The claim has no lines."),
            "rates_none": self.env._(
                "No rate table in force on %(day)s: nothing limits %(names)s."
            ),
            "rates_no_day": self.env._(
                "The claim has no day that a rate table could apply on: %(names)s."
            ),
            "rates_table": self.env._("Every line was measured against its rates."),
            "rates_agreement": self.env._(
                "Every line was measured against the agreement."
            ),
            "authorisation_none": self.env._("No authorisation was asked for."),
            "authorisation_exceeded": self.env._(
                "Claimed %(claimed)s, authorised %(authorised)s."
            ),
            "authorisation_late": self.env._("The work began after %(until)s."),
            "authorisation_kept": self.env._(
                "Claimed %(claimed)s, authorised %(authorised)s."
            ),
        }

    @api.model
    def _get_fit_messages(self):
        """Sentences of the checks of fit, point, technician and old parts."""
        return {
            "part_fit_unknown": self.env._("No list says which models the parts fit."),
            "part_fit_wrong": self.env._("Not made for the model: %(names)s."),
            "part_fit_right": self.env._("Parts made for the model: %(count)s."),
            "operation_fit_unknown": self.env._("The operations name no models."),
            "operation_fit_wrong": self.env._("Not listed for the model: %(names)s."),
            "operation_fit_right": self.env._(
                "Operations that fit the model: %(count)s."
            ),
            "fault_fit_unknown": self.env._("No fault or no operation to compare."),
            "fault_fit_wrong": self.env._("Does not mend the fault: %(names)s."),
            "fault_fit_right": self.env._("Operations that mend the fault: %(count)s."),
            "overlap_unknown": self.env._("No labour operation is named."),
            "overlap_found": self.env._("Paid already by another line: %(names)s."),
            "overlap_none": self.env._("Operations without overlap: %(count)s."),
            "certificate_unknown": self.env._(
                "No technician is named, or nothing is known about certificates."
            ),
            "certificate_missing": self.env._("The technician lacked: %(gaps)s."),
            "certificate_held": self.env._("The technician held what the job asks."),
            "agreement_valid": self.env._("An agreement was in force."),
            "agreement_not_needed": self.env._(
                "This kind of service point works without an agreement."
            ),
            "agreement_missing": self.env._(
                "No agreement was in force on the day of repair."
            ),
            "scope_unknown": self.env._("No order or no agreement to compare with."),
            "scope_inside": self.env._("The agreement holds service and product."),
            "scope_outside": self.env._(
                "The agreement does not hold this service on this product."
            ),
            "area_unknown": self.env._("The place of the job does not matter here."),
            "area_inside": self.env._("The job lay in an area of the point."),
            "area_outside": self.env._("The point does not hold the area of the job."),
            "old_part_due": self.env._("Old parts that have not come back: %(count)s."),
            "old_part_cut": self.env._("The inspection changed: %(names)s."),
            "old_part_none": self.env._("No old part is due."),
        }

    @api.model
    def _get_rule_messages(self):
        """Sentences of the approval by rule."""
        return {
            "auto_approved": self.env._(
                "Approved by rule “%(rule)s”: %(amount)s of at most %(limit)s."
            ),
            "auto_audit": self.env._(
                "Rule “%(rule)s” would approve; drawn for the audit (%(share)s %%)."
            ),
            "auto_none": self.env._("No rule is about such a claim."),
            "auto_amount": self.env._(
                "Rule “%(rule)s” ends at %(limit)s, claimed are %(amount)s."
            ),
            "auto_checks": self.env._("Rule “%(rule)s” asks that every check passes."),
            "auto_rates": self.env._(
                "Rule “%(rule)s” approves nothing whose rates could not be checked."
            ),
            "auto_cut": self.env._(
                "Rule “%(rule)s” approves only what is allowed in full."
            ),
            "auto_resubmitted": self.env._(
                "The claim was sent back before; a person decides it."
            ),
            "auto_hint": self.env._("The hints flag the claim; a person decides it."),
        }
