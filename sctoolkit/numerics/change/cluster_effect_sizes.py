"""Intervals of standardised changes when people come in clusters: whole clusters are resampled.

A cluster enters by its sums (n, pre, post and their products), so that 9,999 resamples are one matrix product.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.change.paired_effect_sizes import EffectSize, small_sample_factor

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def clustered_paired_effect_sizes(
    pre: FloatArray, post: FloatArray, codes: IntArray, *, n_draws: int = 9999, seed: int = 1, ci_level: float = 0.95
) -> dict[str, EffectSize]:
    """Standardise the mean change of people in clusters, with a percentile interval over clusters.

    Parameters
    ----------
    pre, post : (n,) arrays, complete
    codes : (n,) clusters from 0
    n_draws, seed : int
    ci_level : float

    Returns
    -------
    dict of EffectSize
        ``d_z``, ``d_rm``, ``d_av``, ``d_av_rms``, ``glass_pre`` and their ``g_`` counterparts with J(n - 1); standard
        errors are SDs of the resamples. Standardisers are total SDs, over people of all clusters.

    Raises
    ------
    NotIdentifiedError
        If there are fewer than 5 clusters (a percentile interval over fewer says little) or scores do not vary.

    References
    ----------
    Field and Welsh (2007), doi:10.1111/j.1467-9868.2007.00593.x, for resampling clusters.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> pre = rng.normal(size=60)
    >>> sizes = clustered_paired_effect_sizes(pre, pre + rng.normal(0.5, 0.5, 60), np.arange(60) // 6)
    >>> bool(sizes["d_av"].ci_low < sizes["d_av"].estimate < sizes["d_av"].ci_high)
    True
    """
    n_clusters = int(codes.max()) + 1
    if n_clusters < 5:
        raise NotIdentifiedError(
            f"An interval over resampled clusters needs at least 5 of them, not {n_clusters}.",
            hint="Give the size without an interval, or the interval of the change in points by cluster means.",
        )
    centre = float(np.concatenate([pre, post]).mean())
    x, y = pre - centre, post - centre
    columns = [np.ones_like(x), x, y, x * x, y * y, x * y]
    sums = np.column_stack([np.bincount(codes, column, minlength=n_clusters) for column in columns])
    point = _sizes(sums.sum(axis=0)[None, :])
    if not all(np.isfinite(value[0]).all() for value in point.values()):
        raise NotIdentifiedError(
            "A standardised change needs answers and changes that vary, and they do not.",
            hint="Report the mean change in points.",
        )
    counts = np.random.default_rng(seed).multinomial(n_clusters, np.full(n_clusters, 1 / n_clusters), size=n_draws)
    drawn = _sizes(counts.astype(np.float64) @ sums)
    tails = [(1 - ci_level) / 2, (1 + ci_level) / 2]
    factor = small_sample_factor(float(pre.size - 1))
    out: dict[str, EffectSize] = {}
    for name, (value, standardiser) in point.items():
        draws = drawn[name][0][np.isfinite(drawn[name][0])]
        low, high = np.quantile(draws, tails)
        for label, by in ((name, 1.0), (name.replace("glass", "g").replace("d_", "g_"), factor)):
            size, error = float(by * value[0]), float(by * draws.std(ddof=1))
            out[label] = EffectSize(label, size, error, float(by * low), float(by * high), float(standardiser[0]))
    return out


def _sizes(sums: FloatArray) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Return (size, standardiser) of each kind from rows of sums (n, x, y, xx, yy, xy)."""
    n = sums[:, 0]
    mx, my = sums[:, 1] / n, sums[:, 2] / n
    with np.errstate(invalid="ignore", divide="ignore"):
        vx, vy = (sums[:, 3] - n * mx**2) / (n - 1), (sums[:, 4] - n * my**2) / (n - 1)
        cov = (sums[:, 5] - n * mx * my) / (n - 1)
        s1, s2, sd = np.sqrt(vx), np.sqrt(vy), np.sqrt(vx + vy - 2 * cov)
        r, change = cov / (s1 * s2), my - mx
        scale = np.sqrt(2 * (1 - r))
        by = {"d_z": sd, "d_rm": sd / scale, "d_av": (s1 + s2) / 2, "d_av_rms": np.sqrt((vx + vy) / 2), "glass_pre": s1}
        return {name: (change / value, value) for name, value in by.items()}
