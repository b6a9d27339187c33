"""Observe, plan, run, until nothing is left."""
