"""What an agreement is worth: weights, frequencies, training, likelihoods, safeguards."""
