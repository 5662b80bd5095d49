"""Schemathesis, kept to the runs, the rate and the tiers that the suite allows."""
