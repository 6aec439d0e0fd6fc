"""Doubles and builders, shipped so that users can test their own templates, rules and plug-ins."""
