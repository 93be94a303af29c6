"""One module a vendor's layout: how it is recognised, and how it becomes a table with one header."""
