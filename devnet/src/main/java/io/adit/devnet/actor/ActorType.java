package io.adit.devnet.actor;

/** The kinds of built-in actor that the devnet has, with the names Lotus prints. */
public enum ActorType {
    SYSTEM("system"),
    INIT("init"),
    REWARD("reward"),
    CRON("cron"),
    ACCOUNT("account"),
    POWER("storagepower"),
    MARKET("storagemarket"),
    MINER("storageminer"),
    VERIFIED_REGISTRY("verifiedregistry"),
    DATACAP("datacap"),
    MULTISIG("multisig");

    private final String label;

    ActorType(String label) {
        this.label = label;
    }

    /** The name in the bundle's manifest. */
    public String label() {
        return label;
    }
}
