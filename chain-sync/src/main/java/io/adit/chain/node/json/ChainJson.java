package io.adit.chain.node.json;

import static io.adit.chain.node.json.JsonTypes.list;
import static io.adit.chain.node.json.JsonTypes.listOrNull;
import static io.adit.chain.node.json.JsonTypes.object;
import static io.adit.chain.node.json.LotusJson.ADDRESS;
import static io.adit.chain.node.json.LotusJson.BIG_INTEGER;
import static io.adit.chain.node.json.LotusJson.BOOL;
import static io.adit.chain.node.json.LotusJson.BYTES;
import static io.adit.chain.node.json.LotusJson.CID;
import static io.adit.chain.node.json.LotusJson.EPOCH;
import static io.adit.chain.node.json.LotusJson.INT64;
import static io.adit.chain.node.json.LotusJson.SIGNATURE;
import static io.adit.chain.node.json.LotusJson.TEXT;
import static io.adit.chain.node.json.LotusJson.TIP_SET_KEY;
import static io.adit.chain.node.json.LotusJson.TOKEN_AMOUNT;
import static io.adit.chain.node.json.LotusJson.UINT64;

import io.adit.chain.node.Block;
import io.adit.chain.node.BlockMessages;
import io.adit.chain.node.ChainMessage;
import io.adit.chain.node.HeadChange;
import io.adit.chain.node.MessageLookup;
import io.adit.chain.node.MessageSendSpec;
import io.adit.chain.type.BeaconEntry;
import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.ElectionProof;
import io.adit.chain.type.Message;
import io.adit.chain.type.MessageReceipt;
import io.adit.chain.type.PoStProof;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.Ticket;
import io.adit.chain.type.TipSet;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/** Shapes of messages, blocks and tipsets. */
public final class ChainJson {

    private static final UUID NO_UUID = new UUID(0, 0);

    private ChainJson() {}

    /** A message; its CID is written for Lotus's sake and not read back, since it follows from the rest. */
    public static final JsonType<Message> MESSAGE = object("message", ChainJson::readMessage, ChainJson::writeMessage);

    /** A message with its signature, and the CID as with {@link #MESSAGE}. */
    public static final JsonType<SignedMessage> SIGNED_MESSAGE = object(
            "signed message",
            in -> new SignedMessage(in.get("Message", MESSAGE), in.get("Signature", SIGNATURE)),
            (out, value) -> out.put("Message", MESSAGE, value.message())
                    .put("Signature", SIGNATURE, value.signature())
                    .put("CID", CID, value.cid()));

    /** A receipt. */
    public static final JsonType<MessageReceipt> RECEIPT = object(
            "receipt",
            in -> new MessageReceipt(
                    in.get("ExitCode", INT64),
                    in.get("Return", BYTES),
                    in.get("GasUsed", INT64),
                    in.find("EventsRoot", CID)),
            (out, value) -> out.put("ExitCode", INT64, value.exitCode())
                    .put("Return", BYTES, value.returnValue())
                    .put("GasUsed", INT64, value.gasUsed())
                    .put("EventsRoot", CID, value.eventsRoot()));

    /** Where a message was run. Lotus's {@code ReturnDec}, a rendering of the return value, is not kept. */
    public static final JsonType<MessageLookup> MESSAGE_LOOKUP = object(
            "message lookup",
            in -> new MessageLookup(
                    in.get("Message", CID),
                    in.get("Receipt", RECEIPT),
                    in.get("TipSet", TIP_SET_KEY),
                    in.get("Height", EPOCH)),
            (out, value) -> out.put("Message", CID, value.message())
                    .put("Receipt", RECEIPT, value.receipt())
                    .putNull("ReturnDec")
                    .put("TipSet", TIP_SET_KEY, value.tipSet())
                    .put("Height", EPOCH, value.height()));

