"""What users write down: settings and recipe files."""
