"""The only place that starts a process or reaches a host."""
