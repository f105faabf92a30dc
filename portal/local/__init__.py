"""The supervisor behind `make demo` and `make test`: standard library only, since it runs before any package is there.

Started by path (`python3 portal/local demo`). It imports nothing of the portal and the portal imports nothing of it.
"""
