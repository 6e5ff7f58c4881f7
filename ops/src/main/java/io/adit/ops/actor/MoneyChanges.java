package io.adit.ops.actor;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.BeneficiaryTerm;
import io.adit.chain.actor.CreateMinerParams;
import io.adit.chain.actor.CreateMinerReturn;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.PowerMethod;
import io.adit.chain.actor.WithdrawBalanceParams;
import io.adit.chain.actor.WithdrawBalanceReturn;
import io.adit.core.fil.Address;
import io.adit.core.fil.Network;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Changes that move money, by builtin-actors' {@code actors/miner/src/lib.rs} and {@code actors/power/src/lib.rs}. */
public final class MoneyChanges {
    private final Network network;

    public MoneyChanges(Network network) {
        this.network = network;
    }

    /**
     * Pays out available balance, always to the beneficiary.
     *
     * @param amount all that is available, if empty
     * @param byBeneficiary whether the beneficiary signs rather than the owner
     */
    public ActorChange withdraw(MinerAccount account, Optional<TokenAmount> amount, boolean byBeneficiary) {
        var asked = amount.orElse(account.available().max(TokenAmount.ZERO));
        var receiver = account.beneficiary().toString(network);
        var cautions = new ArrayList<String>();
        if (asked.compareTo(account.available()) > 0) {
            cautions.add("Only " + account.available() + " is available; the chain pays out no more than that.");
        }
        if (!account.feeDebt().isZero()) {
            cautions.add("The fee debt of " + account.feeDebt()
                    + " is paid first; if the free balance does not cover it, the withdrawal fails.");
        }
        if (!account.beneficiary().equals(account.owner())) {
            cautions.add("The beneficiary has " + account.quotaLeft() + " of its quota left, until epoch "
                    + account.term().expiration() + "; nothing beyond that is paid, and with none left it fails.");
        }
        cautions.add("What stays must cover pledges and fees to come; a miner in fee debt can neither pre-commit nor"
                + " declare recoveries.");
        return new ActorChange(
                "withdraw",
                "withdraw " + asked + " from " + account.miner().toString(network) + " to its beneficiary " + receiver,
                byBeneficiary ? account.beneficiary() : account.owner(),
                byBeneficiary ? "the miner's beneficiary" : "the miner's owner",
                account.miner(),
                TokenAmount.ZERO,
                MinerMethod.WITHDRAW_BALANCE,
                new WithdrawBalanceParams(asked).toCbor(),
                returned -> Difference.between(account, withdrawn(account, returned), network),
                cautions);
    }

    private static MinerAccount withdrawn(MinerAccount account, byte[] returned) {
        var paid = WithdrawBalanceReturn.fromCbor(returned).amountWithdrawn();
        var after = account.withBalance(account.balance().minus(paid).minus(account.feeDebt()))
                .withFeeDebt(TokenAmount.ZERO);
        if (account.beneficiary().equals(account.owner())) {
            return after;
        }
        var term = account.term();
        return after.withTerm(new BeneficiaryTerm(term.quota(), term.usedQuota().plus(paid), term.expiration()));
    }

    /**
     * Pays fee debt, as much as there is money for: first from rewards that still vest, then from free balance.
     *
     * @param signer the owner, the worker or a control address, who also sends {@code amount}
     * @param amount sent along; what the miner itself cannot pay, if empty
     */
    public ActorChange repayDebt(MinerAccount account, Optional<TokenAmount> amount, Address signer) {
        var own = account.balance().minus(account.preCommitDeposits()).minus(account.initialPledge());
        var sent = amount.orElse(account.feeDebt().minus(own).max(TokenAmount.ZERO));
        var burnt = account.feeDebt().min(own.plus(sent).max(TokenAmount.ZERO));
        var cautions = new ArrayList<String>();
        if (account.feeDebt().isZero()) {
            cautions.add(
                    "There is no fee debt: this message would do nothing but leave what it carries with the miner.");
        }
        if (burnt.compareTo(account.feeDebt()) < 0) {
            cautions.add("It does not cover the debt; " + account.feeDebt().minus(burnt) + " will be left.");
        }
        if (!account.lockedFunds().isZero() && !account.feeDebt().isZero()) {
            cautions.add("Rewards that still vest are taken first, of which there are " + account.lockedFunds() + ".");
        }
        var after = account.withBalance(account.balance().plus(sent).minus(burnt))
                .withFeeDebt(account.feeDebt().minus(burnt));
        return new ActorChange(
                "repay-debt",
                "repay the fee debt of " + account.miner().toString(network) + ", " + account.feeDebt() + ", sending "
                        + sent,
                signer,
                "the owner, the worker or a control address",
                account.miner(),
                sent,
                MinerMethod.REPAY_DEBT,
                new byte[0],
                returned -> Difference.between(account, after, network),
                cautions);
    }

    /**
     * Makes a miner actor.
     *
     * @param signer who pays; need be neither owner nor worker
     * @param deposit what the chain asks for now (FIP-0077)
     */
    public ActorChange newMiner(
            Address signer,
            Address owner,
            Address worker,
            SectorSize sectorSize,
            Optional<byte[]> peerId,
            TokenAmount deposit) {
        var value = deposit.plus(deposit.dividedBy(10));
        var params = new CreateMinerParams(
                owner,
                worker,
                RegisteredSealProof.interactive(sectorSize).windowPoSt().number(),
                peerId.orElse(new byte[0]),
                List.of());
        return new ActorChange(
                "new",
                "make a miner with sectors of " + sectorSize + ", owned by " + owner.toString(network),
                signer,
                "whoever pays",
                Actor.POWER,
                value,
                PowerMethod.CREATE_MINER,
                params.toCbor(),
                this::made,
                List.of(
                        "The deposit of " + deposit + " is locked and vests over 180 days (FIP-0077); a tenth more is"
                                + " sent for its growth and stays with the miner, free.",
                        "The sector size can never be changed.",
                        "The ID is the next free one; if another actor is made before, it is the one after."));
    }

    private List<Difference> made(byte[] returned) {
        var made = CreateMinerReturn.fromCbor(returned);
        return List.of(new Difference(
                "miner",
                "none",
                made.idAddress().toString(network) + " (" + made.robustAddress().toString(network) + ")"));
    }
}
