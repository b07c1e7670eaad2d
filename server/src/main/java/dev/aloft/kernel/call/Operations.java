package dev.aloft.kernel.call;

import dev.aloft.api.Operation;
import dev.aloft.api.ServiceModel;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The operations of all services, by the names that people write in schedules and state machines:
 * {@code sqs:sendMessage}.
 */
public final class Operations {
    private final Map<String, ServiceModel> models = new HashMap<>();

    void add(ServiceModel model) {
        models.putIfAbsent(plain(model.endpointPrefix()), model);
        models.putIfAbsent(plain(model.signingName()), model);
        // What SDKs call it wins: cloudwatchlogs, eventbridge, sfn, dynamodb.
        models.put(plain(model.serviceId()), model);
    }

    private static String plain(String name) {
        return name.replaceAll("[ -]", "").toLowerCase(Locale.ROOT);
    }

    /**
     * The operation of this name, built or not.
     *
     * @param service as SDKs name it, or by its endpoint
     * @param action  the operation's name; its first letter may be small
     */
    public Optional<Operation> find(String service, String action) {
        return Optional.ofNullable(models.get(plain(service))).filter(_ -> !action.isEmpty())
                .map(model -> model.operation(
            Character.toUpperCase(action.charAt(0)) + action.substring(1)));
    }
}
