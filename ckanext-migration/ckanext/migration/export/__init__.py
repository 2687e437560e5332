"""Export of a whole search result: tables, JSON, RDF and citations, written while they are read."""
