from . import certificates, ratio
