"""Records in bulk: a spreadsheet made from the field list, and what comes back in it."""
