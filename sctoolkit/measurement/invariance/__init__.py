"""Do items measure alike over groups, sides and waves."""
