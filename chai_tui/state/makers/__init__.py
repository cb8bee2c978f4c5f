"""What is known of one maker, station or core: records, and the figures kept with them."""
