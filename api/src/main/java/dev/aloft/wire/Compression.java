package dev.aloft.wire;

import dev.aloft.api.Body;
import dev.aloft.api.Operation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/** Answers that a client may have compressed: DynamoDB's, where they are larger than 4 KB. */
public final class Compression {
    private static final int THRESHOLD = 4 << 10;
    private static final List<String> CODINGS = List.of("gzip", "deflate");

    private record Choice(String coding, double quality) {
    }

    private Compression() {}

    /** The answer in the coding that the request likes best, or as it is. */
    public static HttpResponse answer(HttpRequest request, Operation operation, HttpResponse response) {
        var accepted = request.headers().first("accept-encoding");
        if (accepted == null || !JsonErrors.isDynamoDb(operation) || response.body().length() <= THRESHOLD) {
            return response;
        }
        var coding = coding(accepted);
        if (coding == null) {
            return response;
        }
        response.headers().add("Content-Encoding", coding);
        return new HttpResponse(response.status(), response.headers(), Body.of(compressed(coding, response.body())));
    }

    /** Of those that are liked equally the first, of those that only a star names gzip; null for none. */
    static String coding(String accepted) {
        var named = new HashMap<String, Double>();
        var choices = new ArrayList<Choice>();
        for (var part : accepted.split(",")) {
            int end = part.indexOf(';');
            var name = (end < 0 ? part : part.substring(0, end)).strip().toLowerCase(Locale.ROOT);
            double quality = quality(part);
            named.put(name, quality);
            if (CODINGS.contains(name)) {
                choices.add(new Choice(name, quality));
            }
        }
        others(named).forEach(choices::add);
        Choice best = null;
        for (var choice : choices) {
            best = choice.quality > (best == null ? 0 : best.quality) ? choice : best;
        }
        return best == null ? null : best.coding;
    }

    private static List<Choice> others(Map<String, Double> named) {
        return !named.containsKey("*") ? List.of() : CODINGS.stream().filter(coding -> !named.containsKey(coding))
                .map(coding -> new Choice(coding, named.get("*"))).toList();
    }

    /** What is no number counts as 1, as on AWS. */
    private static double quality(String part) {
        int at = part.indexOf("q=");
        if (part.indexOf(';') < 0 || at < 0) {
            return 1;
        }
        var text = part.substring(at + 2);
        int end = text.indexOf(';');
        try {
            return Math.min(1, Double.parseDouble((end < 0 ? text : text.substring(0, end)).strip()));
        } catch (NumberFormatException _) {
            return 1;
        }
    }

    private static byte[] compressed(String coding, Body body) {
        var bytes = new ByteArrayOutputStream();
        try (OutputStream out = coding.equals("gzip") ? new GZIPOutputStream(bytes) : new DeflaterOutputStream(bytes)) {
            body.stream().transferTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
