from . import aftersales_service_order, helpdesk_ticket
