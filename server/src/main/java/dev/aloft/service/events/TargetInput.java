package dev.aloft.service.events;

import dev.aloft.api.Events;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.pattern.EventPath;
import dev.aloft.kernel.pattern.InputTemplate;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a target is sent for an event: the event itself, a part of it, something made of it, or always the same. */
final class TargetInput {
    private TargetInput() {}

    static byte[] of(RuleDelivery delivery) {
        var target = delivery.target();
        if (target.input() != null) {
            return bytes(target.input());
        }
        if (target.inputPath() != null) {
            return JsonWriter.bytes(EventPath.find(target.inputPath(), tree(delivery)).orElse(Map.of()));
        }
        return target.inputTransformer() == null ? delivery.event()
                : bytes(transformed(delivery, target.inputTransformer()));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static Object tree(RuleDelivery delivery) {
        return JsonReader.tree(delivery.event());
    }

    private static String transformed(RuleDelivery delivery, Events.InputTransformer transformer) {
        var event = tree(delivery);
        var paths = RuleTargets.paths(transformer);
        return InputTemplate.fill(transformer.inputTemplate(), name -> switch (name) {
            case "aws.events.rule-arn" -> delivery.ruleArn();
            case "aws.events.rule-name" -> delivery.ruleName();
            case "aws.events.event.ingestion-time" -> BusEvent.time(delivery.ingested());
            case "aws.events.event" -> withoutDetail((Map<?, ?>) event);
            case "aws.events.event.json" -> event;
            default -> EventPath.find(paths.get(name), event).orElse(null);
        });
    }

    /** As AWS writes it: in this order, the type of the detail in camel case, without the detail. */
    private static Map<String, Object> withoutDetail(Map<?, ?> event) {
        var brief = new LinkedHashMap<String, Object>();
        brief.put("id", event.get("id"));
        brief.put("account", event.get("account"));
        brief.put("detailType", event.get("detail-type"));
        brief.put("time", event.get("time"));
        brief.put("source", event.get("source"));
        brief.put("region", event.get("region"));
        brief.put("resources", event.get("resources"));
        brief.put("version", event.get("version"));
        return brief;
    }
}
