package dev.aloft.service.lambda.durable;

import dev.aloft.api.JsonWriter;
import dev.aloft.api.Lambda;
import dev.aloft.wire.Trees;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Pages of operations: so many, and no more than fit an invocation's event. */
final class StateMarker {
    private static final int MOST_BYTES = 4 * 1024 * 1024;

    /** @param next what the next page is asked for with; empty where there is none, as AWS says it */
    record Page(List<Lambda.Operation_> operations, String next) {}

    private StateMarker() {}

    static Page page(List<Lambda.Operation_> all, int from, int most) {
        var some = new ArrayList<Lambda.Operation_>();
        int bytes = 0;
        for (int i = from; i < all.size(); i++) {
            bytes += JsonWriter.bytes(Trees.of(all.get(i))).length;
            if (some.size() == most || bytes > MOST_BYTES && !some.isEmpty()) {
                return new Page(some, of(i));
            }
            some.add(all.get(i));
        }
        return new Page(some, "");
    }

    static String of(int position) {
        return Base64.getEncoder().encodeToString(Integer.toString(position).getBytes(StandardCharsets.UTF_8));
    }

    static int parse(String marker) {
        if (marker == null || marker.isEmpty()) {
            return 0;
        }
        try {
            int position = Integer.parseInt(new String(Base64.getDecoder().decode(marker), StandardCharsets.UTF_8));
            if (position >= 0) {
                return position;
            }
        } catch (IllegalArgumentException e) {
            // Told below.
        }
        throw CheckpointRules.refused("Invalid Marker");
    }
}
