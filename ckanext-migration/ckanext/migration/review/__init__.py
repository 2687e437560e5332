"""Review before publishing: an agency's editors submit, its administrators return or approve."""
