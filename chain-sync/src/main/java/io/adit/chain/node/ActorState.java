package io.adit.chain.node;

import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import java.util.Optional;

/**
 * An actor's entry in the state tree (Lotus {@code types.Actor}).
 *
 * @param code CID of the actor's code: what it can do is decided by this, not by the network version
 * @param head root of its state
 * @param nonce next message nonce, for accounts
 * @param delegatedAddress the f4 address, where it has one
 */
public record ActorState(Cid code, Cid head, long nonce, TokenAmount balance, Optional<Address> delegatedAddress) {}
