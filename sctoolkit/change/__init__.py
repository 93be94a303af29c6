"""What changed, how sure one can be, and what may be said."""
