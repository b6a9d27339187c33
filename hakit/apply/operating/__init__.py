"""What an operator asks of a running cluster: each verb looks, does, waits and says what came of it."""
