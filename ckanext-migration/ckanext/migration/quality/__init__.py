"""How good the descriptions are: scores that are kept, their history, link checks, scorecards of agencies."""
