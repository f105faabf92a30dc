"""Drives the running portal over HTTP alone, as each role in turn: `make smoke` starts a stack of its own and calls this."""
