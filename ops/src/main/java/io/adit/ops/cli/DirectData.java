package io.adit.ops.cli;

import io.adit.core.error.AditException;
import io.adit.core.fil.PieceCid;
import io.adit.market.mk20.Mk20Deal.Aggregate;
import io.adit.market.mk20.Mk20Deal.Aggregated;
import io.adit.market.mk20.Mk20Deal.Car;
import io.adit.market.mk20.Mk20Deal.DataSource;
import io.adit.market.mk20.Mk20Deal.Http;
import io.adit.market.mk20.Mk20Deal.Offline;
import io.adit.market.mk20.Mk20Deal.Put;
import io.adit.market.mk20.Mk20Deal.Raw;
import io.adit.market.mk20.Mk20Deal.Source;
import io.adit.market.mk20.Mk20Deal.Url;
import io.adit.market.podsi.AggregateLayout;
import io.adit.ops.OpsError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The data of a direct deal, from what was given on the command line: the files are hashed here, so that the deal says what it
 * is.
 *
 * @param files one, or the pieces of an aggregate
 * @param urls where the provider fetches them; {@code -} for a piece of an aggregate that its operator brings
 * @param car whether each is a CAR
 */
record DirectData(List<Path> files, List<String> urls, boolean car) {
    private static final String BROUGHT = "-";
    private static final int LEAST_PIECES = 2;

    /** @throws AditException when files and URLs do not go with the source */
    DataSource of(ClientDirectCommand.Source source) {
        if (source == ClientDirectCommand.Source.AGGREGATE) {
            return aggregate();
        }
        if (files.size() != 1) {
            throw refused("one FILE is one piece; several make one with --source aggregate");
        }
        if ((source == ClientDirectCommand.Source.HTTP) == urls.isEmpty()) {
            throw refused("--url goes with --source http and aggregate, and they with it");
        }
        return piece(
                files.getFirst(),
                switch (source) {
                    case HTTP -> http(urls);
                    case PUT -> new Put();
                    default -> new Offline();
                });
    }

    private DataSource piece(Path file, Source source) {
        return new DataSource(ClientCommand.pieceOf(file), car ? new Car() : new Raw(), source);
    }

    private static Http http(List<String> urls) {
        var tried = new ArrayList<Url>();
        for (var url : urls) {
            tried.add(new Url(url, Map.of(), tried.size(), false));
        }
        return new Http(tried);
    }

    private DataSource aggregate() {
        if (files.size() < LEAST_PIECES || files.size() != urls.size()) {
            throw refused(
                    "an aggregate takes two FILEs or more, and a --url for each of them in the same order ('-' for"
                            + " one that the provider's operator brings)");
        }
        var parts = new ArrayList<DataSource>();
        for (int i = 0; i < files.size(); i++) {
            var url = urls.get(i);
            parts.add(piece(files.get(i), url.equals(BROUGHT) ? new Offline() : http(List.of(url))));
        }
        var layout = AggregateLayout.of(parts.stream().map(DataSource::piece).toList());
        return new DataSource(
                PieceCid.of(layout.aggregate(), layout.rawSize()), new Aggregate(List.of()), new Aggregated(parts));
    }

    private static AditException refused(String why) {
        return new AditException(OpsError.NODE_REFUSED, "nothing was proposed: " + why);
    }
}
