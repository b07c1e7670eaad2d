package dev.aloft.service.apigateway.serve;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An integration's URI that names a Lambda function: an invocation path or the function's own ARN. */
public final class LambdaUri {
    private static final Pattern INVOCATION_PATH =
            Pattern.compile("arn:aws[a-z-]*:apigateway:[^:]+:lambda:path/2015-03-31/functions/(.+)/invocations");
    private static final Pattern FUNCTION_ARN = Pattern.compile("arn:[^:]+:lambda:[^:]*:[^:]*:.+");
    private static final Pattern STAGE_VARIABLE = Pattern.compile("\\$\\{stageVariables\\.([A-Za-z0-9_]+)}");

    private LambdaUri() {}

    public static boolean is(String uri) {
        return uri != null
                && (INVOCATION_PATH.matcher(uri).matches() || FUNCTION_ARN.matcher(uri).matches());
    }

    /** The function's ARN or name, with stage variables put in. */
    static String function(String uri, Map<String, String> stageVariables) {
        var path = INVOCATION_PATH.matcher(uri);
        var function = path.matches() ? path.group(1) : uri;
        return STAGE_VARIABLE.matcher(function).replaceAll(
                found -> Matcher.quoteReplacement(stageVariables.getOrDefault(found.group(1), "")));
    }
}
