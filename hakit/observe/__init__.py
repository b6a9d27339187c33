"""Tool output to frozen facts; each command beside its parser."""
