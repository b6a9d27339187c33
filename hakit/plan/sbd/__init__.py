"""SBD: what was seen of it, setting it up before the cluster starts, and turning it off again."""
