package io.adit.market.deal;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.core.fil.Address;
import io.adit.market.policy.DealRule;
import io.adit.market.policy.DealTerms;
import io.adit.market.policy.FetchPace;
import io.adit.market.policy.RejectionCode;

/**
 * The policy as clients may read it: amounts in attoFIL as text, sizes in bytes, durations in epochs. Who is on a list, and
 * what is agreed with single clients, is told to nobody. Which actors may be told of pieces is: an empty list means any.
 */
final class PublishedPolicy {
    private PublishedPolicy() {}

    static ObjectNode of(DealTerms terms, Address miner) {
        var node = JsonNodeFactory.instance
                .objectNode()
                .put("miner", miner.toString())
                .put("pricePerGibEpoch", terms.prices().base().attoText())
                .put("clients", terms.allowed().isEmpty() ? "all" : "listed")
                .put("minPieceSize", terms.minPieceSize().bytes())
                .put("maxPieceSize", terms.largestPiece().bytes())
                .put("minDurationEpochs", terms.minDuration())
                .put("maxDurationEpochs", terms.maxDuration())
                .put("maxExpirationEpochs", terms.maxExpiration())
                .put("startBufferEpochs", terms.startBuffer())
                .put("publishAndSealEpochs", terms.publishAndSeal())
                .put("fetchBytesPerSecond", terms.pace().bytesPerSecond())
                .put("maxStartDelayEpochs", terms.maxStartDelay())
                .put("maxStagingBytes", terms.maxStagingBytes())
                .put("maxStagingBytesPerClient", terms.maxStagingBytesPerClient())
                .put("maxDealsUnderWay", terms.maxDealsUnderWay())
                .put("maxDealsUnderWayPerClient", terms.maxDealsUnderWayPerClient())
                .put("maxQueuedBytes", terms.maxQueuedBytes())
                .put("maxSealingSectors", terms.maxSealingSectors())
                .put("sectorsPerDay", terms.sectorsPerDay())
                .put("ownFilter", terms.filters().any());
        node.putObject("uploads")
                .put("atOnce", terms.uploads().atOnce())
                .put("atOncePerClient", terms.uploads().atOncePerClient())
                .put("periodSeconds", terms.uploads().period().toSeconds());
        var told = node.putArray("notificationContracts");
        terms.notificationContracts().stream().map(Address::toString).sorted().forEach(told::add);
        prices(node, terms);
        var protocols = node.putArray("protocols");
        protocols
                .add(DealProtocols.PROPOSE_1_2_1)
                .add(DealProtocols.PROPOSE_1_2_0)
                .add("/market/mk20");
        var rules = node.putArray("rules");
        for (var rule : DealRule.values()) {
            rules.add(rule.name());
        }
        // What the operator has told no speed for is not looked at.
        var off = node.putArray("rulesOff");
        if (terms.pace().equals(FetchPace.FREE)) {
            off.add(DealRule.TRANSFER_TIME.name());
        }
        if (terms.sectorsPerDay() == 0) {
            off.add(DealRule.QUEUE_TIME.name());
        }
        var rejections = node.putArray("rejections");
        for (var code : RejectionCode.values()) {
            rejections
                    .addObject()
                    .put("code", code.name())
                    .put("field", code.field())
                    .put("meaning", code.meaning())
                    .put("remedy", code.remedy());
        }
        return node;
    }

    private static void prices(ObjectNode node, DealTerms terms) {
        var rules = node.putArray("priceRules");
        for (var rule : terms.prices().rules()) {
            if (rule.client().isEmpty()) {
                rules.addObject()
                        .put("minPieceSize", rule.minSize())
                        .put("maxPieceSize", rule.maxSize())
                        .put("minDurationEpochs", rule.minEpochs())
                        .put("maxDurationEpochs", rule.maxEpochs())
                        .put("pricePerGibEpoch", rule.pricePerGibEpoch().attoText());
            }
        }
    }
}
