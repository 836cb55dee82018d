"""How narrow a device gets between its leads: the widest disk that can travel from lead to lead."""

import numpy as np

from sharvin.device.device import Device
from sharvin.device.sites import positions_of
from sharvin.errors import InvalidInput
from sharvin.typing import IntArray, RealArray


def narrowest_neck(device: Device) -> float:
    r"""Width of the narrowest place that a wave between any two leads cannot avoid.

    It is the diameter of the largest disk that fits through the device from every lead to every
    other one. Edge channels on opposite sides of a neck hybridize as its width comes down to the
    magnetic length; the Hall resistance of a bar is exact to 1e-6 where this exceeds 8 l_B.

    Parameters
    ----------
    device : Device
        Carved, in two dimensions, with leads cut from the model.

    Returns
    -------
    float
        In nm; a strip of W rows of spacing a has W a (at worst one row less).

    Raises
    ------
    InvalidInput
        For a device without a shape in the plane.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import KDTree

    carving = device._carved
    if carving is None or carving.sites.positions.shape[1] != 2:
        raise InvalidInput("a neck needs a device carved from a two-dimensional model")
    places = carving.sites.positions
    touched = [np.unique(device.orbital_site[b.sites]) for b in device._numbers.leads]
    if len(touched) < 2:
        raise InvalidInput("a neck lies between leads, and this device has fewer than two")
    outside, spacing = _outside(device)
    clearance: RealArray = np.asarray(KDTree(outside).query(places)[0])
    pairs = KDTree(places).query_pairs(1.01 * spacing, output_type="ndarray")
    weight = clearance[pairs].min(axis=1)

    def joined(threshold: float) -> bool:
        kept = pairs[weight >= threshold]
        graph = coo_matrix((np.ones(len(kept)), kept.T), shape=(len(places),) * 2)
        labels = connected_components(graph, directed=False)[1]
        labels = np.where(clearance >= threshold, labels, -1)
        common = set(labels[touched[0]])
        for sites in touched[1:]:
            common &= set(labels[sites])
        return bool(common - {-1})

    levels = np.unique(clearance)
    low, high = 0, len(levels)  # joined at low (if at all), not joined at high
    if not joined(levels[0]):
        return 0.0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if joined(levels[middle]) else (low, middle)
    return float(2 * levels[low] - spacing)


def _outside(device: Device) -> tuple[RealArray, float]:
    """Lattice sites next to the device that belong to no lead, and the distance of neighbors."""
    carving = device._carved
    assert carving is not None
    sites, lattice = carving.sites, carving.sites.lattice
    here = np.column_stack((sites.cells, sites.sublattice)).astype(np.int64)
    ring = np.stack(np.meshgrid([-1, 0, 1], [-1, 0, 1], indexing="ij"), axis=-1).reshape(-1, 2)
    kinds = np.arange(len(lattice.basis))
    around = np.concatenate(
        [
            np.column_stack((sites.cells + step, np.full(len(here), kind)))
            for step in ring
            for kind in kinds
        ]
    )
    known = [here]
    for strip in carving.strips.values():
        known += [
            np.column_stack((strip.cells + n * np.asarray(strip.period), strip.sublattice))
            for n in range(3)
        ]
    taken = np.concatenate(known)
    both = np.concatenate((around, taken))
    low, size = both.min(axis=0), np.ptp(both, axis=0) + 1
    keys, first = np.unique(_keys(around, low, size), return_index=True)
    outside = around[first[~np.isin(keys, _keys(taken, low, size))]]
    positions = positions_of(lattice, sites.origin, outside[:, :2], outside[:, 2])
    basis = np.asarray(lattice.basis)
    vectors = (ring @ lattice.vectors)[:, None, None] + basis[:, None] - basis
    distances = np.linalg.norm(vectors, axis=-1)
    return positions, float(distances[distances > 0].min())


def _keys(tags: IntArray, low: IntArray, size: IntArray) -> IntArray:
    """One number per row of integers, all of which lie in a box."""
    keys: IntArray = np.ravel_multi_index(tuple((tags - low).T), tuple(size))
    return keys
