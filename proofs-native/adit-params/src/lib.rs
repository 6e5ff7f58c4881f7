//! Proof parameters for development networks, made in minutes instead of hours.
//!
//! # What a parameter file is
//!
//! A Groth16 proof needs, per circuit, a *proving key* (here `.params`) and a *verifying key* (`.vk`). Both come from
//! secret numbers α, β, γ, δ, τ. Who knows them can prove anything, so real networks make them in a ceremony where every
//! participant destroys a share. A development network has nothing to protect: here the numbers are derived from the
//! circuit's name. That makes the files **insecure and reproducible**: every machine makes the same bytes, a proof made
//! on one verifies on another, and recorded proofs stay valid. They must never be used on a network with value.
//!
//! # The method
//!
//! A circuit with *n* constraints over *m* variables is turned into polynomials: variable *i* has A_i, B_i, C_i of degree
//! below the domain size *d* (the power of two above *n*), with A_i(ω^j) the coefficient of variable *i* in constraint
//! *j*'s left side. The keys hold, for every *i*, group elements such as g^{A_i(τ)} and
//! g^{(β·A_i(τ) + α·B_i(τ) + C_i(τ)) / δ}, and g^{τ^j·(τ^d − 1)/δ} for every *j*.
//!
//! The general-purpose generator keeps every constraint in memory, moves the powers of τ into the Lagrange basis by a
//! Fourier transform over group elements, and multiplies a base point by millions of scalars one at a time. Three changes
//! make it some twelve times faster (see each module):
//!
//! 1. [`qap`]: since τ is known, L_j(τ) = (τ^d − 1)/d · ω^j / (τ − ω^j) has a closed form over *scalars*. The circuit is
//!    then synthesised a second time and each constraint is added to its variables' A_i(τ), B_i(τ), C_i(τ) on the spot;
//!    nothing per constraint is stored.
//! 2. [`fixed_base`]: all multiplications share two base points, so tables of their multiples replace doublings, and the
//!    remaining additions are done in batches that share one field inversion.
//! 3. [`files`]: points go to disk as they are made, under a temporary name, synced and renamed when whole.
//!
//! The result for the same five numbers is byte-identical to `bellperson::groth16::generate_parameters`; [`check`] and
//! this crate's tests hold it to that.

pub mod check;
pub mod circuits;
pub mod files;
pub mod fixed_base;
pub mod generate;
pub mod progress;
pub mod qap;
pub mod secrets;
pub mod srs;
