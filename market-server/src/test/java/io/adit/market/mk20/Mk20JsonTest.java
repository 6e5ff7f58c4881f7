package io.adit.market.mk20;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.fil.Address;
import io.adit.core.fil.CommP;
import io.adit.core.fil.PieceCid;
import io.adit.core.keys.SignatureType;
import io.adit.core.state.Bytes;
import io.adit.market.deal.TestKeys;
import io.adit.market.mk20.Mk20Deal.DataSource;
import io.adit.market.mk20.Mk20Deal.Ddo;
import io.adit.market.mk20.Mk20Deal.Http;
import io.adit.market.mk20.Mk20Deal.Offline;
import io.adit.market.mk20.Mk20Deal.Raw;
import io.adit.market.mk20.Mk20Deal.Retrieval;
import io.adit.market.mk20.Mk20Deal.Url;
import io.adit.market.mk20.Mk20Json.Reading;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What is written is what was read, and what was accepted once can always be read. */
class Mk20JsonTest {
    private static final PieceCid PIECE = PieceCid.of(CommP.of(new byte[900]), 900);

    private static Mk20Deal deal(DataSource data, long duration, boolean indexing) {
        return new Mk20Deal(
                new Ulid(new UUID(1, 2)),
                TestKeys.key(SignatureType.SECP256K1, 3).address(),
                data,
                new Ddo(Address.ofId(1000), OptionalLong.of(1100), duration, Optional.empty()),
                new Retrieval(indexing, false));
    }

    @Test
    void keepsHeaders_whoseNamesLookLikePaths() {
        var url = new Url("http://example.org/x", Map.of("/a/b", List.of("1", "2"), "Accept", List.of("*")), 0, false);
        var deal = deal(new DataSource(PIECE, new Raw(), new Http(List.of(url))), 600_000, false);

        var json = Mk20Json.write(deal);

        assertThat(new String(json, StandardCharsets.UTF_8)).contains("\"/a/b\":[\"1\",\"2\"]");
        assertThat(Mk20Json.read(json)).isEqualTo(new Reading.Whole(deal));
    }

    @Test
    void loadsAStoredDeal_thatWouldNotBeTakenNow() {
        for (var deal : List.of(
                deal(new DataSource(PIECE, new Raw(), new Offline()), 1, false),
                deal(new DataSource(PIECE, new Raw(), new Offline()), 600_000, true))) {
            var json = Mk20Json.write(deal);

            assertThat(Mk20Json.read(json)).isInstanceOf(Reading.Refused.class);
            assertThat(Mk20Json.stored(new Bytes(json))).isEqualTo(deal);
        }
    }
}
