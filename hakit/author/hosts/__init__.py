"""Bare hosts, as they were seen, to a first spec: what they share, what may be protected, which answers make sense."""
