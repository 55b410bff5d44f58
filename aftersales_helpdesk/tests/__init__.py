from . import test_chargeable, test_rights, test_ticket, test_tours
