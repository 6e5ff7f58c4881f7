package io.adit.proofs;

import io.adit.core.fil.ActorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.UnpaddedSize;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.nio.file.Path;
import java.util.Optional;

/** The worker's side of a call: arguments from CBOR, the library, the answer to CBOR. */
final class WorkerDispatcher {
    private final Proofs proofs;

    WorkerDispatcher(Proofs proofs) {
        this.proofs = proofs;
    }

    /** Arguments are one array; its elements are the method's parameters in order. */
    byte[] call(ProofOperation operation, byte[] arguments) {
        var in = new CborReader(arguments);
        in.array();
        var out = new CborWriter();
        switch (operation) {
            case ADD_PIECE -> addPiece(in, out);
            case COMM_D ->
                WorkerValues.commitment(
                        out, proofs.commD(WorkerValues.sealProof(in), WorkerValues.list(in, WorkerValues::piece)));
            case CLEAR_CACHE -> {
                proofs.clearCache(WorkerValues.files(in));
                out.bool(true);
            }
            case UNSEAL -> unseal(in, out);
            case PRE_COMMIT_1 ->
                out.bytes(proofs.preCommit1(
                        WorkerValues.sealProof(in),
                        WorkerValues.files(in),
                        WorkerValues.sector(in),
                        WorkerValues.randomness(in),
                        WorkerValues.list(in, WorkerValues::piece)));
            case PRE_COMMIT_2 ->
                WorkerValues.commitments(
                        out, proofs.preCommit2(in.bytes(FrameChannel.MAX_FRAME), WorkerValues.files(in)));
            case COMMIT_1 ->
                out.bytes(proofs.commit1(
                        WorkerValues.sealProof(in),
                        WorkerValues.files(in),
                        WorkerValues.sector(in),
                        WorkerValues.randomness(in),
                        WorkerValues.randomness(in),
                        WorkerValues.commitments(in),
                        WorkerValues.list(in, WorkerValues::piece)));
            case COMMIT_2 -> out.bytes(proofs.commit2(in.bytes(FrameChannel.MAX_FRAME), WorkerValues.sector(in)));
            case AGGREGATE_SEALS ->
                out.bytes(proofs.aggregateSeals(WorkerValues.sealProof(in), WorkerValues.list(in, WorkerValues::seal)));
            case VERIFY_SEAL -> out.bool(proofs.verifySeal(WorkerValues.seal(in)));
            case VERIFY_AGGREGATE_SEALS ->
                out.bool(proofs.verifyAggregateSeals(
                        WorkerValues.sealProof(in),
                        WorkerValues.list(in, WorkerValues::seal),
                        in.bytes(WorkerValues.MAX_PROOF)));
            case WINDOW_POST -> windowPoSt(in, out);
            case VERIFY_WINDOW_POST ->
                out.bool(proofs.verifyWindowPoSt(
                        WorkerValues.randomness(in),
                        WorkerValues.list(in, WorkerValues::postProof),
                        WorkerValues.list(in, WorkerValues::publicReplica),
                        new ActorId(in.uint())));
            case WINNING_POST_CHALLENGE ->
                WorkerValues.list(
                        out,
                        proofs.winningPoStChallenge(
                                WorkerValues.postProofType(in),
                                WorkerValues.randomness(in),
                                new ActorId(in.uint()),
                                in.uint()),
                        CborWriter::uint);
            case WINNING_POST ->
                WorkerValues.list(
                        out,
                        proofs.winningPoSt(
                                WorkerValues.postProofType(in),
                                new ActorId(in.uint()),
                                WorkerValues.randomness(in),
                                WorkerValues.list(in, WorkerValues::privateReplica)),
                        WorkerValues::postProof);
            case VERIFY_WINNING_POST ->
                out.bool(proofs.verifyWinningPoSt(
                        WorkerValues.randomness(in),
                        WorkerValues.list(in, WorkerValues::postProof),
                        WorkerValues.list(in, WorkerValues::publicReplica),
                        new ActorId(in.uint())));
        }
        in.end();
        return out.toByteArray();
    }

    private void addPiece(CborReader in, CborWriter out) {
        var proof = WorkerValues.sealProof(in);
        var source = in.tryNull() ? Optional.<Path>empty() : Optional.of(WorkerValues.path(in));
        var size = new UnpaddedSize(in.uint());
        var staged = WorkerValues.path(in);
        var existing = WorkerValues.list(in, item -> new UnpaddedSize(item.uint()));
        WorkerValues.piece(out, proofs.addPiece(proof, source, size, staged, existing));
    }

    private void unseal(CborReader in, CborWriter out) {
        out.uint(proofs.unseal(
                WorkerValues.sealProof(in),
                WorkerValues.files(in),
                WorkerValues.path(in),
                WorkerValues.sector(in),
                WorkerValues.commitment(in),
                WorkerValues.randomness(in),
                in.uint(),
                new UnpaddedSize(in.uint())));
    }

    private void windowPoSt(CborReader in, CborWriter out) {
        var made = proofs.windowPoSt(
                WorkerValues.postProofType(in),
                new ActorId(in.uint()),
                WorkerValues.randomness(in),
                WorkerValues.list(in, WorkerValues::privateReplica));
        out.array(2);
        WorkerValues.list(out, made.proofs(), WorkerValues::postProof);
        WorkerValues.list(out, made.faulty(), (to, number) -> to.uint(number.value()));
    }

    static WindowPoSt readWindowPoSt(CborReader in) {
        in.array(2);
        return new WindowPoSt(
                WorkerValues.list(in, WorkerValues::postProof),
                WorkerValues.list(in, item -> new SectorNumber(item.uint())));
    }
}
