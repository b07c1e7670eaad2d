package dev.aloft.service.firehose;

import dev.aloft.api.Shape;
import dev.aloft.wire.Trees;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The roles that a request hands to Firehose, wherever they stand in it: {@code iam:PassRole} must allow each. */
final class PassedRoles {
    private PassedRoles() {
    }

    static List<String> of(Shape request) {
        return in(Trees.of(request)).distinct().toList();
    }

    private static Stream<String> in(Object value) {
        return switch (value) {
            case List<?> all -> all.stream().flatMap(PassedRoles::in);
            case Map<?, ?> members when "RoleArn".equals(members.get("ParameterName")) ->
                Stream.of(String.valueOf(members.get("ParameterValue")));
            case Map<?, ?> members -> members.entrySet().stream().flatMap(each -> each.getKey().equals("RoleARN")
                    ? Stream.of(String.valueOf(each.getValue())) : in(each.getValue()));
            default -> Stream.empty();
        };
    }
}
