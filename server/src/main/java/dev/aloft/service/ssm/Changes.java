package dev.aloft.service.ssm;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.kernel.delivery.ServiceEvents;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.ssm.SsmData.Version;
import java.util.LinkedHashMap;

/**
 * Tells the event bus of what happens to parameters.
 *
 * @see <a href="https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html">Events of
 * Parameter
 *     Store</a>
 */
final class Changes {
    private final ServiceEvents events;

    Changes(ServiceEvents events) {
        this.events = events;
    }

    /** @param operation {@code Create}, {@code Update}, {@code Delete} or {@code LabelParameterVersion} */
    void tell(Tx tx, Caller caller, String operation, String name, Version version) {
        var detail = new LinkedHashMap<String, Object>();
        detail.put("name", name);
        if (version.description() != null) {
            detail.put("description", version.description());
        }
        detail.put("type", version.type());
        detail.put("operation", operation);
        events.tell(tx, Arn.parse(Names.arn(caller, name)), "Parameter Store Change", true, detail);
    }
}
