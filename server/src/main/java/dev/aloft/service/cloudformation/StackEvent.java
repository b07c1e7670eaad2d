package dev.aloft.service.cloudformation;

import java.time.Instant;

/** Something that happened to a stack or to one of its resources. */
public record StackEvent(String id, String logicalId, String physicalId, String type, String status, String reason,
        String properties, String clientToken, Instant at) {
}
