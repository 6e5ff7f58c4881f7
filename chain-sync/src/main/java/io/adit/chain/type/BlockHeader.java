package io.adit.chain.type;

import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.Signature;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A block header (Filecoin spec, "Block"): a CBOR tuple of sixteen. Absent ticket, election proof and signatures are CBOR
 * null; only a genesis block lacks them.
 *
 * @param parentWeight the chain's weight up to the parents
 * @param parentStateRoot state after running the parents' messages
 * @param parentMessageReceipts AMT root of the receipts of the parents' messages
 * @param messages CID of the two lists of this block's messages
 * @param blsAggregate aggregate signature of this block's BLS messages
 * @param timestamp seconds since 1970
 * @param blockSignature the miner's worker key over {@link #signingBytes()}
 * @param parentBaseFee attoFIL per gas unit, for this block's messages
 */
public record BlockHeader(
        Address miner,
        Optional<Ticket> ticket,
        Optional<ElectionProof> electionProof,
        List<BeaconEntry> beaconEntries,
        List<PoStProof> winPoStProof,
        List<Cid> parents,
        BigInteger parentWeight,
        Epoch height,
        Cid parentStateRoot,
        Cid parentMessageReceipts,
        Cid messages,
        Optional<Signature> blsAggregate,
        long timestamp,
        Optional<Signature> blockSignature,
        long forkSignaling,
        TokenAmount parentBaseFee)
        implements CborRecord {

    private static final int MAX_ITEMS = 8192;

    public BlockHeader {
        beaconEntries = List.copyOf(beaconEntries);
        winPoStProof = List.copyOf(winPoStProof);
        parents = List.copyOf(parents);
    }

    /** Reads one header. */
    public static BlockHeader fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, BlockHeader::read);
    }

    static BlockHeader read(CborReader reader) {
        reader.array(16);
        return new BlockHeader(
                ChainCbor.address(reader),
                ChainCbor.optional(reader, Ticket::read),
                ChainCbor.optional(reader, ElectionProof::read),
                ChainCbor.list(reader, MAX_ITEMS, "beacon entries", BeaconEntry::read),
                ChainCbor.list(reader, MAX_ITEMS, "winning PoSt proofs", PoStProof::read),
                TipSetKey.readList(reader).cids(),
                ChainCbor.bigInteger(reader),
                ChainCbor.epoch(reader),
                reader.cid(),
                reader.cid(),
                reader.cid(),
                ChainCbor.optional(reader, ChainCbor::signature),
                reader.uint(),
                ChainCbor.optional(reader, ChainCbor::signature),
                reader.uint(),
                ChainCbor.tokenAmount(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        write(writer, blockSignature);
    }

    private void write(CborWriter writer, Optional<Signature> signature) {
        writer.array(16).bytes(miner.bytes());
        ChainCbor.optional(writer, ticket, value -> value.writeTo(writer));
        ChainCbor.optional(writer, electionProof, value -> value.writeTo(writer));
        ChainCbor.list(writer, beaconEntries);
        ChainCbor.list(writer, winPoStProof);
        writer.array(parents.size());
        parents.forEach(writer::cid);
        writer.bytes(ChainCbor.bigIntegerBytes(parentWeight)).integer(height.value());
        writer.cid(parentStateRoot).cid(parentMessageReceipts).cid(messages);
        ChainCbor.optional(writer, blsAggregate, value -> writer.bytes(value.bytes()));
        writer.uint(timestamp);
        ChainCbor.optional(writer, signature, value -> writer.bytes(value.bytes()));
        writer.uint(forkSignaling).bytes(parentBaseFee.cborBytes());
    }

    /** What the miner's worker key signs: the header with a null signature. */
    public byte[] signingBytes() {
        var writer = new CborWriter();
        write(writer, Optional.empty());
        return writer.toByteArray();
    }

    /** This block's CID. */
    public Cid cid() {
        return Cid.dagCbor(toCbor());
    }

    /** This header with its signature. */
    public BlockHeader signed(Signature signature) {
        return new BlockHeader(
                miner,
                ticket,
                electionProof,
                beaconEntries,
                winPoStProof,
                parents,
                parentWeight,
                height,
                parentStateRoot,
                parentMessageReceipts,
                messages,
                blsAggregate,
                timestamp,
                Optional.of(signature),
                forkSignaling,
                parentBaseFee);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BlockHeader that && Arrays.equals(toCbor(), that.toCbor());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toCbor());
    }
}
