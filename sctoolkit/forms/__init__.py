"""From an instrument to something that people can fill in."""
