import binascii

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from ..tools import placeholders


class AftersalesAgreement(models.Model):
    """Issue and signature: the text is fixed, the signed paper is kept.

    Head approval → agreement issued → signed by the point → probation →
    agreement takes effect (network-planning seed text).
    """

    _inherit = "aftersales.agreement"

    template_id = fields.Many2one(
        "aftersales.agreement.template",
        readonly=True,
        index="btree_not_null",
        check_company=True,
    )
    point_kind = fields.Selection(
        related="service_point_id.kind", string="Kind of Point", store=True
    )
    point_state = fields.Selection(
        related="service_point_id.state", string="State of the Point"
    )
    brands = fields.Char(tracking=True, help="Brands the point may serve.")
    notice_days = fields.Integer("Notice (Days)", default=30, tracking=True)
    body_source = fields.Html(
        "Text", help="Placeholders such as {{ point }} are filled in at the issue."
    )
    body = fields.Html("Issued Text", readonly=True, copy=False)
    date_issued = fields.Date("Issued on", readonly=True, copy=False, tracking=True)
    issued_by_id = fields.Many2one(
        "res.users", "Issued by", readonly=True, copy=False, tracking=True
    )
    signed_date = fields.Date("Date of Signature", readonly=True, copy=False)
    signed_by = fields.Char(readonly=True, copy=False, tracking=True)
    signed_on = fields.Datetime("Signature Recorded", readonly=True, copy=False)
    signed_user_id = fields.Many2one(
        "res.users", "Signature Recorded by", readonly=True, copy=False
    )
    signature = fields.Image(max_width=1024, max_height=1024, readonly=True, copy=False)
    signed_file = fields.Binary(attachment=True, readonly=True, copy=False)
    signed_filename = fields.Char(readonly=True, copy=False)
    evidence_file = fields.Binary(
        "Signed Agreement",
        attachment=True,
        readonly=True,
        copy=False,
        help="The agreement as it was when it was signed.",
    )
    evidence_filename = fields.Char(readonly=True, copy=False)

    _notice_positive = models.Constraint(
        "CHECK (notice_days >= 0)", "The notice cannot be negative."
    )

    def _check_agreement_state(self, *states):
        """Refuse a step outside the states it belongs to.

        :raise UserError: naming the agreement and its state
        """
        wrong = self.filtered(lambda a: a.state not in states)[:1]
        if wrong:
            names = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "Agreement %(number)s is in state “%(state)s”; this step is not "
                    "possible there.",
                    number=wrong.display_name,
                    state=names[wrong.state],
                )
            )

    def action_issue(self):
        """Fix the text of drafts and hand them to the points for signature.

        :raise AccessError: anybody but the head of service
        :raise UserError: point not admitted, or agreement already over
        """
        self._check_agreement_state("draft")
        self.service_point_id._check_group("aftersales_network.group_head")
        for agreement in self:
            agreement._check_issuable()
            agreement._write_flow(
                {
                    "body": agreement._get_text(),
                    "date_issued": agreement._get_today(),
                    "issued_by_id": self.env.uid,
                }
            )
        self._write_flow({"state": "issued"})
        for agreement in self:
            agreement._notify_issued()

    def _check_issuable(self):
        """Refuse an issue before the admission or after the end."""
        self.ensure_one()
        self.service_point_id._check_admitted()
        self._check_not_over()
        self.env["aftersales.agreement.template"]._check_known_placeholders(
            self.body_source
        )

    def _check_not_over(self):
        """Refuse to issue or sign what has ended already.

        :raise UserError: naming the agreement and its last day
        """
        self.ensure_one()
        if self.date_end and self.date_end < self._get_today():
            raise UserError(
                self.env._(
                    "Agreement %(number)s ended on %(end)s. Make a new version with "
                    "later dates.",
                    number=self.display_name,
                    end=self.date_end,
                )
            )

    def action_recall(self):
        """Take back what was issued and is not signed.

        :raise AccessError: anybody but the head of service
        """
        self._check_agreement_state("issued")
        self.service_point_id._check_group("aftersales_network.group_head")
        self._write_flow({"state": "cancelled"})

    def _get_text(self):
        """Text of the agreement: fixed once issued, filled in on the fly before."""
        self.ensure_one()
        if self.state != "draft":
            return self.body
        return placeholders.render(self.body_source, self._get_placeholder_values())

    def _get_document_lang(self):
        """Language in which the point reads its agreement."""
        self.ensure_one()
        return self.service_point_id.partner_id.lang or self.env.lang

    def _get_placeholder_values(self):
        """Texts for the placeholders of the template: ``{name: text}``."""
        self.ensure_one()
        agreement = self.with_context(lang=self._get_document_lang())
        point, partner = (
            agreement.service_point_id,
            agreement.service_point_id.partner_id,
        )
        return {
            "number": self.name,
            "version": str(self.version),
            "company": agreement.company_id.name,
            "point": point.name,
            "point_code": point.code or "",
            "partner": partner.name or "",
            "partner_address": self._get_address_line(partner),
            "registration_number": point.registration_number or "",
            "centre": point.centre_id.name or "",
            "notice_days": str(self.notice_days),
            "brands": agreement.brands or "",
            **agreement._get_period_values(),
            **agreement._get_scope_values(),
            **agreement._get_rate_values(),
        }

    @api.model
    def _get_address_line(self, partner):
        """Postal address of a partner in one line, without its name."""
        address = partner._display_address(without_company=True) if partner else ""
        lines = [line.strip(" ,") for line in address.split("\n")]
        return ", ".join(line for line in lines if line)

    def _get_period_values(self):
        """First and last day in the language of the document."""
        return {
            "date_start": format_date(self.env, self.date_start),
            "date_end": format_date(self.env, self.date_end) or self.env._("open end"),
        }

    def _get_scope_values(self):
        """Names of the areas, services and products that the scope lists."""
        every_area = self.env._("every area of the point")
        every_service = self.env._("every service")
        every_product = self.env._("every product")
        every = {
            "areas": ("area_id", every_area),
            "services": ("service_type_id", every_service),
            "products": ("product_categ_id", every_product),
        }
        return {
            name: ", ".join(self._get_scope_names(field)) or default
            for name, (field, default) in every.items()
        }

    def _get_scope_names(self, field):
        """Names of one column of the scope; empty where a line holds all.

        :param field: ``area_id``, ``service_type_id`` or ``product_categ_id``
        """
        self.ensure_one()
        if any(not line[field] for line in self.scope_ids):
            return []
        return [record.display_name for record in self.scope_ids[field]]

    def _get_rate_values(self):
        """Rates as text in the currency of the agreement."""
        money = {
            name: formatLang(self.env, self[name], currency_obj=self.currency_id)
            for name in ("labour_rate", "travel_rate", "inspection_fee")
        }
        return {**money, "parts_markup": formatLang(self.env, self.parts_markup)}

    def _notify_issued(self):
        """Tell the authorised people of the point that a signature is due."""
        self.ensure_one()
        partners = self.service_point_id._get_authorised_partners()
        self.message_post(
            body=self.with_context(lang=self._get_document_lang()).env._(
                "Agreement %(number)s of %(point)s is ready. Please read and sign it "
                "on your portal under “Agreements”.",
                number=self.name,
                point=self.service_point_id.name,
            ),
            partner_ids=partners.ids,
            subtype_xmlid="mail.mt_comment",
        )

    def action_open_sign(self):
        """Ask for the signed paper, its date and who signed."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Record the Signature"),
            "res_model": "aftersales.agreement.sign.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_agreement_id": self.id},
        }

    def _sign(self, signed_by, signed_date, vals):
        """Record the signature of the point and let the agreement rule.

        The signature starts the probation of a point that was just admitted.

        :param signed_by: name of the person who signed for the point
        :param signed_date: day of the signature
        :param vals: the proof, a drawn signature or the signed file
        :raise UserError: not issued, no name, or a day to come
        """
        self.ensure_one()
        self._lock_for_signing()
        self._check_agreement_state("issued")
        self._check_not_over()
        self._check_signature(signed_by, signed_date)
        proof = {
            **vals,
            "signed_by": signed_by.strip(),
            "signed_date": signed_date,
            "signed_on": fields.Datetime.now(),
            "signed_user_id": self.env.uid,
        }
        self._put_in_force(proof)
        self._store_evidence()
        self.message_post(
            body=self.env._(
                "Signed by %(name)s on %(date)s.",
                name=self.signed_by,
                date=format_date(self.env, signed_date),
            )
        )
        self.service_point_id._on_agreement_signed(signed_date)

    def _lock_for_signing(self):
        """Take the row of the agreement; two people cannot sign it at once.

        :raise UserError: somebody else signs at this moment
        """
        self.ensure_one()
        try:
            self.lock_for_update()
        except LockError as error:
            raise UserError(
                self.env._(
                    "Somebody else signs agreement %(number)s at this moment. Reload "
                    "the page and look again.",
                    number=self.display_name,
                )
            ) from error

    def _check_signature(self, signed_by, signed_date):
        """Refuse a signature without a name or with a day to come."""
        if not (signed_by or "").strip():
            raise UserError(
                self.env._(
                    "Enter who signed agreement %(number)s.", number=self.display_name
                )
            )
        if not signed_date or signed_date > self._get_today():
            raise UserError(
                self.env._(
                    "Agreement %(number)s: the day of the signature must not be in "
                    "the future.",
                    number=self.display_name,
                )
            )

    def _store_evidence(self):
        """Keep the agreement as it was signed; later changes never touch it."""
        self.ensure_one()
        content, filename = self._print_paper()
        self._write_flow(
            {
                "evidence_file": binascii.b2a_base64(content, newline=False),
                "evidence_filename": filename,
            }
        )

    def _print_paper(self):
        """The agreement with its annexes: content and file name."""
        self.ensure_one()
        # The paper is the same whoever reads it; the portal may not print reports.
        content, extension = (
            self.env["ir.actions.report"]
            .sudo()
            ._render_qweb_pdf("aftersales_network.action_report_agreement", self.ids)
        )
        number = self.name.replace("/", "-")
        return content, f"{number} v{self.version}.{extension}"

    def action_view_versions(self):
        """Open every version of this number."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Versions of %(number)s", number=self.name),
            "res_model": self._name,
            "view_mode": "list,form",
            "domain": list(self._get_versions_domain()),
            "context": {"active_test": False},
        }

    # Portal

    def _is_signable_by(self, user):
        """Whether ``user`` may sign for the point."""
        self.ensure_one()
        return self.state == "issued" and self.service_point_id._is_authorised(user)

    @api.private
    def _portal_sign(self, name, signature):
        """Sign on the portal; the controller has checked who it is.

        :param signature: base64 of the drawn name
        :raise UserError: nothing drawn, or no picture
        """
        self.ensure_one()
        if not signature:
            raise UserError(
                self.env._("Draw or type your signature before you send it.")
            )
        self._sign(name, self._get_today(), {"signature": signature})
