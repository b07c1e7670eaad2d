package dev.aloft.service.lambda.durable;

import dev.aloft.api.Lambda;
import dev.aloft.service.lambda.durable.DurableData.Execution;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Lets the invocation under way report, once: each checkpoint is answered with the next. */
record CheckpointToken(String executionId, long number) {
    static String of(Execution execution, long number) {
        return Base64.getEncoder().encodeToString((execution.id() + ":" + number).getBytes(StandardCharsets.UTF_8));
    }

    static CheckpointToken parse(String text, DurableArn arn) {
        CheckpointToken token;
        try {
            var parts = new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8).split(":");
            token = new CheckpointToken(parts[0], Long.parseLong(parts[1]));
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw invalid();
        }
        if (!token.executionId().equals(arn.id())) {
            throw CheckpointRules.refused("Checkpoint token is not valid for the durable execution ARN");
        }
        return token;
    }

    static Lambda.InvalidParameterValueException invalid() {
        return CheckpointRules.refused("Invalid checkpoint token");
    }
}