    /** Bounds on the cost of a message. */
    public static final JsonType<MessageSendSpec> SEND_SPEC = object(
            "message send spec",
            in -> new MessageSendSpec(
                    in.get("MaxFee", TOKEN_AMOUNT),
                    in.find("MsgUuid", TEXT).map(UUID::fromString).filter(uuid -> !uuid.equals(NO_UUID)),
                    in.find("MaximizeFeeCap", BOOL).orElse(false)),
            (out, value) -> out.put("MaxFee", TOKEN_AMOUNT, value.maxFee())
                    .put("MsgUuid", TEXT, value.uuid().orElse(NO_UUID).toString())
                    .put("MaximizeFeeCap", BOOL, value.maximizeFeeCap()));

    /** A beacon entry. */
    public static final JsonType<BeaconEntry> BEACON_ENTRY = object(
            "beacon entry",
            in -> new BeaconEntry(in.get("Round", UINT64), in.get("Data", BYTES)),
            (out, value) -> out.put("Round", UINT64, value.round()).put("Data", BYTES, value.signature()));

    /** A ticket. */
    public static final JsonType<Ticket> TICKET = object(
            "ticket",
            in -> new Ticket(in.get("VRFProof", BYTES)),
            (out, value) -> out.put("VRFProof", BYTES, value.vrfProof()));

    /** An election proof. */
    public static final JsonType<ElectionProof> ELECTION_PROOF = object(
            "election proof",
            in -> new ElectionProof(in.get("WinCount", INT64), in.get("VRFProof", BYTES)),
            (out, value) -> out.put("WinCount", INT64, value.winCount()).put("VRFProof", BYTES, value.vrfProof()));

    /** A proof of spacetime. */
    public static final JsonType<PoStProof> POST = object(
            "PoSt proof",
            in -> new PoStProof(in.get("PoStProof", INT64), in.get("ProofBytes", BYTES)),
            (out, value) -> out.put("PoStProof", INT64, value.type()).put("ProofBytes", BYTES, value.proof()));

    /** A block header. */
    public static final JsonType<BlockHeader> BLOCK_HEADER =
            object("block header", ChainJson::readHeader, ChainJson::writeHeader);

    /** A tipset. */
    public static final JsonType<TipSet> TIP_SET = object(
            "tipset",
            in -> new TipSet(
                    in.get("Cids", TIP_SET_KEY), in.get("Blocks", list(BLOCK_HEADER)), in.get("Height", EPOCH)),
            (out, value) -> out.put("Cids", TIP_SET_KEY, value.key())
                    .put("Blocks", list(BLOCK_HEADER), value.blocks())
                    .put("Height", EPOCH, value.height()));

    /** A step of the head. */
    public static final JsonType<HeadChange> HEAD_CHANGE = object(
            "head change",
            in -> new HeadChange(headChangeType(in.get("Type", TEXT)), in.get("Val", TIP_SET)),
            (out, value) -> out.put("Type", TEXT, value.type().text()).put("Val", TIP_SET, value.tipSet()));

    /** One element of a {@code ChainNotify} channel; null where Go has no changes to tell. */
    public static final JsonType<List<HeadChange>> HEAD_CHANGES = listOrNull(HEAD_CHANGE);

    /** A message under its CID. */
    public static final JsonType<ChainMessage> CHAIN_MESSAGE = object(
            "message with CID",
            in -> new ChainMessage(in.get("Cid", CID), in.get("Message", MESSAGE)),
            (out, value) -> out.put("Cid", CID, value.cid()).put("Message", MESSAGE, value.message()));

    /** The messages of a block. */
    public static final JsonType<BlockMessages> BLOCK_MESSAGES = object(
            "block messages",
            in -> new BlockMessages(
                    in.get("BlsMessages", list(MESSAGE)),
                    in.get("SecpkMessages", list(SIGNED_MESSAGE)),
                    in.get("Cids", list(CID))),
            (out, value) -> out.put("BlsMessages", list(MESSAGE), value.bls())
                    .put("SecpkMessages", list(SIGNED_MESSAGE), value.secp256k1())
                    .put("Cids", list(CID), value.cids()));

