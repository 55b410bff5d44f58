from . import certificate_files, certificate_rows, certificates, rate_limit, ratio
