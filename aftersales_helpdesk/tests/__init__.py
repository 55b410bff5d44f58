from . import test_rights, test_ticket, test_tours
