"""From what is there to a spec that says it: of an existing cluster, or of hosts that shall become one; pure."""
