"""The frozen model of a questionnaire, its file format and its library."""
