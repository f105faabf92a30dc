from portal.flows.cooperative import COOPERATIVE_MEMBER
from portal.flows.data_request import DATA_REQUEST
from portal.flows.duplicate import DUPLICATE
from portal.flows.enterprise import ENTERPRISE
from portal.flows.kit import KIT
from portal.flows.webhook import WEBHOOK

__all__ = ["COOPERATIVE_MEMBER", "DATA_REQUEST", "DUPLICATE", "ENTERPRISE", "KIT", "WEBHOOK"]
