package io.adit.libp2p.gossipsub;

import io.adit.libp2p.Host;
import io.adit.libp2p.Pulse;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.PeerId;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Gathers what a {@link Gossipsub} is made of; only its host and the identity that signs must be given. */
public final class GossipsubBuilder {
    final Host host;
    final Identity identity;
    final Set<PeerId> direct = new LinkedHashSet<>();
    GossipParameters parameters = GossipParameters.defaults();
    ScoreParameters scoring = ScoreParameters.none();
    SigningPolicy policy = SigningPolicy.STRICT_SIGN;
    MessageIdRule ids = MessageIdRule.AUTHOR_AND_SEQUENCE;
    InstantSource clock = InstantSource.system();
    RandomGenerator random = new SecureRandom();
    Pulse pulse = Pulse.SYSTEM;

    GossipsubBuilder(Host host, Identity identity) {
        this.host = host;
        this.identity = identity;
    }

    public GossipsubBuilder parameters(GossipParameters chosen) {
        parameters = chosen;
        return this;
    }

    /** How peers are scored; without this call they are not. */
    public GossipsubBuilder scoring(ScoreParameters chosen) {
        scoring = chosen;
        return this;
    }

    /** Whether messages are signed; without signatures their IDs follow from their content unless {@link #ids} says else. */
    public GossipsubBuilder policy(SigningPolicy chosen) {
        policy = chosen;
        ids = chosen == SigningPolicy.STRICT_SIGN ? MessageIdRule.AUTHOR_AND_SEQUENCE : MessageIdRule.CONTENT;
        return this;
    }

    /** How messages are told apart; call it after {@link #policy}. */
    public GossipsubBuilder ids(MessageIdRule rule) {
        ids = rule;
        return this;
    }

    /** A peer that gets all messages and is connected to again when it is lost; its address must be known to the host. */
    public GossipsubBuilder direct(PeerId peer) {
        direct.add(peer);
        return this;
    }

    public GossipsubBuilder clock(InstantSource source) {
        clock = source;
        return this;
    }

    public GossipsubBuilder random(RandomGenerator source) {
        random = source;
        return this;
    }

    /** What makes the heart beat. */
    public GossipsubBuilder pulse(Pulse source) {
        pulse = source;
        return this;
    }

    /** Serves the protocols at the host, and opens streams to the peers that it knows and will know. */
    public Gossipsub start() {
        var gossipsub = new Gossipsub(this);
        gossipsub.begin();
        return gossipsub;
    }
}
