"""Files from the model: corosync.conf and the CIB; pure."""
