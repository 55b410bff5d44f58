from . import test_case, test_chargeable, test_rights, test_ticket, test_tours
