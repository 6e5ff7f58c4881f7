use super::*;
use crate::guard::{ERROR, OK, PANIC};
use std::ptr::{null, null_mut};

struct Answer {
    code: i32,
    bytes: Vec<u8>,
}

impl Answer {
    fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }
}

fn call(entry: impl FnOnce(Out, OutLen) -> i32) -> Answer {
    let (mut pointer, mut length) = (null_mut(), 0usize);
    let code = entry(&mut pointer, &mut length);
    let bytes = unsafe { std::slice::from_raw_parts(pointer, length) }.to_vec();
    unsafe { adit_free(pointer, length) };
    Answer { code, bytes }
}

#[test]
fn a_panic_becomes_code_2_with_its_message_and_the_process_lives() {
    let panicking = || -> Outcome<Vec<u8>> { panic!("told to") };
    let panicked = call(|out, len| unsafe { answer(out, len, panicking) });
    assert_eq!(panicked.code, PANIC);
    assert!(panicked.text().starts_with("panic\ntold to"));
    assert_eq!(call(|out, len| unsafe { adit_version(out, len) }).code, OK);
}

#[test]
fn a_panic_over_a_sector_becomes_code_2_with_the_sectors_number() {
    let panicked = || -> Outcome<Vec<u8>> {
        Err(adit_proofs::Failure::SectorPanicked { number: 7, message: "told to".to_string() })
    };
    let answered = call(|out, len| unsafe { answer(out, len, panicked) });
    assert_eq!(answered.code, PANIC);
    assert_eq!(answered.text(), "panic-in-sector\n7\ntold to");
}

#[test]
fn null_pointers_are_refused() {
    let no_ticket = call(|out, len| unsafe { adit_winning_post_challenge(0, 1000, null(), 5, out, len) });
    assert_eq!(no_ticket.code, ERROR);
    assert!(no_ticket.text().starts_with("invalid-input\nrandomness: null pointer"));
    let no_pieces = call(|out, len| unsafe { adit_comm_d(5, null(), 3, out, len) });
    assert!(no_pieces.text().starts_with("invalid-input\npieces: null pointer"));
    assert_eq!(unsafe { adit_version(null_mut(), null_mut()) }, ERROR);
}

#[test]
fn counts_that_overflow_are_refused() {
    let bytes = [0u8; 40];
    let refused = call(|out, len| unsafe { adit_comm_d(5, bytes.as_ptr(), usize::MAX / 2, out, len) });
    assert_eq!(refused.code, ERROR);
    assert!(refused.text().contains("too many"));
    let large = call(|out, len| unsafe { adit_comm_d(5, bytes.as_ptr(), 1 << 40, out, len) });
    assert!(large.text().contains("at most"));
}

#[test]
fn paths_must_be_utf8_without_nul() {
    for bad in [&b"/tmp/\xff"[..], b"/tmp/\0x"] {
        let refused = call(|out, len| unsafe { adit_clear_cache(bad.as_ptr(), bad.len(), out, len) });
        assert!(refused.text().starts_with("invalid-input\n"), "{}", refused.text());
    }
    let missing = b"/nowhere/at/all";
    let failed = call(|out, len| unsafe { adit_clear_cache(missing.as_ptr(), missing.len(), out, len) });
    assert!(failed.text().starts_with("failed\n"), "{}", failed.text());
}

#[test]
fn replica_paths_must_match_the_count() {
    let (replica, seed) = ([1u8; 40], [1u8; 32]);
    let cut_off = [9u8, 0, 0, 0, b'a'];
    let refused = call(|out, len| unsafe {
        adit_window_post(10, 1000, seed.as_ptr(), replica.as_ptr(), 1, cut_off.as_ptr(), cut_off.len(), out, len)
    });
    assert!(refused.text().starts_with("invalid-input\nreplica paths"), "{}", refused.text());
}

#[test]
fn malformed_proofs_are_false_and_unknown_types_errors() {
    let (one, junk) = ([1u8; 32], [7u8; 100]);
    let verify = |proof_type, proof: &[u8]| {
        call(|out, len| unsafe {
            let p = one.as_ptr();
            adit_verify_seal(proof_type, 1000, 1, p, p, p, p, proof.as_ptr(), proof.len(), out, len)
        })
    };
    assert_eq!(verify(5, &junk).bytes, [0]);
    assert_eq!(verify(5, &[]).bytes, [0]);
    assert_eq!(verify(20, &junk).code, ERROR);
}

#[test]
fn settings_take_only_the_proof_librarys_variables() {
    let refused = call(|out, len| unsafe { adit_init(b"PATH=/x".as_ptr(), 7, out, len) });
    assert!(refused.text().contains("PATH"));
    let level = b"ADIT_LOG_LEVEL=error\n";
    assert_eq!(call(|out, len| unsafe { adit_init(level.as_ptr(), level.len(), out, len) }).code, OK);
}

