"""Figures, each measured in a run of its own: not part of the test suite."""
