package dev.aloft.service.logs;

import dev.aloft.api.Arn;
import dev.aloft.api.Logs;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The folder in which a delivery's objects lie, with variables in braces. */
final class SuffixPath {
    private static final Pattern VARIABLE = Pattern.compile("\\{([^}]*)}");
    /** The variables, and what Apache Hive calls them. */
    private static final Map<String, String> HIVE = Map.of("account-id", "aws-account-id", "region", "aws-region",
            "yyyy", "year", "MM", "month", "dd", "day", "HH", "hour", "mm", "minute");

    private SuffixPath() {
    }

    /** The first variable that has no meaning, if there is one. */
    static Optional<String> unknownVariable(String suffixPath) {
        return VARIABLE.matcher(suffixPath).results().map(found -> found.group(1))
                .filter(variable -> !HIVE.containsKey(variable)).findFirst();
    }

    /** Of logs of this resource at this moment, with a slash at its end. */
    static String filled(Logs.S3DeliveryConfiguration config, Arn resource, Instant now) {
        boolean hive = Boolean.TRUE.equals(config.enableHiveCompatiblePath());
        var path = VARIABLE.matcher(config.suffixPath()).replaceAll(found -> {
            var variable = found.group(1);
            var value = value(variable, resource, now);
            return Matcher.quoteReplacement(hive ? HIVE.get(variable) + "=" + value : value);
        });
        return path.isEmpty() || path.endsWith("/") ? path : path + "/";
    }

    private static String value(String variable, Arn resource, Instant now) {
        return switch (variable) {
            case "account-id" -> resource.account();
            case "region" -> resource.region();
            default -> DateTimeFormatter.ofPattern(variable).format(now.atOffset(ZoneOffset.UTC));
        };
    }
}
