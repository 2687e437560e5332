"""The client of a registry: records that an agency keeps in files, published and fetched over its API."""
