package io.adit.core.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Serving data. */
public record RetrievalConfig(
        @Doc(value = "Address of the HTTP server for /ipfs and /piece.", fallback = "127.0.0.1:4702")
        ListenAddress httpListen,

        @Doc(
                value = "Multiaddresses under which clients reach that server, as /dns4/example.org/tcp/443/https."
                        + " Empty: the listening one, unless that is every address of the machine.",
                fallback = "")
        List<String> announceAddresses,

        @Doc(
                value = "Serves single blocks by bitswap on the addresses of market.libp2p-listen, too: the same"
                        + " content as under /ipfs.",
                fallback = "true")
        boolean bitswap,

        @Doc(
                value =
                        "Shows files and directories under /ipfs to browsers, which cannot check them. Whoever has content"
                                + " stored here then has pages under the provider's name: see docs/retrieval.md.",
                fallback = "false")
        boolean website,

        @Doc(
                value =
                        "Folder with IPNS records, as NAME.ipns-record, that are served under /ipns while they are valid."
                                + " Empty: no names are served.",
                fallback = "")
        Optional<Path> ipnsRecords,

        @Doc(
                value = "Publishes to network indexers (IPNI) what can be fetched: they read the chain of"
                        + " advertisements under /ipni of the HTTP server. Needs announce-addresses; bitswap is"
                        + " advertised with market.announce-addresses.",
                fallback = "true")
        boolean ipni,

        @Doc(
                value =
                        "Where indexers are told of new advertisements, at most 8. On a development chain cid.contact is"
                                + " left out.",
                fallback = "https://cid.contact/ingest/announce")
        List<String> ipniIndexers,

        @Doc(
                value = "Most that lists of multihashes for indexers take on disk. What is not there is made again from"
                        + " the pieces when an indexer asks.",
                fallback = "1GiB")
        ByteSize ipniEntries,

        @Doc(
                value =
                        "Files with content that is not served, at most 16, in the compact denylist format (.deny). What"
                                + " changes in them counts within 10 s. While one cannot be read the market does not open.",
                fallback = "")
        List<Path> denyLists) {
    /** Each of them is told one after the other. */
    private static final int MOST_INDEXERS = 8;

    /** Each block that is served is looked up in all of them. */
    private static final int MOST_DENY_LISTS = 16;

    /** A few indexers. */
    public RetrievalConfig {
        NodeConfig.within("the number of retrieval.ipni-indexers", ipniIndexers.size(), 0, MOST_INDEXERS);
        NodeConfig.within("the number of retrieval.deny-lists", denyLists.size(), 0, MOST_DENY_LISTS);
    }
}
