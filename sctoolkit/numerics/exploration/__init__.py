"""How many factors and which: extraction, rotation, retention rules."""
