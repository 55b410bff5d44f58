import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.mimetypes import guess_mimetype

PHOTO_TYPES = ("image/jpeg", "image/png", "image/webp")
#: Bytes of one photo as it comes from a telephone.
PHOTO_BYTES = 10 * 1024 * 1024
PHOTO_COUNT = 30
KINDS = [
    ("before", "Before the Work"),
    ("defect", "Defect"),
    ("plate", "Serial Plate"),
    ("after", "After the Work"),
    ("other", "Other"),
]


def decode(image):
    """Bytes of base64 text; empty where it is none."""
    try:
        return base64.b64decode(image or b"")
    except (binascii.Error, ValueError):
        return b""


def is_picture(image, limit):
    """Whether base64 text holds a photo of at most ``limit`` bytes."""
    data = decode(image)
    return len(data) <= limit and guess_mimetype(data) in PHOTO_TYPES


class AftersalesServiceOrderPhoto(models.Model):
    """Photo of a job; private to those who may see the order."""

    _name = "aftersales.service.order.photo"
    _inherit = ["aftersales.scope.mixin"]
    _description = "Service Order Photo"
    _order = "order_id, id"

    order_id = fields.Many2one(
        "aftersales.service.order", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(related="order_id.service_point_id")
    kind = fields.Selection(KINDS, required=True, default="before")
    name = fields.Char("Description")
    image = fields.Image(required=True, max_width=1920, max_height=1920)
    image_256 = fields.Image(
        "Thumbnail", related="image", max_width=256, max_height=256, store=True
    )

    _SCOPE_FIELDS = frozenset(("order_id",))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_image(vals.get("image"))
        photos = super().create(vals_list)
        photos.order_id._check_photo_count()
        photos.order_id._check_lines_editable()
        return photos

    def write(self, vals):
        if "image" in vals:
            self._check_image(vals["image"])
        if set(vals) - {"name", "kind"}:
            self.order_id._check_lines_editable()
        res = super().write(vals)
        if "order_id" in vals:
            self.order_id._check_lines_editable()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        self.order_id._check_lines_editable()

    @api.model
    def _check_image(self, image):
        """Refuse what is no photo or too large.

        :param image: base64
        :raise UserError: type or size
        """
        if len(decode(image)) > PHOTO_BYTES:
            raise UserError(
                self.env._(
                    "The photo is larger than %(size)s MB. Take a smaller one.",
                    size=PHOTO_BYTES // 1024 // 1024,
                )
            )
        if not is_picture(image, PHOTO_BYTES):
            raise UserError(
                self.env._("Only photos in JPEG, PNG or WebP can be added.")
            )


class AftersalesServiceOrder(models.Model):
    _inherit = "aftersales.service.order"

    photo_ids = fields.One2many(
        "aftersales.service.order.photo", "order_id", "Photos", copy=False
    )
    photo_count = fields.Integer(compute="_compute_photo_count")

    @api.depends("photo_ids")
    def _compute_photo_count(self):
        for order in self:
            order.photo_count = len(order.photo_ids)

    def _check_photo_count(self):
        """Refuse more photos than anybody looks at."""
        full = self.filtered(lambda o: len(o.photo_ids) > PHOTO_COUNT)[:1]
        if full:
            raise UserError(
                self.env._(
                    "%(order)s has %(count)s photos already. Remove one first.",
                    order=full.name,
                    count=PHOTO_COUNT,
                )
            )
