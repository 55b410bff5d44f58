"""Bar codes as lines, which need no graphics library on the server."""

import base64

from reportlab.graphics import renderSVG
from reportlab.graphics.barcode import createBarcodeDrawing


def code128_uri(text, bar_height=40):
    """Return Code 128 as the address of an SVG image, bars only.

    :param text: what a scanner reads
    :param bar_height: in points
    :return: an empty string where Code 128 cannot carry the text
    """
    if not text or not text.isascii() or not text.isprintable():
        return ""
    drawing = createBarcodeDrawing(
        "Code128", value=text, barHeight=bar_height, barWidth=1.2, humanReadable=False
    )
    svg = renderSVG.drawToString(drawing).encode()
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"
