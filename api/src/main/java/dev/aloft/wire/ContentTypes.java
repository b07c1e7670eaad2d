package dev.aloft.wire;

import dev.aloft.api.ApiError;
import java.util.List;
import java.util.Locale;

/** What a request says about its own content and the answer's. */
final class ContentTypes {
    private ContentTypes() {}

    /** Refuses content that says it is something else; what says nothing is believed. */
    static void require(Headers headers, String... expected) {
        var given = headers.first("content-type");
        if (given != null && !List.of(expected).contains(bare(given))) {
            throw ApiError.of("UnsupportedMediaTypeException", 415, "Unsupported content type: " + given);
        }
    }

    /** Refuses a request that wants an answer of another type. */
    static void accepted(Headers headers, String answer) {
        var accept = headers.first("accept");
        if (accept == null) {
            return;
        }
        var family = answer.substring(0, answer.indexOf('/')) + "/*";
        for (var each : accept.split(",")) {
            var type = bare(each);
            if (type.equals(answer) || type.equals("*/*") || type.equals("*") || type.equals(family)
                    || type.isEmpty()) {
                return;
            }
        }
        throw ApiError.of("NotAcceptableException", 406, "Not acceptable: " + accept);
    }

    /** The type without its parameters. */
    static String bare(String type) {
        int semicolon = type.indexOf(';');
        return (semicolon < 0 ? type : type.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
    }
}
