"""Do the items measure what they should: reliability, structure, invariance."""
