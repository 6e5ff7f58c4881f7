package io.adit.devnet.shape;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.chain.actor.Actor;
import io.adit.chain.actor.ChangePeerIdParams;
import io.adit.chain.actor.CreateMinerReturn;
import io.adit.chain.actor.DeclareFaultsParams;
import io.adit.chain.actor.ExecParams;
import io.adit.chain.actor.MultisigConstructorParams;
import io.adit.chain.actor.MultisigMethod;
import io.adit.chain.actor.PieceActivationManifest;
import io.adit.chain.actor.ProposeParams;
import io.adit.chain.actor.SectorDeclaration;
import io.adit.chain.node.BlockTemplate;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.json.BlockJson;
import io.adit.chain.node.json.ChainJson;
import io.adit.chain.node.json.LotusJson;
import io.adit.chain.node.rpc.RpcDispatcher;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Network;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.SignatureType;
import io.adit.core.time.SystemTimeline;
import io.adit.devnet.Devnet;
import io.adit.devnet.Provider;
import io.adit.devnet.RecordingProofs;
import io.adit.devnet.ScriptedMiner;
import io.adit.devnet.chain.Production;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A chain on which something of everything has happened, and the names under which the table of calls speaks of it: a provider with
 * an active deal, a proven sector, a pre-committed one, power, a block of its own, messages that landed and one that waits.
 */
