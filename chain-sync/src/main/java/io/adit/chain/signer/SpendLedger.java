package io.adit.chain.signer;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.type.Message;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.task.CrashPoints;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was signed away today (UTC), on disk before the signature is given. One line for each message: day, sender, nonce,
 * value and fee in attoFIL, {@code proof} for a window proof or a declaration, checksum. Of several messages with one sender and
 * nonce only one can be executed, so the dearest counts. Proofs and declarations have an account of their own, whose fees have
 * their own limit: nothing else that is signed can use up what they need. The day never goes back, whatever the clock does.
 */
final class SpendLedger implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SpendLedger.class);
    private static final long MAX_FILE = 256L << 20;
    private static final String PROOF = "proof";
    private static final long NEAR_PERCENT = 80;

    /** What sectors lose power without. */
    private static final Set<Long> PROOF_METHODS = Set.of(
            MinerMethod.SUBMIT_WINDOWED_POST.number(),
            MinerMethod.DECLARE_FAULTS.number(),
            MinerMethod.DECLARE_FAULTS_RECOVERED.number());

    private record Lane(Address from, long nonce) {}

    private record Spent(TokenAmount value, TokenAmount fee) {
        static final Spent NOTHING = new Spent(TokenAmount.ZERO, TokenAmount.ZERO);

        Spent atLeast(TokenAmount otherValue, TokenAmount otherFee) {
            return new Spent(value.max(otherValue), fee.max(otherFee));
        }
    }

    /** What one kind of messages has used of the day. */
    private static final class Account {
        private final Map<Lane, Spent> today = new HashMap<>();
        private TokenAmount value = TokenAmount.ZERO;
        private TokenAmount fee = TokenAmount.ZERO;
        private final Set<String> warned = new HashSet<>();

        void add(Lane lane, TokenAmount moreValue, TokenAmount moreFee) {
            var before = today.getOrDefault(lane, Spent.NOTHING);
            var after = before.atLeast(moreValue, moreFee);
            today.put(lane, after);
            value = value.plus(after.value().minus(before.value()));
            fee = fee.plus(after.fee().minus(before.fee()));
        }

        void clear() {
            today.clear();
            value = TokenAmount.ZERO;
            fee = TokenAmount.ZERO;
            warned.clear();
        }
    }

    private final Path file;
    private final SignerPolicy.Messages limits;
    private final InstantSource clock;
    private final Account proofs = new Account();
    private final Account others = new Account();
    private final FileChannel channel;
    private LocalDate day = LocalDate.EPOCH;
    private boolean failed;

    SpendLedger(Path file, SignerPolicy.Messages limits, InstantSource clock) {
        this.file = file;
        this.limits = limits;
        this.clock = clock;
        try {
            channel = FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            load();
        } catch (IOException e) {
            throw unusable("opening", e);
        }
    }

    private void load() throws IOException {
        if (channel.size() > MAX_FILE) {
            throw new IOException("it is longer than " + MAX_FILE + " bytes");
        }
        String text = Files.readString(file, StandardCharsets.US_ASCII);
        // A line without its end was not acknowledged.
        int end = text.lastIndexOf('\n') + 1;
        for (String line : text.substring(0, end).split("\n")) {
            if (!line.isEmpty()) {
                take(line);
            }
        }
        channel.truncate(end);
        channel.position(end);
    }

    private void take(String line) throws IOException {
        var words = line.split(" ");
        int mark = line.lastIndexOf(' ');
        boolean isProof = words.length == 7 && words[5].equals(PROOF);
        if ((words.length != 6 && !isProof) || !words[words.length - 1].equals(checksum(line.substring(0, mark)))) {
            throw new IOException("a line does not match its checksum: " + line);
        }
        turnTo(LocalDate.parse(words[0]));
        var lane = new Lane(Address.parse(words[1]), Long.parseLong(words[2]));
        (isProof ? proofs : others).add(lane, TokenAmount.ofAtto(words[3]), TokenAmount.ofAtto(words[4]));
    }

    /**
     * Counts a message, or refuses it.
     *
     * @throws SignerRefusedException if the day's limits do not allow it
     */
    synchronized void spend(Message message) {
        if (failed) {
            throw unusable("using", new IOException("an earlier write failed; restart"));
        }
        var lane = new Lane(message.from(), message.nonce());
        try {
            turnTo(LocalDate.ofInstant(Instant.ofEpochMilli(clock.millis()), ZoneOffset.UTC));
            var account = isProof(message) ? proofs : others;
            boolean isKnown = account.today.containsKey(lane);
            var before = account.today.getOrDefault(lane, Spent.NOTHING);
            var after = before.atLeast(message.value(), message.maxFee());
            if (after.equals(before) && isKnown) {
                return;
            }
            limit("messages.max-per-day", account.today.size() + (isKnown ? 0 : 1));
            limit(
                    "messages.max-value-per-day",
                    account.value.plus(after.value().minus(before.value())),
                    limits.maxValuePerDay());
            limitFee(account, account.fee.plus(after.fee().minus(before.fee())));
            append(lane, message);
            account.add(lane, message.value(), message.maxFee());
            warn(account);
        } catch (IOException e) {
            failed = true;
            throw unusable("writing", e);
        }
        CrashPoints.reach("signer.spent");
    }

    private void limit(String rule, int count) {
        PolicyCheck.require(
                count <= limits.maxPerDay(), rule, limits.maxPerDay() + " in a day", count + " with this one");
    }

    private static void limit(String rule, TokenAmount sum, TokenAmount most) {
        PolicyCheck.require(sum.compareTo(most) <= 0, rule, most + " in a day", sum + " with this one");
    }

    private void limitFee(Account account, TokenAmount sum) {
        var most = mostFee(account);
        if (most.isPresent()) {
            limit(feeRule(account), sum, most.get());
        }
    }

    private Optional<TokenAmount> mostFee(Account account) {
        return account.equals(proofs)
                ? Optional.of(limits.maxProofFeePerDay()).filter(most -> !most.isZero())
                : Optional.of(limits.maxFeePerDay());
    }

    private String feeRule(Account account) {
        return account.equals(proofs) ? "messages.max-proof-fee-per-day" : "messages.max-fee-per-day";
    }

    /** Once a day for each limit of each account. */
    private void warn(Account account) {
        near(account).forEach((rule, words) -> {
            if (account.warned.add(rule)) {
                LOG.error("{}", words);
            }
        });
    }

    private Map<String, String> near(Account account) {
        var near = new LinkedHashMap<String, String>();
        int count = account.today.size();
        if (isNear(BigInteger.valueOf(count), BigInteger.valueOf(limits.maxPerDay()))) {
            near("messages.max-per-day", limits.maxPerDay(), count + " messages were signed today", near);
        }
        if (isNear(account.value.atto(), limits.maxValuePerDay().atto())) {
            near(
                    "messages.max-value-per-day",
                    limits.maxValuePerDay(),
                    "messages signed today move " + account.value,
                    near);
        }
        mostFee(account)
                .filter(most -> isNear(account.fee.atto(), most.atto()))
                .ifPresent(most -> near(feeRule(account), most, "messages signed today may cost " + account.fee, near));
        return near;
    }

    private static boolean isNear(BigInteger used, BigInteger most) {
        return most.signum() > 0
                && used.multiply(BigInteger.valueOf(100)).compareTo(most.multiply(BigInteger.valueOf(NEAR_PERCENT)))
                        >= 0;
    }

    private static void near(String rule, Object most, String used, Map<String, String> near) {
        near.put(
                rule,
                "MESSAGES WILL BE REFUSED BEFORE THE DAY ENDS: %s of the signer is %s, %s".formatted(rule, most, used));
    }

    /** Limits of the day (UTC) of which four fifths are used, in words. */
    synchronized List<String> nearLimits() {
        boolean isOver = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).isAfter(day);
        return isOver
                ? List.of()
                : Stream.of(proofs, others)
                        .flatMap(account -> near(account).values().stream())
                        .toList();
    }

    private void append(Lane lane, Message message) throws IOException {
        String line = "%s %s %d %s %s"
                .formatted(
                        day,
                        lane.from(),
                        lane.nonce(),
                        message.value().attoText(),
                        message.maxFee().attoText());
        line = isProof(message) ? line + " " + PROOF : line;
        var bytes = ByteBuffer.wrap((line + " " + checksum(line) + "\n").getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(true);
    }

    private void turnTo(LocalDate next) throws IOException {
        if (!next.isAfter(day)) {
            return;
        }
        boolean first = day.equals(LocalDate.EPOCH);
        day = next;
        proofs.clear();
        others.clear();
        if (!first && channel.position() > 0) {
            channel.truncate(0);
            channel.position(0);
        }
    }

    /** The policy has seen that nothing but a miner, the market or the power actor is called; and a proof needs no value. */
    private static boolean isProof(Message message) {
        return PROOF_METHODS.contains(message.method())
                && !message.to().equals(Actor.MARKET)
                && !message.to().equals(Actor.POWER)
                && message.value().isZero();
    }

    private static String checksum(String line) {
        var crc = new CRC32C();
        crc.update(line.getBytes(StandardCharsets.US_ASCII));
        return Long.toHexString(crc.getValue());
    }

    private AditException unusable(String doing, IOException cause) {
        return new AditException(
                SignerErrorCode.SIGNER_LEDGER_UNUSABLE,
                doing + " the day's account " + file + ": " + cause.getMessage(),
                cause);
    }

    @Override
    public synchronized void close() {
        failed = true;
        try {
            channel.close();
        } catch (IOException e) {
            throw unusable("closing", e);
        }
    }
}
