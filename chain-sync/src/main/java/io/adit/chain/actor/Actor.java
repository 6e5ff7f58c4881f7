package io.adit.chain.actor;

import io.adit.core.fil.Address;

/** The addresses of the singleton actors; they are the same on every network. */
public final class Actor {
    public static final Address SYSTEM = Address.ofId(0);
    public static final Address INIT = Address.ofId(1);
    public static final Address REWARD = Address.ofId(2);
    public static final Address CRON = Address.ofId(3);
    public static final Address POWER = Address.ofId(4);
    public static final Address MARKET = Address.ofId(5);
    public static final Address VERIFIED_REGISTRY = Address.ofId(6);
    public static final Address DATACAP = Address.ofId(7);
    public static final Address ETHEREUM_ADDRESS_MANAGER = Address.ofId(10);
    /** Funds sent there are burnt. */
    public static final Address BURNT_FUNDS = Address.ofId(99);

    /** Method number of a plain transfer of value. */
    public static final long METHOD_SEND = 0;

    private Actor() {}
}
