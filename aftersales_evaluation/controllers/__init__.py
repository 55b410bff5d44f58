from . import portal
from . import promise
