package io.adit.market.filter;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.chain.node.json.LotusJson;
import io.adit.chain.node.json.MarketJson;
import io.adit.core.fil.Network;
import io.adit.core.fil.TokenAmount;

/** A question as JSON, in the two shapes that filters know. */
final class FilterDocuments {
    /** Of the shape that Boost 2.0 to 2.5 and Droplet hand to filters. */
    static final String BOOST_VERSION = "2.2.0";

    private static final String CURIO_VERSION = "1.0";

    private FilterDocuments() {}

    /**
     * What Boost writes to a filter's standard input ({@code storagemarket/dealfilter/cli.go}): the deal's parameters with the
     * provider's state beside them. As there, the transfer's parameters are left out: they may hold a password.
     */
    static ObjectNode boost(FilterQuestion question) {
        var deal = question.deal();
        var node = JsonNodeFactory.instance.objectNode();
        node.put("DealUUID", deal.uuid().toString()).put("IsOffline", deal.offline());
        signedProposal(node, question);
        node.putObject("DealDataRoot").put("/", deal.dataRoot().toString());
        node.putObject("Transfer")
                .put("Type", deal.transfer().type())
                .put("ClientID", deal.transfer().clientId())
                .put("Params", "")
                .put("Size", deal.transfer().size());
        node.put("RemoveUnsealedCopy", deal.removeUnsealedCopy()).put("SkipIPNIAnnounce", deal.skipIpniAnnounce());
        var sealing = node.putObject("SealingPipelineState");
        sectorStates(sealing.putObject("SectorStates"), question);
        sealing.putArray("Workers");
        var funds = node.putObject("FundsState");
        escrow(funds, question);
        worker(funds.putObject("Collateral"), question);
        worker(funds.putObject("PubMsg"), question).put("Tagged", TokenAmount.ZERO.attoText());
        room(node, question);
        return end(node, BOOST_VERSION, "boost");
    }

    /** What Curio posts to CIDgravity ({@code market/mk12/cidgravity.go}). The gateway tells shapes by their agent. */
    static ObjectNode curio(FilterQuestion question) {
        var deal = question.deal();
        var node = JsonNodeFactory.instance.objectNode();
        node.put("DealUUID", deal.uuid().toString())
                .put("IsOffline", deal.offline())
                .put("Size", deal.offline() ? 0 : deal.transfer().size())
                .put("RemoveUnsealedCopy", deal.removeUnsealedCopy())
                .put("SkipIPNIAnnounce", deal.skipIpniAnnounce());
        signedProposal(node, question);
        node.putObject("DealDataRoot").put("/", deal.dataRoot().toString());
        var funds = node.putObject("FundsState");
        funds.putObject("Collateral")
                .put("Address", question.provider().toString(Network.MAINNET))
                .put("Balance", question.money().escrow().available().attoText());
        escrow(funds, question);
        worker(funds.putObject("PubMsg"), question);
        var sealing = node.putObject("SealingPipelineState");
        sealing.putObject("DealStagingStates")
                .put("AcceptedWaitingDownload", 0)
                .put("Downloading", question.stages().transferring())
                .put("Publishing", question.stages().publishing())
                .put("Sealing", question.stages().sealing());
        sectorStates(sealing.putObject("Pipeline").put("IsSnap", false).putObject("States"), question);
        room(node, question);
        return end(node, CURIO_VERSION, "curio");
    }

    private static ObjectNode end(ObjectNode node, String version, String agent) {
        return node.put("DealType", "storage").put("FormatVersion", version).put("Agent", agent);
    }

    private static void signedProposal(ObjectNode node, FilterQuestion question) {
        var signed = question.deal().proposal();
        var proposal = node.putObject("ClientDealProposal");
        proposal.set("Proposal", MarketJson.DEAL_PROPOSAL.encode(signed.proposal(), Network.MAINNET));
        proposal.set("ClientSignature", LotusJson.SIGNATURE.encode(signed.clientSignature(), Network.MAINNET));
    }

    private static void sectorStates(ObjectNode node, FilterQuestion question) {
        question.sectors().forEach((state, count) -> node.put(state.name(), count));
    }

    private static void escrow(ObjectNode funds, FilterQuestion question) {
        var money = question.money();
        funds.putObject("Escrow")
                .put("Tagged", money.promised().attoText())
                .put("Available", money.escrow().available().attoText())
                .put("Locked", money.escrow().locked().attoText());
    }

    private static ObjectNode worker(ObjectNode wallet, FilterQuestion question) {
        return wallet.put("Address", question.money().worker().toString(Network.MAINNET))
                .put("Balance", question.money().workerBalance().attoText());
    }

    private static void room(ObjectNode node, FilterQuestion question) {
        var room = question.room();
        node.putObject("StorageState")
                .put("TotalAvailable", room.total())
                .put("Tagged", room.awaited())
                .put("Staged", room.staged())
                .put("Free", room.free());
    }
}
