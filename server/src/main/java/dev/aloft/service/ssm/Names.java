package dev.aloft.service.ssm;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Ssm;
import java.util.Locale;

/** Names of parameters, and what may be written after them. */
final class Names {
    private static final int MOST_LEVELS = 15;
    private static final int LONGEST = 1011;

    private Names() {}

    /** A name as it is asked for: with a version or label behind a colon, or none. */
    record Asked(String name, String selector) {}

    static Asked asked(Caller caller, String text) {
        var name = text;
        if (Arn.isArn(text)) {
            var arn = Arn.parse(text);
            if (!arn.account().equals(caller.account()) || !arn.region().equals(caller.region())) {
                throw ApiError.notBuilt("A parameter of another account or region (" + text + ")");
            }
            name = arn.resource().startsWith("parameter/") ? arn.resource().substring("parameter/".length())
                    : arn.resource();
            // The ARN of /a/b has no second slash, and a name with slashes begins with one.
            name = name.indexOf('/') > 0 ? "/" + name : name;
        }
        int colon = name.indexOf(':');
        return colon < 0 ? new Asked(name, null) : new Asked(name.substring(0, colon), name.substring(colon + 1));
    }

    static String arn(Caller caller, String name) {
        return caller.arn("ssm", "parameter" + full(name)).toString();
    }

    /** What IAM is asked about for a name as it came. */
    static String resource(Caller caller, String text) {
        return Arn.isArn(text) ? text : arn(caller, asked(caller, text).name());
    }

    /** {@code x} and {@code /x} are one parameter; the slash counts only where another one follows. */
    static String plain(String name) {
        return name.lastIndexOf('/') == 0 ? name.substring(1) : name;
    }

    /** As a path: every name is one below the root. */
    static String full(String name) {
        return name.startsWith("/") ? name : "/" + name;
    }

    static void checkNew(String name) {
        var lower = name.toLowerCase(Locale.ROOT);
        var first = lower.startsWith("/") ? lower.substring(1) : lower;
        if (first.startsWith("aws")) {
            throw ApiError.of("AccessDeniedException", 400, "No access to reserved parameter name: " + name + ".");
        }
        if (first.startsWith("ssm") || !name.chars().allMatch(Names::allowed)) {
            throw malformed();
        }
        if (name.indexOf('/') > 0) {
            throw invalid("Parameter name must be a fully qualified name.");
        }
        if (name.length() > LONGEST || name.endsWith("/") || name.contains("//")) {
            throw invalid("Invalid parameter name. Please use a valid name with no empty sub-path and at most "
                    + LONGEST
                    + " characters.");
        }
        if (name.chars().filter(c -> c == '/').count() > MOST_LEVELS) {
            throw new Ssm.HierarchyLevelLimitExceededException("The hierarchy of parameter " + name
                    + " exceeds the limit of "
                    + MOST_LEVELS + " levels.");
        }
    }

    /** What is asked for: a name, or a path that begins with a slash and has no empty part. */
    static void checkForm(String name) {
        if (name.contains("//") || name.indexOf('/') > 0) {
            throw malformed();
        }
    }

    private static ApiError malformed() {
        return invalid("Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a "
                + "path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of "
                + "letters, numbers and the"
                + " following 3 symbols .-_");
    }

    /** A path to look under, always with a slash at its end. */
    static String path(String path) {
        if (!path.startsWith("/") || path.contains("//") || !path.chars().allMatch(Names::allowed)) {
            throw invalid("The parameter doesn't meet the parameter name requirements. The parameter "
                    + "name must begin with a forward slash \"/\". It can't be prefixed with \"aws\" or \"ssm\" "
                    + "(case-insensitive). It must use only"
                    + " letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). "
                    + "Special characters are not allowed. All sub-paths, if specified, must use the forward slash "
                    + "symbol \"/\". Valid example:"
                    + " /get/parameters2-/by1./path0_.");
        }
        return path.endsWith("/") ? path : path + "/";
    }

    private static boolean allowed(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
                || c == '.' || c == '-' || c == '_' || c == '/';
    }

    static ApiError invalid(String message) {
        return ApiError.of("ValidationException", 400, message);
    }
}
