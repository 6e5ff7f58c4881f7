package io.adit.devnet.node;

import io.adit.chain.node.ActorState;
import io.adit.chain.node.CirculatingSupply;
import io.adit.chain.node.NetworkParams;
import io.adit.chain.node.RpcException;
import io.adit.chain.node.StateApi;
import io.adit.chain.type.BeaconEntry;
import io.adit.chain.type.ChainRandomness;
import io.adit.chain.type.DomainSeparationTag;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Hashes;
import io.adit.devnet.actor.ActorCode;
import io.adit.devnet.actor.ActorType;
import io.adit.devnet.actor.Genesis;
import io.adit.devnet.actor.Invocation;
import io.adit.devnet.actor.MarketState;
import io.adit.devnet.actor.PowerState;
import io.adit.devnet.actor.RewardState;
import io.adit.devnet.actor.StateTree;
import io.adit.devnet.chain.ChainSettings;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Questions about actors, randomness and the network. */
interface StateAnswers extends StateApi, Answers {
    @Override
    default String stateNetworkName() {
        return ChainSettings.NETWORK_NAME;
    }

    @Override
    default long stateNetworkVersion(TipSetKey key) {
        link(key);
        return ledger().chain().settings().networkVersion();
    }

    @Override
    default NetworkParams stateGetNetworkParams() {
        var settings = ledger().chain().settings();
        return new NetworkParams(
                ChainSettings.NETWORK_NAME,
                settings.blockDelaySeconds(),
                BigInteger.valueOf(settings.policy().consensusMinerMinPower()),
                settings.policy().preCommitChallengeDelay(),
                Map.of("UpgradeXxHeight", new Epoch(settings.rules().newSectorsHaveFullPower() ? -1 : 999_999_999)),
                ChainSettings.CHAIN_ID,
                settings.genesisTime().getEpochSecond());
    }

    @Override
    default Map<String, Cid> stateActorCodeCIDs(long networkVersion) {
        return Arrays.stream(ActorType.values())
                .collect(Collectors.toMap(ActorType::label, type -> ActorCode.cid(type, networkVersion)));
    }

    @Override
    default Optional<ActorState> stateGetActor(Address actor, TipSetKey key) {
        var state = state(key);
        return state.resolve(actor).flatMap(id -> actorState(state, id));
    }

    @Override
    default List<Address> stateListMiners(TipSetKey key) {
        return state(key).all(ActorType.MINER).stream().map(Address::ofId).toList();
    }

    @Override
    default Address stateLookupID(Address address, TipSetKey key) {
        var state = state(key);
        long id = Answers.id(state, address);
        return Address.ofId(state.find(id).map(entry -> id).orElseThrow(Answers::noActor));
    }

    @Override
    default Address stateAccountKey(Address account, TipSetKey key) {
        if (account.isKey()) {
            return account;
        }
        var entry = Answers.actor(state(key), account);
        if (entry.type() != ActorType.ACCOUNT) {
            throw Answers.failed("failed to get account actor state for " + account + ": actor code is not account: "
                    + entry.type().label());
        }
        return entry.robust().orElse(account);
    }

    @Override
    default Address stateLookupRobustAddress(Address idAddress, TipSetKey key) {
        return Answers.actor(state(key), idAddress).robust().orElseThrow(() -> Answers.failed("Address not found"));
    }

    private static DomainSeparationTag tag(long number) {
        return Arrays.stream(DomainSeparationTag.values())
                .filter(tag -> tag.number() == number)
                .findFirst()
                .orElseThrow(() -> Answers.failed("unknown domain separation tag " + number));
    }

    private byte[] ticket(Epoch epoch, TipSetKey key) {
        var link = link(key);
        if (epoch.value() > link.height()) {
            throw Answers.failed("cannot draw randomness from the future");
        }
        var block = link.ancestorAt(epoch.value()).tipSet().minTicketBlock();
        return block.ticket().orElseThrow().vrfProof();
    }

    private byte[] beacon(Epoch epoch, TipSetKey key) {
        if (epoch.value() > link(key).height()) {
            throw Answers.failed("cannot draw randomness from the future");
        }
        return ledger().chain().beacon().entry(epoch.value()).signature();
    }

    private static byte[] drawn(String doing, Supplier<byte[]> base) {
        try {
            return base.get();
        } catch (RpcException refused) {
            throw Answers.failed(doing + refused.nodeMessage());
        }
    }

    @Override
    default Randomness stateGetRandomnessFromTickets(long domainTag, Epoch epoch, byte[] entropy, TipSetKey key) {
        var base = drawn("getting chain randomness: ", () -> ticket(epoch, key));
        return ChainRandomness.draw(base, tag(domainTag), epoch, entropy);
    }

    @Override
    default Randomness stateGetRandomnessFromBeacon(long domainTag, Epoch epoch, byte[] entropy, TipSetKey key) {
        var base = drawn("getting beacon randomness: ", () -> beacon(epoch, key));
        return ChainRandomness.draw(base, tag(domainTag), epoch, entropy);
    }

    @Override
    default Randomness stateGetRandomnessDigestFromTickets(Epoch epoch, TipSetKey key) {
        return Randomness.of(Hashes.blake2b256(ticket(epoch, key)));
    }

    @Override
    default Randomness stateGetRandomnessDigestFromBeacon(Epoch epoch, TipSetKey key) {
        return Randomness.of(Hashes.blake2b256(beacon(epoch, key)));
    }

    @Override
    default BeaconEntry stateGetBeaconEntry(Epoch epoch) {
        awaitEpoch(epoch);
        return ledger().chain().beacon().entry(epoch.value());
    }

    @Override
    default TokenAmount stateCirculatingSupply(TipSetKey key) {
        return new TokenAmount(Invocation.circulatingSupply(state(key), Genesis.supply()));
    }

    @Override
    default CirculatingSupply stateVMCirculatingSupplyInternal(TipSetKey key) {
        var state = state(key);
        var mined = state.read(StateTree.REWARD, RewardState.class).paid();
        var locked = state.read(StateTree.POWER, PowerState.class)
                .pledge()
                .add(state.read(StateTree.MARKET, MarketState.class).totalLocked());
        return new CirculatingSupply(
                new TokenAmount(Genesis.supply()),
                new TokenAmount(mined),
                new TokenAmount(state.balance(StateTree.BURNT_FUNDS)),
                new TokenAmount(locked),
                stateCirculatingSupply(key),
                TokenAmount.ZERO);
    }
}
