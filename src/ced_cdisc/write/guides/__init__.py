"""The reviewer's guides as files, all three of one document."""
