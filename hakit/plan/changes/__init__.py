"""Changes to a cluster that runs: what differs, which way leads there, and what a client would notice."""
