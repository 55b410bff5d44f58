from . import (
    aftersales_service_order,
    helpdesk_ticket,
    helpdesk_ticket_case,
    res_company,
)
