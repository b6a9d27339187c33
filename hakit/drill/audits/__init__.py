"""The audits, one file each; `every` has them in their order."""
