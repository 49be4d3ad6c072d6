"""The reviewer's guides: their sections, what the build knows for each, and the words of people."""
