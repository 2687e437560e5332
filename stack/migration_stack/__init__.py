"""The embedded services of one machine: PostgreSQL, Redis and Elasticsearch below one folder.

Knows nothing of the registry's other packages: it starts and stops servers, makes CKAN's
configuration and runs CKAN's own commands (docs/decisions/0007-embedded-services.md).
"""
