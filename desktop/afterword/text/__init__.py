"""Pure text: what stands around the cursor, where words and sentences end, counting."""