final class LiveChain implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** An identity multihash of an Ed25519 key. */
    private static final byte[] PEER_ID = HexFormat.of().parseHex("002408011220" + "11".repeat(32));

    private final Devnet devnet = Devnet.simulated(
            ScriptedMiner.settings(), new RecordingProofs(), Production.BY_MINERS_AND_DEVNET, new SystemTimeline());
    private final FullNode node = devnet.node();
    private final RpcDispatcher dispatcher = new RpcDispatcher(node, Network.TESTNET);
    private final Map<String, JsonNode> names = new HashMap<>();

    LiveChain() {
        var provider = new Provider(devnet, node);
        devnet.node().wallet().add(provider.worker());
        provider.createMiner();
        provider.run(provider.miner(), TokenAmount.ZERO, 4, new ChangePeerIdParams(PEER_ID));
        provider.fillEscrow();
        var piece = new PieceInfo(Provider.commR(99), Provider.SECTOR);
        long deal = provider.publish(provider.proposal("7", piece)).ids().getFirst();
        provider.preCommit(1, piece);
        provider.prove(1, PieceActivationManifest.ofDeal(piece.pieceCidV1(), piece.size(), deal));
        post(provider);
        provider.preCommit(2);
        names.put("multisig", address(multisig(provider)));
        devnet.advance(25);
        var landed = transfer(provider);
        var template = makeABlock(provider);
        var waiting = transfer(provider);
        name(provider, deal, landed, waiting, template);
    }

    /** One of two signers, where a proposal waits for the other. */
    private Address multisig(Provider provider) {
        var signers = List.of(provider.worker().address(), provider.client().address());
        var constructor = new MultisigConstructorParams(signers, 2, new Epoch(0), new Epoch(0));
        var code = Objects.requireNonNull(node.stateActorCodeCIDs(28).get("multisig"));
        var made = provider.run(
                Actor.INIT, TokenAmount.ZERO, ExecParams.METHOD, new ExecParams(code, constructor.toCbor()));
        var multisig = CreateMinerReturn.fromCbor(made.returnValue()).idAddress();
        var proposal = new ProposeParams(provider.miner(), TokenAmount.ZERO, 16, new byte[] {(byte) 0x80});
        provider.run(multisig, TokenAmount.ZERO, MultisigMethod.PROPOSE.number(), proposal);
        return multisig;
    }

    private void post(Provider provider) {
        long deadline = provider.awaitDeadline(1);
        devnet.advance(1);
        provider.submitWindow(deadline);
    }

    private SignedMessage transfer(Provider provider) {
        var client = provider.client();
        var cid = provider.push(client, Address.ofId(100), TokenAmount.ofFil(1), 0, new byte[0]);
        return node.mpoolPending(TipSetKey.EMPTY).stream()
                .filter(message -> message.cid().equals(cid))
                .findFirst()
                .orElseThrow();
    }

    private BlockTemplate makeABlock(Provider provider) {
        var miner = new ScriptedMiner(node, provider.miner(), provider.worker());
        while (true) {
            devnet.advance(1);
            var won =
                    miner.template(node.chainHead(), devnet.epoch(), (info, challenge) -> RecordingProofs.validProof());
            if (won.isPresent()) {
                node.syncSubmitBlock(node.minerCreateBlock(won.get()));
                devnet.advance(1);
                return won.get();
            }
        }
    }

    private void name(
            Provider provider, long deal, SignedMessage landed, SignedMessage waiting, BlockTemplate template) {
        var head = node.chainHead();
        var found = node.stateSearchMsg(TipSetKey.EMPTY, landed.cid(), -1, true).orElseThrow();
        var carrier = node.chainGetTipSet(node.chainGetTipSet(found.tipSet()).parents());
        var child = node.chainGetTipSet(found.tipSet());
        var at = node.stateSectorPartition(provider.miner(), new SectorNumber(1), TipSetKey.EMPTY);
        names.put("miner", address(provider.miner()));
        names.put("worker", address(provider.worker().address()));
        names.put("client", address(provider.client().address()));
        names.put(
                "stranger", address(Provider.key("stranger", SignatureType.BLS).address()));
        names.put("head", key(head.key()));
        names.put("base", key(head.parents()));
        names.put("carrier", key(carrier.key()));
        names.put("block", cid(carrier.key().cids().getFirst()));
        names.put("child", cid(child.key().cids().getFirst()));
        names.put("genesis", cid(node.chainGetGenesis().key().cids().getFirst()));
        names.put("landed", cid(landed.cid()));
        names.put("height", number(head.height().value()));
        names.put("next", number(head.height().value() + 1));
        names.put("future", number(head.height().value() + 50));
        names.put("now", number(devnet.epoch()));
        names.put("deal", number(deal));
        names.put("deadline", number(at.deadline()));
        names.put("template", BlockJson.BLOCK_TEMPLATE.encode(template, Network.TESTNET));
        var made = node.minerCreateBlock(template);
        names.put("made", ChainJson.BLOCK.encode(made, Network.TESTNET));
        names.put("pending", ChainJson.SIGNED_MESSAGE.encode(waiting, Network.TESTNET));
        names.put("unsent", ChainJson.SIGNED_MESSAGE.encode(unsent(provider), Network.TESTNET));
        names.put("call", message(provider, 0, new byte[0]));
        names.put("failing", message(provider, 5, new byte[0]));
        names.put("faults", faults(provider, at.deadline()));
        names.put(
                "preCommit", call("StateSectorPreCommitInfo", "[$miner, 2, []]").path("Info"));
        names.put(
                "ticket",
                JSON.valueToTree(node.f3GetOrRenewParticipationTicket(provider.miner(), Optional.empty(), 5)));
    }

    private SignedMessage unsent(Provider provider) {
        var client = provider.client();
        long nonce = node.mpoolGetNonce(client.address());
        var message = new Message(
                0,
                Address.ofId(100),
                client.address(),
                nonce,
                TokenAmount.ofFil(1),
                2_000_000,
                TokenAmount.ofAtto(200_000),
                TokenAmount.ofAtto(100_000),
                0,
                new byte[0]);
        return new SignedMessage(message, client.sign(message.signingBytes()));
    }

    private static JsonNode message(Provider provider, long method, byte[] params) {
        return ChainJson.MESSAGE.encode(
                Message.unpriced(provider.worker().address(), provider.miner(), TokenAmount.ZERO, method, params),
                Network.TESTNET);
    }

    private static JsonNode faults(Provider provider, long deadline) {
        var params = new DeclareFaultsParams(List.of(new SectorDeclaration(deadline, 0, BitField.of(1))));
        return message(provider, 10, params.toCbor());
    }

    private static JsonNode address(Address address) {
        return LotusJson.ADDRESS.encode(address, Network.TESTNET);
    }

    private static JsonNode key(TipSetKey key) {
        return LotusJson.TIP_SET_KEY.encode(key, Network.TESTNET);
    }

    private static JsonNode cid(Cid cid) {
        return LotusJson.CID.encode(cid, Network.TESTNET);
    }

    private static JsonNode number(long number) {
        return JSON.valueToTree(number);
    }

    /** Asks the devnet as over the wire; {@code $name} stands for a value of this chain. */
    JsonNode call(String method, String params) {
        try {
            var answer = dispatcher.call("Filecoin." + method, parameters(params));
            return JSON.readTree(answer.toString());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException malformed) {
            throw new UncheckedIOException(malformed);
        }
    }

    private JsonNode parameters(String params) throws IOException {
        var text = params;
        // Longest first: $miner must not hit $minerId.
        var longestFirst = names.entrySet().stream()
                .sorted((one, other) -> other.getKey().length() - one.getKey().length())
                .toList();
        for (var named : longestFirst) {
            text = text.replace("$" + named.getKey(), named.getValue().toString());
        }
        return JSON.readTree(text);
    }

    @Override
    public void close() {
        devnet.close();
    }
}
