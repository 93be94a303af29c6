"""Size of change, designs, missing people, hidden bias, planning."""
