"""From the design to what is estimated and what may be said."""
