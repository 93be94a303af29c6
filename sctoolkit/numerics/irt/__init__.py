"""Item response theory: graded response model, its fit, differential functioning."""
