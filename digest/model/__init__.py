"""The nouns every stage shares: frozen values and enums, standard library only; no behaviour that needs I/O."""
