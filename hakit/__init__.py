"""hakit: one short file in, a verified highly available service out."""

__version__ = "0.1.0"
