package io.adit.ops.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One question of the operator API.
 *
 * @param method the HTTP method
 * @param template the path; a segment {@code *} matches anything and is handed to the action
 * @param action answers it
 */
public record ApiRoute(String method, String template, Action action) {

    /** Answers one request. */
    public interface Action {
        /**
         * @param parameters what the template's stars matched, in order
         * @param body the request's JSON; an empty object when there was none
         */
        JsonNode answer(List<String> parameters, JsonNode body);
    }

    Optional<List<String>> match(String askedMethod, String path) {
        if (!askedMethod.equals(method)) {
            return Optional.empty();
        }
        var wanted = template.split("/", -1);
        var given = path.split("/", -1);
        if (wanted.length != given.length) {
            return Optional.empty();
        }
        var parameters = new ArrayList<String>();
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].equals("*")) {
                parameters.add(given[i]);
            } else if (!wanted[i].equals(given[i])) {
                return Optional.empty();
            }
        }
        return Optional.of(parameters);
    }
}
