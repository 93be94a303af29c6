"""The programme's own tables: roster, logs, ties, counts."""