    /** A block as it is gossiped. */
    public static final JsonType<Block> BLOCK = object(
            "block",
            in -> new Block(
                    in.get("Header", BLOCK_HEADER),
                    in.get("BlsMessages", listOrNull(CID)),
                    in.get("SecpkMessages", listOrNull(CID))),
            (out, value) -> out.put("Header", BLOCK_HEADER, value.header())
                    .put("BlsMessages", listOrNull(CID), value.blsMessages())
                    .put("SecpkMessages", listOrNull(CID), value.secp256k1Messages()));

    private static Message readMessage(ObjectReader in) {
        return new Message(
                in.get("Version", UINT64),
                in.get("To", ADDRESS),
                in.get("From", ADDRESS),
                in.get("Nonce", UINT64),
                in.get("Value", TOKEN_AMOUNT),
                in.get("GasLimit", INT64),
                in.get("GasFeeCap", TOKEN_AMOUNT),
                in.get("GasPremium", TOKEN_AMOUNT),
                in.get("Method", UINT64),
                in.get("Params", BYTES));
    }

    private static void writeMessage(ObjectWriter out, Message value) {
        out.put("Version", UINT64, value.version())
                .put("To", ADDRESS, value.to())
                .put("From", ADDRESS, value.from())
                .put("Nonce", UINT64, value.nonce())
                .put("Value", TOKEN_AMOUNT, value.value())
                .put("GasLimit", INT64, value.gasLimit())
                .put("GasFeeCap", TOKEN_AMOUNT, value.gasFeeCap())
                .put("GasPremium", TOKEN_AMOUNT, value.gasPremium())
                .put("Method", UINT64, value.method())
                .put("Params", BYTES, value.params())
                .put("CID", CID, value.cid());
    }

    private static BlockHeader readHeader(ObjectReader in) {
        return new BlockHeader(
                in.get("Miner", ADDRESS),
                in.find("Ticket", TICKET),
                in.find("ElectionProof", ELECTION_PROOF),
                in.get("BeaconEntries", listOrNull(BEACON_ENTRY)),
                in.get("WinPoStProof", listOrNull(POST)),
                in.get("Parents", list(CID)),
                in.get("ParentWeight", BIG_INTEGER),
                in.get("Height", EPOCH),
                in.get("ParentStateRoot", CID),
                in.get("ParentMessageReceipts", CID),
                in.get("Messages", CID),
                in.find("BLSAggregate", SIGNATURE),
                in.get("Timestamp", UINT64),
                in.find("BlockSig", SIGNATURE),
                in.get("ForkSignaling", UINT64),
                in.get("ParentBaseFee", TOKEN_AMOUNT));
    }

    private static void writeHeader(ObjectWriter out, BlockHeader value) {
        out.put("Miner", ADDRESS, value.miner())
                .put("Ticket", TICKET, value.ticket())
                .put("ElectionProof", ELECTION_PROOF, value.electionProof())
                .put("BeaconEntries", listOrNull(BEACON_ENTRY), value.beaconEntries())
                .put("WinPoStProof", listOrNull(POST), value.winPoStProof())
                .put("Parents", list(CID), value.parents())
                .put("ParentWeight", BIG_INTEGER, value.parentWeight())
                .put("Height", EPOCH, value.height())
                .put("ParentStateRoot", CID, value.parentStateRoot())
                .put("ParentMessageReceipts", CID, value.parentMessageReceipts())
                .put("Messages", CID, value.messages())
                .put("BLSAggregate", SIGNATURE, value.blsAggregate())
                .put("Timestamp", UINT64, value.timestamp())
                .put("BlockSig", SIGNATURE, value.blockSignature())
                .put("ForkSignaling", UINT64, value.forkSignaling())
                .put("ParentBaseFee", TOKEN_AMOUNT, value.parentBaseFee());
    }

    private static HeadChange.Type headChangeType(String text) {
        return Arrays.stream(HeadChange.Type.values())
                .filter(type -> type.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no head change is called " + text));
    }
}
