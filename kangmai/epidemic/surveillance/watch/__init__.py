"""The layers as they run every night: pure functions from counts to judgements."""
