from . import certificate_files, certificate_rows, certificates, ratio
