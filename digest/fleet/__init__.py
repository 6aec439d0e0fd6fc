"""More than one machine: workers that share the deliveries of one PostgreSQL store, and the engine that calls them."""
