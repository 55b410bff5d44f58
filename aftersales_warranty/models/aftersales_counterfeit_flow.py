from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.aftersales_network.models.aftersales_service_order_photo import (
    PHOTO_BYTES,
    decode,
    is_picture,
)

DECIDERS = (
    "aftersales_network.group_technical_reviewer",
    "aftersales_network.group_head",
)


class AftersalesCounterfeitCase(models.Model):
    """Decision of a case: by somebody who did not report it, on photos."""

    _inherit = "aftersales.counterfeit.case"

    def _check_decider(self):
        """Refuse a decision by the wrong person.

        :raise AccessError: neither technical reviewer nor head of service
        """
        if not any(self.env.user.has_group(group) for group in DECIDERS):
            raise AccessError(
                self.env._(
                    "A technical reviewer or the head of service decides about "
                    "counterfeits."
                )
            )

    def _check_four_eyes(self):
        """Refuse a decision by whoever reported the case or took its photos.

        :raise UserError: naming the case
        """
        for case in self:
            authors = case.reported_by_id | case.create_uid | case.photo_ids.create_uid
            if self.env.user in authors:
                raise UserError(
                    self.env._(
                        "You reported %(case)s. Four-eyes: another person must decide "
                        "it.",
                        case=case.name,
                    )
                )

    def action_confirm(self):
        """Confirm that the units are counterfeits.

        :raise UserError: no photo, no findings, or the reporter himself
        """
        self._check_decider()
        self._check_four_eyes()
        self._check_flow_state("suspected")
        for case in self:
            if not case.photo_ids or not (case.findings or "").strip():
                raise UserError(
                    self.env._(
                        "%(case)s needs photos of the unit and the findings before it "
                        "can be confirmed.",
                        case=case.name,
                    )
                )
        self._decide("confirmed", False)

    def action_clear(self):
        """Ask for the reason, then lift the suspicion."""
        self._check_decider()
        self._check_flow_state("suspected", "confirmed")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_clear")

    def _clear(self, reason):
        """Lift the suspicion; returns and claims are possible again.

        :raise UserError: the reporter himself, or a case cleared already
        """
        self._check_decider()
        self._check_four_eyes()
        self._check_flow_state("suspected", "confirmed")
        self._decide("cleared", reason)

    def _decide(self, state, reason):
        """Set the outcome and write down who decided it."""
        self.lock_for_update()
        self._write_flow(
            {
                "state": state,
                "decided_by_id": self.env.uid,
                "date_decision": self.env.company._get_aftersales_today(),
                "decision_note": reason,
            }
        )
        self.env["aftersales.approval"]._log_many(
            self,
            "counterfeit" if state == "confirmed" else "cleared",
            dict.fromkeys(self.ids, reason),
        )


class AftersalesCounterfeitPhoto(models.Model):
    """Photo of a suspicious unit; private to those who may see the case."""

    _name = "aftersales.counterfeit.photo"
    _description = "Photo of a Suspicious Unit"
    _inherit = ["aftersales.scope.mixin"]
    _order = "case_id, id"

    case_id = fields.Many2one(
        "aftersales.counterfeit.case", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="case_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(related="case_id.service_point_id")
    name = fields.Char("Description")
    image = fields.Image(required=True, max_width=1920, max_height=1920)

    _SCOPE_FIELDS = frozenset(("case_id",))
    _FIXED_FIELDS = frozenset(("case_id",))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_image(vals.get("image"))
        photos = super().create(vals_list)
        photos.case_id._check_open()
        return photos

    def write(self, vals):
        self.case_id._check_open()
        if "image" in vals:
            self._check_image(vals["image"])
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        self.case_id._check_open()

    @api.model
    def _check_image(self, image):
        """Refuse what is no photo or too large.

        :param image: base64
        :raise UserError: type or size
        """
        if len(decode(image)) > PHOTO_BYTES:
            raise UserError(
                self.env._(
                    "A photo may have %(limit)s MB at most.",
                    limit=PHOTO_BYTES // (1024 * 1024),
                )
            )
        if not is_picture(image, PHOTO_BYTES):
            raise UserError(
                self.env._("Only photos (JPEG, PNG, WebP) belong to a case.")
            )


class AftersalesApproval(models.Model):
    """Decisions about counterfeits."""

    _inherit = "aftersales.approval"

    gate = fields.Selection(
        selection_add=[
            ("counterfeit", "Counterfeit Confirmed"),
            ("cleared", "Suspicion Cleared"),
        ],
        ondelete={"counterfeit": "cascade", "cleared": "cascade"},
    )


class AftersalesClaim(models.Model):
    """No claim on a serial that is suspected to be a counterfeit."""

    _inherit = "aftersales.claim"

    def action_submit(self):
        """Refuse claims on serials under suspicion."""
        self.check_access("write")
        self._check_genuine()
        return super().action_submit()

    def action_approve(self):
        """A suspicion that came up after the submission stops the claim as well."""
        self._check_clerk()
        self._check_genuine()
        return super().action_approve()

    def _check_genuine(self):
        """Refuse claims whose serial an open counterfeit case holds.

        :raise UserError: naming the serial and the case
        """
        # The author of a claim need not see the cases of other points.
        Case_sudo = self.env["aftersales.counterfeit.case"].sudo()
        requests = [(c.serial, c.product_id, c.company_id) for c in self]
        found = Case_sudo._find_open_by_serial(requests)
        for index, case_sudo in found.items():
            self.env["aftersales.registration"]._raise_counterfeit(
                requests[index][0], case_sudo, "claim"
            )
