package io.adit.market.retrieve;

import java.util.List;
import java.util.Optional;

/**
 * What another room serves under the same address, below a folder of its own. Answers are JSON and small; a question's body
 * is at most {@value #MAX_BODY} bytes.
 */
public interface SidePages {
    int MAX_BODY = 64 << 10;

    /** The first segment of the paths that are meant. */
    String folder();

    /** Answers; called on a virtual thread. Empty when nothing is served under that path with that method. */
    Optional<Page> answer(Question question);

    /**
     * A request.
     *
     * @param method GET (also for HEAD) or POST
     * @param path the segments after the folder
     * @param body what was posted
     */
    record Question(String method, List<String> path, byte[] body) {}

    /** An answer: an HTTP status and JSON. */
    record Page(int status, byte[] json) {}

    /** Nothing but data is served. */
    static SidePages none() {
        return new SidePages() {
            @Override
            public String folder() {
                return "";
            }

            @Override
            public Optional<Page> answer(Question question) {
                return Optional.empty();
            }
        };
    }
}
