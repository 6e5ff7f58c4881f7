package io.adit.market.retrieve;

import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What another room serves under the same address, below a folder of its own. Answers are small; a question's body is at most
 * {@value #MAX_BODY} bytes.
 */
public interface SidePages {
    int MAX_BODY = 64 << 10;

    /** The first segment of the paths that are meant. */
    String folder();

    /** Whether bodies may be posted below the folder. */
    default boolean takesPosts() {
        return true;
    }

    /** Whether a request's body is taken as it comes, from {@link Question#stream}, however long it is. */
    default boolean streams(String method, String uri) {
        return false;
    }

    /** Answers; called on a virtual thread. Empty when nothing is served under that path with that method. */
    Optional<Page> answer(Question question);

    /**
     * A request.
     *
     * @param method GET (also for HEAD) or POST
     * @param path the segments after the folder
     * @param rawPath the path as it was sent, without a query
     * @param headers a header's value by its name, empty when it was not sent
     * @param body what was posted
     * @param stream the body of a request that {@link SidePages#streams}; a client that sends too slowly ends it with an
     *     IOException
     */
    record Question(
            String method,
            List<String> path,
            String rawPath,
            UnaryOperator<String> headers,
            byte[] body,
            InputStream stream) {
        /** A request without headers. */
        public Question(String method, List<String> path, byte[] body) {
            this(method, path, "/" + String.join("/", path), name -> "", body, InputStream.nullInputStream());
        }

        /** A header's value; empty when it was not sent. */
        public String header(String name) {
            return headers.apply(name);
        }
    }

    /** An answer: an HTTP status and a body. */
    record Page(int status, String contentType, byte[] body) {
        /** An answer in JSON. */
        public Page(int status, byte[] json) {
            this(status, "application/json", json);
        }
    }
}
