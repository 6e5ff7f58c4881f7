package io.adit.chain.node;

import io.adit.chain.type.BeaconEntry;
import io.adit.chain.type.Message;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Actors, randomness and executed messages (Lotus {@code State*}, except miner and market). */
public interface StateApi {

    /** Lotus {@code StateNetworkName}. */
    String stateNetworkName();

    /** Lotus {@code StateNetworkVersion}: which rules hold at that tipset. */
    long stateNetworkVersion(TipSetKey key);

    /** Lotus {@code StateGetNetworkParams}. */
    NetworkParams stateGetNetworkParams();

    /** Lotus {@code StateActorCodeCIDs}: code CIDs of a network version by actor name ({@code storageminer}, …). */
    Map<String, Cid> stateActorCodeCIDs(long networkVersion);

    /** Lotus {@code StateGetActor}; empty where there is none (error code 11). */
    Optional<ActorState> stateGetActor(Address actor, TipSetKey key);

    /** Lotus {@code StateReadState}; an address without an actor is {@link RpcErrorCode#ACTOR_NOT_FOUND}. */
    ReadState stateReadState(Address actor, TipSetKey key);

    /**
     * Lotus {@code StateListMessages}: CIDs of messages in the blocks of a tipset and of those before it, newest first.
     *
     * @param lowest the last epoch that is looked at
     */
    List<Cid> stateListMessages(MessageMatch match, TipSetKey key, Epoch lowest);

    /** Lotus {@code StateListMiners}: ID addresses of all miners. Large and slow on mainnet. */
    List<Address> stateListMiners(TipSetKey key);

    /** Lotus {@code StateLookupID}: the ID address; an unknown one is {@link RpcErrorCode#ACTOR_NOT_FOUND}. */
    Address stateLookupID(Address address, TipSetKey key);

    /** Lotus {@code StateAccountKey}: the key address (f1, f3) of an account; other actors are refused. */
    Address stateAccountKey(Address account, TipSetKey key);

    /** Lotus {@code StateLookupRobustAddress}: an address that survives a reorg of the actor's creation. */
    Address stateLookupRobustAddress(Address idAddress, TipSetKey key);

    /**
     * Lotus {@code StateCall}: runs a message on the state of a tipset without charging gas. A message that fails has an
     * exit code in its receipt; an exception means that it could not be run.
     */
    InvocationResult stateCall(Message message, TipSetKey key);

    /** Lotus {@code StateReplay}: runs a message of the chain again, as it was. */
    InvocationResult stateReplay(TipSetKey key, Cid message);

    /**
     * Lotus {@code StateSearchMsg}: looks for an executed message from a tipset backwards. Empty when it is not found in
     * {@code lookback} epochs, and also when the node does not know the message at all.
     *
     * @param lookback epochs; −1 for no limit
     * @param allowReplaced whether a message with the same sender and nonce but another CID counts; check {@link
     *     MessageLookup#message()} then
     */
    Optional<MessageLookup> stateSearchMsg(TipSetKey from, Cid message, long lookback, boolean allowReplaced);

    /**
     * Lotus {@code StateWaitMsg}: blocks until the message was executed and has {@code confidence} epochs on top. The
     * longest call of all: prefer {@link #stateSearchMsg} on head changes.
     */
    MessageLookup stateWaitMsg(Cid message, long confidence, long lookback, boolean allowReplaced);

    /**
     * Lotus {@code StateGetRandomnessFromTickets}.
     *
     * @param domainTag what the randomness is for (5 sealing, 9 chain commitment, …)
     * @param epoch may be negative early in a chain; an epoch after the tipset is refused
     * @param entropy usually CBOR of the miner's address; may be empty
     */
    Randomness stateGetRandomnessFromTickets(long domainTag, Epoch epoch, byte[] entropy, TipSetKey key);

    /** Lotus {@code StateGetRandomnessFromBeacon}: as from tickets, drawn from drand (4 WindowPoSt, 6 seal seed, …). */
    Randomness stateGetRandomnessFromBeacon(long domainTag, Epoch epoch, byte[] entropy, TipSetKey key);

    /** Lotus {@code StateGetRandomnessDigestFromTickets}: before the domain tag and entropy are mixed in. */
    Randomness stateGetRandomnessDigestFromTickets(Epoch epoch, TipSetKey key);

    /** Lotus {@code StateGetRandomnessDigestFromBeacon}: before the domain tag and entropy are mixed in. */
    Randomness stateGetRandomnessDigestFromBeacon(Epoch epoch, TipSetKey key);

    /** Lotus {@code StateGetBeaconEntry}: the drand entry of an epoch; waits for it when it is in the near future. */
    BeaconEntry stateGetBeaconEntry(Epoch epoch);

    /** Lotus {@code StateCirculatingSupply}: the exact figure of the state at that tipset. */
    TokenAmount stateCirculatingSupply(TipSetKey key);

    /** Lotus {@code StateVMCirculatingSupplyInternal}: the approximation the actors compute with. */
    CirculatingSupply stateVMCirculatingSupplyInternal(TipSetKey key);
}
