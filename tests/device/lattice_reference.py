"""Slow, plain Hamiltonians of pieces of crystals, to compare devices with."""

import numpy as np

from sharvin.units import FLUX_QUANTUM


def dense_hamiltonian(model, positions, sublattice, params, field=0.0, joined=None):
    """H of the listed sites in the symmetric gauge, by a loop over all pairs.

    ``joined(i, j)`` says whether two sites may be bonded at all.
    """
    first = np.concatenate(([0], np.cumsum([model.orbitals[s] for s in sublattice])))
    h = np.zeros((first[-1], first[-1]), dtype=complex)
    where = {
        (*np.round(r, 6) + 0.0, s): i
        for i, (r, s) in enumerate(zip(positions, sublattice, strict=True))
    }
    for i, s in enumerate(sublattice):
        part = slice(first[i], first[i + 1])
        h[part, part] = model.onsite_block(s, params)
    for number, hopping in enumerate(model.hoppings):
        lattice = model.lattice
        step = np.array(hopping.offset) @ lattice.vectors
        step = step + lattice.basis[hopping.to] - lattice.basis[hopping.from_]
        block = model.hopping_block(number, params)
        for j, s in enumerate(sublattice):
            i = where.get((*np.round(positions[j] + step, 6) + 0.0, hopping.to))
            if s != hopping.from_ or i is None or (joined and not joined(i, j)):
                continue
            # A = B/2 (-y, x), integrated from j to i; in one dimension there is none
            x, y = ((positions[i] + positions[j]) / 2)[:2] if len(step) > 1 else (0.0, 0.0)
            integral = field / 2 * (x * step[-1 if len(step) < 3 else 1] - y * step[0])
            charges = (
                model.charges[hopping.to][:, None] + model.charges[hopping.from_][None, :]
            ) / 2
            phases = np.exp(2j * np.pi / FLUX_QUANTUM * charges * integral)
            rows, columns = slice(first[i], first[i + 1]), slice(first[j], first[j + 1])
            h[rows, columns] = block * phases
            h[columns, rows] = (block * phases).conj().T
    return h


def with_lead_cells(device, params, cells):
    """Dense H of the device and the first ``cells`` cells of every lead, from their blocks."""
    h = device.pattern.matrix(device.values(params)).toarray()
    for lead in device.lead_blocks(params):
        m = len(lead.cell)
        for cell in range(cells):
            n = len(h)
            grown = np.zeros((n + m, n + m), dtype=np.result_type(h, lead.cell, lead.coupling))
            grown[:n, :n] = h
            grown[n:, n:] = lead.cell
            inner = lead.sites if cell == 0 else np.arange(n - m, n)
            bond = lead.coupling if cell == 0 else lead.hop
            grown[np.ix_(range(n, n + m), inner)] = bond
            grown[np.ix_(inner, range(n, n + m))] = bond.conj().T
            h = grown
    return h


def lead_sites(device, cells):
    """Positions, sublattices and owners (0: device, 1...: leads) of all those sites."""
    carving = device._carved
    lattice, sites = carving.model.lattice, carving.sites
    positions, kinds, owners = [sites.positions], [sites.sublattice], [np.zeros(len(sites), int)]
    for number, strip in enumerate(carving.strips.values(), start=1):
        for cell in range(1, cells + 1):
            place = lattice.positions(strip.cells + cell * strip.period, strip.sublattice)
            positions.append(place + sites.origin)
            kinds.append(strip.sublattice)
            owners.append(np.full(len(place), number))
    return np.concatenate(positions), np.concatenate(kinds), np.concatenate(owners)
