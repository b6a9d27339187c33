"""From bare, half-made or stopped hosts to the wanted cluster: what is missing, in stages."""
