package dev.aloft.service.dynamodb;

import dev.aloft.api.Arn;
import dev.aloft.kernel.store.Key;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.regex.Pattern;

/** Which stream an ARN means: one of a table, told apart by the moment at which it began. */
record StreamRef(TableRef table, String label) {
    private static final Pattern RESOURCE = Pattern.compile("table/[a-zA-Z0-9_.-]{3,255}/stream/[^/]+");

    static StreamRef of(String text) {
        if (!Arn.isArn(text)) {
            throw new ValidationException("Invalid StreamArn");
        }
        var arn = Arn.parse(text);
        if (!arn.service().equals("dynamodb") || !RESOURCE.matcher(arn.resource()).matches()) {
            throw new ValidationException("Invalid StreamArn");
        }
        return new StreamRef(TableRef.ofArn(text), arn.resource().substring(arn.resource().lastIndexOf('/') + 1));
    }

    static boolean is(String arn) {
        return Arn.isArn(arn) && RESOURCE.matcher(Arn.parse(arn).resource()).matches();
    }

    Key key() {
        return table.key().and(label);
    }

    String arn() {
        return table.arn() + "/stream/" + label;
    }
}
