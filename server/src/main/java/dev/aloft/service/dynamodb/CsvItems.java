package dev.aloft.service.dynamodb;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.CsvOptions;
import dev.aloft.api.DynamoDb.InputFormatOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Items as records of fields, as imports read them. Key attributes have the types of the table, all others are text.
 */
final class CsvItems {
    private final LiveTable table;
    private final Optional<List<String>> header;
    private final char delimiter;

    CsvItems(LiveTable table, InputFormatOptions options) {
        this.table = table;
        var csv = Optional.ofNullable(options).map(InputFormatOptions::csv);
        header = csv.map(CsvOptions::headerList);
        delimiter = csv.map(CsvOptions::delimiter).map(text -> text.charAt(0)).orElse(',');
    }

    /** Where no header is given, the first record is it. */
    void read(InputStream content, IonItems.Taker taker) throws IOException {
        var in = new BufferedReader(new InputStreamReader(content, StandardCharsets.UTF_8));
        var names = header.isPresent() ? header.get() : Optional.ofNullable(record(in)).map(this::fields)
            .orElse(List.of());
        for (var record = record(in); record != null; record = record(in)) {
            if (!record.isBlank()) {
                taker.take(Optional.of(item(names, fields(record))));
            }
        }
    }

    /** Within quotes a record goes on behind the end of a line. */
    private static String record(BufferedReader in) throws IOException {
        var line = in.readLine();
        while (line != null && line.chars().filter(c -> c == '"').count() % 2 == 1) {
            var more = in.readLine();
            if (more == null) {
                break;
            }
            line = line + "\n" + more;
        }
        return line;
    }

    private List<String> fields(String record) {
        var fields = new ArrayList<String>();
        var field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < record.length(); i++) {
            char c = record.charAt(i);
            if (c == '"' && quoted && i + 1 < record.length() && record.charAt(i + 1) == '"') {
                field.append(c);
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == delimiter && !quoted) {
                fields.add(field.toString());
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        fields.add(field.toString());
        return fields;
    }

    private Map<String, AttributeValue> item(List<String> names, List<String> fields) {
        var item = new LinkedHashMap<String, AttributeValue>();
        for (int i = 0; i < Math.min(names.size(), fields.size()); i++) {
            var name = names.get(i);
            var type = table.stored.attributes().stream().filter(one -> one.name().equals(name))
                .map(StoredTable.Attribute::type).findFirst().orElse("S");
            if (type.equals("S") || !fields.get(i).isEmpty()) {
                item.put(name, type.equals("N") ? new AttributeValue.N(fields.get(i))
                    : new AttributeValue.S(fields.get(i)));
            }
        }
        return item;
    }
}
