package dev.aloft.service.sns;

import dev.aloft.kernel.store.ReadTx;
import dev.aloft.service.sns.SnsData.KeptApplication;
import java.util.Optional;

/** Devices of platform applications as publishers see them: what is sent to one arrives, or never will. */
final class Devices {
    private final SnsData data;

    Devices(SnsData data) {
        this.data = data;
    }

    /** What became of a device. */
    sealed interface Found {
        record Reachable(KeptApplication application) implements Found {
        }

        /**
         * It gets nothing.
         *
         * @param application the one it belongs to, where that is still there
         * @param fault       by the code that AWS has for it
         */
        record Unreachable(Optional<KeptApplication> application, Fault fault) implements Found {
        }
    }

    /** Why nothing arrives, in AWS's words. */
    enum Fault {
        ENDPOINT_NOT_FOUND("EndpointNotFound", "Endpoint was not found"),
        ENDPOINT_DISABLED("EndpointDisabled", "Endpoint is disabled"),
        APPLICATION_DISABLED("PlatformApplicationDisabled", "Platform application is disabled");

        final String code;
        final String text;

        Fault(String code, String text) {
            this.code = code;
            this.text = text;
        }
    }

    /** The device itself is looked at first. */
    Found find(ReadTx tx, String endpointArn) {
        var key = Platforms.endpointKey(endpointArn);
        var application = data.applications.get(tx, Platforms.applicationOf(key));
        var endpoint = data.endpoints.get(tx, key);
        if (endpoint.isEmpty()) {
            return new Found.Unreachable(application, Fault.ENDPOINT_NOT_FOUND);
        }
        if ("false".equals(endpoint.get().attributes().get("Enabled"))) {
            return new Found.Unreachable(application, Fault.ENDPOINT_DISABLED);
        }
        if (application.isEmpty() || "false".equals(application.get().attributes().get("Enabled"))) {
            return new Found.Unreachable(application, Fault.APPLICATION_DISABLED);
        }
        return new Found.Reachable(application.get());
    }
}
