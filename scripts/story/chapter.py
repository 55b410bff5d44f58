"""What the later chapters of the story share: who acts, on what, and when."""

import io

from PIL import Image, ImageDraw, ImageFont

from . import network


class Chapter:
    """A part of the story; ``run`` goes through all of it.

    :param users: users by role
    :param points: service points by name
    :param goods: products by code
    """

    def __init__(self, env, users, points, goods):
        self.env, self.users, self.goods = env, users, goods
        self.active = env["aftersales.service.point"].concat(
            *network.get_points_in(points, "active")
        )
        self.company = env.company
        self.today = env.company._get_aftersales_today()

    def _as(self, role, model):
        """A model as a role sees it."""
        return self.env[model].with_user(self.users[role])

    def _get_fault(self, part):
        """The fault code that stands for a part."""
        return self.env["aftersales.fault"].search([("code", "=", f"F-{part}")])


def draw_paper(text, kind="PNG", size=(480, 320)):
    """A paper with a text on it, as a file: photo, invoice, signature."""
    page = Image.new("RGB", size, "white")
    font = ImageFont.load_default(size=28)
    ImageDraw.Draw(page).text((20, size[1] // 3), text, "#223366", font=font)
    content = io.BytesIO()
    page.save(content, kind)
    return content.getvalue()
