"""Quantum transport, from the description of a device to what a laboratory measures.

Every public name is loaded when it is first used (PEP 562), so that ``import sharvin`` costs
next to nothing and a program pays only for the floors it walks on.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:  # the same names again for editors and type checkers; a test compares
    from sharvin import analysis as analysis
    from sharvin import errors as errors
    from sharvin import formulas as formulas
    from sharvin import gallery as gallery
    from sharvin import inference as inference
    from sharvin import manybody as manybody
    from sharvin import plot as plot
    from sharvin import spectral as spectral
    from sharvin import topology as topology
    from sharvin import units as units
    from sharvin.device.babinet import babinet_pair as babinet_pair
    from sharvin.device.constrictions import cosh_barrier as cosh_barrier
    from sharvin.device.constrictions import find_saddle as find_saddle
    from sharvin.device.constrictions import saddle as saddle
    from sharvin.device.constrictions import taper as taper
    from sharvin.device.device import Device as Device
    from sharvin.device.disorder import Disorder as Disorder
    from sharvin.device.disorder import disorder as disorder
    from sharvin.device.electrostatics import thomas_fermi as thomas_fermi
    from sharvin.device.gates import gate as gate
    from sharvin.device.gates import lever_arm as lever_arm
    from sharvin.device.gates import split_gate as split_gate
    from sharvin.device.grids import grid_potential as grid_potential
    from sharvin.device.impurities import binary_disorder as binary_disorder
    from sharvin.device.impurities import magnetic_impurities as magnetic_impurities
    from sharvin.device.impurities import rough_edges as rough_edges
    from sharvin.device.impurities import vacancies as vacancies
    from sharvin.device.lead import Lead as Lead
    from sharvin.device.lead import lead as lead
    from sharvin.device.leads import MatrixLead as MatrixLead
    from sharvin.device.leads import SelfEnergyLead as SelfEnergyLead
    from sharvin.device.necks import narrowest_neck as narrowest_neck
    from sharvin.device.potentials import Potential as Potential
    from sharvin.device.presets import corbino as corbino
    from sharvin.device.presets import h_bar as h_bar
    from sharvin.device.presets import hall_bar as hall_bar
    from sharvin.device.random_fields import correlated_disorder as correlated_disorder
    from sharvin.device.random_fields import donor_disorder as donor_disorder
    from sharvin.device.regions import Region as Region
    from sharvin.device.regions import box as box
    from sharvin.device.regions import disk as disk
    from sharvin.device.regions import half_plane as half_plane
    from sharvin.device.regions import interval as interval
    from sharvin.device.regions import polygon as polygon
    from sharvin.device.regions import rectangle as rectangle
    from sharvin.device.regions import ring as ring
    from sharvin.device.spin_orbit import spin_orbit_disorder as spin_orbit_disorder
    from sharvin.interop.kwant.reading import from_kwant as from_kwant
    from sharvin.interop.sisl import from_sisl as from_sisl
    from sharvin.interop.wannier90 import from_wannier90 as from_wannier90
    from sharvin.matter.bhz import bhz as bhz
    from sharvin.matter.bilayer import bilayer_graphene as bilayer_graphene
    from sharvin.matter.bilayer import twisted_bilayer_lattice as twisted_bilayer_lattice
    from sharvin.matter.chain import chain as chain
    from sharvin.matter.conserved import Conserved as Conserved
    from sharvin.matter.electron_gas import electron_gas as electron_gas
    from sharvin.matter.graphene import graphene as graphene
    from sharvin.matter.haldane import haldane as haldane
    from sharvin.matter.hofstadter import hofstadter as hofstadter
    from sharvin.matter.hopping import Hopping as Hopping
    from sharvin.matter.kane_mele import kane_mele as kane_mele
    from sharvin.matter.kitaev import kitaev_chain as kitaev_chain
    from sharvin.matter.lattice import Lattice as Lattice
    from sharvin.matter.model import Model as Model
    from sharvin.matter.nambu import nambu as nambu
    from sharvin.matter.nanowire import rashba_nanowire as rashba_nanowire
    from sharvin.matter.qwz import qwz as qwz
    from sharvin.matter.rashba import rashba_wire as rashba_wire
    from sharvin.matter.rice_mele import rice_mele as rice_mele
    from sharvin.matter.square import square_lattice as square_lattice
    from sharvin.matter.twisted import twisted_bilayer_graphene as twisted_bilayer_graphene
    from sharvin.observables.andreev import andreev_blocks as andreev_blocks
    from sharvin.observables.andreev import andreev_levels as andreev_levels
    from sharvin.observables.andreev import ns_conductance as ns_conductance
    from sharvin.observables.andreev import ns_conductance_matrix as ns_conductance_matrix
    from sharvin.observables.circuit import circuit as circuit
    from sharvin.observables.conductance import conductance_matrix as conductance_matrix
    from sharvin.observables.eigenchannels import (
        transmission_eigenvalues as transmission_eigenvalues,
    )
    from sharvin.observables.probes import float_probes as float_probes
    from sharvin.observables.probes import noise_with_probes as noise_with_probes
    from sharvin.observables.reservoirs import Reservoirs as Reservoirs
    from sharvin.observables.reservoirs import reservoirs as reservoirs
    from sharvin.scattering.checks import check_particle_hole as check_particle_hole
    from sharvin.scattering.checks import check_reciprocity as check_reciprocity
    from sharvin.scattering.checks import check_unitarity as check_unitarity
    from sharvin.scattering.circular import circular_ensemble as circular_ensemble
    from sharvin.scattering.joining import connect as connect
    from sharvin.scattering.joining import join as join
    from sharvin.scattering.smatrix import SMatrix as SMatrix
    from sharvin.scattering.states import ScatteringStates as ScatteringStates
    from sharvin.solvers.adjoint import sensitivity as sensitivity
    from sharvin.solvers.currents import current_density as current_density
    from sharvin.solvers.currents import occupation as occupation
    from sharvin.solvers.delay import delay_times as delay_times
    from sharvin.solvers.delay import density_of_states as density_of_states
    from sharvin.solvers.delay import wigner_smith as wigner_smith
    from sharvin.solvers.dephasing import dephased as dephased
    from sharvin.solvers.sections import kubo_conductance as kubo_conductance
    from sharvin.solvers.smatrix import smatrices as smatrices
    from sharvin.solvers.smatrix import smatrix as smatrix
    from sharvin.solvers.states import green as green
    from sharvin.solvers.states import ldos as ldos
    from sharvin.solvers.states import states as states
    from sharvin.spectral.conductivity import kubo_conductivity as kubo_conductivity
    from sharvin.spectral.torus import Torus as Torus
    from sharvin.sweeps.currents import current as current
    from sharvin.sweeps.currents import heat_currents as heat_currents
    from sharvin.sweeps.currents import onsager_matrix as onsager_matrix
    from sharvin.sweeps.currents import reservoir_heat as reservoir_heat
    from sharvin.sweeps.currents import thermoelectric as thermoelectric
    from sharvin.sweeps.currents import thermopower as thermopower
    from sharvin.sweeps.ensembles import ensemble as ensemble
    from sharvin.sweeps.ensembles import statistics as statistics
    from sharvin.sweeps.explain import explain as explain
    from sharvin.sweeps.labelled import open_store as open_store
    from sharvin.sweeps.labelled import to_netcdf as to_netcdf
    from sharvin.sweeps.measure import conductance as conductance
    from sharvin.sweeps.measure import fano_factor as fano_factor
    from sharvin.sweeps.measure import resistance as resistance
    from sharvin.sweeps.measure import sweep as sweep
    from sharvin.sweeps.measure import transmission as transmission
    from sharvin.sweeps.noise import charge_distribution as charge_distribution
    from sharvin.sweeps.noise import cumulants as cumulants
    from sharvin.sweeps.noise import noise as noise
    from sharvin.sweeps.noise import noise_matrix as noise_matrix
    from sharvin.sweeps.pump import pumped_charge as pumped_charge
    from sharvin.sweeps.scanning import scanning_gate as scanning_gate
    from sharvin.sweeps.spectra import spectrum as spectrum
    from sharvin.sweeps.spectroscopy import bias_spectroscopy as bias_spectroscopy
    from sharvin.topology.chern import chern_number as chern_number

# Module -> the public names that live in it; an empty tuple makes the module itself public.
_ROOMS: dict[str, tuple[str, ...]] = {
    "analysis": (),
    "errors": (),
    "formulas": (),
    "gallery": (),
    "inference": (),
    "manybody": (),
    "plot": (),
    "spectral": (),
    "topology": (),
    "units": (),
    "matter.bhz": ("bhz",),
    "matter.bilayer": ("bilayer_graphene", "twisted_bilayer_lattice"),
    "matter.chain": ("chain",),
    "matter.conserved": ("Conserved",),
    "matter.electron_gas": ("electron_gas",),
    "matter.graphene": ("graphene",),
    "matter.haldane": ("haldane",),
    "matter.hofstadter": ("hofstadter",),
    "matter.hopping": ("Hopping",),
    "matter.kane_mele": ("kane_mele",),
    "matter.kitaev": ("kitaev_chain",),
    "matter.lattice": ("Lattice",),
    "matter.model": ("Model",),
    "matter.nambu": ("nambu",),
    "matter.nanowire": ("rashba_nanowire",),
    "matter.qwz": ("qwz",),
    "matter.rashba": ("rashba_wire",),
    "matter.rice_mele": ("rice_mele",),
    "matter.square": ("square_lattice",),
    "matter.twisted": ("twisted_bilayer_graphene",),
    "device.babinet": ("babinet_pair",),
    "device.device": ("Device",),
    "device.leads": ("MatrixLead", "SelfEnergyLead"),
    "device.disorder": ("Disorder", "disorder"),
    "device.constrictions": ("cosh_barrier", "find_saddle", "saddle", "taper"),
    "device.electrostatics": ("thomas_fermi",),
    "device.gates": ("gate", "lever_arm", "split_gate"),
    "device.grids": ("grid_potential",),
    "device.impurities": (
        "binary_disorder",
        "magnetic_impurities",
        "rough_edges",
        "vacancies",
    ),
    "device.random_fields": ("correlated_disorder", "donor_disorder"),
    "device.necks": ("narrowest_neck",),
    "device.lead": ("Lead", "lead"),
    "device.potentials": ("Potential",),
    "device.presets": ("corbino", "h_bar", "hall_bar"),
    "device.regions": (
        "Region",
        "box",
        "disk",
        "half_plane",
        "interval",
        "polygon",
        "rectangle",
        "ring",
    ),
    "device.spin_orbit": ("spin_orbit_disorder",),
    "scattering.checks": ("check_particle_hole", "check_reciprocity", "check_unitarity"),
    "scattering.circular": ("circular_ensemble",),
    "scattering.joining": ("connect", "join"),
    "scattering.smatrix": ("SMatrix",),
    "scattering.states": ("ScatteringStates",),
    "solvers.adjoint": ("sensitivity",),
    "solvers.currents": ("current_density", "occupation"),
    "solvers.delay": ("delay_times", "density_of_states", "wigner_smith"),
    "solvers.sections": ("kubo_conductance",),
    "solvers.dephasing": ("dephased",),
    "solvers.smatrix": ("smatrices", "smatrix"),
    "solvers.states": ("green", "ldos", "states"),
    "observables.andreev": (
        "andreev_blocks",
        "andreev_levels",
        "ns_conductance",
        "ns_conductance_matrix",
    ),
    "observables.circuit": ("circuit",),
    "observables.conductance": ("conductance_matrix",),
    "observables.probes": ("float_probes", "noise_with_probes"),
    "observables.reservoirs": ("Reservoirs", "reservoirs"),
    "observables.eigenchannels": ("transmission_eigenvalues",),
    "spectral.conductivity": ("kubo_conductivity",),
    "spectral.torus": ("Torus",),
    "sweeps.currents": (
        "current",
        "heat_currents",
        "onsager_matrix",
        "reservoir_heat",
        "thermoelectric",
        "thermopower",
    ),
    "sweeps.ensembles": ("ensemble", "statistics"),
    "sweeps.explain": ("explain",),
    "sweeps.labelled": ("open_store", "to_netcdf"),
    "sweeps.measure": ("conductance", "fano_factor", "resistance", "sweep", "transmission"),
    "sweeps.noise": ("charge_distribution", "cumulants", "noise", "noise_matrix"),
    "sweeps.pump": ("pumped_charge",),
    "sweeps.scanning": ("scanning_gate",),
    "sweeps.spectra": ("spectrum",),
    "sweeps.spectroscopy": ("bias_spectroscopy",),
    "topology.chern": ("chern_number",),
    "interop.kwant.reading": ("from_kwant",),
    "interop.sisl": ("from_sisl",),
    "interop.wannier90": ("from_wannier90",),
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names or (room,)}

__all__ = ["__version__", *sorted(_HOME)]


def __getattr__(name: str) -> object:
    """Import the module that holds ``name`` and keep what was found."""
    if name not in _HOME:
        raise AttributeError(f"module 'sharvin' has no attribute {name!r}")
    value = import_module(f"sharvin.{_HOME[name]}")
    if _ROOMS[_HOME[name]]:
        value = getattr(value, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
