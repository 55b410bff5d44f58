"""QR codes as lines, which need no graphics library on the server."""

import base64

from reportlab.graphics import renderSVG
from reportlab.graphics.barcode import createBarcodeDrawing


def svg_uri(value, size=120):
    """Return a QR code as the address of an SVG image.

    :param value: text of the code
    :param size: width and height in points
    """
    drawing = createBarcodeDrawing(
        "QR", value=value, width=size, height=size, barLevel="M"
    )
    svg = renderSVG.drawToString(drawing).encode()
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"
