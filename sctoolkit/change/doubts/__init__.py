"""Who is missing, hidden bias, many tests, single organisations."""
