package io.adit.market.retrieve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files and directories beside boxo's gateway, with the same content and the same requests. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(600)
class WebsiteTest {
    private static final String SANDBOX = "sandbox allow-downloads allow-popups allow-scripts";

    @TempDir
    private static Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private BoxoGateway boxo;
    private StoredFixture provider;

    @BeforeAll
    void start() throws Exception {
        boxo = new BoxoGateway(folder, "website");
        provider = new StoredFixture(
                folder, RetrievalLimits.DEFAULTS, new GatewayOptions(true, Optional.empty(), Clock.systemUTC()));
        provider.storeCar(boxo.car());
    }

    @AfterAll
    void stop() {
        client.close();
        provider.close();
        boxo.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{single} | text/plain; charset=utf-8",
                "{multiblock} | text/plain; charset=utf-8",
                "{deep} | text/plain; charset=utf-8",
                "{mixed}/subdir/ascii.txt | text/plain; charset=utf-8",
                "{mixed}/subdir/multiblock.txt | text/plain; charset=utf-8",
                "{sharded}/1.txt | text/plain; charset=utf-8",
                "{sharded-by-eight}/%C3%BCn%C3%AF-7.txt | text/plain; charset=utf-8",
                "{document}/files/single | text/plain; charset=utf-8",
                "{website}/home/ | text/html; charset=utf-8",
                "{website}/home/index.html | text/html; charset=utf-8",
                "{website}/home/style.css | text/css; charset=utf-8",
                "{website}/pictures/mars.jpg | image/jpeg",
                "{website}/pictures/no%20extension | image/png",
                "{website}/pictures/%3Cb%3E&%22quoted%22.txt | text/plain; charset=utf-8",
                "{website}/pictures/file-%C5%BA%C5%82.txt | text/plain; charset=utf-8",
                "{website}/pictures/100%2525.txt | text/plain; charset=utf-8"
            })
    void files(String path, String type) throws Exception {
        for (var method : List.of("GET", "HEAD")) {
            var own = agree(method, "/ipfs/" + path);
            assertThat(own.statusCode()).isEqualTo(200);
            assertThat(header(own, "content-type")).isEqualTo(type);
            assertThat(header(own, "x-content-type-options")).isEqualTo("nosniff");
            assertThat(header(own, "content-security-policy")).isEqualTo(type.startsWith("text/html") ? SANDBOX : "");
            assertThat(header(own, "cache-control")).isEqualTo("public, max-age=29030400, immutable");
        }
        var etag = header(agree("HEAD", "/ipfs/" + path), "etag");
        for (var condition : List.of(etag, "W/" + etag, "\"fakeEtag1\", \"fakeEtag2\", " + etag, "*")) {
            assertThat(agree("GET", "/ipfs/" + path, "If-None-Match", condition).statusCode())
                    .isEqualTo(304);
        }
        assertThat(agree("GET", "/ipfs/" + path, "If-None-Match", "\"x\"").statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{single} | 6-16",
                "{single} | -3",
                "{single} | 30-",
                "{multiblock} | 0-0",
                "{multiblock} | 250-260",
                "{multiblock} | 256-511",
                "{multiblock} | 1000-99999",
                "{multiblock} | -300",
                "{deep} | 5000-9000",
                "{deep} | -1",
                "{missing} | 997-1000",
                "{missing} | 2200-2201"
            })
    void ranges(String file, String range) throws Exception {
        var own = agree("GET", "/ipfs/" + file, "Range", "bytes=" + range);

        assertThat(own.statusCode()).isEqualTo(206);
        assertThat(own.body()).isNotEmpty();
    }

    @Test
    void severalRanges() throws Exception {
        var whole = ask(provider.base(), "GET", "/ipfs/{multiblock}").body();
        var own = ask(provider.base(), "GET", "/ipfs/{multiblock}", "Range", "bytes=6-300,0-4");

        assertThat(own.statusCode()).isEqualTo(206);
        assertThat(header(own, "content-type")).startsWith("multipart/byteranges; boundary=");
        var boundary = header(own, "content-type").split("=")[1];
        var between = "Content-Type: text/plain; charset=utf-8\r\nContent-Range: bytes ";
        var text = new String(whole, StandardCharsets.US_ASCII);
        assertThat(new String(own.body(), StandardCharsets.US_ASCII))
                .isEqualTo("--" + boundary + "\r\n" + between + "6-300/1026\r\n\r\n" + text.substring(6, 301) + "\r\n--"
                        + boundary + "\r\n" + between + "0-4/1026\r\n\r\n" + text.substring(0, 5) + "\r\n--" + boundary
                        + "--\r\n");
        assertThat(agree("GET", "/ipfs/{multiblock}", "Range", "bytes=1026-").statusCode())
                .isEqualTo(416);
    }

    @Test
    void aFileThatEndsTooEarlyIsBrokenOff() throws Exception {
        var answer = new Curl(folder).run(provider.base() + boxo.filled("/ipfs/{missing}"));

        assertThat(answer.exit()).isNotZero();
        assertThat(answer.body()).hasSizeLessThan(3072);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{mixed} | /ipfs/{mixed}/",
                "{mixed}/subdir | /ipfs/{mixed}/subdir/",
                "{website}/home?download=true | /ipfs/{website}/home/?download=true",
                "{sharded} | /ipfs/{sharded}/"
            })
    void directoriesEndWithASlash(String path, String location) throws Exception {
        var own = ask(provider.base(), "GET", "/ipfs/" + path);

        assertThat(own.statusCode()).isEqualTo(301);
        assertThat(header(own, "location")).isEqualTo(boxo.filled(location));
        assertThat(ask(boxo.base(), "GET", "/ipfs/" + path).statusCode()).isEqualTo(301);
        // Never to another host.
        assertThat(new Curl(folder)
                        .run(provider.base() + boxo.filled("//ipfs/" + path))
                        .header("location"))
                .isEqualTo(boxo.filled(location));
    }

    @Test
    void listings() throws Exception {
        var own = agree("GET", "/ipfs/{website}/pictures/");

        assertThat(own.statusCode()).isEqualTo(200);
        assertThat(header(own, "content-security-policy")).isEqualTo(SANDBOX);
        assertThat(header(own, "x-ipfs-path")).isEqualTo(boxo.filled("/ipfs/{website}/pictures/"));
        assertThat(header(own, "cache-control")).isEqualTo("public, max-age=604800, stale-while-revalidate=2678400");
        var page = new String(own.body(), StandardCharsets.UTF_8);
        assertThat(page)
                .contains("Index of /ipfs/")
                .contains(boxo.filled("<a href=\"/ipfs/{website}/\">..</a>"))
                .contains("/pictures/%3Cb%3E%26%22quoted%22.txt\">&lt;b&gt;&amp;&quot;quoted&quot;.txt</a>")
                .contains("/pictures/file-%C5%BA%C5%82.txt\">file-źł.txt</a>")
                .contains("/pictures/100%2525.txt\">100%25.txt</a>")
                .doesNotContain("<b>");
        assertThat(new String(agree("GET", "/ipfs/{website}/").body(), StandardCharsets.UTF_8))
                .doesNotContain("..");
        var sharded = new String(agree("GET", "/ipfs/{sharded}/").body(), StandardCharsets.UTF_8);
        assertThat(sharded.lines().filter(line -> line.contains(".txt"))).hasSize(400);
        var pictures = header(own, "x-ipfs-roots").split(",")[1];
        for (var condition : Arrays.asList(header(own, "etag"), "W/\"" + pictures + "\"", "\"" + pictures + "\"")) {
            assertThat(ask(provider.base(), "GET", "/ipfs/{website}/pictures/", "If-None-Match", condition)
                            .statusCode())
                    .isEqualTo(304);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "filename=a%20b.html | inline; filename=\"a b.html\" | text/html; charset=utf-8",
                "filename=a.pdf&download=true | attachment; filename=\"a.pdf\" | application/pdf",
                "download=true | '' | text/plain; charset=utf-8"
            })
    void aFileName(String query, String disposition, String type) throws Exception {
        var own = ask(provider.base(), "GET", "/ipfs/{single}?" + query);

        assertThat(header(own, "content-disposition")).isEqualTo(disposition);
        assertThat(header(own, "content-type")).isEqualTo(type);
    }

    @ParameterizedTest
    @CsvSource({
        "{website}/nothing, 404",
        "{single}/below, 404",
        "{missing-leaf-1}, 404",
        "bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4, 404",
        "{document}, 406",
        "{single}?format=tar, 406",
        "nonsense, 400"
    })
    void refusals(String path, int status) throws Exception {
        assertThat(ask(provider.base(), "GET", "/ipfs/" + path).statusCode()).isEqualTo(status);
    }

    @Test
    void whatCanBeCheckedIsServedToo() throws Exception {
        assertThat(header(
                        ask(provider.base(), "GET", "/ipfs/{mixed}", "Accept", "application/vnd.ipld.raw"),
                        "content-type"))
                .isEqualTo("application/vnd.ipld.raw");
        assertThat(header(ask(provider.base(), "GET", "/ipfs/{mixed}?format=car"), "content-type"))
                .startsWith("application/vnd.ipld.car");
        assertThat(ask(provider.base(), "GET", "/ipfs/{mixed}", "Accept", "application/vnd.ipld.dag-json")
                        .statusCode())
                .isEqualTo(406);
    }

    /** Both gateways' answer to a request: the same bytes of the same thing. */
    private HttpResponse<byte[]> agree(String method, String uri, String... headers) throws Exception {
        var own = ask(provider.base(), method, uri, headers);
        var theirs = ask(boxo.base(), method, uri, headers);

        assertThat(own.statusCode()).as("%s %s", method, uri).isEqualTo(theirs.statusCode());
        if (own.statusCode() == 304 || own.statusCode() == 416) {
            return own;
        }
        assertThat(header(own, "x-ipfs-roots")).isEqualTo(header(theirs, "x-ipfs-roots"));
        assertThat(header(own, "x-ipfs-path")).isEqualTo(header(theirs, "x-ipfs-path"));
        assertThat(header(own, "content-range")).isEqualTo(header(theirs, "content-range"));
        assertThat(header(own, "content-type").split(";")[0])
                .isEqualTo(header(theirs, "content-type").split(";")[0]);
        if (!header(own, "etag").contains("DirIndex")) {
            assertThat(header(own, "etag")).isEqualTo(header(theirs, "etag"));
            assertThat(header(own, "content-length")).isEqualTo(header(theirs, "content-length"));
            assertThat(own.body()).isEqualTo(theirs.body());
        }
        return own;
    }

    @Test
    void aDeniedPage_isNotShownForItsDirectoryEither() throws Exception {
        var own = Files.createDirectories(folder.resolve("denying"));
        var list = Files.writeString(own.resolve("a.deny"), boxo.filled("/ipfs/{website}/home/index.html\n"));
        var website = new GatewayOptions(true, Optional.empty(), Clock.systemUTC());
        var lists = DenyLists.open(List.of(list), Clock.systemUTC());
        try (var denying = new StoredFixture(own, RetrievalLimits.DEFAULTS, website, lists)) {
            denying.storeCar(boxo.car());
            for (var path : List.of("/ipfs/{website}/home/index.html", "/ipfs/{website}/home/")) {
                assertThat(ask(denying.base(), "GET", path).statusCode())
                        .as(path)
                        .isEqualTo(451);
            }
            assertThat(ask(denying.base(), "GET", "/ipfs/{website}/home/style.css")
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    private HttpResponse<byte[]> ask(URI base, String method, String uri, String... headers)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(base + boxo.filled(uri)))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static String header(HttpResponse<byte[]> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }
}
