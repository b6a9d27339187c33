"""Pure checks of what was seen on the hosts before a cluster is made: one file per topic, each with a `check`."""
