package dev.aloft.service.dynamodb;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.kernel.store.Key;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.wire.DynamoDbFailures;
import java.util.Optional;
import java.util.regex.Pattern;

/** Which table a request means: a name in the caller's account and region, or an ARN. */
record TableRef(String account, String region, String name) {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_.-]+");
    private static final Pattern ACCOUNT = Pattern.compile("\\d{12}");
    private static final Pattern REGION = Pattern.compile("[a-z0-9-]+");
    private static final String TABLE = "table/";

    static TableRef of(Caller caller, String text) {
        if (text != null && Arn.isArn(text)) {
            return ofArn(text);
        }
        refuse(DynamoDbFailures.ofName(text));
        return new TableRef(caller.account(), caller.region(), text);
    }

    /** Of a key that begins with that of a table. */
    static TableRef of(Key key) {
        return new TableRef(key.text(0), key.text(1), key.text(2));
    }

    /** For a table to be made: names are longer, and ARNs no names. */
    static TableRef toCreate(Caller caller, String name) {
        if (name == null) {
            throw new ValidationException(DynamoDbFailures.NO_TABLE_NAME);
        }
        refuse(DynamoDbFailures.ofNewName(name));
        return new TableRef(caller.account(), caller.region(), name);
    }

    static TableRef ofArn(String text) {
        if (!Arn.isArn(text)) {
            throw invalid(text);
        }
        var arn = Arn.parse(text);
        if (!arn.service().equals("dynamodb") || !arn.resource().startsWith(TABLE)) {
            throw invalid(text);
        }
        var name = arn.resource().substring(TABLE.length());
        int end = name.indexOf('/');
        var table = new TableRef(arn.account(), arn.region(), end < 0 ? name : name.substring(0, end));
        if (!ACCOUNT.matcher(table.account).matches() || !REGION.matcher(table.region).matches()
                || !NAME.matcher(table.name).matches()) {
            throw invalid(text);
        }
        return table;
    }

    private static ValidationException invalid(String arn) {
        return new ValidationException("Invalid TableArn: Invalid ResourceArn provided as input " + arn);
    }

    private static void refuse(Optional<String> wrong) {
        wrong.ifPresent(what -> {
            throw new ValidationException("1 validation error detected: " + what);
        });
    }

    /** For IAM, which is asked before the name is checked: of any text. */
    static String arn(Caller caller, String text) {
        return text != null && Arn.isArn(text) ? text : caller.arn("dynamodb", TABLE + (text == null ? "" : text))
            .toString();
    }

    /** The table of the same name in another region. */
    TableRef in(String otherRegion) {
        return new TableRef(account, otherRegion, name);
    }

    Key key() {
        return Key.of(account, region, name);
    }

    String arn() {
        return new Arn("aws", "dynamodb", region, account, TABLE + name).toString();
    }
}
