from portal.flows.cooperative import COOPERATIVE_MEMBER
from portal.flows.enterprise import ENTERPRISE

__all__ = ["COOPERATIVE_MEMBER", "ENTERPRISE"]
