"""The use cases, each a short list of verbs over the stages: collect, assemble, publish, check, demonstrate."""
