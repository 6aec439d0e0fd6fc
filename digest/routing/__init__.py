"""What a story is about, decided once when it enters the pool: regions, topics, same event; it reads no feed and stores nothing."""
