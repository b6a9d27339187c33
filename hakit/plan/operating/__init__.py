"""What an operator may ask of a running cluster, judged before it is done."""
