package dev.aloft.service.dynamodb;

import dev.aloft.api.Arn;
import dev.aloft.kernel.store.Key;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.regex.Pattern;

/** Which backup an ARN means. */
record BackupRef(TableRef table, String id) {
    private static final Pattern RESOURCE = Pattern.compile("table/[a-zA-Z0-9_.-]{3,255}/backup/[0-9]{14}-[0-9a-f]{8}");

    static BackupRef of(String text) {
        if (!Arn.isArn(text) || !RESOURCE.matcher(Arn.parse(text).resource()).matches()) {
            throw new ValidationException("Invalid Backup ARN");
        }
        return new BackupRef(TableRef.ofArn(text), text.substring(text.lastIndexOf('/') + 1));
    }

    Key key() {
        return table.key().and(id);
    }

    String arn() {
        return table.arn() + "/backup/" + id;
    }
}
