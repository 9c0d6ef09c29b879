"""One ranking from several."""

CONSTANT = 60  # of Cormack, Clarke and Büttcher, Reciprocal Rank Fusion, SIGIR 2009


def fused(*rankings):
    """What the *rankings* hold, each a list from best to worst, by reciprocal rank fusion."""
    scores = {}
    for ranking in rankings:
        for place, item in enumerate(ranking, start=1):
            scores[item] = scores.get(item, 0) + 1 / (CONSTANT + place)
    return sorted(scores, key=scores.get, reverse=True)
