"""What a scanned certificate may be, judged by its first bytes; no ORM here.

Sources of the signatures: ISO 32000-1 7.5.2 (PDF), RFC 2083 3.1 (PNG) and ITU-T T.81
B.1.1.3 (JPEG: start of image, then a marker).
"""

MAX_FILE_BYTES = 10 * 1024 * 1024
#: Type → first bytes, endings of a name.
KINDS = {
    "pdf": (b"%PDF-", (".pdf",)),
    "png": (b"\x89PNG\r\n\x1a\n", (".png",)),
    "jpeg": (b"\xff\xd8\xff", (".jpg", ".jpeg")),
}


class CertificateFileError(ValueError):
    """A file that cannot be taken; ``code`` names the rule, ``found`` the type."""

    def __init__(self, code, found=""):
        super().__init__(code)
        self.code = code
        self.found = found


def sniff_file(content):
    """Return ``"pdf"``, ``"png"``, ``"jpeg"`` or ``None`` by the content."""
    for kind, (magic, _endings) in KINDS.items():
        if content.startswith(magic):
            return kind
    return None


def check_file(content, name, limit=MAX_FILE_BYTES):
    """Hold a file to type, size and to what its name says.

    A file without a name is judged by its content alone.

    :return: the type
    :raise CertificateFileError: ``empty``, ``too_large``, ``type`` or ``name``
    """
    if not content:
        raise CertificateFileError("empty")
    if len(content) > limit:
        raise CertificateFileError("too_large")
    kind = sniff_file(content)
    if not kind:
        raise CertificateFileError("type")
    if name and not name.strip().lower().endswith(KINDS[kind][1]):
        raise CertificateFileError("name", kind)
    return kind
