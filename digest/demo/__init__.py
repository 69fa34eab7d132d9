"""The whole job on sample feeds, with no network: a fictional town's week, mailed to a folder."""
