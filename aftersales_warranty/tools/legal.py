"""What the law alone gives a component: free repair or free replacement of parts.

Only rules that need no history count: a right after two repairs is a remedy, not
a period of cover. A free repair costs the holder neither labour nor travel (Consumer
Law, article 24); the free replacement of a part is about main parts only. Plain
Python: no ORM, no float.
"""

from .entitlement import COVER_TYPES, gives_cover, legal_cover

__all__ = ["COVER_TYPES", "gives_cover", "legal_cover"]
