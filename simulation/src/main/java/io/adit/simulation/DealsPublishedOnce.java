package io.adit.simulation;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.ClientDealProposal;
import io.adit.chain.actor.MarketMethod;
import io.adit.chain.actor.PublishStorageDealsParams;
import io.adit.chain.actor.PublishStorageDealsReturn;
import io.adit.chain.type.MessageReceipt;
import io.adit.chain.type.SignedMessage;
import io.adit.core.ipld.Cid;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** On the chain as it stands a deal is published once, and no message names it again, in vain, after it was. */
final class DealsPublishedOnce implements Invariant {
    private final Breaches breaches;
    private final Coverage coverage;
    private final Map<Cid, Integer> published = new HashMap<>();

    DealsPublishedOnce(Breaches breaches, Coverage coverage) {
        this.breaches = breaches;
        this.coverage = coverage;
    }

    @Override
    public void executed(SignedMessage signed, MessageReceipt receipt) {
        count(signed, receipt, 1);
    }

    @Override
    public void undone(SignedMessage signed, MessageReceipt receipt) {
        if (count(signed, receipt, -1)) {
            coverage.saw("reorgs that took published deals back");
        }
    }

    private boolean count(SignedMessage signed, MessageReceipt receipt, int by) {
        var message = signed.message();
        if (!message.to().equals(Actor.MARKET) || message.method() != MarketMethod.PUBLISH_STORAGE_DEALS.number()) {
            return false;
        }
        var deals = PublishStorageDealsParams.fromCbor(message.params()).deals();
        if (deals.size() > 1 && by > 0) {
            coverage.saw("several deals published in one message");
        }
        for (int i = 0; i < deals.size(); i++) {
            count(deals, i, receipt, by);
        }
        return receipt.isSuccess();
    }

    private void count(List<ClientDealProposal> deals, int index, MessageReceipt receipt, int by) {
        var proposal = deals.get(index).proposal().cid();
        boolean taken = receipt.isSuccess()
                && PublishStorageDealsReturn.fromCbor(receipt.returnValue())
                        .validDeals()
                        .contains(index);
        if (taken && published.merge(proposal, by, Integer::sum) > 1) {
            breaches.report(getClass(), "proposal " + proposal + " is published a second time");
        } else if (!taken && by > 0 && published.getOrDefault(proposal, 0) > 0) {
            breaches.report(
                    getClass(), "proposal " + proposal + " was named once more, in vain, after it was published");
        }
    }
}
