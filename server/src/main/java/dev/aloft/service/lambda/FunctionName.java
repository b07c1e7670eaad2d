package dev.aloft.service.lambda;

import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import java.util.regex.Pattern;

/**
 * What a request calls a function: a name, a partial ARN ({@code 123456789012:function:name}) or an ARN, each with or
 * without a qualifier. Of a partial ARN any part before the name may be missing.
 *
 * @param qualifier a version or alias, or null where none was given
 */
record FunctionName(String account, String region, String name, String qualifier) {
    static final String LATEST = "$LATEST";
    private static final int LONGEST = 64;
    private static final Pattern REGION = Pattern.compile("[a-z]{2}(-[a-z]+)+-\\d:.*");
    private static final Pattern ACCOUNT = Pattern.compile("\\d{12}:.*");

    static FunctionName of(Caller caller, String text) {
        return of(caller, text, null);
    }

    static FunctionName of(Caller caller, String text, String qualifier) {
        String account = caller.account();
        String region = caller.region();
        String rest = text;
        if (text.startsWith("arn:")) {
            String[] parts = text.split(":", 7);
            region = parts[3];
            account = parts[4];
            rest = parts.length < 7 ? parts[parts.length - 1] : parts[6];
        } else {
            if (REGION.matcher(rest).matches()) {
                region = rest.substring(0, rest.indexOf(':'));
                rest = rest.substring(region.length() + 1);
            }
            if (ACCOUNT.matcher(rest).matches()) {
                account = rest.substring(0, 12);
                rest = rest.substring(13);
            }
            rest = rest.startsWith("function:") ? rest.substring("function:".length()) : rest;
        }
        int colon = rest.indexOf(':');
        String name = colon < 0 ? rest : rest.substring(0, colon);
        String derived = colon < 0 ? null : rest.substring(colon + 1);
        if (derived != null && qualifier != null && !derived.equals(qualifier)) {
            throw new Lambda.InvalidParameterValueException(
                    "The derived qualifier from the function name does not match the specified qualifier.");
        }
        if (!region.equals(caller.region())) {
            throw new Lambda.ResourceNotFoundException(
                    "Functions from '" + region + "' are not reachable in this region ('" + caller.region() + "')");
        }
        if (name.length() > LONGEST) {
            throw new Lambda.InvalidParameterValueException("1 validation error detected: Value '" + name
                    + "' at 'functionName' failed to satisfy constraint: Member must have length less "
                    + "than or equal to 64");
        }
        return new FunctionName(account, region, name, derived != null ? derived : qualifier);
    }

    /** The function itself. */
    String arn() {
        return "arn:aws:lambda:" + region + ":" + account + ":function:" + name;
    }

    /** As the caller qualified it. */
    String qualifiedArn() {
        return qualifier == null ? arn() : arn() + ":" + qualifier;
    }

    boolean isLatest() {
        return qualifier == null || qualifier.equals(LATEST);
    }

    /** Whether a published version is named, and no alias. */
    boolean isVersion() {
        return qualifier != null && qualifier.matches("\\d{1,18}");
    }

    /** The function itself, for what versions and aliases cannot have. */
    FunctionName latestOnly() {
        if (!isLatest()) {
            throw new Lambda.InvalidParameterValueException("This operation is permitted on Lambda "
                    + "functions only. Aliases and versions do not support this operation. Please specify either a "
                    + "function name or an unqualified"
                    + " function ARN.");
        }
        return unqualified();
    }

    Lambda.ResourceNotFoundException notFound() {
        return new Lambda.ResourceNotFoundException("Function not found: " + qualifiedArn());
    }

    FunctionName unqualified() {
        return with(null);
    }

    FunctionName with(String otherQualifier) {
        return new FunctionName(account, region, name, otherQualifier);
    }
}
