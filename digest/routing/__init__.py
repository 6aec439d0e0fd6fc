"""What a story is about: regions, topics, same event; decided once, when it enters the pool; stores nothing."""
