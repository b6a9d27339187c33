"""Templates of CIB XML; mapped into the package as `hakit.cib_templates`."""
