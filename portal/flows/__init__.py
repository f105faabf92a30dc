from portal.flows.enterprise import ENTERPRISE

__all__ = ["ENTERPRISE"]
