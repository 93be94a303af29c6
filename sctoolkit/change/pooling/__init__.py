"""Organisations and programmes put together, people one by one, planning."""
