package io.adit.devnet.actor;

import io.adit.devnet.policy.ProtocolLimits;
import java.math.BigInteger;
import java.util.Map;
import java.util.TreeMap;

/** Debts, vesting and burns of a miner ({@code state.rs} and {@code vesting_state.rs} of the miner actor). */
final class MinerFunds {
    private static final BigInteger LOCKED_NUMERATOR = BigInteger.valueOf(75);
    private static final BigInteger LOCKED_DENOMINATOR = BigInteger.valueOf(100);

    private MinerFunds() {}

    /** Releases rewards whose time has come. Returns how much. */
    static BigInteger vest(MinerState state, long epoch) {
        var due = state.vesting.headMap(epoch, false);
        var sum = due.values().stream().reduce(BigInteger.ZERO, BigInteger::add);
        due.clear();
        return sum;
    }

    /** Takes in a block's reward (ApplyRewards, FIP-0004): three quarters vest, debts are paid at once. */
    static void applyReward(Invocation in, BigInteger reward) {
        var state = in.tree().write(in.receiver(), MinerState.class);
        long epoch = in.chain().epoch();
        var vested = vest(state, epoch);
        var vesting = reward.multiply(LOCKED_NUMERATOR).divide(LOCKED_DENOMINATOR);
        var locked = lock(state, vesting, epoch, state.provingOffset());
        changePledge(in, locked.subtract(vested));
        repayWhatIsPossible(in, state);
    }

    /** Locks money that vests in half-day steps over 180 days. */
    static BigInteger lock(MinerState state, BigInteger locked, long epoch, long offset) {
        long step = ProtocolLimits.REWARD_VESTING_QUANTIZATION;
        long steps = ProtocolLimits.REWARD_VESTING_PERIOD / step;
        long first = epoch + step - Math.floorMod(epoch - offset, step);
        var vested = BigInteger.ZERO;
        for (long index = 1; index <= steps; index++) {
            var target = locked.multiply(BigInteger.valueOf(index)).divide(BigInteger.valueOf(steps));
            state.vesting.merge(first + (index - 1) * step, target.subtract(vested), BigInteger::add);
            vested = target;
        }
        return locked;
    }

    /**
     * Pays as much debt as possible, first from unvested rewards, then from free balance. Burns it and lowers the network's
     * pledge sum by what came from unvested rewards.
     */
    static void repayWhatIsPossible(Invocation in, MinerState state) {
        var fromVesting = takeUnvested(state, state.feeDebt);
        state.feeDebt = state.feeDebt.subtract(fromVesting);
        var free = state.unlocked(in.tree().balance(in.receiver()).subtract(fromVesting))
                .max(BigInteger.ZERO);
        var fromBalance = state.feeDebt.min(free);
        state.feeDebt = state.feeDebt.subtract(fromBalance);
        in.burn(fromVesting.add(fromBalance));
        changePledge(in, fromVesting.negate());
    }

    /** Pays the whole debt from free balance or ends the message. */
    static void repayAllOrAbort(Invocation in, MinerState state) {
        if (state.feeDebt.signum() == 0) {
            return;
        }
        var free = state.unlocked(in.tree().balance(in.receiver()));
        if (free.compareTo(state.feeDebt) < 0) {
            throw ActorAbort.insufficientFunds(
                    "unlocked balance can not repay fee debt (" + free + " < " + state.feeDebt + ")");
        }
        in.burn(state.feeDebt);
        state.feeDebt = BigInteger.ZERO;
    }

    static void changePledge(Invocation in, BigInteger delta) {
        if (delta.signum() != 0) {
            in.tree().write(StateTree.POWER, PowerState.class).changePledge(delta);
        }
    }

    static void changePower(Invocation in, Power delta) {
        if (!delta.isZero()) {
            in.tree().write(StateTree.POWER, PowerState.class).change(in.receiver(), delta);
        }
    }

    private static BigInteger takeUnvested(MinerState state, BigInteger wanted) {
        var left = wanted;
        for (var entry : new TreeMap<>(state.vesting).entrySet()) {
            if (left.signum() == 0) {
                break;
            }
            left = left.subtract(takeFrom(state, entry, left));
        }
        return wanted.subtract(left);
    }

    private static BigInteger takeFrom(MinerState state, Map.Entry<Long, BigInteger> entry, BigInteger wanted) {
        var taken = entry.getValue().min(wanted);
        var rest = entry.getValue().subtract(taken);
        if (rest.signum() == 0) {
            state.vesting.remove(entry.getKey());
        } else {
            state.vesting.put(entry.getKey(), rest);
        }
        return taken;
    }
}