#[test]
fn version_names_the_variant() {
    let text = call(|out, len| unsafe { adit_version(out, len) }).text();
    assert!(text.contains("api=19.1.0\n") && text.contains("accelerator=none\n"), "{text}");
}

fn begin(kernel: &str, threads: u64) -> Answer {
    call(|out, len| unsafe { adit_commp_new(kernel.as_ptr(), kernel.len(), threads, out, len) })
}

fn opened(threads: u64) -> u64 {
    u64::from_le_bytes(begin("", threads).bytes.try_into().unwrap())
}

fn feed(stream: u64, payload: &[u8]) -> Answer {
    call(|out, len| unsafe { adit_commp_update(stream, payload.as_ptr(), payload.len(), out, len) })
}

fn finish(stream: u64, size: u64) -> Answer {
    call(|out, len| unsafe { adit_commp_finish(stream, size, out, len) })
}

#[test]
fn a_piece_commitment_comes_from_portions_of_any_length_and_alignment() {
    let payload: Vec<u8> = (0..300_000u32).map(|i| (i * 7 + 3) as u8).collect();
    let whole = opened(1);
    assert_eq!((feed(whole, &payload).code, feed(whole, &[]).code), (OK, OK));
    let expected = finish(whole, 0).bytes;
    assert_eq!(expected[32..], [524_288u64.to_le_bytes(), 300_000u64.to_le_bytes()].concat());
    for (threads, portion) in [(1, 1000), (1, 65_537), (2, 127), (3, 100_001)] {
        let stream = opened(threads);
        for part in payload.chunks(portion) {
            // Every alignment that an address can have.
            let mut shifted = vec![0; part.len() % 64];
            let at = shifted.len();
            shifted.extend_from_slice(part);
            assert_eq!(feed(stream, &shifted[at..]).code, OK);
        }
        assert_eq!(finish(stream, 0).bytes, expected);
    }
}

#[test]
fn streams_that_are_not_open_and_wrong_arguments_are_refused() {
    let stream = opened(1);
    let no_payload = call(|out, len| unsafe { adit_commp_update(stream, null(), 5, out, len) });
    assert!(no_payload.text().starts_with("invalid-input\npayload: null pointer"), "{}", no_payload.text());
    let endless = call(|out, len| unsafe { adit_commp_update(stream, [0u8].as_ptr(), usize::MAX, out, len) });
    assert!(endless.text().contains("at most"), "{}", endless.text());
    assert_eq!(unsafe { adit_commp_update(stream, null(), 0, null_mut(), null_mut()) }, ERROR);
    assert!(finish(stream, 0).text().contains("without any payload"));
    for code in [feed(stream, b"late").code, finish(stream, 0).code, feed(0, b"x").code, feed(u64::MAX, b"x").code] {
        assert_eq!(code, ERROR);
    }
    let small = opened(1);
    assert_eq!(feed(small, &[1; 500]).code, OK);
    assert!(finish(small, 256).text().contains("holds at most 254"));
    for (kernel, threads) in [("abacus", 1), ("", 0), ("", u64::MAX), ("\0", 1)] {
        assert_eq!(begin(kernel, threads).code, ERROR, "{kernel} {threads}");
    }
    let dropped = opened(2);
    adit_commp_drop(dropped);
    adit_commp_drop(dropped);
    assert_eq!(feed(dropped, b"x").code, ERROR);
}

#[test]
fn kernels_are_told_and_each_can_be_named() {
    let told = call(|out, len| unsafe { adit_kernels(out, len) }).text();
    let available = told.split_once("available=").unwrap().1.trim().to_string();
    assert!(available.starts_with("scalar") && told.starts_with("best="), "{told}");
    let mut roots = std::collections::HashSet::new();
    for kernel in available.split(',') {
        let stream = u64::from_le_bytes(begin(kernel, 1).bytes.try_into().unwrap());
        feed(stream, &[9; 200_000]);
        roots.insert(finish(stream, 1 << 20).bytes);
    }
    assert_eq!(roots.len(), 1);
}

#[test]
fn measuring_names_every_kernel_and_the_library() {
    let measured = call(|out, len| unsafe { adit_measure_pieces(1 << 16, 2, out, len) });
    let text = measured.text();
    assert!(text.starts_with("scalar=") && text.lines().last().unwrap().starts_with("rust-fil-proofs="), "{text}");
    let measured = call(|out, len| unsafe { adit_measure_sealing(1 << 16, 1, out, len) });
    let text = measured.text();
    assert!(text.starts_with("clock=") && text.contains("\nlabels-16 "), "{text}");
    let refused = call(|out, len| unsafe { adit_measure_sealing(1 << 50, 1, out, len) });
    assert!(refused.text().starts_with("invalid-input\n"));
    let refused = call(|out, len| unsafe { adit_measure_pieces(1 << 50, 2, out, len) });
    assert!(refused.text().starts_with("invalid-input\n"));
}
