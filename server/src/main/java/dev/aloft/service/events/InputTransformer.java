package dev.aloft.service.events;

import dev.aloft.kernel.pattern.EventPath;
import dev.aloft.kernel.pattern.InputTemplate;
import java.util.Map;
import java.util.Set;

/** What AWS refuses in a target's input transformer. */
final class InputTransformer {
    private static final Set<String> RESERVED = Set.of("aws.events.rule-arn", "aws.events.rule-name",
            "aws.events.event.ingestion-time", "aws.events.event", "aws.events.event.json");

    private InputTransformer() {}

    static void check(String targetId, Map<String, String> paths, String template) {
        paths.forEach((name, path) -> {
            if (!EventPath.isValid(path)) {
                throw Refusals.invalid("InputPath for target " + targetId + " is invalid.");
            }
        });
        InputTemplate.names(template).stream().filter(name -> !paths.containsKey(name) && !RESERVED.contains(name))
                .sorted()
                .findFirst().ifPresent(name -> {
                    throw Refusals.invalid("InputTemplate for target " + targetId + " contains invalid placeholder "
                            + name + ".");
                });
    }
}
