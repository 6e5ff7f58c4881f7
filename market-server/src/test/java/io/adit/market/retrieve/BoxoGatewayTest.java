package io.adit.market.retrieve;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.ipld.Block;
import io.adit.core.ipld.CarReader;
import io.adit.core.ipld.Cid;
import io.adit.libp2p.identity.PeerId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The trustless gateway beside boxo's, with the same content and the same requests. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(600)
class BoxoGatewayTest {
    private static final String CAR = "application/vnd.ipld.car";
    private static final String IPNS = "application/vnd.ipfs.ipns-record";
    private static final String RAW = "application/vnd.ipld.raw";

    @TempDir
    private static Path folder;

    /** boxo sends those who write a name in another base to its own. */
    private final HttpClient client =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();

    private BoxoGateway boxo;
    private StoredFixture provider;

    @BeforeAll
    void start() throws Exception {
        boxo = new BoxoGateway(folder, "trustless");
        provider = new StoredFixture(
                folder, RetrievalLimits.DEFAULTS, new GatewayOptions(false, Optional.of(folder), Clock.systemUTC()));
        provider.storeCar(boxo.car());
    }

    @AfterAll
    void stop() {
        client.close();
        provider.close();
        boxo.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{single}",
                "{multiblock}",
                "{multiblock-leaf-3}",
                "{mixed}",
                "{sharded}",
                "{document}",
                "{missing}",
                "bafkqaaa",
                "{missing-leaf-1}",
                "bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4",
                "QmYzfKSE55XCjD1MW128RfciAf2DViABhEiXfgVFMabSjN"
            })
    void blocks(String cid) throws Exception {
        for (var method : List.of("GET", "HEAD")) {
            var byQuery = agree(method, "/ipfs/" + cid + "?format=raw", "");
            var byHeader = agree(method, "/ipfs/" + cid, RAW);
            assertThat(byHeader.body()).isEqualTo(byQuery.body());
            if (byQuery.statusCode() == 200) {
                assertThat(header(byQuery, "content-disposition")).matches("attachment; filename=\".+\\.bin\"");
                assertThat(header(byQuery, "cache-control")).isEqualTo("public, max-age=29030400, immutable");
                assertThat(header(byQuery, "x-ipfs-path")).isEqualTo("/ipfs/" + boxo.filled(cid));
                assertThat(header(byHeader, "content-location")).isEqualTo("/ipfs/" + boxo.filled(cid) + "?format=raw");
            }
        }
        var etag = header(agree("HEAD", "/ipfs/" + cid + "?format=raw", ""), "etag");
        for (var condition : List.of(etag, "W/" + etag, "\"x\", " + etag, "*", "\"x\"")) {
            if (!etag.isEmpty()) {
                agree("GET", "/ipfs/" + cid + "?format=raw", "", "If-None-Match", condition);
            }
        }
    }

    /** What the archive holds is said a second time where the specification, or the way the content was made, says it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{mixed}/subdir/ascii.txt? | {mixed} {subdir} {single}",
                "{mixed}/subdir/multiblock.txt? |",
                "{mixed}/subdir? |",
                "{mixed}/subdir/? |",
                "{mixed}? |",
                "{sharded}? |",
                "{sharded}/0.txt? |",
                "{sharded}/1.txt? |",
                "{sharded}/27.txt? |",
                "{sharded}/311.txt? |",
                "{sharded-by-eight}? |",
                "{sharded-by-eight}/%C3%BCn%C3%AF-7.txt? |",
                "{sharded-by-eight}/%C3%BCn%C3%AF-42.txt? |",
                "{document}? |",
                "{document}/files/single? | {document} {single}",
                "{document}/inner? |",
                "{document}/inner/single? | {document} {inner} {single}",
                "{document}/inner/list/1/ascii.txt? | {document} {inner} {subdir} {single}",
                "{document}/files/number?dag-scope=block | {document}",
                "{with-document}/document/files/single? | {with-document} {document} {single}",
                "{mixed}/subdir?dag-scope=block | {mixed} {subdir}",
                "{mixed}/subdir/ascii.txt?dag-scope=block | {mixed} {subdir} {single}",
                "{mixed}/subdir/multiblock.txt?dag-scope=block | {mixed} {subdir} {multiblock}",
                "{sharded}/1.txt?dag-scope=block |",
                "{sharded}/399.txt?dag-scope=block |",
                "{sharded}?dag-scope=block | {sharded}",
                "{mixed}?dag-scope=entity | {mixed}",
                "{sharded}?dag-scope=entity |",
                "{sharded-by-eight}?dag-scope=entity |",
                "{mixed}/subdir/ascii.txt?dag-scope=entity | {mixed} {subdir} {single}",
                "{mixed}/subdir/multiblock.txt?dag-scope=entity |",
                "{with-document}/document?dag-scope=entity | {with-document} {document}",
                "{document}/inner?dag-scope=entity | {document} {inner}",
                "{mixed}/subdir?dag-scope=all |",
                "{mixed}/subdir/multiblock.txt?dag-scope=all |",
                "{missing}?dag-scope=block | {missing}",
                "{missing}?dag-scope=entity&entity-bytes=0:1000 | {missing} {missing-leaf-0}",
                "{missing}?dag-scope=entity&entity-bytes=0:1023 | {missing} {missing-leaf-0}",
                "{missing}?dag-scope=entity&entity-bytes=2200:* | {missing} {missing-leaf-2}",
                "{missing}?dag-scope=entity&entity-bytes=-1024:* | {missing} {missing-leaf-2}",
                "{mixed}/subdir/multiblock.txt?dag-scope=entity&entity-bytes=0:* |",
                "{sharded}?dag-scope=entity&entity-bytes=0:* |",
                "{document}?dag-scope=entity&entity-bytes=5:10 | {document}",
                "{multiblock}?dag-scope=entity&entity-bytes=512:* "
                        + "| {multiblock} {multiblock-leaf-2} {multiblock-leaf-3} {multiblock-leaf-4}",
                "{multiblock}?dag-scope=entity&entity-bytes=512:1023 "
                        + "| {multiblock} {multiblock-leaf-2} {multiblock-leaf-3}",
                "{multiblock}?dag-scope=entity&entity-bytes=512:-256 "
                        + "| {multiblock} {multiblock-leaf-2} {multiblock-leaf-3}",
                "{multiblock}?dag-scope=entity&entity-bytes=-5:* "
                        + "| {multiblock} {multiblock-leaf-3} {multiblock-leaf-4}",
                "{multiblock}?dag-scope=entity&entity-bytes=-9999:* |",
                "{multiblock}?dag-scope=entity&entity-bytes=-9999:-3 | {multiblock} {multiblock-leaf-0} "
                        + "{multiblock-leaf-1} {multiblock-leaf-2} {multiblock-leaf-3}",
                "{multiblock}?dag-scope=entity&entity-bytes=0:0 | {multiblock} {multiblock-leaf-0}",
                "{multiblock}?dag-scope=entity&entity-bytes=0:255 | {multiblock} {multiblock-leaf-0}",
                "{multiblock}?dag-scope=entity&entity-bytes=255:256 "
                        + "| {multiblock} {multiblock-leaf-0} {multiblock-leaf-1}",
                "{deep}?dag-scope=entity&entity-bytes=0:0 |",
                "{deep}?dag-scope=entity&entity-bytes=1000:3000 |",
                "{deep}?dag-scope=entity&entity-bytes=-1:* |",
                "{repeats}? |",
                "{repeats}?dag-scope=entity&entity-bytes=300:5000 |",
                "{duplicates}? |",
                "bafkqaf3imvwgy3zaneqgc3janfxgy2lomvscay3jmqfa? |",
                "bafkqaaa? |"
            })
    void archives(String request, String expected) throws Exception {
        var uri = "/ipfs/" + request;
        for (var method : List.of("HEAD", "GET")) {
            var byQuery = agree(method, uri + "&format=car", "");
            var byHeader = agree(method, uri, CAR);
            assertThat(byQuery.statusCode()).isEqualTo(200);
            assertThat(byHeader.body()).isEqualTo(byQuery.body());
            assertThat(header(byQuery, "content-disposition")).matches("attachment; filename=\".+\\.car\"");
            assertThat(header(byQuery, "accept-ranges")).isEqualTo("none");
            assertThat(header(byHeader, "content-type")).isEqualTo(CAR + "; version=1; order=dfs; dups=n");
        }
        if (expected != null) {
            var names = Arrays.stream(expected.split(" "))
                    .map(name -> boxo.cid(name.substring(1, name.length() - 1)))
                    .toList();
            assertThat(cids(ask(provider.base(), "GET", uri, CAR).body())).containsExactlyElementsOf(names);
        }
        var etag = header(agree("HEAD", uri, CAR), "etag");
        assertThat(ask(provider.base(), "GET", uri, CAR, "If-None-Match", etag).statusCode())
                .isEqualTo(304);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "; version=1; order=dfs; dups=y | order=dfs; dups=y",
                "; version=1; order=dfs; dups=n | order=dfs; dups=n",
                "; dups=y | order=dfs; dups=y",
                ";version=1;order=unk | order=dfs; dups=n",
                ";order=foo, application/vnd.ipld.car;order=dfs;dups=y;q=0.5 | order=dfs; dups=y"
            })
    void orderAndDuplicates(String parameters, String announced) throws Exception {
        boolean preferences = parameters.contains(",");
        for (var content :
                List.of("{duplicates}", "{repeats}", "{mixed}", "bafkqaf3imvwgy3zaneqgc3janfxgy2lomvscay3jmqfa")) {
            for (var format : List.of("", "?format=car")) {
                if (preferences && !format.isEmpty()) {
                    continue;
                }
                var own = ask(provider.base(), "GET", "/ipfs/" + content + format, CAR + parameters);
                // boxo takes the first of a list of preferences only.
                var theirs = ask(
                        boxo.base(),
                        "GET",
                        "/ipfs/" + content + format,
                        CAR + (preferences ? ";order=dfs;dups=y" : parameters));
                assertThat(own.statusCode()).isEqualTo(200);
                assertThat(header(own, "content-type")).isEqualTo(CAR + "; version=1; " + announced);
                assertThat(cids(own.body())).containsExactlyElementsOf(cids(theirs.body()));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{mixed}/subdir/i-do-not-exist?format=car | * | 404",
                "{sharded}/400.txt?format=car | * | 404",
                "{sharded}?format=tar | * | 406",
                "{document}/nothing?format=car | * | 404",
                "{document}/inner/list/2?format=car | * | 404",
                "{document}/inner/list/x?format=car | * | 404",
                "{single}/below?format=car | * | 404",
                "{missing-leaf-1}?format=car | * | 404",
                "{single} | text/html | 406",
                "{single} | application/vnd.ipld.dag-json | 406",
                "{single} | application/vnd.ipld.car;version=2 | 406",
                "{single} | application/vnd.ipld.car;order=foo | 406",
                "{single} || 400",
                "{single}?format=car&car-version=2 || 400",
                "{single}?format=car&car-order=foo || 400",
                "{single}?format=car&car-dups=maybe || 400",
                "{single}?format=car&dag-scope=some || 400",
                "{multiblock}?format=car&entity-bytes=a:b || 400",
                "{multiblock}?format=car&entity-bytes=5 || 400",
                "{multiblock}?format=car&entity-bytes=*:5 || 400",
                "{multiblock}?format=car&entity-bytes=9:5 || 400",
                "{multiblock}?format=car&entity-bytes=1026:* || 400",
                "{multiblock}?format=car&entity-bytes=99999999999999999999:* || 400",
                "nonsense?format=raw || 400"
            })
    void refusals(String request, String accept, int status) throws Exception {
        var answer = ask(provider.base(), "GET", "/ipfs/" + request, accept == null ? "" : accept);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(header(answer, "content-type")).isEqualTo("application/json");
        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("\"error\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "foobar.bin | attachment; filename=\"foobar.bin\"",
                "test%D1%82%D0%B5.bin | attachment; filename=\"test__.bin\"; filename*=UTF-8''test%D1%82%D0%B5.bin",
                "a%22b%0d%0aX-Evil:%201 | attachment; filename=\"a_b__X-Evil: 1\"; filename*=UTF-8''a%22b%0D%0AX-Evil%3A%201"
            })
    void aFileName(String wished, String disposition) throws Exception {
        var answer = agree("GET", "/ipfs/{single}?format=raw&filename=" + wished, "");

        assertThat(header(answer, "content-disposition")).isEqualTo(disposition);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ed25519", "rsa", "secp256k1", "ecdsa"})
    void names(String kind) throws Exception {
        var name = boxo.cid("ipns-" + kind);
        var own = ask(provider.base(), "GET", "/ipns/" + name + "?format=ipns-record", "");
        var theirs = ask(boxo.base(), "GET", "/ipns/" + name + "?format=ipns-record", "");

        assertThat(own.statusCode()).isEqualTo(200);
        assertThat(own.body()).isEqualTo(theirs.body()).isNotEmpty();
        assertThat(header(own, "content-type")).isEqualTo(header(theirs, "content-type"));
        assertThat(header(own, "cache-control"))
                .isEqualTo("public, max-age=300")
                .isEqualTo(header(theirs, "cache-control"));
        assertThat(header(own, "content-disposition")).matches("attachment; filename=\"k.+\\.ipns-record\"");
        // The name in another base, and the format in the header.
        var other = ask(provider.base(), "GET", "/ipns/" + Cid.of(Cid.LIBP2P_KEY, name.multihash()), IPNS);
        assertThat(other.body()).isEqualTo(own.body());
        assertThat(ask(
                                provider.base(),
                                "GET",
                                "/ipns/" + PeerId.fromBytes(name.multihash().bytes()),
                                IPNS)
                        .body())
                .isEqualTo(own.body());
        assertThat(ask(provider.base(), "HEAD", "/ipns/" + name, IPNS).body()).isEmpty();
        assertThat(ask(provider.base(), "GET", "/ipns/" + name, IPNS, "If-None-Match", header(own, "etag"))
                        .statusCode())
                .isEqualTo(304);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ipns-forged} | application/vnd.ipfs.ipns-record | 404",
                "{ipns-expired} | application/vnd.ipfs.ipns-record | 404",
                "k51qzi5uqu5dh71qgwangrt6r0nd4094i88nsady6qgd1dhjcyfsaqmpp143ab | application/vnd.ipfs.ipns-record | 404",
                "{single} | application/vnd.ipfs.ipns-record | 400",
                "1nonsense0 | application/vnd.ipfs.ipns-record | 400",
                "example.org | application/vnd.ipfs.ipns-record | 400",
                "{ipns-ed25519}/below | application/vnd.ipfs.ipns-record | 406",
                "{ipns-ed25519}?format=raw | application/vnd.ipfs.ipns-record | 406",
                "{ipns-ed25519} | */* | 406"
            })
    void namesThatAreRefused(String name, String accept, int status) throws Exception {
        assertThat(ask(provider.base(), "GET", "/ipns/" + name, accept).statusCode())
                .isEqualTo(status);
    }

    /** Without a scope, bytes of a file mean that file: boxo sends the whole graph then. */
    @ParameterizedTest
    @ValueSource(strings = {"", "&dag-scope=entity"})
    void bytesImplyTheScope(String scope) throws Exception {
        var uri = "/ipfs/{multiblock}?format=car&entity-bytes=512:512" + scope;

        assertThat(cids(ask(provider.base(), "GET", uri, "").body()))
                .containsExactly(boxo.cid("multiblock"), boxo.cid("multiblock-leaf-2"));
    }

    /** Both gateways' answer to a request, which must be the same but for what each may choose. */
    private HttpResponse<byte[]> agree(String method, String uri, String accept, String... headers) throws Exception {
        var own = ask(provider.base(), method, uri, accept, headers);
        var theirs = ask(boxo.base(), method, uri, accept, headers);

        assertThat(own.statusCode()).as("%s %s", method, uri).isEqualTo(theirs.statusCode());
        if (own.statusCode() != 200) {
            return own;
        }
        for (var name : List.of("content-type", "x-content-type-options", "x-ipfs-roots")) {
            assertThat(header(own, name)).as(name).isEqualTo(header(theirs, name));
        }
        if (header(own, "content-type").startsWith(CAR)) {
            assertThat(cids(own.body())).containsExactlyElementsOf(cids(theirs.body()));
        } else {
            assertThat(header(own, "content-length")).isEqualTo(header(theirs, "content-length"));
            assertThat(header(own, "etag")).isEqualTo(header(theirs, "etag"));
            assertThat(own.body()).isEqualTo(theirs.body());
        }
        return own;
    }

    private HttpResponse<byte[]> ask(URI base, String method, String uri, String accept, String... headers)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(base + boxo.filled(uri)))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (!accept.isEmpty()) {
            request.header("Accept", accept);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static String header(HttpResponse<byte[]> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    /** The blocks of an archive in their order; none for HEAD. */
    private static List<Cid> cids(byte[] archive) throws IOException {
        var cids = new ArrayList<Cid>();
        if (archive.length == 0) {
            return cids;
        }
        try (var car = new CarReader(new ByteArrayInputStream(archive))) {
            for (var entry = car.next(); entry.isPresent(); entry = car.next()) {
                assertThat(new Block(entry.get().cid(), entry.get().data()).isValid())
                        .isTrue();
                cids.add(entry.get().cid());
            }
        }
        return cids;
    }
}
