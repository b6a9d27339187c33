"""Breaking it on purpose: faults, one file each, what a client sees of them, and audits of what is left."""
