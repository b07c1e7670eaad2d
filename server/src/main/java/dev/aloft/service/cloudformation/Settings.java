package dev.aloft.service.cloudformation;

import java.util.List;
import java.util.Map;

/**
 * What a stack is asked to be: the template and everything given with it.
 *
 * @param template   the id of the stored template
 * @param parameters the value of every parameter, as given or by default
 * @param resolved   what the values of {@code AWS::SSM::Parameter::Value} parameters stand for
 * @param onFailure  what follows when creating fails: ROLLBACK, DO_NOTHING or DELETE
 */
public record Settings(String template, Map<String, String> parameters, Map<String, String> resolved,
        Map<String, String> tags, List<String> capabilities, String role, List<String> notifications, String onFailure,
        boolean retainExceptOnCreate,
        Integer timeoutMinutes) {

    /** @param other null for the same */
    Settings role(String other) {
        return other == null ? this : new Settings(template, parameters, resolved, tags, capabilities, other,
                notifications, onFailure, retainExceptOnCreate, timeoutMinutes);
    }

    public Settings onFailure(String other) {
        return new Settings(template, parameters, resolved, tags, capabilities, role, notifications, other,
                retainExceptOnCreate, timeoutMinutes);
    }
}
