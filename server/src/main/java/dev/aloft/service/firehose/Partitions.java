package dev.aloft.service.firehose;

import dev.aloft.api.Bytes;
import dev.aloft.api.Firehose;
import dev.aloft.service.firehose.Transformation.Ready;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * Dynamic partitioning: records that hold several are taken apart, and go to prefixes made of keys that each has.
 *
 * @see <a href="https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning.html">Dynamic partitioning</a>
 */
final class Partitions {
    private Partitions() {
    }

    /**
     * What a record's prefix is made of.
     *
     * @param query  keys that the inline query found
     * @param lambda keys that the function gave
     */
    record Keys(Map<String, String> query, Map<String, String> lambda) {
        static final Keys NONE = new Keys(Map.of(), Map.of());

        Keys withQuery(Map<String, String> found) {
            return new Keys(found, lambda);
        }
    }

    /** What stands in them, each a record of its own. */
    static List<Ready> apart(Firehose.Processor processor, List<Ready> records) {
        boolean json = Processors.parameter(processor, "SubRecordType", "JSON").equals("JSON");
        var delimiter = json ? "" : new String(Base64.getDecoder().decode(
                Processors.parameter(processor, "Delimiter", "Cg==")), StandardCharsets.UTF_8);
        var all = new ArrayList<Ready>();
        for (var record : records) {
            var text = new String(record.data().array(), StandardCharsets.UTF_8);
            for (var part : json ? documents(text) : List.of(text.split(java.util.regex.Pattern.quote(delimiter)))) {
                if (!part.isEmpty()) {
                    all.add(Ready.of(record.source().with(Bytes.of(part.getBytes(StandardCharsets.UTF_8)))));
                }
            }
        }
        return all;
    }

    /** JSON documents one behind the other, or in lines; what is no JSON stays as it is. */
    private static List<String> documents(String text) {
        var all = new ArrayList<String>();
        int depth = 0;
        boolean quoted = false;
        int begin = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    quoted = false;
                }
            } else if (c == '"') {
                quoted = true;
            } else if (c == '{' || c == '[') {
                begin = depth == 0 ? i : begin;
                depth++;
            } else if ((c == '}' || c == ']') && --depth == 0) {
                all.add(text.substring(begin, i + 1));
                begin = i + 1;
            }
        }
        var rest = text.substring(Math.min(begin, text.length())).strip();
        if (!rest.isEmpty()) {
            all.add(rest);
        }
        return all;
    }
}
