"""An existing cluster, as corosync.conf and CIB say it, to the cluster that a spec means; and all that it can't mean."""
