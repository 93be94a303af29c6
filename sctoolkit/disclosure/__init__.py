"""What may leave: thresholds and suppression."""
