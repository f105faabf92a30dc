"""Drills: what is promised to hold when programs die, with figures. Not part of the test suite."""
