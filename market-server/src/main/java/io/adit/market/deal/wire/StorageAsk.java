package io.adit.market.deal.wire;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * What a provider asks for storage.
 *
 * @param price attoFIL per GiB of padded piece and epoch
 * @param verifiedPrice the same for verified deals, which network version 29 no longer knows
 * @param minPieceSize smallest padded piece taken, in bytes
 * @param maxPieceSize largest padded piece taken, in bytes
 * @param miner the provider
 * @param timestamp the epoch in which the ask was made
 * @param expiry the epoch after which it no longer binds
 * @param sequence grows with every ask
 */
public record StorageAsk(
        TokenAmount price,
        TokenAmount verifiedPrice,
        long minPieceSize,
        long maxPieceSize,
        Address miner,
        Epoch timestamp,
        Epoch expiry,
        long sequence)
        implements CborRecord {

    static StorageAsk read(CborReader reader) {
        var fields = Fields.read("StorageAsk", reader);
        return new StorageAsk(
                fields.get("Price", ChainCbor::tokenAmount),
                fields.get("VerifiedPrice", ChainCbor::tokenAmount),
                fields.get("MinPieceSize", CborReader::uint),
                fields.get("MaxPieceSize", CborReader::uint),
                fields.get("Miner", ChainCbor::address),
                new Epoch(fields.get("Timestamp", CborReader::integer)),
                new Epoch(fields.get("Expiry", CborReader::integer)),
                fields.get("SeqNo", CborReader::uint));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.map(8);
        writer.text("Miner").bytes(miner.bytes());
        writer.text("Price").bytes(price.cborBytes());
        writer.text("SeqNo").uint(sequence);
        writer.text("Expiry").integer(expiry.value());
        writer.text("Timestamp").integer(timestamp.value());
        writer.text("MaxPieceSize").uint(maxPieceSize);
        writer.text("MinPieceSize").uint(minPieceSize);
        writer.text("VerifiedPrice").bytes(verifiedPrice.cborBytes());
    }
}
