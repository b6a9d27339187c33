"""Resource agents that hakit ships; mapped into the package as `hakit.agents`."""
